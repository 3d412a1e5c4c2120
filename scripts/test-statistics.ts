/**
 * `npm run test:statistics`: whether the answer to the main job depends on luck, or on settings that
 * have nothing to do with it. It takes more than an hour of CPU time. What is found is kept until the
 * program changes, so it may be stopped at any time, and goes on when it is run again:
 *
 *     npm run test:statistics -- [--seeds 20] [--coverageSeeds 40] [--sets 10000] [--threads 2]
 *       [--minutes 5]   begin nothing new after so many
 *       [--only slow]   pieces whose names begin so; all of them are judged at the end
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pLimit from "p-limit";
import { Findings } from "./statistics-findings.js";
import { statisticsReport } from "./statistics-report.js";
import { type Sizes, type Unit, unitsOf } from "./statistics-units.js";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    coverageSeeds: { type: "string", default: "40" },
    sets: { type: "string", default: "10000" },
    threads: { type: "string", default: String(availableParallelism()) },
    minutes: { type: "string", default: "Infinity" },
    only: { type: "string", default: "" },
    /** One piece, in this process: what the others are started with. */
    unit: { type: "string" },
  },
});
const sizes: Sizes = {
  seeds: Number(values.seeds),
  coverageSeeds: Number(values.coverageSeeds),
  sets: Number(values.sets),
};
const units = unitsOf(sizes);
const all: readonly Unit<unknown>[] = [
  ...units.slow,
  ...units.good,
  ...units.twins,
  ...units.model,
  ...units.synthetic,
];
const findings = new Findings();

/** Runs a piece in a process of its own. */
function runApart({ name }: Unit<unknown>): Promise<void> {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), "--unit", name];
  const given = Object.entries(sizes).flatMap(([size, value]) => [`--${size}`, String(value)]);
  const child = spawn(process.execPath, [...args, ...given], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${name}: ended with code ${code}`));
    });
  });
}

async function runAll(): Promise<void> {
  const endMs = performance.now() + Number(values.minutes) * 60_000;
  const limit = pLimit(Number(values.threads));
  const wanted = all.filter(
    ({ name }) => name.startsWith(values.only) && findings.of(name) === undefined,
  );
  await Promise.all(
    wanted.map((unit) =>
      limit(async () => {
        if (performance.now() < endMs) await runApart(unit);
      }),
    ),
  );
}

if (values.unit === undefined) {
  await runAll();
  const left = all.filter(({ name }) => findings.of(name) === undefined);
  if (left.length === 0) {
    process.exitCode = statisticsReport(sizes, units, findings) ? 0 : 1;
  } else {
    console.log(`${left.length} of ${all.length} pieces are left: run it again to go on`);
    process.exitCode = 3;
  }
} else {
  const unit = all.find(({ name }) => name === values.unit);
  if (unit === undefined) throw new Error(`there is no piece "${values.unit}"`);
  const found = await unit.run();
  findings.keep(unit.name, found);
  const { user } = process.cpuUsage();
  console.log(`${unit.name} (${(user / 1e6).toFixed(0)} s): ${JSON.stringify(found)}`);
}
