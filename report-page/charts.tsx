/** The charts of a report. */
import * as Plot from "@observablehq/plot";
import type { PageData, SeriesChart } from "../src/sim/report/html/page-data.js";
import type { Tornado } from "../src/sim/report/html/page-parts.js";
import { Chart, COLOURS } from "./chart.js";

const LABEL_MAX = 28;

function short(name: string): string {
  return name.length <= LABEL_MAX ? name : `${name.slice(0, LABEL_MAX - 1)}…`;
}

/** Room for the names on the left, no more than a third of the drawing. */
function marginFor(names: readonly string[], width: number): number {
  const longest = Math.max(0, ...names.map((name) => short(name).length));
  return Math.min(Math.round(width / 2.6), 16 + longest * 7);
}

const ROW_HEIGHT = 24;

function rowsHeight(rows: number): number {
  return 70 + rows * ROW_HEIGHT;
}

/** Names to numbers: equal names stay apart. */
function places(names: readonly string[]): Plot.ScaleOptions {
  return {
    type: "band",
    domain: names.map((_, index) => index),
    tickFormat: (index: number) => short(names[index] ?? ""),
    label: null,
  };
}

/** @param options.heads of the labels and of what is said of each, in the table behind it */
export function TornadoChart({
  tornado,
  title = "How sure: the change that is judged, and the same under other assumptions",
  heads = ["assumption", "verdict"],
}: {
  readonly tornado: Tornado;
  readonly title?: string;
  readonly heads?: readonly [string, string];
}) {
  const { cases, margin, label } = tornado;
  const rows = cases.map((one, index) => ({
    ...one,
    index,
    low: one.low ?? one.mean,
    high: one.high ?? one.mean,
  }));
  const names = cases.map((one) => one.label);
  return (
    <Chart
      title={title}
      alternative={`${label}: ${cases.map((one) => `${one.label} ${one.mean} (${one.decision})`).join("; ")}`}
      options={(width) => ({
        height: rowsHeight(rows.length),
        marginLeft: marginFor(names, width),
        marginRight: 20,
        x: { label: `${label} →`, labelOffset: 40, grid: true },
        y: places(names),
        marks: [
          ...(margin === null
            ? []
            : [
                Plot.rectX([{ x1: -margin, x2: margin }], {
                  x1: "x1",
                  x2: "x2",
                  fill: "currentColor",
                  fillOpacity: 0.1,
                }),
              ]),
          Plot.ruleX([0], { stroke: "currentColor" }),
          Plot.ruleY(rows, {
            x1: "low",
            x2: "high",
            y: "index",
            stroke: (row: (typeof rows)[number]) => (row.flips ? COLOURS[1] : COLOURS[0]),
            strokeWidth: 3,
          }),
          Plot.dot(rows, {
            x: "mean",
            y: "index",
            r: 4,
            fill: (row: (typeof rows)[number]) => (row.flips ? COLOURS[1] : COLOURS[0]),
          }),
        ],
      })}
      heads={[...heads, label, "from", "to"]}
      rows={cases.map((one) => [
        one.label,
        one.flips ? `${one.decision} (another)` : one.decision,
        one.mean,
        one.low,
        one.high,
      ])}
    />
  );
}

export function VariantChart({
  variants,
}: {
  readonly variants: NonNullable<PageData["variants"]>;
}) {
  const { label, points } = variants;
  const rows = points.map((one, index) => ({
    ...one,
    index,
    low: one.low ?? one.mean,
    high: one.high ?? one.mean,
  }));
  const names = points.map(({ name }) => name);
  return (
    <Chart
      title="The variants beside each other"
      alternative={`${label}: ${points.map(({ name, mean }) => `${name} ${mean}`).join("; ")}`}
      options={(width) => ({
        height: rowsHeight(rows.length),
        marginLeft: marginFor(names, width),
        marginRight: 20,
        x: { label: `${label} →`, labelOffset: 40, grid: true, nice: true },
        y: places(names),
        marks: [
          Plot.ruleX([0]),
          Plot.ruleY(rows, {
            x1: "low",
            x2: "high",
            y: "index",
            stroke: COLOURS[0],
            strokeWidth: 3,
          }),
          Plot.dot(rows, { x: "mean", y: "index", r: 4, fill: COLOURS[0] }),
        ],
      })}
      heads={["variant", label, "from (95 %)", "to (95 %)"]}
      rows={points.map(({ name, mean, low, high }) => [name, mean, low, high])}
    />
  );
}

