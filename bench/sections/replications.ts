/** Replications of an experiment on two threads beside one, by the wall clock. */
import { join } from "node:path";
import { ROOT } from "../shared/earlier.js";
import { type BenchOptions, compare, type Section } from "../shared/figures.js";
import { outputOf } from "../shared/processes.js";

const REPLICATIONS = 8;
/** As the scenario has it: in less, most of a thread's time goes into making its code quick. */
const MINUTES = 180;

async function wallSeconds(threads: number, minutes: number): Promise<number> {
  const args = [
    join(ROOT, "dist/cli/main.js"),
    "run",
    join(ROOT, "scenarios/admit-worker.yaml"),
    ...["--replications", String(REPLICATIONS), "--duration", `${minutes}m`],
    ...["--sensitivity", "off", "--quiet", "--set", "expect=[]", "--threads", String(threads)],
    // What one side keeps, the other would read.
    "--no-cache",
  ];
  const begun = performance.now();
  await outputOf(process.execPath, args);
  return (performance.now() - begun) / 1000;
}

async function run(options: BenchOptions) {
  const minutes = Math.max(1, Math.round(MINUTES * options.scale));
  const pair = {
    name: `${REPLICATIONS} replications of admit-worker, 2 threads`,
    unit: "s by the clock",
    isLowerBetter: true,
    warmUp: false,
    ours: () => wallSeconds(2, minutes),
    peer: { name: "1 thread", measure: () => wallSeconds(1, minutes) },
    bar: { kind: "at least" as const, ratio: 1.8 },
  };
  return [await compare(pair, options)];
}

export const replications: Section = { name: "replications", title: "Replications", run };
