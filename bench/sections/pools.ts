/**
 * Scenarios with a pool of workers beside the earlier poolsim with its own files of the same names: a
 * replication of all variants, and the whole answer of `poolsim run`. Today's answer consists of more
 * simulations than the earlier one's (it shakes more assumptions), so that the two ratios differ.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { EARLIER, earlierPoolsim, ROOT } from "../shared/earlier.js";
import { type BenchOptions, compare, type Peer, type Section } from "../shared/figures.js";
import { cpuOfProgram, outputOf } from "../shared/processes.js";

const REPLICATIONS = 8;
const SCENARIOS = ["admit-worker", "threshold-800ms"];

/** CPU seconds of a replication, on average. */
async function replication(folder: string, name: string, scale: number): Promise<number> {
  const count = Math.max(1, Math.round(REPLICATIONS * scale));
  const args = ["--import", "tsx", join(ROOT, "bench/pools.ts"), name, String(count)];
  const output = await outputOf(process.execPath, args, { cwd: folder });
  const { mean }: { mean: number } = JSON.parse(output);
  return mean;
}

/** CPU seconds of `poolsim run`, from nothing. */
function answer(folder: string, name: string, options: readonly string[]): number {
  const file = join(folder, "scenarios", `${name}.yaml`);
  return cpuOfProgram(
    process.execPath,
    [join(folder, "dist/cli/main.js"), "run", file, ...options],
    1,
  );
}

function earlier(measure: (folder: string) => number | Promise<number>): Peer {
  const name = `commit ${EARLIER}`;
  const made = earlierPoolsim();
  if ("absent" in made) return { name, absent: made.absent };
  return { name, measure: () => measure(made.folder) };
}

let isBuilt = false;

/** Builds the earlier command, once. */
function built(folder: string): string {
  if (!isBuilt) execFileSync("npm", ["run", "--silent", "build"], { cwd: folder });
  isBuilt = true;
  return folder;
}

async function run(options: BenchOptions) {
  const comparisons = [];
  for (const name of SCENARIOS) {
    const common = { unit: "CPU s", isLowerBetter: true, warmUp: false };
    comparisons.push(
      await compare(
        {
          ...common,
          name: `${name}, a replication`,
          ours: () => replication(ROOT, name, options.scale),
          peer: earlier((folder) => replication(folder, name, options.scale)),
          bar: { kind: "at least", ratio: 4 },
        },
        options,
      ),
      await compare(
        {
          ...common,
          name: `${name}, the whole answer`,
          ours: () => answer(ROOT, name, ["--no-cache"]),
          peer: earlier((folder) => answer(built(folder), name, [])),
        },
        options,
      ),
    );
  }
  return comparisons;
}

export const pools: Section = { name: "pools", title: "Pools of workers", run };
