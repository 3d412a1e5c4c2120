/** The screen of a replay: the answer, whether the past came out as it was, and what is not known. */
import { counted, grouped } from "../../core/wording.js";
import { utcSeconds } from "../record/utc.js";
import { type Style, wrapped } from "../report/style.js";
import { table } from "../report/table.js";
import type { Replay } from "./replay.js";
import type { Span95, Totals } from "./totals.js";

/** Rows of workers; all are in the JSON result. */
const ROWS_MAX = 14;
const NAMED_MAX = 3;
const PERCENT = 100;

/** What cannot be played again, whatever the books say. */
export const CANNOT = [
  "which gateway a stream came from, and what gateways would have done otherwise: drawn by the scenario's shares, and simulated",
  "how long streams would have gone on that the pool lost: drawn from those that it kept (Kaplan and Meier)",
  "streams that never came to the pool, or found it full: no event tells of them",
  "segments that failed: a session that ended with one is as long as it was",
] as const;

function percent(value: number): string {
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value).toFixed(1)}`;
}

/** `−3.2 % (−4.1 … −2.3)` of a whole. */
function shareText({ mean, low, high }: Span95, whole: number): string {
  if (whole === 0) return "nothing";
  const of = (value: number) => percent((PERCENT * value) / whole);
  return `${of(mean)} % (${of(low)} … ${of(high)})`;
}

/** By how much of what was done the replay is off, %. */
function offText({ segments: { actual, replayed } }: Totals): string {
  return percent((PERCENT * (replayed.mean - actual)) / actual);
}

/** Workers of whom the past is outside the interval, some by name. */
function missesText(workers: readonly Totals[]): string {
  const missed = workers.filter(({ segments }) => !segments.isWithin);
  if (missed.length === 0) return ".";
  const named = missed
    .slice(0, NAMED_MAX)
    .map((one) => (one.segments.actual === 0 ? one.name : `${one.name} ${offText(one)} %`));
  const more = missed.length > NAMED_MAX ? ` and ${missed.length - NAMED_MAX} more` : "";
  return `; off: ${named.join(", ")}${more}. By chance one in twenty is.`;
}

function headline({ pool, workers }: Replay, asked: string): readonly string[] {
  const within = workers.filter(({ segments }) => segments.isWithin).length;
  const off = offText(pool);
  const past = pool.segments.isWithin
    ? `Under its own rule the replay comes to the past within its interval: ${off} % of segments`
    : `Under its own rule the replay misses the past by ${off} % of segments`;
  const own = `${past}; ${within} of ${counted(workers.length, "worker")} are within theirs${missesText(workers)}`;
  if (pool.change === null) return [own];
  const { segments, feesEth } = pool.change;
  const change = `${shareText(segments, pool.segments.replayed.mean)} segments and ${shareText(feesEth, pool.feesEth.replayed.mean)} fees for the pool.`;
  // What does not come to what was says nothing of what would have been.
  if (!pool.segments.isWithin) return [own, `So this is no evidence: if ${asked}, ${change}`];
  return [`If ${asked}: ${change}`, own];
}

function whole(value: number): string {
  return grouped(Math.round(Math.max(0, value)));
}

function intervalText({ low, high }: Span95): string {
  return `${whole(low)} … ${whole(high)}`;
}

function changeText({ change }: Totals): string {
  if (change === null) return "";
  const { mean, low, high } = change.segments;
  const of = (value: number) =>
    `${value > 0 ? "+" : value < 0 ? "−" : ""}${grouped(Math.abs(Math.round(value)))}`;
  return `${of(mean)} (${of(low)} … ${of(high)})`;
}

/**
 * One screen.
 *
 * @param asked the other rule in words; empty where there is none
 */
export function replayScreen(
  result: Replay,
  { asked, seed, replications }: { asked: string; seed: number; replications: number },
  style: Style,
): string {
  const [first = "", ...rest] = headline(result, asked);
  const { workers, pool, sessions, lostSessions, fromMs, toMs, notes } = result;
  const sorted = [...workers].sort((a, b) => b.segments.actual - a.segments.actual);
  const shown = [...sorted.slice(0, ROWS_MAX), pool];
  const hasChange = pool.change !== null;
  const text = table(
    [
      { head: "worker", cells: shown.map(({ name }) => name), align: "left" },
      { head: "segments", cells: shown.map(({ segments }) => whole(segments.actual)) },
      { head: "replayed", cells: shown.map(({ segments }) => whole(segments.replayed.mean)) },
      { head: "95 %", cells: shown.map(({ segments }) => intervalText(segments.replayed)) },
      { head: "", cells: shown.map(({ segments }) => (segments.isWithin ? "" : "off")) },
      { head: "fees, mETH", cells: shown.map(({ feesEth }) => (feesEth.actual * 1000).toFixed(3)) },
      {
        head: "replayed",
        cells: shown.map(({ feesEth }) => (feesEth.replayed.mean * 1000).toFixed(3)),
      },
      ...(hasChange ? [{ head: "change in segments", cells: shown.map(changeText) }] : []),
    ],
    style,
  );
  const more = sorted.length - ROWS_MAX;
  const say = (line: string) => wrapped(line, style.width, "  ");
  return [
    style.bold(say(first)),
    ...rest.map(say),
    "",
    text.trimEnd(),
    ...(more > 0 ? [`… and ${counted(more, "more worker")} (--json)`] : []),
    "",
    say(
      `From ${utcSeconds(fromMs)} to ${utcSeconds(toMs)}: ${counted(sessions, "session")}, ${grouped(lostSessions)} of them taken as lost; ${counted(replications, "replication")}, seed ${seed}.`,
    ),
    ...notes.map((note) => say(`Note: ${note}`)),
    say(`Not in the books: ${CANNOT.join("; ")}.`),
    "",
  ].join("\n");
}
