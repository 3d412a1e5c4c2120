/** `poolsim run` with what was kept: killed and resumed, and what people see of it. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyFolder, type Outcome } from "../support/cli/command.js";
import { inProcessIn } from "../support/cli/in-process.js";
import { killRuns } from "../support/sim/run-kill-runs.js";
import { SMALL_RUN } from "../support/sim/small-run.js";

let folder = "";
beforeEach(() => {
  folder = emptyFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(...args: readonly string[]): Promise<Outcome> {
  writeFileSync(join(folder, "small.yaml"), SMALL_RUN);
  return inProcessIn(folder, "run", "small.yaml", "--threads", "1", ...args);
}

it.each(["run", "advise", "sweep"] as const)(
  "%s is resumed after SIGKILL at any instant: the same bytes",
  async (command) => {
    const { inWindow, wrong } = await killRuns({ runs: 1, seed: 11, command, log: () => {} });
    expect(wrong).toEqual([]);
    expect(inWindow).toBeGreaterThan(0);
  },
);

describe("kept results", () => {
  it("are made, read, shown and cleared, and what is broken is computed again", async () => {
    const first = await run("--json", "-");
    expect(first.exitCode).toBe(0);
    const entries = join(folder, ".poolsim/results");
    const [name = ""] = readdirSync(entries).filter((entry) => /^[0-9a-f]{64}$/.test(entry));
    const path = join(entries, name);
    const bytes = readFileSync(path);
    expect(await run("--json", "-")).toEqual(first);
    writeFileSync(path, bytes.subarray(0, bytes.length - 1));
    expect(await run("--json", "-")).toEqual(first);
    expect(readFileSync(path)).toEqual(bytes);
    const size = `1 replication, ${(bytes.length / 1e6).toFixed(1)} MB`;
    const cache = async (command: string) => (await inProcessIn(folder, "cache", command)).stdout;
    expect(await cache("show")).toBe(`.poolsim: ${size}, at most 1,000 MB\n`);
    expect(await cache("clear")).toBe(`.poolsim: took away ${size}\n`);
    expect(readdirSync(folder)).toEqual(["small.yaml"]);
    expect(await cache("show")).toBe(".poolsim: 0 replications, 0.0 MB, at most 1,000 MB\n");
  });

  it("do without a folder that cannot be theirs, and say so; one that was asked for is an error", async () => {
    mkdirSync(join(folder, "mine"));
    symlinkSync("mine", join(folder, ".poolsim"));
    const said = "kept results: .poolsim: found a link, expected a folder\n";
    expect((await run("--json", "-")).stderr).toContain(`poolsim: results are not kept: ${said}`);
    expect(await run("--quiet")).toMatchObject({ exitCode: 0, stderr: "" });
    writeFileSync(join(folder, "file"), "");
    const asked = await run("--cache", "file");
    expect(asked).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "kept results: file: found a file, expected a folder\n",
    });
    expect(readdirSync(join(folder, "mine"))).toEqual([]);
  });
});
