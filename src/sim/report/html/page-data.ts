/**
 * What the page of a run shows: the content of every report, and the figures of its charts and tables.
 * Plain data of bounded size, whatever the result: a page of a thousand workers stays under 1 MB.
 */
import type { ResultRow, ScenarioResult, VariantResult } from "../../results.js";
import { type ReportContent, reportContent } from "../content/content.js";
import { inSentence, plainMetric } from "../content/words.js";
import { shownVariant } from "../content/worker-lines.js";
import { differenceText, estimateText, type Kind, scaleFor, withUnit } from "../figures.js";
import { COMPARISON, reasonText } from "../metric-labels.js";
import {
  CHARTED_MAX,
  type Lost,
  type Point,
  type Provenance,
  pointOf,
  provenanceOf,
  type RoundTrips,
  rounded,
  type Tornado,
} from "./page-parts.js";

/** A table whose columns are numbers. */
export interface WorkerTable {
  readonly variant: string;
  readonly heads: readonly string[];
  readonly rows: readonly {
    readonly name: string;
    readonly admitted: string;
    readonly cells: readonly (number | null)[];
  }[];
}

/** When an event of a variant begins, and how long it lasts. */
export interface SeriesMark {
  readonly event: string;
  readonly minute: number;
  readonly untilMinute: number;
}

/** A series over time, a line for each variant. */
export interface SeriesChart {
  readonly title: string;
  readonly lines: readonly {
    readonly variant: string;
    /** Minutes of the counted time, and what was there. */
    readonly points: readonly (Point & { readonly minute: number })[];
  }[];
  /** The scenario's events. */
  readonly marks: readonly SeriesMark[];
}

/** Everything that the page of a run shows. */
export interface PageData extends Provenance {
  readonly kind: "run";
  readonly content: ReportContent;
  readonly tornado: Tornado | null;
  /** A metric of all variants. */
  readonly variants: {
    readonly label: string;
    readonly points: readonly (Point & { readonly name: string })[];
  } | null;
  readonly workers: readonly WorkerTable[];
  readonly roundTrips: {
    readonly segmentMs: readonly number[];
    readonly rows: readonly RoundTrips[];
  };
  /** Stream-minutes lost in the shown variant. */
  readonly lost: readonly Lost[];
  readonly series: readonly SeriesChart[];
  readonly comparison: {
    readonly heads: readonly string[];
    readonly rows: readonly (readonly string[])[];
  };
}

const VARIANTS_MAX = 60;
const SERIES_VARIANTS_MAX = 4;
const BINS_MAX = 96;
const MARKS_MAX = 200;
const MINUTE_MS = 60_000;
function tornadoOf({ verdict, sensitivity }: ScenarioResult): Tornado | null {
  const judged = verdict?.instead ?? verdict;
  if (judged === null || judged.change === null) return null;
  const isShare = judged.margin.relative !== null;
  const scale = isShare
    ? { factor: 100, unit: "%" }
    : scaleFor(plainMetric(judged.objective).kind, [judged.change.mean]);
  const margin = isShare ? judged.margin.relative : judged.margin.absolute;
  const cases = sensitivity.flatMap(({ label, decision, flips, change }) =>
    change === null ? [] : [{ label, decision, flips, ...pointOf(change, scale.factor) }],
  );
  return {
    label: `change of ${inSentence(judged.objective)}${scale.unit === "" ? "" : `, ${scale.unit}`}`,
    margin: margin === null ? null : rounded(margin * scale.factor),
    cases: [
      {
        label: "as assumed",
        decision: judged.decision,
        flips: false,
        ...pointOf(judged.change, scale.factor),
      },
      ...cases,
    ],
  };
}

function variantsOf({ variants, question }: ScenarioResult): PageData["variants"] {
  const asked = question === null ? [] : [question.objective];
  const metric = [
    ...asked,
    "pool.operatorNetPerDay",
    "pool.segmentShare",
    "network.minutesPerDay",
  ].find((name) => variants.some(({ metrics }) => metrics[name] !== undefined));
  if (metric === undefined || variants.length < 2) return null;
  const { label, kind } = plainMetric(metric);
  const found = variants.slice(0, VARIANTS_MAX).flatMap(({ name, metrics }) => {
    const estimate = metrics[metric];
    return estimate === undefined ? [] : [{ name, estimate }];
  });
  const scale = scaleFor(
    kind,
    found.map(({ estimate }) => estimate.mean),
  );
  return {
    label: withUnit(label, scale),
    points: found.map(({ name, estimate }) => ({ name, ...pointOf(estimate, scale.factor) })),
  };
}

