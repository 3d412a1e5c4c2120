/** What was found out about a worker, in words. */

import { utcText } from "../../core/utc.js";
import { counted, fixed } from "../../core/wording.js";
import type { Figure, WorkerFit } from "./worker-fit.js";

const DAY_MS = 86_400_000;

function inMs({ value, low, high }: Figure): string {
  const end = (one: number) => (Number.isFinite(one) ? fixed(one, 0) : "?");
  return `${fixed(value, 0)} ms (${end(low)} to ${end(high)})`;
}

function small({ value, low, high }: Figure, decimals = 3): string {
  const end = (one: number) => (Number.isFinite(one) ? fixed(one, decimals) : "?");
  return `${fixed(value, decimals)} (${end(low)} to ${end(high)})`;
}

function inMinutes({ value, low, high }: Figure): string {
  const minutes = (ms: number) => (Number.isFinite(ms) ? fixed(ms / 60_000, 1) : "?");
  return `${minutes(value)} min (${minutes(low)} to ${minutes(high)})`;
}

function dataLine({ segments, span, source }: WorkerFit, nowMs: number): string {
  const when =
    span === null
      ? ""
      : `, from ${utcText(span.fromMs)} to ${utcText(span.toMs)}, ${fixed((nowMs - span.toMs) / DAY_MS, 0)} days old`;
  return `${counted(segments, "segment")} of ${source}${when}`;
}

function curveLine({ curve, sessionsMax, sessions }: WorkerFit): string {
  const points = curve.slice(1).map(({ atATime, factor }) => `${atATime}: × ${small(factor, 2)}`);
  const known = points.length === 0 ? "nothing measured above one at a time" : points.join(", ");
  const last = curve.at(-1)?.atATime ?? 1;
  return `with more at a time: ${known}; beyond ${last}: extrapolated in proportion; sessions: ${sessionsMax} at most were seen${sessions > sessionsMax ? `, ${sessions} are assumed, as it was never held at that` : ""}`;
}

function noiseLine({ noiseCv, sessionCv, isLognormal, quantiles }: WorkerFit): string {
  const family = isLognormal
    ? "lognormal"
    : `no lognormal: quantiles ${quantiles.map(({ q, factor }) => `${q}: ${fixed(factor, 2)}`).join(", ")} of the mean`;
  if (noiseCv === null) return "spread not known";
  const within = `spread ${small(noiseCv)}`;
  const between = sessionCv === null ? "" : `, between sessions ${small(sessionCv)}`;
  return `${within}${between}, ${family}`;
}

function heldOutLine({ heldOut }: WorkerFit): string {
  if (heldOut === null) return "too few segments to hold any back";
  const { segments, meanError, p99Error } = heldOut;
  return `half held back (${counted(segments, "segment")}) and predicted by the rest: means off by ${fixed(100 * meanError, 1)} %, the 99th percentile by ${fixed(100 * p99Error, 1)} %`;
}

/**
 * The lines about one worker, the first of which names it.
 *
 * @param nowMs ms since 1970, for the age of the data
 */
export function describeFit(fit: WorkerFit, nowMs: number): readonly string[] {
  const { worker, aloneMs, pixelsPerSecond, warmupMs, spells, errors, losses, uptime } = fit;
  const { parts, unused, notes, span } = fit;
  const lines = [
    dataLine(fit, nowMs),
    `a segment alone: ${inMs(aloneMs)}`,
    ...(pixelsPerSecond === null
      ? []
      : [`${fixed(pixelsPerSecond.value / 1e6, 0)} million output pixels per second alone`]),
    curveLine(fit),
    ...parts.map(
      ({ atATime, downloadMs, transcodeMs, uploadMs }) =>
        `parts at ${atATime}: download ${fixed(downloadMs, 0)} ms, transcode ${fixed(transcodeMs, 0)} ms, upload ${fixed(uploadMs, 0)} ms`,
    ),
    noiseLine(fit),
    ...(warmupMs === null ? [] : [`a session's first segment: + ${inMs(warmupMs)}`]),
    ...(spells === null
      ? span === null
        ? []
        : ["no spells of slowness were seen"]
      : [
          `${counted(spells.count, "spell")} of slowness: every ${inMinutes(spells.every)}, for ${inMinutes(spells.length)}, + ${small(spells.extra, 2)}`,
        ]),
    ...(errors === null
      ? []
      : [`${span === null ? "failed" : "never answered"}: ${small(errors, 5)} of segments`]),
    ...(losses === null
      ? []
      : [
          `its sessions end sooner than those of the others, and its times do not show why: as if ${fixed(losses, 5)} of segments failed, or more`,
        ]),
    ...(uptime === null
      ? []
      : [
          `${counted(uptime.disconnects, "disconnect")}${uptime.upMs === null ? "" : `, up for ${inMinutes(uptime.upMs)}`}${uptime.downMs === null ? "" : `, away for ${inMinutes(uptime.downMs)}`}`,
        ]),
    heldOutLine(fit),
    ...unused.map((text) => `not used: ${text}`),
    ...notes.map((text) => `note: ${text}`),
  ];
  return [worker, ...lines];
}
