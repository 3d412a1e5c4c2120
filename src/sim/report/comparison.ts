/** The comparison of variants: one row a metric, means with 95 % intervals, paired differences. */
import type { Comparison, Estimate, ScenarioResult, VariantResult } from "../results.js";
import { differenceText, estimateText, type Scale, scaleFor, withUnit } from "./figures.js";
import { COMPARISON, type ShownMetric } from "./metric-labels.js";
import { headed, type Style, wrapped } from "./style.js";
import { type Column, table } from "./table.js";

interface Row {
  readonly label: string;
  readonly scale: Scale;
  /** `undefined` for the titles of groups. */
  readonly metric: string | undefined;
}

function estimates(result: ScenarioResult, metric: string): Estimate[] {
  return result.variants.flatMap(({ metrics }) => metrics[metric] ?? []);
}

function isZero(found: readonly Estimate[]): boolean {
  return found.every(
    ({ mean, ci95: [low, high], n }) => mean === 0 && (n < 2 || (low === 0 && high === 0)),
  );
}

/** What nothing happened of, in words: one line instead of rows of zeros. */
function zerosText(result: ScenarioResult): string {
  const zeros = COMPARISON.flatMap(({ title, metrics }) =>
    metrics.flatMap(({ metric, label }) => {
      const found = estimates(result, metric);
      return found.length > 0 && isZero(found) ? [`${label} (${title.toLowerCase()})`] : [];
    }),
  );
  return zeros.length === 0 ? "" : `0 in every replication: ${zeros.join(", ")}.`;
}

/** Rows of the metrics that some variant has, under the titles of their groups. */
function rowsOf(result: ScenarioResult): readonly Row[] {
  return COMPARISON.flatMap(({ title, metrics }) => {
    const rows = metrics.flatMap(({ metric, label, kind }: ShownMetric): Row[] => {
      const found = estimates(result, metric);
      if (found.length === 0 || isZero(found)) return [];
      const scale = scaleFor(
        kind,
        found.map(({ mean }) => mean),
      );
      return [{ label: `  ${withUnit(label, scale)}`, scale, metric }];
    });
    const none = scaleFor("count", []);
    return rows.length === 0 ? [] : [{ label: title, scale: none, metric: undefined }, ...rows];
  });
}

type FindDifference = (variant: string, metric: string) => Comparison["difference"] | undefined;

function differencesOf(result: ScenarioResult): FindDifference {
  const found = new Map(
    result.comparisons.map(({ variant, metric, difference }) => [
      `${variant} ${metric}`,
      difference,
    ]),
  );
  return (variant, metric) => found.get(`${variant} ${metric}`);
}

/** Whether a whole interval lies on one side of 0. */
function direction(difference: Comparison["difference"] | undefined): "" | "↑" | "↓" {
  if (difference === undefined) return "";
  const [low, high] = difference.ci95;
  return low > 0 ? "↑" : high < 0 ? "↓" : "";
}

function variantColumn(
  rows: readonly Row[],
  { name, metrics }: VariantResult,
  find: FindDifference | undefined,
): Column {
  const cells = rows.map(({ metric, scale }) => {
    const estimate = metric === undefined ? undefined : metrics[metric];
    if (metric === undefined || estimate === undefined) return "";
    const text = estimateText(estimate, scale);
    return find === undefined ? text : `${text} ${direction(find(name, metric)) || " "}`;
  });
  return { head: find === undefined ? name : `${name}  `, cells };
}

function differenceColumn(
  rows: readonly Row[],
  find: FindDifference,
  options: { readonly variant: string; readonly baseline: string },
): Column {
  const { variant, baseline } = options;
  const cells = rows.map(({ metric, scale }) => {
    const difference = metric === undefined ? undefined : find(variant, metric);
    return difference === undefined ? "" : differenceText(difference, scale);
  });
  return { head: `${variant} − ${baseline}`, cells };
}

/** The section of the report; empty when no metric is known. */
export function comparisonSection(result: ScenarioResult, style: Style): string {
  const rows = rowsOf(result);
  if (rows.length === 0) return "";
  const { variants } = result;
  const find = differencesOf(result);
  const baseline = result.comparisons[0]?.baseline ?? variants[0]?.name ?? "";
  const labels: Column = { head: "", cells: rows.map(({ label }) => label), align: "left" };
  const zerosLine = zerosText(result);
  const zeros = zerosLine === "" ? "" : `\n${style.dim(wrapped(zerosLine, style.width))}`;
  const paint = (text: string, row: number): string =>
    rows[row]?.metric === undefined ? style.bold(text) : text;
  const title = "Comparison: mean ± 95 % interval";
  const others = variants.filter(({ name }) => name !== baseline);
  const [other] = others;
  if (others.length === 1 && other !== undefined) {
    const columns = [
      labels,
      ...variants
        .filter(({ name }) => name === baseline)
        .map((variant) => variantColumn(rows, variant, undefined)),
      variantColumn(rows, other, undefined),
      differenceColumn(rows, find, { variant: other.name, baseline }),
    ];
    return `${headed(title, style, "; differences paired")}\n${table(columns, style, paint)}${zeros}`;
  }
  const columns = variants.map((variant) =>
    variantColumn(rows, variant, others.length === 0 ? undefined : find),
  );
  const legend =
    others.length === 0 ? "" : `; ↑ ↓ differs from ${baseline} (whole paired interval)`;
  return `${headed(title, style, legend)}\n${table([labels, ...columns], style, paint)}${zeros}`;
}
