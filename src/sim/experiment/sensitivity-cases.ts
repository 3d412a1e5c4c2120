/**
 * Which assumptions are shaken to see whether the verdict stands: the cases of the sensitivity
 * block, as scenario overrides, and what their outcomes say about the verdict.
 */

import type { Decision } from "../results.js";

/** How many of the cases to run. */
export type SensitivityLevel = "off" | "short" | "full";

/** One change to the validated scenario: a number is replaced or multiplied. */
export type SensitivityChange =
  | { readonly path: string; readonly value: number }
  | { readonly path: string; readonly multiply: number };

/** A scenario with something assumed differently. */
export interface SensitivityCase {
  readonly label: string;
  readonly set: readonly SensitivityChange[];
}

/** A number that the scenario schema marks as a guess, not data. */
export interface Guess {
  /** Path in the scenario, e.g. `stream.segmentCv`. */
  readonly path: string;
  /** Its value in this scenario. */
  readonly value: number;
}

/** Replications of each case: with fewer a loss of two fifths stays undecided half of the time. */
export const SENSITIVITY_REPLICATIONS = 8;

/** The most of each case, where one goes on until it is decided. */
export const SENSITIVITY_MAX = 24;

function scaled(label: string, path: string, factors: readonly number[]): SensitivityCase[] {
  return factors.map((multiply) => ({
    label: `${label} × ${multiply}`,
    set: [{ path, multiply }],
  }));
}

function segmentsOf(segmentMs: number): SensitivityCase {
  return {
    label: `segments of ${segmentMs / 1000} s`,
    set: [{ path: "stream.segmentMs", value: segmentMs }],
  };
}

/**
 * The cases of a level. `short`: network noise × 0.5 and × 2, RTT slope × 0.7 and × 1.3, half
 * and double load. `full`: also segments of 2.0 s and 2.28 s, and each guess halved and doubled
 * (a guess of 0 has no half and is left out).
 *
 * @param level default of the command: `short`
 * @param guesses from the scenario schema; used by `full` only
 */
export function sensitivityCases(
  level: SensitivityLevel,
  guesses: readonly Guess[],
): readonly SensitivityCase[] {
  if (level === "off") return [];
  const short = [
    ...scaled("noise", "assumptions.noiseScale", [0.5, 2]),
    ...scaled("RTT slope", "assumptions.rttScale", [0.7, 1.3]),
    ...scaled("load", "assumptions.loadScale", [0.5, 2]),
  ];
  if (level === "short") return short;
  return [
    ...short,
    segmentsOf(2000),
    segmentsOf(2280),
    ...guesses
      .filter(({ value }) => value !== 0)
      .flatMap(({ path }) => scaled(path, path, [0.5, 2])),
  ];
}

/**
 * What a case says about the verdict: `flips` = another decision, `unclear` = undecided where
 * the verdict is not (a case has fewer replications), `same` otherwise.
 */
export type SensitivityEffect = "same" | "flips" | "unclear";

/**
 * Compares a case's decision with the verdict's. The report says "depends on …" with the labels
 * of the cases that flip it.
 *
 * @param verdict the decision of the main run
 * @param inCase the decision of the case
 */
export function sensitivityEffect(verdict: Decision, inCase: Decision): SensitivityEffect {
  if (verdict === inCase) return "same";
  return inCase === "undecided" ? "unclear" : "flips";
}
