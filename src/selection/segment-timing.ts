/** How long a segment may take, how its time is judged, and when its session is stale. */
import type { Session } from "./session.js";

const HTTP_TIMEOUT_MS = 8_000;
const WHOLE_TIMEOUT_FACTOR = 4;
const MIN_UPLOAD_TIMEOUT_MS = 2_000;
const UPLOAD_TIMEOUT_FACTOR = 0.5;
const MIN_LATENCY_SCORE_DURATION_MS = 1_500;
const MS_PER_S = 1_000;
/** Limit on the download of one rendition (T-33). */
export const RENDITION_DOWNLOAD_TIMEOUT_MS = 4_000;
/** How long an auth token is valid (G-10). */
export const AUTH_TOKEN_VALID_MS = 1_800_000;
/** An auth token with less left than this is renewed before use (M-35). */
export const AUTH_TOKEN_REFRESH_WINDOW_MS = 180_000;
/** Limit on the call that refreshes a session … (G-19) */
export const REFRESH_TIMEOUT_MS = 2_500;
/** … which dialling ignores: connecting has a limit of its own (G-18, G-19). */
export const CONNECT_TIMEOUT_MS = 3_000;

/**
 * Limit on the whole segment call, from before sending to the end of the body (T-15).
 *
 * @param durationMs length of the segment
 * @param multiplier scales the limit if above 1 (default 1)
 */
export function wholeTimeoutMs(durationMs: number, multiplier = 1): number {
  return Math.max(HTTP_TIMEOUT_MS, WHOLE_TIMEOUT_FACTOR * durationMs) * Math.max(1, multiplier);
}

/**
 * Limit on the upload, from before sending to the response headers (T-15).
 *
 * @param durationMs length of the segment
 * @param multiplier scales the limit if above 1 (default 1)
 */
export function uploadTimeoutMs(durationMs: number, multiplier = 1): number {
  const limitMs = Math.max(MIN_UPLOAD_TIMEOUT_MS, UPLOAD_TIMEOUT_FACTOR * durationMs);
  return limitMs * Math.max(1, multiplier);
}

/**
 * Latency score: response time ÷ max(1.5 s, segment duration), each in seconds (T-22): milliseconds by
 * milliseconds differ from it in the last bit now and then. An answer in just the segment's time scores
 * 1 exactly, which adding whole seconds and the rest, as AI jobs do, would not always give.
 *
 * @param tookAllMs time from before sending to the end of the body (T-20)
 * @param durationMs length of the segment
 */
export function latencyScore(tookAllMs: number, durationMs: number): number {
  return tookAllMs / MS_PER_S / (Math.max(MIN_LATENCY_SCORE_DURATION_MS, durationMs) / MS_PER_S);
}

/**
 * Must the session be refreshed before use (M-35)? Yes if its auth token has less than 180 s left
 * or its ticket parameters have expired.
 *
 * @param session the session about to be used
 * @param nowMs current time
 */
export function shouldRefresh(
  session: Pick<Session, "authTokenExpiresAtMs" | "ticketParamsExpireAtMs">,
  nowMs: number,
): boolean {
  return (
    session.authTokenExpiresAtMs - nowMs < AUTH_TOKEN_REFRESH_WINDOW_MS ||
    session.ticketParamsExpireAtMs <= nowMs
  );
}

/** How a refresh call ends in time. */
export interface RefreshTiming {
  /** When it is over, ms after its start. */
  readonly afterMs: number;
  /** Whether it brought an answer. */
  readonly ok: boolean;
}

/**
 * How a session refresh ends, given how long its parts take (G-18, G-19): the 2.5 s limit runs
 * from the start, but dialling ignores it, so that a slow connect ends only when it is made (up to
 * 3 s) and the call then fails at once.
 *
 * @param connectMs time to connect; Infinity = never
 * @param callMs time from connected to the answer; Infinity = never
 */
export function refreshTiming(connectMs: number, callMs: number): RefreshTiming {
  if (connectMs >= CONNECT_TIMEOUT_MS) return { afterMs: CONNECT_TIMEOUT_MS, ok: false };
  if (connectMs >= REFRESH_TIMEOUT_MS) return { afterMs: connectMs, ok: false };
  const totalMs = connectMs + callMs;
  return totalMs < REFRESH_TIMEOUT_MS
    ? { afterMs: totalMs, ok: true }
    : { afterMs: REFRESH_TIMEOUT_MS, ok: false };
}

/** httpPushTimeout, ms (T-3): also how often the gateway looks. */
const HTTP_PUSH_TIMEOUT_MS = 60_000;

/**
 * When a gateway ends a stream that is pushed by HTTP and of which nothing comes any more (T-3): it
 * looks every 60 s from the stream's start, and ends it when more than 60 s have passed without a
 * push. Requests that run on refresh this clock every 54 s; none runs for so long.
 *
 * @param firstPushMs when the stream's first segment was pushed
 * @param lastPushMs when its last one was
 * @returns 60 s to 120 s after the last push
 */
export function pushEndMs(firstPushMs: number, lastPushMs: number): number {
  const looks = Math.floor((lastPushMs - firstPushMs) / HTTP_PUSH_TIMEOUT_MS) + 2;
  return firstPushMs + looks * HTTP_PUSH_TIMEOUT_MS;
}
