/**
 * Which number is drawn for what: indexes within a stream's key. A segment has room for four
 * members of a verified one, eight attempts each of eight quantities; further attempts reuse
 * numbers of the next member.
 */

const PER_ATTEMPT = 8;
const PER_MEMBER = 64;
/** Draws of a segment lie so far from those of the next one. */
export const PER_SEGMENT = 256;

/** Quantities of one attempt. */
export const DRAW = {
  prepare: 0,
  network: 1,
  jitter: 2,
  failure: 3,
  work: 4,
  worker: 5,
  tickets: 6,
  refresh: 7,
} as const;

/** Offsets of quantities that a stream draws outside of attempts. */
const DURATION = 0x40000000;
const SELECTION = 0x50000000;
const VERIFICATION = 0x60000000;
const ROUTE = 0x70000000;
/** Below the answers of discoveries, which share a pair's key. */
const SESSION = -16;
/** Of a stream's key. */
export const STREAM_DRAW = { renditions: -4 } as const;
/** Of a worker's key: its place among those that register at the start; its other draws count from 0. */
export const REGISTRATION_DRAW = -1;
/** Of the key of a stream and a worker: how the worker takes to the stream. */
export const WORKER_SESSION_DRAW = -2;

/**
 * First index of an attempt's quantities.
 *
 * @param attempt from 1
 * @param member from 0, −1 without verification
 */
export function attemptDraws(segment: number, attempt: number, member: number): number {
  const before = member > 0 ? member * PER_MEMBER : 0;
  return segment * PER_SEGMENT + before + (attempt - 1) * PER_ATTEMPT;
}

/** Index of one quantity of a call. */
export function callDraw(
  call: { readonly index: number; readonly attempt: number; readonly member: number },
  quantity: number,
): number {
  return attemptDraws(call.index, call.attempt, call.member) + quantity;
}

/** Index of a segment's duration. */
export function durationDraw(segment: number): number {
  return DURATION + segment;
}

/** Index of the n-th selection by probability. */
export function selectionDraw(count: number): number {
  return SELECTION + count;
}

/** Index of the n-th draw of verification. */
export function verificationDraw(count: number): number {
  return VERIFICATION + count;
}

/** Index of a balancer's choice for the n-th discovery; for a segment it is the segment's number. */
export function routeDraw(discovery: number): number {
  return ROUTE + discovery;
}

/** Index of the noise of a session that the n-th discovery of a stream found. */
export function foundDraw(discovery: number): number {
  return SESSION - 2 * discovery;
}

/** Index of the noise of a session that was renewed for a segment (M-35). */
export function renewedDraw(segment: number): number {
  return SESSION - 2 * segment - 1;
}

/** Entities below the run's key. */
export const ENTITY = {
  gateway: 1,
  uptime: 2,
  worker: 3,
  test: 4,
  discovery: 5,
  session: 6,
  shadow: 7,
  benchmark: 8,
  hour: 9,
  slowness: 10,
  event: 11,
  ai: 12,
} as const;
