/** live_selection.json: the algorithm for live video. */
import { LiveAlgorithm, NOBODY, withinMaxPrice } from "poolsim/selection";
import { expect } from "vitest";
import { type CandidatesIn, candidatesOf, ZERO_ADDRESS } from "../candidates.js";
import {
  type Driver,
  isPanic,
  type Outcome,
  survive,
  unknownKind,
  type VectorCase,
} from "../driver.js";

type In = CandidatesIn & { readonly fn: "live" };

export const outcome: Outcome = (given: In) => {
  if (given.fn !== "live") unknownKind(given.fn);
  const candidates = candidatesOf(given);
  const address = (at: number) => given.addrs?.[at] ?? ZERO_ADDRESS;
  const selected = new LiveAlgorithm().select(candidates);
  return {
    filtered: withinMaxPrice(candidates).map(address),
    selected: selected === NOBODY ? ZERO_ADDRESS : address(selected),
  };
};

export const driver: Driver = ({ in: given, out }: VectorCase<In>) => {
  if (isPanic(out)) survive(() => outcome(given));
  else expect(outcome(given)).toEqual(withLists(out));
};

function withLists(out: unknown): unknown {
  return typeof out === "object" && out !== null && "filtered" in out && out.filtered === null
    ? { ...out, filtered: [] }
    : out;
}
