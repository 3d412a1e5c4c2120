/** `poolsim sweep` as people use it: what is printed, written and refused. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { SweepResult } from "../../src/sim/sweep/sweep-result.js";
import { emptyFolder, type Outcome } from "../support/cli/command.js";
import { inProcessIn } from "../support/cli/in-process.js";

let folder = "";
beforeEach(() => {
  folder = emptyFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Two limits that admit the same, and one that admits the slow worker too. */
const SCENARIO = `name: small
warmup: 20s
duration: 20s
network: { limit: 2 }
gateway: { region: FRA }
demand: { concurrentStreams: 4 }
stream: { length: { distribution: constant, mean: 1m } }
orchestrator: { name: my-pool, region: FRA, stakeShare: 0.6, pricePerUnit: 1000 }
workers:
  - { name: good, count: 2, maxSessions: 1, roundTripMs: 400 }
  - { name: slow, maxSessions: 1, roundTripMs: 2200 }
sweep:
  vary:
    orchestrator.admission.benchmark.limitMs: [1500, 1600, 60000]
`;

function sweep(...args: readonly string[]): Promise<Outcome> {
  writeFileSync(join(folder, "small.yaml"), SCENARIO);
  return inProcessIn(folder, "sweep", "small.yaml", "--threads", "1", ...args);
}

it("prints what is best first, and writes all of it; the same again from what was kept", async () => {
  const first = await sweep("--replications", "16", "--json", "out.json");
  expect(first.exitCode, first.stderr).toBe(0);
  expect(first.stdout.split("\n").length).toBeLessThanOrEqual(40);
  expect(first.stdout).toMatch(
    /^small \(limitMs, 3 points\): set limitMs 60,000 \(may be as good: 1,500 … 60,000\)\n/,
  );
  const json = readFileSync(join(folder, "out.json"), "utf8");
  const { slices, replications } = JSON.parse(json) as SweepResult;
  expect(replications).toBe(16);
  const points = slices[0]?.points.map(({ sameAs, admitted }) => [sameAs, admitted?.workers]);
  expect(points).toEqual([
    [null, 2],
    ["limitMs 1,500", 2],
    [null, 3],
  ]);
  const again = await sweep("--replications", "16", "--json", "-");
  expect(again.stdout).toBe(json);
  const other = ["--vary", "demand.concurrentStreams=2,4", "--replications", "16", "--quiet"];
  const varied = await sweep(...other, "--json", "-");
  expect((JSON.parse(varied.stdout) as SweepResult).axes[0]?.path).toBe("demand.concurrentStreams");
});

it.each([
  [["--vary", "limitMs"], "--vary: found"],
  [["--vary", "a=1:9:0"], "found a step of 0"],
  [["--vary", "orchestrator.nothing=1,2"], "nothing"],
  [["--vary", "warmup=1m,2m"], "expected a setting that variants may change"],
  [["--replications", "8"], "expected a whole number from 16 to 192"],
  [["--budget", "soon"], "--budget: found soon"],
])("refuses %o in one line, with exit code 2", async (args, text) => {
  const { exitCode, stdout, stderr } = await sweep(...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(text);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});
