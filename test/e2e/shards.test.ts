/** `--shard` and `poolsim merge`: parts of a run, of advice and of a sweep, and the whole from their folders. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyFolder } from "../support/cli/command.js";
import { inProcessIn } from "../support/cli/in-process.js";

let folder = "";
beforeEach(() => {
  folder = emptyFolder();
  writeFileSync(join(folder, "pool.yaml"), POOL);
});
afterEach(() => rmSync(folder, { recursive: true }));

const POOL = `name: small
warmup: 20s
duration: 20s
replications: auto
network: { limit: 2 }
gateway: { region: FRA }
demand: { concurrentStreams: 2 }
stream: { length: { distribution: constant, mean: 1m } }
orchestrator: { name: my-pool, region: FRA, stakeShare: 0.4 }
workers:
  - { name: good, count: 2, roundTripMs: 400 }
  - { name: candidate, roundTripMs: 1900 }
variants:
  without: { orchestrator.admission.exclude: [candidate] }
  with: {}
decision: { baseline: without, candidate: with }
# None of them holds, whichever command judges it.
expect: [with.pool.segmentShare < 0, worker.candidate.advice == cap, best.limitMs >= 100000]
`;

const LIMIT = "orchestrator.admission.benchmark.limitMs";

function poolsim(...args: readonly string[]) {
  return inProcessIn(folder, ...args);
}

describe("shards", () => {
  it.each([
    ["run", 4, ["--sensitivity", "off", "--replications", "4", "--until-decided"]],
    ["advise", 2, ["--replications", "16", "--only", "candidate", "--margin", "0.1"]],
    ["sweep", 2, ["--replications", "16", "--vary", `${LIMIT}=1500,60000`]],
  ])("of %s merged are the bytes of one machine", async (command, count, options) => {
    const asked = [command, "pool.yaml", "--seed", "3", "--threads", "1", ...options];
    const whole = await poolsim(...asked, "--cache", "own", "--json", "whole.json");
    expect(whole.exitCode).toBe(1);
    const folders = Array.from({ length: count }, (_, index) => `part-${index + 1}`);
    for (const [index, part] of folders.entries()) {
      const made = await poolsim(...asked, "--shard", `${index + 1}/${count}`, "--cache", part);
      expect(made).toMatchObject({ exitCode: 0, stderr: "" });
      expect(made.stdout).toMatch(
        new RegExp(`^shard ${index + 1} of ${count}: \\d+ replications? in ${part}\n$`),
      );
    }
    const few = await poolsim("merge", ...folders.slice(1));
    expect(few.stderr).toBe(`found ${count - 1} of ${count} shards: missing 1\n`);
    const merged = await poolsim(
      "merge",
      ...folders,
      "--threads",
      "1",
      "--no-cache",
      "--json",
      "merged.json",
    );
    expect(merged.exitCode).toBe(1);
    const read = (name: string) => readFileSync(join(folder, name), "utf8");
    expect(read("merged.json")).toBe(read("whole.json"));
    // What a run says of its own file and time, a merge does not know.
    if (command !== "run") expect(merged.stdout).toBe(whole.stdout);
    const other = await poolsim(command, "pool.yaml", "--shard", "1/4", "--cache", "part-1");
    expect(other.stderr).toContain("it is part of something else; expected a new folder");
  });

  it.each([
    [["--json", "x.json", "--cache", "part"], "expected no file to write: poolsim merge"],
    [["--html", "x.html", "--cache", "part"], "expected no file to write: poolsim merge"],
    [["--budget", "1m", "--cache", "part"], "expected no --budget: how much is looked at"],
    [[], "expected --cache <folder> too"],
    [["--no-cache"], "expected --cache <folder> too"],
  ])("do not go with %j", async (options, text) => {
    for (const command of ["run", "advise", "sweep"]) {
      const refused = await poolsim(command, "pool.yaml", "--shard", "1/2", ...options);
      expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
      expect(refused.stderr).toContain(`--shard: ${text}`);
    }
  });
});
