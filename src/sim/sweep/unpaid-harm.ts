/**
 * Points of a sweep that bring more, or as much, by what those who are served have the harm of and nobody pays for:
 * slow answers to AI jobs whose clients wait for ever, and wrong results.
 */
import { slowAnswersOf, slowAnswersText } from "../experiment/verdict/slow-answers.js";
import { moreWrong, wrongWorkersOf } from "../experiment/verdict/wrong-results.js";
import type { Heat, HeatFound } from "./race.js";
import { type Entrant, firstOf, isSame } from "./rank.js";

/** What is wrong with a point, beside another one. */
export interface UnpaidHarm {
  readonly problem: "slow answers" | "wrong results";
  /** What is said of it, without its full stop. */
  readonly text: string;
  /** Whether it is so beside a point that keeps all constraints: then what is paid decides nothing between the two. */
  readonly isRefused: boolean;
}

/** What is wrong with those points that were not dropped, by label; usually nothing. */
export function unpaidHarms(
  heat: Heat,
  found: Pick<HeatFound, "asItIs" | "entrants" | "dropped">,
  seed: number,
): ReadonlyMap<string, UnpaidHarm> {
  const { dropped } = found;
  const asItIs = { label: "the scenario as it is", samples: found.asItIs };
  const scenarioOf = (label: string) =>
    (heat.runners.find((runner) => runner.label === label)?.input ?? heat.asItIs).scenario;
  const others = [asItIs, ...found.entrants].sort(
    (a, b) => Number(isBroken(a)) - Number(isBroken(b)),
  );
  function isBroken({ label }: Entrant): boolean {
    return dropped.get(label)?.by === null;
  }
  const harm = (one: Entrant, other: Entrant): UnpaidHarm | undefined => {
    const count = Math.min(one.samples.records.length, other.samples.records.length);
    const pair = {
      candidate: firstOf(one.samples, count),
      baseline: firstOf(other.samples, count),
    };
    const isRefused = !isBroken(other);
    const [own, its] = [scenarioOf(one.label), scenarioOf(other.label)];
    const wrong = moreWrong(
      { wrong: wrongWorkersOf(own), samples: pair.candidate },
      { wrong: wrongWorkersOf(its), samples: pair.baseline },
    );
    if (wrong.length > 0) {
      const text = `${one.label}: results of ${wrong.join(", ")} are wrong (cheatProbability), and paid like right ones until a gateway that verifies finds out; with ${other.label} fewer are`;
      return { problem: "wrong results", text, isRefused };
    }
    const slow = slowAnswersOf(
      { decision: "admit", reason: "gain" },
      { pair, scenario: its, other: own, seed, isBounded: false },
    );
    if (slow.length === 0) return undefined;
    // Of a worker it is said beside the others of its own pool.
    const where = slow.some((found) => "job" in found) ? ` with ${other.label}` : "";
    const text = `${one.label}: ${slowAnswersText(slow)}${where}`;
    return { problem: "slow answers", text, isRefused };
  };
  return new Map(
    found.entrants.flatMap((one) => {
      if (dropped.has(one.label)) return [];
      for (const other of others) {
        if (isSame(one.samples, other.samples)) continue;
        const seen = harm(one, other);
        if (seen !== undefined) return [[one.label, seen] as const];
      }
      return [];
    }),
  );
}
