/** live_selection.json: the algorithm for live video. */
import { LiveAlgorithm, NOBODY, withinMaxPrice } from "poolsim/selection";
import { expect } from "vitest";
import { type CandidatesIn, candidatesOf, ZERO_ADDRESS } from "../candidates.js";
import { type Driver, unknownKind, type VectorCase } from "../driver.js";

type In = CandidatesIn & { readonly fn: "live" };
interface Out {
  readonly filtered: readonly string[];
  readonly selected: string;
}

export const driver: Driver = ({ in: given, out }: VectorCase<In, Out>) => {
  if (given.fn !== "live") unknownKind(given.fn);
  const candidates = candidatesOf(given);
  expect(withinMaxPrice(candidates).map((at) => given.addrs[at])).toEqual(out.filtered);
  const selected = new LiveAlgorithm().select(candidates);
  expect(selected === NOBODY ? ZERO_ADDRESS : given.addrs[selected]).toBe(out.selected);
};
