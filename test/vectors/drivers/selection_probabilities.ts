/** selection_probabilities.json: filters, probabilities and frequencies of the algorithm with stake. */
import {
  NOBODY,
  ProbabilityAlgorithm,
  type ProbabilityOptions,
  pickByProbability,
  selectionProbabilities,
} from "poolsim/selection";
import { expect } from "vitest";
import { type CandidatesIn, candidatesOf, ZERO_ADDRESS } from "../candidates.js";
import {
  type Driver,
  float,
  isPanic,
  type Panic,
  unknownKind,
  type VectorCase,
} from "../driver.js";

type In =
  | (CandidatesIn & {
      readonly fn: "probabilities";
      readonly alg: Required<Omit<ProbabilityOptions, "missingPrice">>;
    })
  | {
      readonly fn: "frequencies";
      readonly group: string;
      readonly probabilities: Readonly<Record<string, number>>;
      readonly draws: number;
    };

type Filtered = {
  readonly filteredByPerfScore: readonly string[];
  readonly filtered: readonly string[];
};
type ProbabilitiesOut = Filtered & {
  readonly probabilities: Readonly<Record<string, Parameters<typeof float>[0]>>;
  readonly selected?: string;
};
type Out = ProbabilitiesOut | (Filtered & Panic) | { readonly counts: Record<string, number> };

export const driver: Driver = ({ in: given, out }: VectorCase<In, Out>) => {
  switch (given.fn) {
    case "probabilities":
      if ("counts" in out) return unknownKind("counts");
      return probabilities(given, out);
    case "frequencies":
      if (!("counts" in out)) return unknownKind("no counts");
      return frequencies(given, out.counts);
    default:
      return unknownKind(JSON.stringify(given));
  }
};

function probabilities(
  given: Extract<In, { fn: "probabilities" }>,
  out: ProbabilitiesOut | (Filtered & Panic),
): void {
  const candidates = candidatesOf(given);
  const address = (at: number) => given.addrs[at];
  const table = selectionProbabilities(candidates, given.alg);
  expect(table.afterPerfScore.map(address)).toEqual(out.filteredByPerfScore);
  expect(table.afterMaxPrice.map(address)).toEqual(out.filtered);

  if (isPanic(out)) {
    // L-16: instead of crashing, whoever has no known price cannot be selected.
    const priced = out.filtered.filter((addr) => addr in given.prices);
    expect(priced.length).toBeLessThan(out.filtered.length);
    expect(table.eligible.map(address)).toEqual(priced);
    for (const probability of table.probabilities) expect(probability).toBeGreaterThanOrEqual(0);
    return;
  }
  expect(table.eligible).toEqual(table.afterMaxPrice);
  expect(table.eligible.map(address).sort()).toEqual(Object.keys(out.probabilities).sort());
  for (const [index, at] of table.eligible.entries()) {
    const expected = float(out.probabilities[address(at) ?? ""] ?? "NaN");
    const actual = table.probabilities[index] ?? Number.NaN;
    const close = Math.abs(actual - expected) <= 1e-12 * Math.abs(expected);
    expect(
      close || Object.is(actual, expected),
      `${address(at)}: ${actual}, recorded ${expected}`,
    ).toBe(true);
  }
  if (out.selected !== undefined) {
    const selected = new ProbabilityAlgorithm(given.alg).select(candidates, () => 0.5);
    expect(selected === NOBODY ? ZERO_ADDRESS : address(selected)).toBe(out.selected);
  }
}

function frequencies(
  { group, probabilities, draws }: Extract<In, { fn: "frequencies" }>,
  recorded: Readonly<Record<string, number>>,
): void {
  const values = Object.values(probabilities);
  const counts = values.map(() => 0);
  // Evenly spread numbers instead of random ones: the outcome is exact but for one draw.
  for (let draw = 0; draw < draws; draw++) {
    const picked = pickByProbability(values, (draw + 0.5) / draws);
    counts[picked] = (counts[picked] ?? 0) + 1;
  }
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(draws);
  expect(Object.keys(recorded).every((addr) => addr in probabilities)).toBe(true);
  if (group !== "sumIsOne") return; // not binding: the reference depends on its hash map
  for (const [index, addr] of Object.keys(probabilities).entries()) {
    const probability = values[index] ?? 0;
    const deviation = Math.sqrt(draws * probability * (1 - probability));
    const difference = Math.abs((counts[index] ?? 0) - (recorded[addr] ?? 0));
    expect(difference, addr).toBeLessThanOrEqual(5 * deviation + 1);
  }
}
