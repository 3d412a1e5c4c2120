/** selection_probabilities.json: filters, probabilities and frequencies of the algorithm with stake. */
import {
  drawRecipient,
  NOBODY,
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
  type Outcome,
  type Panic,
  type RecordedFloat,
  unknownKind,
  type VectorCase,
} from "../driver.js";
import { type Maybe, table } from "../json.js";

type Weight = "minPerfScore" | "stakeWeight" | "priceWeight" | "randWeight" | "priceExpFactor";

interface ProbabilitiesIn extends CandidatesIn {
  readonly fn: "probabilities";
  readonly alg: Readonly<Record<Weight, RecordedFloat>> & {
    readonly ignoreMaxPriceIfNeeded: boolean;
  };
}

interface FrequenciesIn {
  readonly fn: "frequencies";
  readonly group: string;
  readonly probabilities: Maybe<Readonly<Record<string, RecordedFloat>>>;
  readonly draws: number;
}

interface Filtered {
  readonly filteredByPerfScore?: Maybe<readonly string[]>;
  readonly filtered?: Maybe<readonly string[]>;
}
interface ProbabilitiesOut extends Filtered {
  readonly probabilities?: Maybe<Readonly<Record<string, RecordedFloat>>>;
  readonly selected?: Maybe<string>;
}
interface FrequenciesOut {
  readonly counts: Maybe<Readonly<Record<string, number>>>;
}
type Out = ProbabilitiesOut | (Filtered & Panic) | FrequenciesOut;

export const outcome: Outcome = (given: ProbabilitiesIn | FrequenciesIn): Out => {
  switch (given.fn) {
    case "probabilities":
      return probabilitiesOf(given);
    case "frequencies":
      return countsOf(given);
    default:
      return unknownKind(JSON.stringify(given));
  }
};

export const driver: Driver = ({
  in: given,
  out,
}: VectorCase<ProbabilitiesIn | FrequenciesIn, Out>) => {
  switch (given.fn) {
    case "probabilities":
      if ("counts" in out) return unknownKind("counts");
      return compareProbabilities(given, out);
    case "frequencies":
      if (isPanic(out)) return void outcome(given);
      if (!("counts" in out)) return unknownKind("no counts");
      return compareCounts(given, out.counts);
    default:
      return unknownKind(JSON.stringify(given));
  }
};

interface Probabilities {
  readonly filteredByPerfScore: readonly string[];
  readonly filtered: readonly string[];
  /** In the order of `eligible`: those of `filtered` with a price, the others cannot be drawn (L-16). */
  readonly values: readonly number[];
  readonly eligible: readonly string[];
  /** By distinct address, as recorded. */
  readonly probabilities: Readonly<Record<string, RecordedFloat>>;
  readonly selected: string;
}

function probabilitiesOf(given: ProbabilitiesIn): Probabilities {
  const { alg } = given;
  const options: ProbabilityOptions = {
    minPerfScore: float(alg.minPerfScore),
    stakeWeight: float(alg.stakeWeight),
    priceWeight: float(alg.priceWeight),
    randWeight: float(alg.randWeight),
    priceExpFactor: float(alg.priceExpFactor),
    ignoreMaxPriceIfNeeded: alg.ignoreMaxPriceIfNeeded,
  };
  const candidates = candidatesOf(given);
  const address = (at: number) => given.addrs?.[at] ?? ZERO_ADDRESS;
  // The core itself: `ProbabilityAlgorithm` refuses weights that go-livepeer refuses at its start.
  const found = selectionProbabilities(candidates, options);
  const selected = drawRecipient(found, candidates, () => 0.5);
  const eligible = found.eligible.map(address);
  return {
    filteredByPerfScore: found.afterPerfScore.map(address),
    filtered: found.afterMaxPrice.map(address),
    values: found.probabilities,
    eligible,
    probabilities: Object.fromEntries(
      eligible.map((addr, index) => [addr, recordedFloat(found.probabilities[index])]),
    ),
    selected: selected === NOBODY ? ZERO_ADDRESS : address(selected),
  };
}

function recordedFloat(value = Number.NaN): RecordedFloat {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

function compareProbabilities(
  given: ProbabilitiesIn,
  out: ProbabilitiesOut | (Filtered & Panic),
): void {
  const actual = probabilitiesOf(given);
  const { eligible, values, filtered } = actual;
  if (isPanic(out)) {
    // L-16: instead of crashing, whoever has no known price cannot be selected.
    if (out.filteredByPerfScore) {
      expect(actual.filteredByPerfScore).toEqual(out.filteredByPerfScore);
    }
    if (out.filtered) expect(filtered).toEqual(out.filtered);
    const prices = table(given.prices);
    expect(eligible).toEqual(filtered.filter((addr) => (prices.get(addr) ?? null) !== null));
    expect(values).toHaveLength(eligible.length);
    return;
  }
  expect(actual.filteredByPerfScore).toEqual(out.filteredByPerfScore ?? []);
  expect(filtered).toEqual(out.filtered ?? []);
  expect(eligible).toEqual(filtered);
  const recorded = table(out.probabilities);
  expect([...new Set(eligible)].sort()).toEqual([...recorded.keys()].sort());
  for (const [index, addr] of eligible.entries()) {
    expectClose(addr, values[index] ?? Number.NaN, float(recorded.get(addr)));
  }
  if (out.selected !== undefined) expect(actual.selected).toBe(out.selected);
}

function expectClose(addr: string, actual: number, recorded: number): void {
  const close = Math.abs(actual - recorded) <= 1e-12 * Math.abs(recorded);
  expect(close || Object.is(actual, recorded), `${addr}: ${actual}, recorded ${recorded}`).toBe(
    true,
  );
}

/** Evenly spread numbers instead of random ones: the outcome is exact but for one draw. */
function countsOf({ probabilities, draws }: FrequenciesIn): FrequenciesOut {
  const chances = table(probabilities);
  const addrs = [...chances.keys()];
  const values = addrs.map((addr) => float(chances.get(addr)));
  const counts = new Map(addrs.map((addr) => [addr, 0]));
  for (let draw = 0; draw < draws && addrs.length > 0; draw++) {
    const addr = addrs[pickByProbability(values, (draw + 0.5) / draws)] ?? "nobody";
    counts.set(addr, (counts.get(addr) ?? 0) + 1);
  }
  return { counts: Object.fromEntries(counts) };
}

function compareCounts(given: FrequenciesIn, recorded: FrequenciesOut["counts"]): void {
  const { group, draws } = given;
  const probabilities = table(given.probabilities);
  const counts = table(countsOf(given).counts);
  const drawn = [...counts.values()].reduce((sum, count) => sum + count, 0);
  expect(drawn).toBe(probabilities.size > 0 ? Math.max(0, draws) : 0);
  expect([...counts.keys()]).toEqual([...probabilities.keys()]);
  if (group !== "sumIsOne") return; // not binding: the reference depends on its hash map
  for (const [addr, chance] of probabilities) {
    const probability = float(chance);
    const deviation = Math.sqrt(draws * probability * (1 - probability));
    const difference = Math.abs((counts.get(addr) ?? 0) - (recorded?.[addr] ?? 0));
    expect(difference, addr).toBeLessThanOrEqual(5 * deviation + 1);
  }
}
