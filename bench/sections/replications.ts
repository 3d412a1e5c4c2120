/**
 * Replications of an experiment on two threads beside one, by the wall clock: little work, of which starting
 * and V8's compile are most, and much, which threads are for. What no number of threads can pass is
 * measured, too: two processes with a thread each, at once, beside one.
 */
import { join } from "node:path";
import { ROOT } from "../shared/earlier.js";
import { type BenchOptions, compare, type Section } from "../shared/figures.js";
import { outputOf } from "../shared/processes.js";

const REPLICATIONS = 8;
const BAR = { kind: "at least", ratio: 1.8 } as const;
/** Runs of what takes more than a minute. */
const LONG_RUNS = 3;

interface Work {
  readonly scenario: string;
  /** Counted time of a replication. */
  readonly minutes: number;
  readonly replications: number;
}

/** As the scenarios have it. */
const LITTLE: Work = { scenario: "admit-worker", minutes: 180, replications: REPLICATIONS };
const MUCH: Work = { scenario: "network-week", minutes: 10_080, replications: REPLICATIONS };
/** Enough of it that starting hardly counts. */
const SOME: Work = { ...MUCH, replications: 2 };

async function wallSeconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

function run(threads: number, { scenario, minutes, replications }: Work, { scale }: BenchOptions) {
  return outputOf(process.execPath, [
    join(ROOT, "dist/cli/main.js"),
    "run",
    join(ROOT, `scenarios/${scenario}.yaml`),
    ...["--replications", String(replications)],
    ...["--duration", `${Math.max(1, Math.round(minutes * scale))}m`],
    ...["--sensitivity", "off", "--quiet", "--set", "expect=[]", "--threads", String(threads)],
    // What one side keeps, the other would read.
    "--no-cache",
  ]);
}

function onTwoThreads(work: Work, options: BenchOptions) {
  const pair = {
    name: `${work.replications} replications of ${work.scenario}, 2 threads`,
    unit: "s by the clock",
    isLowerBetter: true,
    warmUp: false,
    ours: () => wallSeconds(() => run(2, work, options)),
    peer: { name: "1 thread", measure: () => wallSeconds(() => run(1, work, options)) },
    bar: BAR,
  };
  return compare(pair, options);
}

function twoAtOnce(work: Work, options: BenchOptions) {
  const one = () => run(1, work, options);
  const pair = {
    name: `two cores: two processes with ${work.replications} replications of ${work.scenario}, half of their time`,
    unit: "s by the clock",
    isLowerBetter: true,
    warmUp: false,
    ours: async () => (await wallSeconds(() => Promise.all([one(), one()]))) / 2,
    peer: { name: "one process by itself", measure: () => wallSeconds(one) },
  };
  return compare(pair, options);
}

async function runAll(options: BenchOptions) {
  const long = { ...options, runs: Math.min(options.runs, LONG_RUNS) };
  return [
    await onTwoThreads(LITTLE, options),
    await onTwoThreads(MUCH, long),
    await twoAtOnce(SOME, long),
  ];
}

export const replications: Section = { name: "replications", title: "Replications", run: runAll };
