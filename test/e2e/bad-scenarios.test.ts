/**
 * Every bad scenario gives one clear line with its position, exit code 2, and writes nothing:
 * the bar of the command's input, as a table.
 */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { emptyFolder } from "../support/cli/command.js";
import { inProcessIn } from "../support/cli/in-process.js";

const folder = emptyFolder();
afterAll(() => rmSync(folder, { recursive: true }));

/** A pool of two workers: valid until a case breaks it. */
const POOL = `name: broken
orchestrator: { region: FRA, stakeShare: 0.05 }
workers:
  - { name: good, count: 2, roundTripMs: 400 }
  - { name: slow, roundTripMs: 2000 }
`;

/** "Billion laughs": each anchor stands for ten of the one before. */
function aliasBomb(levels: number): string {
  let text = "name: bomb\nl0: &l0 [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n";
  for (let level = 1; level <= levels; level += 1) {
    const before = Array.from({ length: 10 }, () => `*l${level - 1}`).join(", ");
    text += `l${level}: &l${level} [${before}]\n`;
  }
  return text;
}

const cases: readonly {
  readonly what: string;
  readonly content: string | Uint8Array;
  /** `line:column: path: what was found, what was expected`. */
  readonly says: string;
}[] = [
  {
    what: "a wrong type",
    content: "name: x\nseed: abc\n",
    says: '2:7: seed: found "abc", expected a number',
  },
  {
    what: "an unknown key",
    content: "name: x\ngateway: { regoin: FRA }\n",
    says: '2:12: gateway.regoin: unknown key; did you mean "region"?',
  },
  {
    what: "an unknown key at the top",
    content: "name: x\nsed: 1\n",
    says: '2:1: sed: unknown key; did you mean "seed"?',
  },
  {
    what: "a missing data file",
    content: "name: x\nnetwork:\n  file: missing.csv\n",
    says: `3:9: network.file: "${join(folder, "missing.csv")}": no such file`,
  },
  {
    what: "a negative price",
    content: "name: x\norchestrator:\n  region: FRA\n  pricePerUnit: -1\n",
    says: "4:17: orchestrator.pricePerUnit: found -1, expected a number of at least 0",
  },
  {
    what: "a duplicate worker",
    content: `${POOL}  - { name: slow, roundTripMs: 1 }\n`,
    says: '6:13: workers[2].name: a second worker is called "slow"',
  },
  {
    what: "a worker called like one of a kind",
    content: `${POOL}  - { name: good-2, roundTripMs: 1 }\n`,
    says: '6:13: workers[2].name: a second worker is called "good-2"',
  },
  {
    what: "an empty list of workers",
    content: "name: x\norchestrator: { region: FRA }\nworkers: []\n",
    says: "3:10: workers: empty, expected at least one worker for the pool",
  },
  {
    what: "an empty list of gateways",
    content: "name: x\ngateways: []\n",
    says: "2:11: gateways: found an empty list, expected a list of at least 1 item",
  },
  {
    what: "10 MB of YAML",
    content: `name: x\ndescription: "${"x".repeat(10 * 1024 * 1024)}"\n`,
    says: "1:1: found more than 1,000,000 bytes, expected at most that",
  },
  {
    what: "an alias bomb",
    content: aliasBomb(9),
    says: "7:10: more than 200000 values, aliases included",
  },
  {
    what: "an alias of itself",
    content: "name: x\nworkers: &w [*w]\n",
    says: "2:14: nested deeper than 100 levels",
  },
  {
    what: "deep nesting",
    content: `name: ${"[".repeat(400_000)}`,
    says: "nested deeper than 100 levels",
  },
  // What V8 ends the process over, if calls are nested as deep as the text.
  ...["[", "- ", "? ", "{a: ", "[{a: "].map((opening) => ({
    what: `nothing but ${JSON.stringify(opening)}`,
    content: opening.repeat(100_000),
    says: "nested deeper than 100 levels",
  })),
  {
    what: "NaN",
    content: "name: x\nstream: { segmentMs: .nan }\n",
    says: "2:22: stream.segmentMs: found .nan, expected a finite number",
  },
  {
    what: "infinity",
    content: "name: x\nstream: { segmentMs: -.inf }\n",
    says: "2:22: stream.segmentMs: found -.inf, expected a finite number",
  },
  {
    what: "a NUL byte",
    content: "name: x\nse\0ed: 1\n",
    says: "2:3: found a NUL byte, expected YAML text",
  },
  {
    what: "binary data",
    content: Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff, 0xfe]),
    says: "1:1: found bytes that are not UTF-8, expected YAML text",
  },
  {
    what: "binary data in a tag",
    content: "name: !!binary aGk=\n",
    says: "1:16: name: found aGk=, expected text or a number",
  },
  {
    what: "an empty file",
    content: "",
    says: "1:1: expected a mapping of settings, at least name",
  },
  {
    what: "a list instead of a mapping",
    content: "- name: x\n",
    says: "1:1: expected a mapping of settings, at least name",
  },
  {
    what: "broken YAML",
    content: "name: [x\nseed: 1\n",
    says: "2:1: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]",
  },
  {
    what: "a duplicate key",
    content: "name: x\nseed: 1\nname: y\n",
    says: '3:1: the key "name" stands here a second time',
  },
  {
    what: "two documents",
    content: "name: x\n---\nname: y\n",
    says: "2:1: found a second document, expected one",
  },
  { what: "no name", content: "seed: 1\n", says: "1:1: name: is missing, expected text" },
  {
    what: "a setting without a value",
    content: "name: x\nworkers:\n",
    says: "2:1: workers: found nothing, expected a list",
  },
  {
    what: "a time without a unit",
    content: "name: x\nduration: 20\n",
    says: '2:11: duration: found 20, expected a span of time such as "500ms", "20m" or "1h30m"',
  },
  {
    what: "an unknown word",
    content: "name: x\ngateway: { source: onchian }\n",
    says: '2:20: gateway.source: found "onchian", expected one of "onchain", "webhook", "hardcoded"; did you mean "onchain"?',
  },
  {
    what: "an unknown kind of alternative",
    content: "name: x\nstream: { length: { distribution: expnential, mean: 3m } }\n",
    says: '2:35: stream.length.distribution: found "expnential", expected one of mixture, constant, exponential, lognormal, empirical; did you mean "exponential"?',
  },
  {
    what: "neither of two alternatives",
    content: `name: x\norchestrator: { region: FRA, maxSessions: atuo }\n`,
    says: '2:43: orchestrator.maxSessions: found "atuo", expected "auto" or a number; did you mean "auto"?',
  },
  {
    what: "an unknown region",
    content: "name: x\ngateway: { region: FRAA }\n",
    says: '2:20: gateway.region: no region is called "FRAA"; did you mean "FRA"?',
  },
  {
    what: "an unknown device",
    content: "name: x\norchestrator: { region: FRA }\nworkers: [{ name: a, device: abacus }]\n",
    says: '3:30: workers[0].device: no device is called "abacus"',
  },
  {
    what: "an unknown worker in an admission list",
    content: `${POOL}variants:\n  a: {}\n  b:\n    orchestrator.admission.exclude: [slwo]\n`,
    says: '9:38: orchestrator.admission.exclude[0]: no worker is called "slwo"; did you mean "slow"?',
  },
  {
    what: "a variant that sets what does not exist",
    content: "name: x\nvariants:\n  a: {}\n  b:\n    gatway.region: FRA\n",
    says: '5:5: gatway: unknown key; did you mean "gateway"?',
  },
  {
    what: "a variant that names an item that does not exist",
    content: `${POOL}variants:\n  b:\n    workers.slo.maxSessions: 1\n`,
    says: '8:5: workers.slo.maxSessions: no item of workers is called "slo"; did you mean "slow"?',
  },
  {
    what: "a variant with a value that does not fit",
    content: `${POOL}variants:\n  b:\n    workers.slow.maxSessions: none\n`,
    says: '8:31: workers[1].maxSessions: found "none", expected a number',
  },
  {
    what: "a variant with another seed",
    content: "name: x\nvariants:\n  b: { seed: 3 }\n",
    says: "3:8: variants.b.seed: a variant cannot change seed: variants are compared with each other",
  },
  {
    what: "an expectation about an unknown variant",
    content: "name: x\nexpect:\n  - bse.pool.segments > 1\n",
    says: '3:5: expect[0]: character 1: no variant is called "bse"; did you mean "base"?',
  },
  {
    what: "an expectation that is cut off",
    content: "name: x\nexpect:\n  - base.pool.segments >\n",
    says: "3:5: expect[0]: character 21: ends, expected a number",
  },
  {
    what: "an expectation about an unknown worker",
    content: `${POOL}expect:\n  - base.worker.slwo.picks > 1\n`,
    says: '7:5: expect[0]: character 6: no metric is called "worker.slwo.picks"',
  },
  {
    what: "weights that do not sum to 1 (L-17)",
    content: "name: x\ngateway: { selectStakeWeight: 0.5 }\n",
    says: "2:10: gateway: selectStakeWeight, selectPriceWeight and selectRandFreq must sum to 1 (L-17): found 0.5, 0 and 0.3",
  },
  {
    what: "no demand",
    content: "name: x\ngateway: { region: FRA }\n",
    says: "1:1: demand: nothing to simulate, expected concurrentStreams or streamsPerDay or arrivals or trace",
  },
  {
    what: "payouts all the time",
    content: `${POOL.replace("0.05 }", "0.05, economics: { payoutInterval: 0s } }")}demand: { concurrentStreams: 1 }\n`,
    says: "2:77: orchestrator.economics.payoutInterval: found 0 ms, expected at least 1000 ms",
  },
  {
    what: "a worker that fails all the time",
    content:
      "name: x\norchestrator: { region: FRA }\nworkers: [{ name: a, up: 0s, down: 0s, roundTripMs: 9 }]\ndemand: { concurrentStreams: 1 }\n",
    says: "3:26: workers[0].up: found 0 ms, expected at least 1000 ms",
  },
  {
    what: "orchestrators that come and go all the time",
    content: "name: x\ndemand: { concurrentStreams: 1 }\nassumptions: { meanDown: 0s }\n",
    says: "3:26: assumptions.meanDown: found 0 ms, expected at least 1000 ms",
  },
  {
    what: "no time to count",
    content: "name: x\ndemand: { concurrentStreams: 1 }\nduration: 0s\n",
    says: "3:11: duration: found 0 ms, expected some time to count",
  },
  {
    what: "streams without a length",
    content:
      "name: x\ndemand: { concurrentStreams: 1 }\nstream: { length: { distribution: constant, mean: 0s } }\n",
    says: "3:51: stream.length.mean: found 0 ms, expected a length",
  },
  {
    what: "more streams than memory holds",
    content: "name: x\ndemand: { concurrentStreams: 1000000 }\n",
    says: "2:30: demand.concurrentStreams: about 1,000,000 streams at a time, expected at most 10,000",
  },
  {
    what: "more segments than anybody waits for",
    content: "name: x\ndemand: { concurrentStreams: 10000 }\nduration: 3650d\n",
    says: "3:11: duration: about 1,383 billion segments per replication, expected at most 5 billion",
  },
  {
    what: "more streams than anybody waits for",
    content:
      "name: x\ndemand: { concurrentStreams: 100 }\nstream: { length: { distribution: constant, mean: 1ms } }\n",
    says: "3:51: stream.length.mean: about 1,440 million streams per replication, expected at most 100 million",
  },
  {
    what: "tests that leave no time for streams",
    content: "name: x\ntester: { testsPerDay: 10000, segments: 1000 }\nduration: 30d\n",
    says: "2:24: tester.testsPerDay: about 300 million segments for each orchestrator and region, expected at most 100 million",
  },
  {
    what: "a broken network file",
    content: "name: x\nnetwork: { file: bad.yaml }\n",
    says: 'bad.yaml:1:1: no column "address"',
  },
  {
    what: "stake said twice",
    content: `${POOL}orchestrators:
  - { name: a, region: FRA, stakeLpt: 1, stakeShare: 0.1, backend: { type: measured, roundTripMs: 1 } }
`,
    says: "7:42: orchestrators[0].stakeShare: found stakeLpt and stakeShare, expected one of them",
  },
  {
    what: "the driver's encoder sessions without a device",
    content:
      "name: x\norchestrator: { region: FRA }\nworkers: [{ name: a, roundTripMs: 1, encoderSessions: driver }]\n",
    says: "3:55: workers[0].encoderSessions: found driver, expected a device or a number",
  },
  {
    what: "a device that is like no other",
    content: "name: x\ndevices: { mine: { like: gtx1061 } }\n",
    says: '2:26: devices.mine.like: no device of the table is called "gtx1061"; did you mean "gtx1060"?',
  },
  {
    what: "a device without a rate",
    content: "name: x\ndevices: { mine: { warmupMs: 100 } }\n",
    says: "2:18: devices.mine: found a mapping, expected pixelsPerSecond, or like with a device of the table",
  },
  {
    what: "a worker that is faster with more to do",
    content:
      "name: x\norchestrator: { region: FRA }\nworkers: [{ name: a, roundTripMs: 1, slowdown: { 2: 2, 4: 1.5 } }]\n",
    says: "3:48: workers[0].slowdown: found a mapping, expected factors that never fall with more segments at a time, 1 where there is one",
  },
];

