import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const POOL = `
name: nightly
warmup: 4m
duration: 12m
network: { limit: 4 }
gateway: { region: FRA }
demand: { concurrentStreams: 8 }
stream: { length: { distribution: exponential, mean: 5m } }
orchestrator: { name: pool, region: FRA, stakeShare: 0.5, maxSessions: auto }
workers:
  - { name: good, count: 3, maxSessions: 4, roundTripMs: 350 }
  - { name: slow, maxSessions: 12, roundTripMs: 2200 }
`;

describe("examples/nightly-threshold.ts", () => {
  const folder = mkdtempSync(join(tmpdir(), "nightly-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const [pool, limit] = [join(folder, "pool.yaml"), join(folder, "limit.json")];
  writeFileSync(pool, POOL);
  const night = () =>
    run(process.execPath, ["--import", "tsx", "examples/nightly-threshold.ts", pool, limit]);

  it("moves to the limit that leaves the slow worker out, and writes it", async () => {
    writeFileSync(limit, '{ "limitMs": 3000 }\n');
    const { stdout } = await night();
    expect(stdout).toContain("2500 ms instead of 3000 ms: admit.");
    expect(stdout.trim().split("\n").at(-1)).toBe("moves to 2500 ms");
    expect(readFileSync(limit, "utf8")).toBe('{"limitMs":2500}\n');
    expect(readdirSync(folder).sort()).toEqual(["limit.json", "pool.yaml"]);
  });

  it("refuses a limit that is none of its steps, and leaves it alone", async () => {
    writeFileSync(limit, '{ "limitMs": "2s" }\n');
    await expect(night()).rejects.toThrow("found 2s, expected limitMs of 300, 400");
    expect(readFileSync(limit, "utf8")).toBe('{ "limitMs": "2s" }\n');
  });
});