const COLUMNS: readonly { readonly head: string; readonly metric: string; readonly kind: Kind }[] =
  [
    { head: "sessions given", metric: "picks", kind: "mean" },
    { head: "times its fair share", metric: "blackHoleFactor", kind: "ratio" },
    { head: "sessions kept", metric: "retention", kind: "share" },
    { head: "segments", metric: "segments", kind: "mean" },
    { head: "busy", metric: "utilisation", kind: "share" },
    { head: "round trip p50", metric: "roundTripMs.p50", kind: "ms" },
    { head: "round trip p99", metric: "roundTripMs.p99", kind: "ms" },
    { head: "stream-minutes lost", metric: "streamMinutesLost", kind: "mean" },
    { head: "fees per day", metric: "feesEthPerDay", kind: "eth" },
    { head: "worth to you per day", metric: "marginalValue", kind: "eth" },
  ];

function workerTableOf({ name: variant, workers, admissions }: VariantResult): WorkerTable {
  const columns = COLUMNS.flatMap(({ head, metric, kind }) => {
    const means = workers.map(({ metrics }) => metrics[metric]?.mean);
    if (means.every((mean) => mean === undefined)) return [];
    const scale = scaleFor(
      kind,
      means.flatMap((mean) => mean ?? []),
    );
    const cells = means.map((mean) => (mean === undefined ? null : rounded(mean * scale.factor)));
    return [{ head: withUnit(head, scale), cells }];
  });
  const said = new Map(admissions.map((one) => [one.worker, one]));
  return {
    variant,
    heads: columns.map(({ head }) => head),
    rows: workers.map(({ name }, row) => {
      const { sessions = null, offered = 0, reason = "" } = said.get(name) ?? {};
      const isAsAsked = sessions === offered;
      const why = isAsAsked || reason === "" ? "" : `: ${reason}`;
      return {
        name,
        admitted: sessions === null ? "" : `${sessions} of ${offered}${why}`,
        cells: columns.map(({ cells }) => cells[row] ?? null),
      };
    }),
  };
}

function roundTripsOf({ workers }: VariantResult): RoundTrips[] {
  return workers
    .flatMap(({ name, metrics }) => {
      const [p10, p50, p90, p99] = ["p10", "p50", "p90", "p99"].map(
        (part) => metrics[`roundTripMs.${part}`]?.mean,
      );
      if (p50 === undefined || p99 === undefined) return [];
      return [
        {
          name,
          p10: rounded(p10 ?? p50),
          p50: rounded(p50),
          p90: rounded(p90 ?? p99),
          p99: rounded(p99),
        },
      ];
    })
    .sort((a, b) => b.p99 - a.p99)
    .slice(0, CHARTED_MAX);
}

const LOST = "streamMinutesLost";

function lostOf({ workers }: VariantResult): PageData["lost"] {
  const lostBy = ({ metrics }: ResultRow) => metrics[LOST]?.mean ?? 0;
  return [...workers]
    .sort((a, b) => lostBy(b) - lostBy(a))
    .slice(0, CHARTED_MAX)
    .flatMap(({ name, metrics }) =>
      Object.entries(metrics)
        .filter(([metric, { mean }]) => metric.startsWith(`${LOST}.`) && mean > 0)
        .map(([metric, { mean }]) => ({
          worker: name,
          reason: reasonText(metric.slice(LOST.length + 1)),
          minutes: rounded(mean),
        })),
    );
}

const SERIES: readonly { readonly name: string; readonly title: string }[] = [
  { name: "poolSegments", title: "segments that you deliver, per minute" },
  { name: "poolLate", title: "of them late, per minute" },
  { name: "poolSessions", title: "sessions that hold a slot" },
  { name: "poolIdleSessions", title: "of them idling after their last segment" },
];

