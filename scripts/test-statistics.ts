/**
 * `npm run test:statistics [seeds] [coverage seeds] [synthetic sets]`: whether the answer to the main
 * job depends on luck, or on settings that have nothing to do with it. Takes some hours of CPU time,
 * most of it for the black hole under 24 settings with each seed; `npm test` has a short form.
 */
import { availableParallelism } from "node:os";
import { modelChecks } from "./model-checks.js";
import {
  blackHoleProblem,
  CELLS,
  cellText,
  coverage,
  decisionOf,
  isGaining,
  runSeed,
  scenarios,
  settingsOf,
} from "./statistics-checks.js";
import { nullChecks, rareChecks } from "./synthetic-checks.js";

const seeds = Number(process.argv[2] ?? 20);
const coverageSeeds = Number(process.argv[3] ?? 40);
const sets = Number(process.argv[4] ?? 10_000);
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
    `seed ${seed}: ${decisionOf(result)} (${result.verdict?.sentence}) | made good: ${decisionOf(swapped)} (${swapped.verdict?.sentence})`,
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

for (const { name, found, expected, holds } of await modelChecks(plan.threads)) {
  const figures = [found.mean, ...found.ci95, expected].map((value) => value.toFixed(4));
  check(holds, `${name}: ${figures[0]} (${figures[1]} … ${figures[2]}), theory ${figures[3]}`);
}

for (const { passed, text } of [...nullChecks(sets), ...rareChecks(sets)]) check(passed, text);

// Tickets, shares and the peak test have nothing to do with whether the worker does harm.
const byTickets = new Map<string, string[]>();
for (const cell of CELLS) {
  const inCell = scenarios({ ...plan, set: settingsOf(cell) }).slow;
  const problems: string[] = [];
  const decisions: string[] = [];
  let refused = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const result = await runSeed(inCell, plan, seed);
    const problem = blackHoleProblem(cell, result);
    if (problem !== undefined) problems.push(`seed ${seed}: ${problem}`);
    const { decision, reason, instead } = result.verdict ?? {};
    if (reason === "objective not positive") refused += 1;
    decisions.push(`${decision} ${instead?.decision}`);
  }
  for (const problem of problems) console.log(`     ${problem}`);
  check(
    problems.length <= Math.floor(0.05 * seeds) &&
      problems.every((problem) => !/admitted|untrue|judged/.test(problem)),
    `${cellText(cell)}: ${isGaining(cell) ? "excluded" : `refused on net (${refused}), excluded on fees`} with ${seeds - problems.length} of ${seeds} seeds`,
  );
  const { tickets: _, ...rest } = cell;
  const name = cellText({ ...rest, tickets: false });
  byTickets.set(name, [...(byTickets.get(name) ?? []), decisions.join()]);
}
check(
  [...byTickets.values()].every(([off, on]) => off === on),
  `decisions with tickets on and off agree with all of ${seeds} seeds in all cells`,
);

// The null: a worker swapped for its renamed twin is no loss and no gain, whatever the settings.
const nullSeeds = Math.min(10, seeds);
const nullCells = CELLS.filter(({ feeShare, peak }) => feeShare === "0" && peak);
for (const cell of nullCells) {
  const { good } = scenarios({ ...plan, set: settingsOf(cell) });
  const decisions: string[] = [];
  for (let seed = 1; seed <= nullSeeds; seed += 1) {
    decisions.push(decisionOf(await runSeed(good, plan, seed)));
  }
  check(
    decisions.every((decision) => decision !== "admit" && decision !== "exclude"),
    `an identical worker, ${cellText(cell)}: neither admitted nor excluded with ${nullSeeds} seeds (${decisions.join(", ")})`,
  );
}
process.exitCode = failures.length === 0 ? 0 : 1;