describe("bad scenarios", () => {
  beforeEach(() => {
    for (const file of readdirSync(folder)) rmSync(join(folder, file), { recursive: true });
  });

  it.each(cases)("$what", async ({ content, says }) => {
    writeFileSync(join(folder, "bad.yaml"), content);
    const { exitCode, stdout, stderr } = await inProcessIn(
      folder,
      "run",
      "bad.yaml",
      "--json",
      "out.json",
    );
    expect(stderr).toMatch(/^bad\.yaml:\d+:\d+: [^\n]+\n$/);
    expect(stderr).toContain(says);
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
    expect(readdirSync(folder)).toEqual(["bad.yaml"]);
  });

  it.each([
    ["a number", `seed: ${"9".repeat(100_000)}`],
    ["a number beyond all", `orchestrator: { stakeShare: 1e${"9".repeat(100_000)} }`],
    ["a tag", `seed: !${"a".repeat(100_000)} 1`],
    ["an anchor", `seed: *${"a".repeat(100_000)}`],
    ["a key", `? ${"a".repeat(100_000)}\n: 1`],
    ["a name", `gateways: [{ region: ${"Z".repeat(100_000)} }]`],
  ])("%s of 100,000 characters makes no line that nobody reads", async (_, line) => {
    writeFileSync(join(folder, "bad.yaml"), `name: x\n${line}\n`);
    const { exitCode, stderr } = await inProcessIn(folder, "check", "bad.yaml");
    expect(exitCode).toBe(2);
    for (const each of stderr.split("\n")) expect(each.length).toBeLessThan(2_100);
  });

  it("a scenario that does not exist", async () => {
    const { exitCode, stderr } = await inProcessIn(folder, "run", "nowhere.yaml");
    expect(stderr).toBe("nowhere.yaml:1:1: no such file\n");
    expect(exitCode).toBe(2);
  });

  it("a folder instead of a scenario", async () => {
    const { exitCode, stderr } = await inProcessIn(folder, "check", ".");
    expect(stderr).toBe(".:1:1: is a directory, expected a file\n");
    expect(exitCode).toBe(2);
  });

  it("one bad scenario of two stops both", async () => {
    writeFileSync(join(folder, "good.yaml"), "name: x\ndemand: { streamsPerDay: 9 }\n");
    writeFileSync(join(folder, "bad.yaml"), "name: 1\n");
    const { exitCode, stdout, stderr } = await inProcessIn(folder, "run", "good.yaml", "bad.yaml");
    expect(stderr).toBe("bad.yaml:1:7: name: found 1, expected text\n");
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  });

  it("80,000 unknown keys are counted, and the first 200 are listed", async () => {
    const keys = Array.from({ length: 80_000 }, (_, index) => `k${index}: 1`);
    writeFileSync(join(folder, "bad.yaml"), `name: x\n${keys.join("\n")}\n`);
    const { exitCode, stderr } = await inProcessIn(folder, "check", "bad.yaml");
    const lines = stderr.trimEnd().split("\n");
    expect(lines.slice(0, 2)).toEqual([
      "bad.yaml:2:1: k0: unknown key",
      "bad.yaml:3:1: k1: unknown key",
    ]);
    // One more than the keys: demand is missing.
    expect(lines.slice(200)).toEqual(["… and 79801 more"]);
    expect(exitCode).toBe(2);
  });

  it("more variants, and more settings of one, than anybody writes", async () => {
    const good = `name: pool
demand: { concurrentStreams: 9 }
seed: 1
`;
    const variants = Array.from({ length: 101 }, (_, index) => `  v${index}: { seed: 1 }`);
    writeFileSync(join(folder, "many.yaml"), `${good}variants:\n${variants.join("\n")}\n`);
    const keys = Array.from({ length: 1001 }, (_, index) => `    workers.${index}.gpu: t4`);
    writeFileSync(join(folder, "long.yaml"), `${good}variants:\n  a:\n${keys.join("\n")}\n`);
    expect((await inProcessIn(folder, "check", "many.yaml")).stderr).toBe(
      "many.yaml:5:3: variants: found a mapping, expected at most 100 variants\n",
    );
    expect((await inProcessIn(folder, "check", "long.yaml")).stderr).toBe(
      "long.yaml:6:5: variants.a: found a mapping, expected at most 1000 settings\n",
    );
  });
});
