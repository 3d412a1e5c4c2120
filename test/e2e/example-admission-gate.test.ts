import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endsWithUs } from "../support/ends-with-us.js";

const POOL = `
name: gate
warmup: 4m
duration: 12m
network: { limit: 4 }
gateway: { region: FRA }
demand: { concurrentStreams: 8 }
stream: { length: { distribution: exponential, mean: 5m } }
orchestrator: { name: pool, region: FRA, stakeShare: 0.5, maxSessions: auto }
workers:
  - { name: good, count: 3, maxSessions: 4, roundTripMs: 350 }
`;

describe("examples/admission-gate.ts", () => {
  const folder = mkdtempSync(join(tmpdir(), "gate-"));
  let url = "";
  let stop = async (): Promise<void> => {};
  beforeAll(async () => {
    const file = join(folder, "pool.yaml");
    writeFileSync(file, POOL);
    const args = ["--import", "tsx", "examples/admission-gate.ts", file, "0"];
    const child = endsWithUs(
      spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] }),
    );
    const [line] = await once(createInterface(child.stdout), "line");
    url = /http:\S+/.exec(String(line))?.[0] ?? "";
    stop = async () => {
      child.kill("SIGTERM");
      await once(child, "close");
    };
  });
  afterAll(async () => {
    await stop();
    rmSync(folder, { recursive: true });
  });

  async function ask(worker: unknown) {
    const body = typeof worker === "string" ? worker : JSON.stringify(worker);
    const response = await fetch(url, { method: "POST", body });
    const answer = (await response.json()) as { readonly decision?: string; readonly why: string };
    return { status: response.status, ...answer };
  }

  it("refuses a black hole, says why, and looks at one at a time", async () => {
    const slow = { name: "new", maxSessions: 8, roundTripMs: 2400, count: 50 };
    const [first, second] = await Promise.all([ask(slow), ask(slow)]);
    const [refused, busy] = first.status === 429 ? [second, first] : [first, second];
    expect(refused).toMatchObject({ status: 403, decision: "exclude" });
    expect(refused.why).toContain("beyond the");
    expect(busy.status).toBe(429);
  });

  it.each([
    ["no JSON", "JSON"],
    [{ name: "new", maxSessions: -1, roundTripMs: 400 }, "maxSessions"],
    [{ name: "good", maxSessions: 4, roundTripMs: 400 }, "good"],
    [{ maxSessions: 4 }, "name"],
    ["x".repeat(20_000), "too long"],
    ["null", "name"],
  ])("says what is wrong with %o", async (worker, text) => {
    const answer = await ask(worker);
    expect(answer.status).toBe(400);
    expect(answer.why).toContain(text);
  });
});
