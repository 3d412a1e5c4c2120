/**
 * A nightly job that keeps a pool's benchmark limit where it earns most: each night the limit in use is
 * compared with the next smaller and the next larger one, and moves one step where that is shown to gain:
 *
 *   npx tsx examples/nightly-threshold.ts my-pool.yaml limit.json
 *
 * limit.json is `{ "limitMs": 1200 }`. The limit decides nothing by itself: which workers it admits is
 * simulated with the round trips that my-pool.yaml has, so write those of the day into it first. What is
 * written depends on these two files only, not on how quick the machine is, as long as an hour is enough.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { loadScenario, runExperiment } from "poolsim/sim";

const [pool = "my-pool.yaml", file = "limit.json"] = process.argv.slice(2);
const LIMITS_MS = [300, 400, 600, 800, 1200, 1600, 2000, 2500, 3000];
const BUDGET_MS = 3_600_000;

function limitInUse(): number {
  const { limitMs } = JSON.parse(readFileSync(file, "utf8"));
  if (LIMITS_MS.includes(limitMs)) return limitMs;
  throw new Error(`${file}: found ${limitMs}, expected limitMs of ${LIMITS_MS.join(", ")}`);
}

const now = limitInUse();
const index = LIMITS_MS.indexOf(now);
const enough = AbortSignal.timeout(BUDGET_MS);
let best = { limitMs: now, gain: 0 };
for (const limitMs of LIMITS_MS.filter((_, other) => Math.abs(other - index) === 1)) {
  const path = "orchestrator.admission.benchmark.limitMs";
  const set = Object.entries({
    variants: { now: { [path]: now }, other: { [path]: limitMs } },
    decision: { baseline: "now", candidate: "other" },
    expect: [],
  }).map(([at, value]) => ({ path: at, value }));
  const scenario = loadScenario(pool, { set });
  const { verdict } = await runExperiment(scenario, {
    untilDecided: true,
    sensitivity: "off",
    enough,
  });
  console.log(`${limitMs} ms instead of ${now} ms: ${verdict?.decision}. ${verdict?.sentence}`);
  const gain = verdict?.decision === "admit" ? (verdict.change?.mean ?? 0) : 0;
  if (gain > best.gain) best = { limitMs, gain };
}

if (best.limitMs !== now) {
  // Whoever reads it meanwhile finds the old one or the new one.
  writeFileSync(`${file}.new`, `${JSON.stringify({ limitMs: best.limitMs })}\n`);
  renameSync(`${file}.new`, file);
}
console.log(best.limitMs === now ? `stays at ${now} ms` : `moves to ${best.limitMs} ms`);
