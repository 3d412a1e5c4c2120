/** One variant as results have it: its replications sorted into tables. */
import { invariant } from "../../core/errors.js";
import type { Estimate, ResultRow, VariantResult } from "../results.js";
import type { Samples } from "./samples.js";
import { studentTCritical } from "./statistics/student-t.js";

type Tree = { [key: string]: number | Tree };

/** Splits `<name>.<metric>` at the end of a known name; names may have dots in them. */
function splitName(text: string, names: ReadonlySet<string>): [string, string] | undefined {
  for (let dot = text.lastIndexOf("."); dot > 0; dot = text.lastIndexOf(".", dot - 1)) {
    if (names.has(text.slice(0, dot))) return [text.slice(0, dot), text.slice(dot + 1)];
  }
  return undefined;
}

/** The metrics of one kind of thing (`worker.…`), by its name. */
class Table {
  readonly #rows = new Map<string, Record<string, Estimate>>();
  readonly #names: ReadonlySet<string>;

  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
    for (const name of this.#names) this.#rows.set(name, {});
  }

  /** @param rest a metric's name without its first part */
  put(rest: string, found: Estimate): void {
    const parts = splitName(rest, this.#names);
    invariant(parts !== undefined, `the metric ${rest} belongs to a name of its table`);
    const row = this.#rows.get(parts[0]);
    if (row !== undefined) row[parts[1]] = found;
  }

  rows(): ResultRow[] {
    return [...this.#rows].map(([name, metrics]) => ({ name, metrics }));
  }
}

/** Puts means into a tree by their dotted names. */
function nested(metrics: Readonly<Record<string, Estimate>>): Tree {
  const root: Tree = {};
  for (const [name, { mean }] of Object.entries(metrics)) {
    const parts = name.split(".");
    const last = parts.pop() ?? "";
    let tree = root;
    for (const part of parts) {
      const child = tree[part] ?? {};
      invariant(typeof child === "object", `${name}: a part of a metric's name is itself a metric`);
      tree[part] = child;
      tree = child;
    }
    invariant(tree[last] === undefined, `${name} is both a metric and a part of others' names`);
    tree[last] = mean;
  }
  return root;
}

function meanOf(values: readonly (number | undefined)[]): number {
  const present = values.filter((value) => value !== undefined && Number.isFinite(value));
  return present.reduce<number>((sum, value) => sum + (value ?? 0), 0) / present.length;
}

/** Mean over replications, bin by bin; `NaN` (in JSON: `null`) where none has a value. */
function meanSeries({ records }: Samples): Record<string, number[]> {
  const series: Record<string, number[]> = {};
  const [first] = records;
  if (first === undefined) return series;
  const names = new Set(records.flatMap((record) => Object.keys(record.series)));
  const bins = Math.max(0, ...Object.values(first.series).map((values) => values.length));
  if (names.size > 0) {
    series["timeMs"] = Array.from({ length: bins }, (_, bin) => bin * first.seriesBinMs);
  }
  for (const name of names) {
    const all = records.map((record) => record.series[name] ?? []);
    const length = Math.max(...all.map((values) => values.length));
    series[name] = Array.from({ length }, (_, bin) => meanOf(all.map((values) => values[bin])));
  }
  return series;
}

/** Half the 95 % interval of the mean over replications, bin by bin. */
function seriesHalfWidths({ records }: Samples): Record<string, number[]> {
  const names = new Set(records.flatMap((record) => Object.keys(record.series)));
  const quantile =
    records.length < 2 ? Number.NaN : studentTCritical({ degreesOfFreedom: records.length - 1 });
  return Object.fromEntries(
    [...names].map((name) => {
      const all = records.map((record) => record.series[name] ?? []);
      const length = Math.max(...all.map((values) => values.length));
      const half = (bin: number): number => {
        const values = all.flatMap((one) => one[bin] ?? []);
        const mean = meanOf(values);
        const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        return quantile * Math.sqrt(squares / (values.length - 1) / values.length);
      };
      return [name, Array.from({ length }, (_, bin) => half(bin))];
    }),
  );
}

/** The reason of the first replication, where none had a stream. */
function silence({ records }: Samples): string | null {
  const reasons = records.map(({ withoutStreams }) => withoutStreams);
  return reasons.includes(null) ? null : (reasons[0] ?? null);
}

/**
 * @param options.marginalValues by worker's name: the operator's net with it less without it
 */
export function variantResult(options: {
  readonly name: string;
  readonly samples: Samples;
  readonly marginalValues?: ReadonlyMap<string, Estimate> | undefined;
}): VariantResult {
  const { name, samples, marginalValues = new Map<string, Estimate>() } = options;
  const names = (kind: "orchestrators" | "workers" | "regions") =>
    samples.records.flatMap((record) => record[kind]);
  const metrics: Record<string, Estimate> = {};
  const orchestrators = new Table(names("orchestrators"));
  const workers = new Table(names("workers"));
  const regions = new Table(names("regions"));
  const marks = samples.records[0]?.events ?? [];
  const events = new Table(marks.map((mark) => mark.name));
  const ai = new Table(samples.records.flatMap(({ aiJobs }) => aiJobs));
  const tables: Readonly<Record<string, Table>> = {
    orchestrator: orchestrators,
    worker: workers,
    region: regions,
    event: events,
    ai,
  };
  for (const metric of samples.metrics) {
    const found = samples.estimate(metric);
    if (found === undefined) continue;
    const dot = metric.indexOf(".");
    const table = tables[metric.slice(0, dot)];
    if (table === undefined) metrics[metric] = found;
    else table.put(metric.slice(dot + 1), found);
  }
  for (const [worker, value] of marginalValues) workers.put(`${worker}.marginalValue`, value);
  return {
    name,
    metrics,
    orchestrators: orchestrators.rows(),
    workers: workers.rows(),
    regions: Object.fromEntries(regions.rows().map((row) => [row.name, nested(row.metrics)])),
    regionEstimates: regions.rows(),
    series: meanSeries(samples),
    seriesHalfWidths: seriesHalfWidths(samples),
    withoutStreams: silence(samples),
    admissions: samples.records[0]?.admissions ?? [],
    ...(ai.rows().length === 0 ? {} : { ai: ai.rows() }),
    ...(marks.length === 0
      ? {}
      : {
          events: marks.map((mark) => ({
            ...mark,
            metrics: events.rows().find(({ name: own }) => own === mark.name)?.metrics ?? {},
          })),
        }),
  };
}
