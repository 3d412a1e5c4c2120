/** `check` tells everything that is wrong at once: schema, names, variants and questions. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSetting } from "../../../src/config/setting.js";
import { InputError } from "../../../src/core/errors.js";
import { allProblems } from "../../../src/sim/scenario/all-problems.js";
import { type ReadFile, readFileWithin } from "../../../src/sim/scenario/files.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";

function reader(text: string): ReadFile {
  return (path, bytesMax) =>
    path === "s.yaml" ? new TextEncoder().encode(text) : readFileWithin(path, bytesMax);
}

function problems(text: string, ...set: readonly string[]): readonly string[] {
  return allProblems("s.yaml", { readFile: reader(text), set: set.map(parseSetting) });
}

const GOOD = `name: pool
demand: { concurrentStreams: 9 }
gateways:
  - { region: FRA, weight: 60 }
  - { region: NYC, weight: 40 }
orchestrator: { region: FRA, stakeShare: 0.05 }
workers:
  - { name: good, count: 4, roundTripMs: 400 }
  - { name: slow, roundTripMs: 2000 }
variants:
  without: { orchestrator.admission.exclude: [slow] }
  with: {}
decision: { baseline: without, candidate: with }
expect:
  - "with.pool.segments > 0"
`;

describe("all problems of a scenario", () => {
  it("are none where it loads", () => {
    expect(problems(GOOD)).toEqual([]);
  });

  it("come from the schema, the names, the variants and the questions together", () => {
    const bad = `name: pool
seed: abc
demand: { concurrentStreams: 9 }
gateways:
  - { region: FRB, weight: 60 }
  - { regoin: NYC, region: NYC, weight: -1 }
orchestrator: { region: FRA, stakeShare: 0.05, stakeLpt: 7 }
workers:
  - { name: good, count: 4, roundTripMs: 400 }
  - { name: good, roundTripMs: 2000 }
variants:
  without: { orchestrator.admission.exclude: [slwo], seed: 3 }
  with: { workers.7.roundTripMs: 3 }
decision: { baseline: without, candidate: wiht }
`;
    const found = problems(bad);
    expect(found).toEqual([
      expect.stringMatching(/^s\.yaml:2:7: seed: found "abc", expected a number/),
      expect.stringMatching(/^s\.yaml:5:15: gateways\[0\]\.region: no region is called "FRB"/),
      expect.stringMatching(/^s\.yaml:6:7: gateways\[1\]\.regoin: unknown key/),
      expect.stringMatching(/^s\.yaml:6:\d+: gateways\[1\]\.weight: found -1, expected a number/),
      expect.stringMatching(/^s\.yaml:7:\d+: orchestrator\.\w+: found stakeLpt and stakeShare/),
      expect.stringMatching(/^s\.yaml:10:13: workers\[1\]\.name: a second worker is called "good"/),
      expect.stringMatching(/^s\.yaml:12:\d+: orchestrator\.admission\.exclude\[0\]: no worker/),
      expect.stringMatching(/^s\.yaml:12:\d+: variants\.without\.seed: a variant cannot change/),
      expect.stringMatching(/^s\.yaml:13:11: workers\.7\.roundTripMs: workers has 2 items/),
      expect.stringMatching(/^s\.yaml:14:\d+: decision\.candidate: no variant is called "wiht"/),
    ]);
  });

  it("of questions are told together", () => {
    const text = GOOD.replace(
      "candidate: with }",
      "candidate: wiht, objective: pool.nets }",
    ).replace(
      "with.pool.segments > 0",
      'with.pool.segmants > 0"\n  - "nobody.pool.segments > 0"\n  - "with.pool.segments >',
    );
    expect(problems(text)).toEqual([
      expect.stringContaining('no variant is called "wiht"'),
      expect.stringContaining('no metric is called "pool.nets"'),
      expect.stringContaining('15:5: expect[0]: character 6: no metric is called "pool.segmants"'),
      expect.stringContaining('16:5: expect[1]: character 1: no variant is called "nobody"'),
      expect.stringContaining("17:5: expect[2]: character 21: ends"),
    ]);
  });

  it("do not blame what refers to a thing that is wrong itself", () => {
    const text = GOOD.replace("name: slow,", "name: 'sl ow',").replace("[slow]", "['sl ow']");
    const found = problems(text);
    expect(found.filter((line) => line.includes("workers[1].name"))).toHaveLength(1);
    expect(found.join("\n")).not.toContain("no worker is called");
  });

  it("of settings from outside are each told", () => {
    expect(problems(GOOD, "sed=1", "gateways.9.weight=1", "workers.slow.roundTripMs=-1")).toEqual([
      expect.stringMatching(/^--set sed: sed: unknown key/),
      expect.stringMatching(
        /^--set gateways\.9\.weight: gateways\.9\.weight: gateways has 2 items/,
      ),
      expect.stringMatching(
        /^--set workers\.slow\.roundTripMs: workers\[1\]\.roundTripMs: found -1/,
      ),
    ]);
  });

  it("begin with what loading says, whatever is broken", () => {
    const lines = GOOD.split("\n");
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            line: fc.nat(lines.length - 2),
            from: fc.constantFrom(
              ...["FRA", "good", "slow", "9", "60", "2000", "with", "pool", ":"],
            ),
            to: fc.constantFrom(...["XXX", "-1", "[1]", "null", "{}", "true", "''", "1e99"]),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        (changes) => {
          const changed = [...lines];
          for (const { line, from, to } of changes) {
            changed[line] = (changed[line] ?? "").replace(from, to);
          }
          const text = changed.join("\n");
          let first = "";
          try {
            loadScenario("s.yaml", { readFile: reader(text) });
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
            first = error.message.replace(/ \(and \d+ more\)$/, "");
          }
          const all = problems(text);
          if (first === "") expect(all).toEqual([]);
          else expect(all).toContain(first);
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);
});
