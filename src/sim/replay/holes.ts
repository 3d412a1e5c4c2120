/** Times in which a record has nothing, where it should have something. */
import { counted } from "../../core/wording.js";
import { utcSeconds } from "../record/utc.js";
import type { WorkerSession } from "./handed-on.js";

/** Streams that were to begin in it, at least, by how often they do: that none does has a chance of 1 in 500 million. */
const STREAMS_MIN = 20;
const HOUR_MS = 3_600_000;
const NAMED_MAX = 3;

/**
 * What a replay says of holes in the record.
 *
 * @param streams of all regions
 */
export function holeNotes(streams: readonly WorkerSession[]): string[] {
  const begun = [...streams].sort((a, b) => a.fromMs - b.fromMs);
  const gaps: { readonly fromMs: number; readonly toMs: number }[] = [];
  let endMs = begun[0]?.fromMs ?? 0;
  for (const { fromMs, lengthMs } of begun) {
    if (fromMs > endMs) gaps.push({ fromMs: endMs, toMs: fromMs });
    endMs = Math.max(endMs, fromMs + lengthMs);
  }
  const wholeMs = endMs - (begun[0]?.fromMs ?? 0);
  // The longest is left out, or a hole would make streams seem rare.
  const longestMs = gaps.reduce((most, { fromMs, toMs }) => Math.max(most, toMs - fromMs), 0);
  const everyMs = (wholeMs - longestMs) / Math.max(1, begun.length);
  const holes = gaps.filter(({ fromMs, toMs }) => toMs - fromMs > STREAMS_MIN * everyMs);
  if (holes.length === 0) return [];
  const texts = holes.slice(0, NAMED_MAX).map(({ fromMs, toMs }) => {
    const hours = Number(((toMs - fromMs) / HOUR_MS).toPrecision(2));
    return `${utcSeconds(fromMs)} to ${utcSeconds(toMs)} (${counted(hours, "hour")})`;
  });
  const more = holes.length > NAMED_MAX ? ` and ${holes.length - NAMED_MAX} times more` : "";
  return [
    `nobody delivered anything from ${texts.join(", ")}${more}: where that is a hole in the record, what came then is not played`,
  ];
}
