/** AI jobs of each variant, in words: what gateways got, and what of it was the pool's. */
import type { Estimate, ScenarioResult } from "../../results.js";
import { figures, type Kind, scaleFor, withUnit } from "../figures.js";

/** A column of the table of AI jobs. */
export interface AIColumn {
  readonly head: string;
  readonly cells: readonly string[];
}

/** All of the table: a row for each job of each variant. */
export interface AITable {
  readonly variants: readonly string[];
  readonly jobs: readonly string[];
  readonly columns: readonly AIColumn[];
}

type Metrics = Readonly<Record<string, Estimate>>;

/** Of live video what came out counts, not what was started. */
const ANSWERED = (metrics: Metrics) => metrics["servedShare"] ?? metrics["successShare"];

const COLUMNS: readonly (readonly [
  head: string,
  kind: Kind,
  of: (metrics: Metrics) => Estimate | undefined,
])[] = [
  ["requests", "count", (metrics) => metrics["requests"]],
  ["served", "share", ANSWERED],
  ["p50", "ms", (metrics) => metrics["latencyMs.p50"]],
  ["p99", "ms", (metrics) => metrics["latencyMs.p99"]],
  ["yours", "share", (metrics) => metrics["poolShare"]],
  ["fees/day", "eth", (metrics) => metrics["feesEthPerDay"]],
];

/** The table; null where no AI jobs were asked for. */
export function aiTable({ variants }: ScenarioResult): AITable | null {
  const rows = variants.flatMap(({ name, ai = [] }) =>
    ai.map((job) => ({ variant: name, job: job.name, metrics: job.metrics })),
  );
  if (rows.length === 0) return null;
  const columns = COLUMNS.map(([head, kind, of]): AIColumn => {
    const values = rows.map(({ metrics }) => of(metrics)?.mean);
    const scale = scaleFor(
      kind,
      values.flatMap((value) => value ?? []),
    );
    return { head: withUnit(head, scale), cells: figures(values, scale) };
  });
  return {
    variants: rows.map(({ variant }) => variant),
    jobs: rows.map(({ job }) => job),
    columns: columns.filter(({ cells }) => cells.some((cell) => cell !== "")),
  };
}
