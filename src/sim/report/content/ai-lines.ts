/** How each kind of AI job fared in the variant that a report shows. */
import type { ResultRow, VariantResult } from "../../results.js";
import { figures, type Kind, scaleFor, withUnit } from "../figures.js";

/** A table of AI jobs: cells by column. */
export interface AITable {
  readonly names: readonly string[];
  readonly columns: readonly {
    readonly head: string;
    readonly cells: readonly string[];
    /** Columns of larger ranks are left out first where there is no room. */
    readonly rank: number;
  }[];
}

const COLUMNS: readonly (readonly [metric: string, head: string, kind: Kind, rank: number])[] = [
  ["requests", "requests", "count", 1],
  ["successShare", "answered", "share", 0],
  ["latencyMs.p50", "half in", "ms", 0],
  ["latencyMs.p99", "99 % in", "ms", 2],
  ["retriesPerRequest", "retries each", "ratio", 4],
  ["warmShare", "warm", "share", 3],
  ["servedShare", "live served", "share", 1],
  ["poolShare", "yours", "share", 0],
  ["feesEthPerDay", "fees/day", "eth", 0],
  ["invisibleFeesEthPerDay", "no event tells", "eth", 2],
];

/** The table of a variant; null where there are no AI jobs. A column without values is left out. */
export function aiTable({ ai = [] }: Pick<VariantResult, "ai">): AITable | null {
  if (ai.length === 0) return null;
  const valuesOf = (metric: string) => ai.map(({ metrics }: ResultRow) => metrics[metric]?.mean);
  const columns = COLUMNS.flatMap(([metric, head, kind, rank]) => {
    const values = valuesOf(metric);
    const known = values.flatMap((value) => value ?? []);
    if (known.length === 0) return [];
    const scale = scaleFor(kind, known);
    return [{ head: withUnit(head, scale), cells: figures(values, scale), rank }];
  });
  return { names: ai.map(({ name }) => name), columns };
}
