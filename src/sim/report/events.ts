/** The events of a variant: what there was before, during and after each. */
import { formatDuration } from "../../config/duration.js";
import { PHASES } from "../metrics/windows.js";
import type { EventRow, VariantResult } from "../results.js";
import { figures, type Kind, scaleFor, withUnit } from "./figures.js";
import type { Style } from "./style.js";
import { type Column, table } from "./table.js";

const ROWS_MAX = 20;

/** When it happens, in words. */
function whenText({ atMs, lengthMs }: EventRow): string {
  const [first = 0, second] = atMs;
  const every = second === undefined ? "" : ` every ${formatDuration(second - first)}`;
  const length = lengthMs === 0 ? "" : ` for ${formatDuration(lengthMs)}`;
  return `${formatDuration(first)}${length}${every}`;
}

/** The table of one variant's events; empty when it has none. */
export function eventTable({ events = [] }: VariantResult, style: Style): string {
  const shown = events.slice(0, ROWS_MAX);
  if (shown.length === 0) return "";
  const rows = shown.flatMap((event) =>
    PHASES.flatMap((phase) => {
      const has = Object.keys(event.metrics).some((metric) => metric.startsWith(`${phase}.`));
      return has ? [{ event, phase }] : [];
    }),
  );
  const firsts = new Set(shown.map((event) => rows.find((row) => row.event === event)));
  const only = (text: (event: EventRow) => string) =>
    rows.map((row) => (firsts.has(row) ? text(row.event) : ""));
  const column = (head: string, metric: string, kind: Kind, rank: number): Column => {
    const values = rows.map(({ event, phase }) => event.metrics[`${phase}.${metric}`]?.mean);
    const scale = scaleFor(
      kind,
      values.flatMap((value) => value ?? []),
    );
    return { head: withUnit(head, scale), cells: figures(values, scale), rank };
  };
  const text = table(
    [
      { head: "event", cells: only(({ name }) => name), align: "left" },
      { head: "what", cells: only(({ kind, whom }) => `${kind}: ${whom}`), align: "left", rank: 5 },
      { head: "at", cells: only(whenText), align: "left" },
      { head: "", cells: rows.map(({ phase }) => phase), align: "left" },
      column("not real-time", "notRealTimeShare", "share", 0),
      column("swaps/min", "swapsPerMinute", "mean", 0),
      column("segments/min", "segmentsPerMinute", "mean", 2),
      column("yours/min", "poolSegmentsPerMinute", "mean", 0),
      column("of them late", "poolLateShare", "share", 1),
      column("sessions", "poolSessions", "mean", 1),
    ],
    style,
  );
  const rest = events.length - shown.length;
  return rest > 0 ? `${text}\n${style.dim(`… and ${rest} more events in the JSON result`)}` : text;
}
