/** Everything that a run leaves behind, so that two runs can be compared to the last bit. */
import { Histogram } from "../../../src/sim/engine/histogram.js";
import type { SimulationInput } from "../../../src/sim/input.js";
import type { SimulationOptions } from "../../../src/sim/model/simulation.js";
import { simulation } from "./runs.js";

/** What a run counted, with histograms and series, its money and its tester's totals. */
export interface WholeRun {
  readonly counters: unknown;
  readonly money: unknown;
  readonly balances: unknown;
  readonly tests: unknown;
  readonly segmentsCompleted: number;
}

/** Runs a scenario and keeps all that it leaves. */
export function wholeRun(
  input: SimulationInput,
  options: Partial<Omit<SimulationOptions, "world">> = {},
): WholeRun {
  const one = simulation(input, options);
  const money = one.run();
  return {
    counters: plain(one.counters),
    money: plain(money),
    balances: plain([...(one.money?.ledger.balances() ?? [])]),
    tests: plain(one.tester.tests.map(({ tests, totals }) => ({ tests, totals }))),
    segmentsCompleted: one.segmentsCompleted,
  };
}

/** A value as data that can be compared: numbers to the bit, histograms by their counts. */
function plain(value: unknown): unknown {
  if (value instanceof Histogram) return value.filled();
  if (typeof value === "bigint") return `${value}n`;
  // −0 and 0 are different bits, and NaN is a value too.
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, String);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}
