/**
 * `npm run test:statistics [seeds] [coverage seeds]`: whether the answer to the main job depends
 * on luck. Takes about half an hour of CPU time; `npm test` has a short form.
 */
import { availableParallelism } from "node:os";
import { coverage, decisionOf, runSeed, scenarios } from "./statistics-checks.js";

const seeds = Number(process.argv[2] ?? 20);
const coverageSeeds = Number(process.argv[3] ?? 40);
const plan = { threads: availableParallelism() };
const { slow, good } = scenarios(plan);
const failures: string[] = [];

function check(passed: boolean, text: string): void {
  console.log(`${passed ? "ok  " : "FAIL"} ${text}`);
  if (!passed) failures.push(text);
}

const slowResults = [];
const slowDecisions = [];
const goodDecisions = [];
for (let seed = 1; seed <= Math.max(seeds, coverageSeeds); seed += 1) {
  const result = await runSeed(slow, plan, seed);
  slowResults.push(result);
  if (seed > seeds) continue;
  slowDecisions.push(decisionOf(result));
  const swapped = await runSeed(good, plan, seed);
  goodDecisions.push(decisionOf(swapped));
  console.log(
    `seed ${seed}: ${decisionOf(result)} (${result.verdict?.reason}) | made good: ${decisionOf(swapped)} (${swapped.verdict?.reason})`,
  );
}

check(
  slowDecisions.every((decision) => decision === "exclude"),
  `the slow worker is excluded with every seed from 1 to ${seeds}`,
);
check(
  goodDecisions.every((decision) => decision !== "exclude"),
  "made like the good workers it is excluded with none",
);
const same = goodDecisions.filter((found) => found === "no difference" || found === "undecided");
check(
  same.length >= Math.ceil(0.95 * seeds),
  `that identical worker makes "no difference" or is "undecided" with ${same.length} of ${seeds} seeds (at least ${Math.ceil(0.95 * seeds)})`,
);
for (const { name, covered, of } of coverage(slowResults.slice(0, coverageSeeds))) {
  console.log(`     95 % intervals cover ${name}: ${covered} of ${of}`);
}
process.exitCode = failures.length === 0 ? 0 : 1;
