/**
 * CPU seconds of a scenario with a pool of workers: one replication of all its variants, of the poolsim in
 * the current folder (of an earlier one, too).
 *
 *     tsx bench/pools.ts admit-worker 4    # the mean of 4 replications after a first that does not count
 *
 * The first replication makes the world and meets code that is not compiled yet. The others are what a
 * longer run consists of.
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [name = "admit-worker", count = "4"] = process.argv.slice(2);
const source = (path: string) => pathToFileURL(resolve("src/sim", path)).href;
const { loadScenario }: typeof import("../src/sim/scenario/load.js") = await import(
  source("scenario/load.ts")
);
const { simulate }: typeof import("../src/sim/simulate.js") = await import(source("simulate.ts"));

const { base, variants } = loadScenario(join("scenarios", `${name}.yaml`));
// All variants have the same data: what is worked out from it is so once, as in `poolsim run`.
const inputs = variants.map(({ input }) => ({ ...input, data: base.data }));
const cpuSeconds: number[] = [];
for (let replication = 0; replication <= Number(count); replication++) {
  const before = process.cpuUsage();
  for (const input of inputs) simulate(input, { replication });
  const { user, system } = process.cpuUsage(before);
  cpuSeconds.push((user + system) / 1e6);
}
const [first = 0, ...others] = cpuSeconds;
console.log(
  JSON.stringify({ first, mean: others.reduce((sum, one) => sum + one, 0) / others.length }),
);