/** A series in at most so many bins; `perMinute` where the values are counts. */
function linesOf(name: string, variant: VariantResult): SeriesChart["lines"] {
  const values = variant.series[name] ?? [];
  const halves = variant.seriesHalfWidths[name] ?? [];
  const times = variant.series["timeMs"] ?? [];
  if (!values.some((value) => value > 0)) return [];
  const binMinutes = ((times[1] ?? MINUTE_MS) - (times[0] ?? 0)) / MINUTE_MS;
  const isCount = name === "poolSegments" || name === "poolLate";
  const factor = isCount ? 1 / binMinutes : 1;
  const step = Math.ceil(values.length / BINS_MAX);
  const points = [];
  for (let at = 0; at < values.length; at += step) {
    const mean = meanOf(values.slice(at, at + step)) * factor;
    // Bins together vary no more than the mean of their intervals.
    const half = meanOf(halves.slice(at, at + step)) * factor;
    const hasHalf = Number.isFinite(half);
    points.push({
      minute: rounded((times[at] ?? 0) / MINUTE_MS),
      mean: rounded(mean),
      low: hasHalf ? rounded(Math.max(0, mean - half)) : null,
      high: hasHalf ? rounded(mean + half) : null,
    });
  }
  return [{ variant: variant.name, points }];
}

function meanOf(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

function seriesOf(variants: readonly VariantResult[]): SeriesChart[] {
  const marks = marksOf(variants.slice(0, SERIES_VARIANTS_MAX));
  return SERIES.flatMap(({ name, title }) => {
    const lines = variants
      .slice(0, SERIES_VARIANTS_MAX)
      .flatMap((variant) => linesOf(name, variant));
    return lines.length === 0 ? [] : [{ title, lines, marks }];
  });
}

/** The events of the shown variants, each time once; of frequent ones the first times. */
function marksOf(variants: readonly VariantResult[]): SeriesMark[] {
  const all = variants.flatMap(({ events = [] }) =>
    events.flatMap(({ name, atMs, lengthMs }) =>
      atMs.map((fromMs) => ({
        event: name,
        minute: rounded(fromMs / MINUTE_MS),
        untilMinute: rounded((fromMs + lengthMs) / MINUTE_MS),
      })),
    ),
  );
  const once = new Map(all.map((mark) => [`${mark.event} ${mark.minute}`, mark]));
  return [...once.values()].slice(0, MARKS_MAX);
}

function comparisonOf(
  { comparisons }: ScenarioResult,
  shown: readonly VariantResult[],
): PageData["comparison"] {
  const candidate = shown[0]?.name;
  const rows = COMPARISON.flatMap(({ title, metrics }) =>
    metrics.flatMap(({ metric, label, kind }) => {
      const found = shown.map((variant) => variant.metrics[metric]);
      const means = found.flatMap((estimate) => estimate?.mean ?? []);
      if (means.every((mean) => mean === 0)) return [];
      const scale = scaleFor(kind, means);
      const change = comparisons.find(
        (one) => one.metric === metric && one.variant === candidate,
      )?.difference;
      const cells = found.map((estimate) =>
        estimate === undefined ? "" : estimateText(estimate, scale),
      );
      const difference = change === undefined ? "" : differenceText(change, scale);
      return [[`${title}: ${withUnit(label, scale)}`, ...cells, difference]];
    }),
  );
  return { heads: ["", ...shown.map(({ name }) => name), "difference"], rows };
}

/**
 * The data of a page.
 *
 * @param options.file the scenario as the command line had it
 * @param options.todayMs ms since 1970, for the age of inputs
 */
export function pageData(
  result: ScenarioResult,
  options: { readonly file?: string | undefined; readonly todayMs: number },
): PageData {
  const { variants, question, segmentMs } = result;
  const judged = shownVariant(result);
  const baseline = question?.baseline ?? result.comparisons[0]?.baseline;
  const shown = variants.filter((one) => one === judged || one.name === baseline);
  const ordered = [...shown].sort((a, b) => Number(b === judged) - Number(a === judged));
  return {
    kind: "run",
    content: reportContent(result, options.file),
    tornado: tornadoOf(result),
    variants: variantsOf(result),
    workers: ordered.filter(({ workers }) => workers.length > 0).map(workerTableOf),
    roundTrips: { segmentMs, rows: judged === undefined ? [] : roundTripsOf(judged) },
    lost: judged === undefined ? [] : lostOf(judged),
    series: seriesOf(ordered),
    comparison: comparisonOf(result, ordered),
    ...provenanceOf(result, options.todayMs),
  };
}