export function RoundTripChart({ roundTrips }: Pick<PageData, "roundTrips">) {
  const { rows: all, segmentMs } = roundTrips;
  const rows = all.map((row, index) => ({ ...row, index }));
  const names = all.map(({ name }) => name);
  return (
    <Chart
      title="Round trips of the workers, and how long a segment lasts"
      alternative={`round trips in ms, median and 99 %: ${all.map(({ name, p50, p99 }) => `${name} ${p50} and ${p99}`).join("; ")}; a segment lasts ${segmentMs.join(", ")} ms`}
      options={(width) => ({
        height: rowsHeight(rows.length),
        marginLeft: marginFor(names, width),
        marginRight: 20,
        x: { label: "ms →", labelOffset: 40, grid: true, zero: true },
        y: places(names),
        marks: [
          Plot.ruleY(rows, {
            x1: "p10",
            x2: "p99",
            y: "index",
            stroke: COLOURS[0],
            strokeOpacity: 0.7,
          }),
          Plot.ruleY(rows, {
            x1: "p10",
            x2: "p90",
            y: "index",
            stroke: COLOURS[0],
            strokeWidth: 7,
          }),
          Plot.tickX(rows, {
            x: "p50",
            y: "index",
            stroke: "currentColor",
            strokeWidth: 2,
            insetTop: 3,
            insetBottom: 3,
          }),
          Plot.ruleX(segmentMs, { stroke: COLOURS[1], strokeWidth: 2, strokeDasharray: "5,3" }),
          Plot.text(segmentMs, {
            x: (ms: number) => ms,
            text: () => "segment",
            frameAnchor: "top",
            dy: -8,
            fill: "currentColor",
          }),
        ],
      })}
      heads={["worker", "10 %, ms", "median, ms", "90 %, ms", "99 %, ms"]}
      rows={all.map(({ name, p10, p50, p90, p99 }) => [name, p10, p50, p90, p99])}
    />
  );
}

export function LostChart({
  lost,
  variant,
}: Pick<PageData, "lost"> & { readonly variant: string }) {
  const names = [...new Set(lost.map(({ worker }) => worker))];
  const rows = lost.map((row) => ({ ...row, index: names.indexOf(row.worker) }));
  const reasons = [...new Set(lost.map(({ reason }) => reason))];
  return (
    <Chart
      title={`Where each lost stream-minute went, in ${variant}`}
      alternative={`stream-minutes lost: ${lost.map(({ worker, reason, minutes }) => `${worker} ${minutes} by ${reason}`).join("; ")}`}
      options={(width) => ({
        height: rowsHeight(names.length),
        marginLeft: marginFor(names, width),
        marginRight: 20,
        x: { label: "stream-minutes lost →", labelOffset: 40, grid: true },
        y: places(names),
        color: {
          domain: reasons,
          range: reasons.map((_, index) => COLOURS[index % COLOURS.length] ?? ""),
          legend: true,
        },
        marks: [Plot.barX(rows, { x: "minutes", y: "index", fill: "reason" }), Plot.ruleX([0])],
      })}
      heads={["worker", "reason", "stream-minutes"]}
      rows={lost.map(({ worker, reason, minutes }) => [worker, reason, minutes])}
    />
  );
}

/** In one sentence for those who can't see it. */
/** Names of events: pixels of a line, lines that they take turns in, and their width in em. */
const [MARK_LINE, MARK_LINES, MARK_EM] = [12, 3, 14] as const;

function marksText(marks: SeriesChart["marks"]): string {
  if (marks.length === 0) return "";
  return `; events: ${marks.map(({ event, minute }) => `${event} at minute ${minute}`).join(", ")}`;
}

export function SeriesPlot({ chart: { title, lines, marks } }: { readonly chart: SeriesChart }) {
  const rows = lines.flatMap(({ variant, points }) =>
    points.map((point) => ({ ...point, variant })),
  );
  const names = lines.map(({ variant }) => variant);
  const lastMinute = rows.reduce((last, { minute }) => Math.max(last, minute), 0);
  return (
    <Chart
      title={`Over time: ${title}`}
      alternative={`${title} by minute, for ${names.join(" and ")}, with 95 % bands${marksText(marks)}`}
      options={() => ({
        height: 220,
        marginLeft: 50,
        x: { label: "minutes →", labelOffset: 40 },
        y: { label: null, grid: true, zero: true },
        color: {
          domain: names,
          range: names.map((_, index) => COLOURS[index % COLOURS.length] ?? ""),
          legend: names.length > 1,
        },
        marks: [
          Plot.rectX(
            marks.filter(({ minute, untilMinute }) => untilMinute > minute),
            { x1: "minute", x2: "untilMinute", fill: "currentColor", fillOpacity: 0.08 },
          ),
          Plot.ruleX(marks, { x: "minute", stroke: "currentColor", strokeDasharray: "3,3" }),
          ...marks.map((mark, index) => {
            const isLeft = mark.minute <= lastMinute / 2;
            return Plot.text([mark], {
              x: "minute",
              text: "event",
              frameAnchor: "top",
              textAnchor: isLeft ? "start" : "end",
              dx: isLeft ? 4 : -4,
              // Names of neighbours stand below each other.
              dy: 2 + MARK_LINE * (index % MARK_LINES),
              lineWidth: MARK_EM,
              textOverflow: "ellipsis",
            });
          }),
          Plot.areaY(
            rows.filter(({ low }) => low !== null),
            { x: "minute", y1: "low", y2: "high", fill: "variant", fillOpacity: 0.15 },
          ),
          Plot.lineY(rows, { x: "minute", y: "mean", stroke: "variant", strokeWidth: 2 }),
        ],
      })}
      heads={["minute", "variant", "mean", "from (95 %)", "to (95 %)"]}
      rows={rows.map(({ minute, variant, mean, low, high }) => [minute, variant, mean, low, high])}
    />
  );
}
