/** The few figures that matter: before and after, or a line for each variant. */
import type { Estimate, ScenarioResult, VariantResult } from "../../results.js";
import {
  differenceText,
  estimateText,
  figures,
  type Scale,
  scaleFor,
  withUnit,
} from "../figures.js";
import { NETWORK_FIGURES, type PlainMetric, POOL_FIGURES, plainMetric } from "./words.js";

/** A figure of the two variants that are compared. */
export interface FigureLine {
  /** With its unit. */
  readonly label: string;
  readonly before: string;
  /** Empty where there is one variant only. */
  readonly after: string;
  /** After − before with its 95 % interval; empty where it is not known. */
  readonly change: string;
  /** Whether the change, where its interval leaves out 0, is good for the operator. */
  readonly isBetter: boolean | null;
}

/** A variant's place among all. */
export interface VariantLine {
  readonly name: string;
  /** Under the columns' heads. */
  readonly cells: readonly string[];
  /** Of the first column, for a curve; null where it has none. */
  readonly value: number | null;
}

/** What the first screen counts. */
export interface KeyFigures {
  /** Name of the variant that is compared with; null where there is one variant. */
  readonly baseline: string | null;
  readonly candidate: string | null;
  readonly lines: readonly FigureLine[];
  /** All variants, where there are more than two; else empty. */
  readonly variants: {
    readonly heads: readonly string[];
    readonly lines: readonly VariantLine[];
  };
}

/** So many figures matter. */
export const FIGURES_MAX = 4;
const DAY_MS = 86_400_000;

/** A count of the counted time, as one per day. */
function scaled(estimate: Estimate, { isPerDay }: PlainMetric, countedMs: number): Estimate {
  if (isPerDay !== true) return estimate;
  const factor = DAY_MS / countedMs;
  const { mean, ci95, n } = estimate;
  return { mean: mean * factor, ci95: [ci95[0] * factor, ci95[1] * factor], n };
}

/** The metrics that some variant has and that are not 0 in all of them: the objective first. */
function shown({ variants, question }: ScenarioResult): readonly PlainMetric[] {
  const isPool = variants.some(({ metrics }) => metrics["pool.segments"] !== undefined);
  const base = isPool ? POOL_FIGURES : NETWORK_FIGURES;
  const asked = question === null ? [] : [plainMetric(question.objective)];
  const all = [...asked, ...base.filter(({ metric }) => metric !== question?.objective)];
  return all.filter(({ metric }) =>
    variants.some(({ metrics }) => (metrics[metric]?.mean ?? 0) !== 0),
  );
}

function lineOf(
  result: ScenarioResult,
  metric: PlainMetric,
  before: VariantResult,
  after: VariantResult | undefined,
): FigureLine[] {
  const { countedMs, comparisons } = result;
  const known = comparisons.find(
    (one) => one.metric === metric.metric && one.variant === after?.name,
  )?.difference;
  return figureLine(metric, {
    before: before.metrics[metric.metric],
    after: after?.metrics[metric.metric],
    difference: known,
    isPair: after !== undefined,
    countedMs,
  });
}

/** A figure before and after; none where it has no value. */
export function figureLine(
  metric: PlainMetric,
  found: {
    readonly before: Estimate | undefined;
    readonly after: Estimate | undefined;
    readonly difference: Pick<Estimate, "mean" | "ci95"> | undefined;
    readonly isPair: boolean;
    readonly countedMs: number;
  },
): FigureLine[] {
  const { before, after, difference, isPair, countedMs } = found;
  const pair = [before, after].map((estimate) => estimate && scaled(estimate, metric, countedMs));
  const values = pair.flatMap((estimate) => estimate?.mean ?? []);
  if (values.length === 0) return [];
  const scale = scaleFor(metric.kind, values);
  const text = (estimate: Estimate | undefined) =>
    estimate === undefined ? "–" : estimateText(estimate, scale);
  const change = difference && scaled({ ...difference, n: 2 }, metric, countedMs);
  const isMore =
    change === undefined ? null : change.ci95[0] > 0 ? true : change.ci95[1] < 0 ? false : null;
  const isBetter =
    isMore === null || metric.isMoreBetter === null ? null : isMore === metric.isMoreBetter;
  return [
    {
      label: withUnit(metric.label, scale),
      before: text(pair[0]),
      after: isPair ? text(pair[1]) : "",
      change: change === undefined ? "" : differenceText(change, scale),
      isBetter,
    },
  ];
}

function variantLines(
  result: ScenarioResult,
  metrics: readonly PlainMetric[],
): KeyFigures["variants"] {
  const { variants, countedMs } = result;
  if (variants.length < 3) return { heads: [], lines: [] };
  const columns = metrics.slice(0, 3).map((metric) => {
    const values = variants.map((variant) => {
      const estimate = variant.metrics[metric.metric];
      return estimate === undefined ? undefined : scaled(estimate, metric, countedMs).mean;
    });
    const scale: Scale = scaleFor(
      metric.kind,
      values.flatMap((value) => value ?? []),
    );
    return { head: withUnit(metric.label, scale), values, cells: figures(values, scale) };
  });
  return {
    heads: columns.map(({ head }) => head),
    lines: variants.map(({ name }, index) => ({
      name,
      cells: columns.map(({ cells }) => cells[index] ?? ""),
      value: columns[0]?.values[index] ?? null,
    })),
  };
}

/** The figures of a result's first screen. */
export function keyFigures(result: ScenarioResult): KeyFigures {
  const { variants, question, comparisons } = result;
  const metrics = shown(result);
  const named = (name: string | undefined) => variants.find((variant) => variant.name === name);
  const baseline = named(question?.baseline ?? comparisons[0]?.baseline) ?? variants[0];
  const other =
    variants.length === 2 ? variants.find((variant) => variant !== baseline) : undefined;
  const candidate = named(question?.candidate) ?? other;
  const isPaired = candidate !== undefined || variants.length === 1;
  return {
    baseline: candidate === undefined ? null : (baseline?.name ?? null),
    candidate: candidate?.name ?? null,
    lines:
      baseline === undefined || !isPaired
        ? []
        : metrics
            .flatMap((metric) => lineOf(result, metric, baseline, candidate))
            .slice(0, FIGURES_MAX),
    variants: variantLines(result, metrics),
  };
}
