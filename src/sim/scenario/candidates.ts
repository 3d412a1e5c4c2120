/** Whom a scenario's decision is about: one candidate, or several that are compared with one baseline. */
import type { Scenario } from "./schema.js";

/** Names of the variants that are judged, in the scenario's order; the first is the main one. */
export function candidatesOf({
  candidate,
}: Pick<NonNullable<Scenario["decision"]>, "candidate">): readonly [string, ...string[]] {
  if (typeof candidate === "string") return [candidate];
  const [first = "", ...others] = candidate;
  return [first, ...others];
}
