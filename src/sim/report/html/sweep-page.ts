/** What the page of a sweep shows. Plain data of bounded size, whatever the result. */
import type { SweepResult, SweepSlice } from "../../sweep/sweep-result.js";
import { expectedIn } from "../any-result.js";
import { changeScale } from "../content/changes.js";
import { type PointLine, type SweepContent, sweepContent } from "../content/sweep-content.js";
import { inSentence } from "../content/words.js";
import { type Point, type Provenance, pointOf, provenanceOf, rounded } from "./page-parts.js";

/** A point of a curve. */
export interface CurvePoint extends Point {
  readonly label: string;
  /** On a scale, where the setting is a number; null: points are in their order. */
  readonly x: number | null;
  readonly isGood: boolean;
  readonly isBest: boolean;
  readonly found: string;
}

/** The change of the objective over a setting, in given circumstances. */
export interface Curve {
  /** Empty where there is one only. */
  readonly label: string;
  readonly points: readonly CurvePoint[];
}

/** Everything that the page of a sweep shows. */
export interface SweepPage extends Provenance {
  readonly kind: "sweep";
  readonly content: Omit<SweepContent, "slices">;
  /** A row for each circumstance; empty where there is one only. */
  readonly cases: readonly (readonly string[])[];
  readonly curves: readonly Curve[];
  /** `limitMs` and what it changes, for the axes. */
  readonly labels: { readonly x: string; readonly y: string };
  /** Changes up to this are called no difference. */
  readonly margin: number | null;
  /** All points, of each circumstance. */
  readonly points: readonly {
    readonly label: string;
    readonly rows: readonly (readonly (string | number | null)[])[];
  }[];
  /** Whom the best point admits, in the first circumstance. */
  readonly admits: readonly (readonly string[])[];
}

const CURVES_MAX = 12;
const POINTS_MAX = 300;

function curveOf(slice: SweepSlice, result: SweepResult): Curve {
  const { factor } = changeScale(result);
  const isOne = result.axes.filter(({ role }) => role === "choice").length === 1;
  const points = slice.points.slice(0, POINTS_MAX).flatMap((point) => {
    const { change, label, settings, standing } = point;
    if (change === null) return [];
    const value = isOne ? settings[0]?.value : null;
    return [
      {
        label,
        x: typeof value === "number" ? value : null,
        isGood: slice.asGood.includes(label),
        isBest: label === slice.best,
        found: standing,
        ...pointOf(change, factor),
      },
    ];
  });
  return { label: slice.label, points };
}

function rowOf({ name, standing, objective, change, admits, replications }: PointLine) {
  return [name, standing, objective, change, admits, replications];
}

function admitsOf({ slices }: SweepResult): string[][] {
  const [first] = slices;
  return (first?.bestAdmissions ?? [])
    .slice(0, POINTS_MAX)
    .map(({ worker, offered, sessions, reason }) => [
      worker,
      sessions === null ? "never came" : `${sessions} of ${offered}`,
      reason,
    ]);
}

/**
 * The data of the page.
 *
 * @param options.file the scenario as the command line had it
 * @param options.todayMs ms since 1970, for the age of inputs
 */
export function sweepPage(
  result: SweepResult,
  options: { readonly file?: string | undefined; readonly todayMs: number },
): SweepPage {
  const { slices: lines, ...content } = sweepContent(result, options.file);
  const { factor, unit } = changeScale(result);
  const { margin, scenario, inputs, assumed } = result;
  const least = margin.relative ?? margin.absolute;
  return {
    kind: "sweep",
    content,
    cases:
      lines.length === 1
        ? []
        : lines
            .slice(0, POINTS_MAX)
            .map(({ label, best, asGood, change, admits }) => [
              label,
              best,
              asGood,
              change,
              admits,
            ]),
    curves: result.slices.slice(0, CURVES_MAX).map((slice) => curveOf(slice, result)),
    labels: {
      x: content.choice,
      y: `change of ${inSentence(result.objective)}${unit === "" ? "" : `, ${unit}`}`,
    },
    margin: least === null ? null : rounded(least * factor),
    points: lines.slice(0, CURVES_MAX).map(({ label, points }) => ({
      label,
      rows: points.slice(0, POINTS_MAX).map(rowOf),
    })),
    admits: admitsOf(result),
    ...provenanceOf({ scenario, inputs, assumed, ...expectedIn(result) }, options.todayMs),
  };
}
