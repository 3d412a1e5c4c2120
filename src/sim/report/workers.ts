/** The workers of a variant: who got the work, what became of it, what each is worth. */
import type { ResultRow, VariantResult } from "../results.js";
import {
  differenceText,
  figure,
  figures,
  type Kind,
  type Scale,
  scaleFor,
  withUnit,
} from "./figures.js";
import { reasonText } from "./metric-labels.js";
import type { Style } from "./style.js";
import { type Column, table } from "./table.js";

const ROWS_MAX = 30;
const LOST = "streamMinutesLost";
/** Reasons below this share of a worker's losses are not named. */
const REASON_MIN = 0.1;

function meanOf(row: ResultRow, metric: string): number | undefined {
  return row.metrics[metric]?.mean;
}

interface FigureColumn {
  readonly head: string;
  readonly metric: string;
  readonly kind: Kind;
  readonly rank: number;
}

function figureColumn(
  rows: readonly ResultRow[],
  { head, metric, kind, rank }: FigureColumn,
): Column {
  const values = rows.map((row) => meanOf(row, metric));
  const scale = scaleFor(
    kind,
    values.flatMap((value) => value ?? []),
  );
  return { head: withUnit(head, scale), cells: figures(values, scale), rank };
}

/** `12.4: timeouts 8.1, errors 4.3` */
function lostText(row: ResultRow, scale: Scale): string {
  const total = meanOf(row, LOST);
  if (total === undefined) return "";
  const text = figure(total, scale);
  const reasons = Object.entries(row.metrics)
    .filter(([metric]) => metric.startsWith(`${LOST}.`))
    .map(([metric, { mean }]) => ({ reason: metric.slice(LOST.length + 1), mean }))
    .filter(({ mean }) => mean > REASON_MIN * total)
    .sort((a, b) => b.mean - a.mean)
    .slice(0, 2);
  const [first, second] = reasons;
  if (first === undefined) return text;
  if (second === undefined) return `${text} ${reasonText(first.reason)}`;
  const parts = reasons.map(({ reason, mean }) => `${reasonText(reason)} ${figure(mean, scale)}`);
  return `${text}: ${parts.join(", ")}`;
}

function roundTripText(row: ResultRow): string {
  const scale = scaleFor("ms", []);
  const ends = ["roundTripMs.p50", "roundTripMs.p99"].map((metric) => meanOf(row, metric));
  if (ends.every((value) => value === undefined)) return "";
  return ends.map((value) => (value === undefined ? "–" : figure(value, scale))).join(" / ");
}

function marginalColumn(rows: readonly ResultRow[]): Column {
  const estimates = rows.map(({ metrics }) => metrics["marginalValue"]);
  const scale = scaleFor(
    "eth",
    estimates.flatMap((estimate) => estimate?.mean ?? []),
  );
  const cells = estimates.map((estimate) =>
    estimate === undefined ? "" : differenceText(estimate, scale),
  );
  return { head: withUnit("marginal value/day", scale), cells };
}

/** The table of one variant's workers; empty when it has none. */
export function workerTable({ workers }: VariantResult, style: Style): string {
  const rows = workers.slice(0, ROWS_MAX);
  if (rows.length === 0) return "";
  const lost = rows.flatMap((row) => meanOf(row, LOST) ?? []);
  const lostScale = scaleFor("mean", lost);
  const column = (head: string, metric: string, kind: Kind, rank: number): Column =>
    figureColumn(rows, { head, metric, kind, rank });
  const text = table(
    [
      { head: "worker", cells: rows.map(({ name }) => name), align: "left" },
      column("picks", "picks", "mean", 0),
      column("× fair", "blackHoleFactor", "ratio", 0),
      column("seg./session", "segmentsPerSession", "mean", 0),
      column("kept", "retention", "share", 0),
      { head: "p50 / p99, ms", cells: rows.map(roundTripText) },
      column("fees/day", "feesEthPerDay", "eth", 0),
      marginalColumn(rows),
      {
        head: "stream-min. lost, why",
        cells: rows.map((row) => lostText(row, lostScale)),
        align: "left",
      },
      column("share", "share", "share", 6),
      column("busy", "utilisation", "share", 4),
      column("errors", "errors", "mean", 5),
      column("re-reg.", "reRegistrations", "mean", 7),
    ],
    style,
  );
  const more = workers.length - rows.length;
  return more === 0 ? text : `${text}\n${style.dim(`… and ${more} more (see --json)`)}`;
}

/** Who was admitted, with how many sessions, and why; empty where all came in as they asked. */
export function admissionTable({ admissions }: VariantResult, style: Style): string {
  if (admissions.every(({ sessions, offered }) => sessions === offered)) return "";
  const rows = admissions.slice(0, ROWS_MAX);
  const text = table(
    [
      { head: "worker", cells: rows.map(({ worker }) => worker), align: "left" },
      {
        head: "sessions",
        cells: rows.map(({ sessions, offered }) =>
          sessions === null ? "never registered" : `${sessions} of ${offered}`,
        ),
      },
      { head: "why", cells: rows.map(({ reason }) => reason), align: "left" },
    ],
    style,
  );
  const more = admissions.length - rows.length;
  return more === 0 ? text : `${text}\n${style.dim(`… and ${more} more (see --json)`)}`;
}
