/** What `npm run test:statistics` says when all its pieces have been run. */
import type { ModelCheck } from "./model-checks.js";
import { CELLS, type Cell, cellText, coverage, isGaining } from "./statistics-checks.js";
import type { Findings } from "./statistics-findings.js";
import {
  type CellFound,
  type GoodFound,
  NULL_CELLS,
  type Sizes,
  type SlowFound,
  type Unit,
  type unitsOf,
} from "./statistics-units.js";
import type { Check } from "./synthetic-checks.js";

/** All findings of some pieces. */
function foundOf<T>(units: readonly Unit<T>[], findings: Findings): T[] {
  return units.map(({ name }) => {
    const found = findings.of<T>(name);
    if (found === undefined) throw new Error(`${name} has been run`);
    return found;
  });
}

/** The black hole as the scenario is, and the worker made good. */
function mainChecks(slow: readonly SlowFound[], good: readonly GoodFound[]): Check[] {
  const seeds = good.length;
  const same = good.filter(
    ({ decision }) => decision === "no difference" || decision === "undecided",
  );
  const wanted = Math.ceil(0.95 * seeds);
  return [
    {
      passed: slow.every(({ decision }) => decision === "exclude"),
      text: `the slow worker is excluded with every seed from 1 to ${seeds}`,
    },
    {
      passed: good.every(({ decision }) => decision !== "exclude"),
      text: "made like the good workers it is excluded with none",
    },
    {
      passed: same.length >= wanted,
      text: `that identical worker makes "no difference" or is "undecided" with ${same.length} of ${seeds} seeds (at least ${wanted})`,
    },
  ];
}

/** A black hole in a cell, one a seed. */
function cellCheck(
  cell: Cell,
  found: readonly CellFound[],
): Check & { readonly details: string[] } {
  const problems = found.flatMap(({ problem }, index) =>
    problem === null ? [] : [`seed ${index + 1}: ${problem}`],
  );
  const refused = found.filter(({ isRefused }) => isRefused).length;
  const isFalse = problems.some((problem) => /admitted|untrue|judged/.test(problem));
  const what = isGaining(cell) ? "excluded" : `refused on net (${refused}), excluded on fees`;
  return {
    passed: !isFalse && problems.length <= Math.floor(0.05 * found.length),
    text: `${cellText(cell)}: ${what} with ${found.length - problems.length} of ${found.length} seeds`,
    details: problems,
  };
}

/** Whether verdicts are the same with tickets as without, in all cells and with all seeds. */
function ticketsCheck(slow: readonly SlowFound[]): Check {
  const verdicts = new Map<string, string[]>();
  for (const [index, cell] of CELLS.entries()) {
    const name = cellText({ ...cell, tickets: false });
    const decisions = slow.map(({ cells }) => `${cells[index]?.decision} ${cells[index]?.instead}`);
    verdicts.set(name, [...(verdicts.get(name) ?? []), decisions.join()]);
  }
  return {
    passed: [...verdicts.values()].every(([off, on]) => off === on),
    text: `decisions with tickets on and off agree with all of ${slow.length} seeds in all cells`,
  };
}

/** The null: a worker swapped for its renamed twin is no loss and no gain, whatever the settings. */
function nullCheck(cell: Cell, index: number, good: readonly GoodFound[]): Check {
  const decisions = good.flatMap(({ cells }) => cells[index] ?? []);
  return {
    passed: decisions.every((decision) => decision !== "admit" && decision !== "exclude"),
    text: `an identical worker, ${cellText(cell)}: neither admitted nor excluded with ${decisions.length} seeds (${decisions.join(", ")})`,
  };
}

function modelText({ name, found, expected }: ModelCheck): string {
  const figures = [found.mean, ...found.ci95, expected].map((value) => value.toFixed(4));
  return `${name}: ${figures[0]} (${figures[1]} … ${figures[2]}), theory ${figures[3]}`;
}

/**
 * Prints everything.
 *
 * @returns whether all checks passed
 */
export function statisticsReport(
  { seeds, coverageSeeds }: Sizes,
  units: ReturnType<typeof unitsOf>,
  findings: Findings,
): boolean {
  let failures = 0;
  const say = ({ passed, text }: Check): void => {
    console.log(`${passed ? "ok  " : "FAIL"} ${text}`);
    if (!passed) failures += 1;
  };
  const slow = foundOf(units.slow, findings);
  const good = foundOf(units.good, findings);
  const inCells = slow.slice(0, seeds);
  for (const check of mainChecks(inCells, good)) say(check);
  const figures = slow.slice(0, coverageSeeds).map((found) => found.figures);
  for (const { name, covered, of } of coverage(figures)) {
    console.log(`     95 % intervals cover ${name}: ${covered} of ${of}`);
  }
  for (const found of foundOf(units.model, findings)) {
    say({ passed: found.holds, text: modelText(found) });
  }
  for (const check of foundOf(units.synthetic, findings)) say(check);
  for (const check of foundOf(units.twins, findings)) say(check);
  for (const [index, cell] of CELLS.entries()) {
    const found = inCells.flatMap(({ cells }) => cells[index] ?? []);
    const { details, ...check } = cellCheck(cell, found);
    for (const detail of details) console.log(`     ${detail}`);
    say(check);
  }
  say(ticketsCheck(inCells));
  for (const [index, cell] of NULL_CELLS.entries()) say(nullCheck(cell, index, good));
  return failures === 0;
}
