/**
 * What an orchestrator knows of its clients: one queue per auth session, so many at a time
 * (O-6 … O-10). A pure core: it is told what arrives and when, and it tells when a segment can
 * begin and when an idle session's slot is free again. No allocation per segment.
 */
import { InputError, invariant } from "../../core/errors.js";
import { copyInto } from "../../core/typed-lists.js";
import { DeadlineHeap } from "./deadline-heap.js";

/** Stands for an auth session of which no segment has arrived yet (discovery's empty id, O-6). */
export const NO_SESSION = -1;
/** `OrchestratorCapped` (O-6): all MaxSessions slots are taken. */
export const ORCHESTRATOR_CAPPED = -2;
/** `OrchestratorBusy` (O-9): one segment runs and the queue of 4 is full. */
export const ORCHESTRATOR_BUSY = -3;

/** Why a session was closed: no segment for 70 s, or EndTranscodingSession (O-10). */
export type SessionEnd = "idle" | "ended";

/**
 * Called on every close, in order of time. The session can still be read during the call and is an
 * unknown id after it.
 */
export type SessionCloseListener = (session: number, atMs: number, cause: SessionEnd) => void;

/** How many sessions a node has, and for how long. */
export interface OrchestratorSessionsOptions {
  /** How many sessions at a time, 0 … 65,536, or `auto`: what the workers offer (O-7). @default 10 */
  readonly maxSessions?: number | "auto" | undefined;
  /** Whether the node runs in on-chain mode; off-chain, `auto` leaves MaxSessions at 0 (O-7). @default true */
  readonly onChain?: boolean | undefined;
  /** Time after which a session without a new segment is closed, ms (O-10). @default 70_000 */
  readonly idleMs?: number | undefined;
  /** Waiting segments per session beside the running one (O-9). @default 4 */
  readonly queueLength?: number | undefined;
  /** Told of every close, e.g. to release the session's worker (O-20). */
  readonly onClose?: SessionCloseListener | undefined;
}

/** MaxSessions of an orchestrator without the flag (O-7). */
export const DEFAULT_MAX_SESSIONS = 10;
/** How long a session may be idle, ms: go-livepeer's transcodeLoopTimeout (O-10). */
export const SESSION_IDLE_MS = 70_000;
/** How many segments of a session may wait: go-livepeer's maxSegmentChannels (O-9). */
export const SESSION_QUEUE_LENGTH = 4;

const SLOT_BITS = 16;
const SLOTS_MAX = 1 << SLOT_BITS;
const GENERATIONS = 1 << 15;
const ENDLESS = Number.POSITIVE_INFINITY;
/** What nodes without sessions share. */
const NO_INTEGERS = new Int32Array(0);
const NO_BYTES = new Uint8Array(0);
const NO_TIMES = new Float64Array(0);

/**
 * The slot of an open session: a small number below the most sessions ever open at once, to index
 * arrays with. It is given to another session after this one was closed.
 */
export function sessionSlot(session: number): number {
  return session & (SLOTS_MAX - 1);
}

/**
 * The session map of one orchestrator node.
 *
 * A session's handle is made at its first accepted segment (O-8); the caller keeps it in place
 * of the auth session id and passes {@link NO_SESSION} before. The handle of a closed session is
 * an unknown id again. Times must not decrease from call to call.
 */
export class OrchestratorSessions {
  readonly #auto: boolean;
  readonly #idleMs: number;
  readonly #ringLength: number;
  readonly #onClose: SessionCloseListener | undefined;
  #maxSessions: number;
  #size = 0;
  #slots = 0;
  readonly #free: number[] = [];
  readonly #expiry = new DeadlineHeap();

  /** Per slot. A session's segments are a ring of end times; unknown ends are Infinity, last. */
  #generation = NO_INTEGERS;
  #open = NO_BYTES;
  #head = NO_BYTES;
  #count = NO_BYTES;
  #known = NO_BYTES;
  #segments = NO_INTEGERS;
  #lastEnd = NO_TIMES;
  #ends = NO_TIMES;

  /**
   * @throws InputError (`POOL_MAX_SESSIONS`, `POOL_SESSION_LIMITS`) for numbers out of range
   */
  constructor(options: OrchestratorSessionsOptions = {}) {
    const {
      maxSessions = DEFAULT_MAX_SESSIONS,
      onChain = true,
      idleMs = SESSION_IDLE_MS,
      queueLength = SESSION_QUEUE_LENGTH,
    } = options;
    if (!(idleMs > 0) || !Number.isInteger(queueLength) || queueLength < 0 || queueLength > 200) {
      throw new InputError("idleMs must be above 0 and queueLength a whole number 0 … 200", {
        code: "POOL_SESSION_LIMITS",
      });
    }
    this.#auto = maxSessions === "auto" && onChain;
    this.#maxSessions = maxSessions === "auto" ? 0 : checkMaxSessions(maxSessions);
    this.#idleMs = idleMs;
    this.#ringLength = queueLength + 1;
    this.#onClose = options.onClose;
  }

  /** MaxSessions at present (O-7). */
  get maxSessions(): number {
    return this.#maxSessions;
  }

  /**
   * A worker registers: with `auto`, MaxSessions becomes the sum (O-7).
   *
   * @param listedCapacity total capacity of the workers listed *before* this one; two that
   *   register at once may both see the same total, as in go-livepeer
   * @param capacity the new worker's capacity
   */
  workerRegistering(listedCapacity: number, capacity: number): void {
    if (this.#auto) this.#maxSessions = listedCapacity + capacity;
  }

  /** A worker left: with `auto`, MaxSessions becomes what remains (O-7). Open sessions stay. */
  workerLeft(remainingCapacity: number): void {
    if (this.#auto) this.#maxSessions = remainingCapacity;
  }

  /** How many sessions hold a slot at `nowMs`, idle ones of the last 70 s included (O-10). */
  openCount(nowMs: number): number {
    this.expire(nowMs);
    return this.#size;
  }

  /**
   * The capacity check of discovery and of `/segment` (O-6): false for an open session, else
   * whether all slots are taken.
   */
  isCapped(session: number, nowMs: number): boolean {
    this.expire(nowMs);
    return this.#find(session) < 0 && this.#size >= this.#maxSessions;
  }

  /** Whether the handle is that of an open session at `nowMs`. */
  isOpen(session: number, nowMs: number): boolean {
    this.expire(nowMs);
    return this.#find(session) >= 0;
  }

  /**
   * A segment arrives (O-8, O-9). The caller then asks {@link beginMs} and, once it knows it,
   * states the segment's end with {@link finish}.
   *
   * @param session handle of the auth session, {@link NO_SESSION} before its first segment
   * @returns the session's handle (new if the id was unknown), {@link ORCHESTRATOR_CAPPED} or
   *   {@link ORCHESTRATOR_BUSY}
   */
  accept(session: number, nowMs: number): number {
    this.expire(nowMs);
    let slot = this.#find(session);
    if (slot < 0) {
      if (this.#size >= this.#maxSessions) return ORCHESTRATOR_CAPPED;
      slot = this.#create(nowMs);
    } else {
      this.#retire(slot, nowMs);
      if ((this.#count[slot] ?? 0) === this.#ringLength) return ORCHESTRATOR_BUSY;
    }
    this.#ends[this.#ringIndex(slot, this.#count[slot] ?? 0)] = Number.POSITIVE_INFINITY;
    this.#count[slot] = (this.#count[slot] ?? 0) + 1;
    this.#segments[slot] = (this.#segments[slot] ?? 0) + 1;
    return this.#handle(slot);
  }

  /**
   * When the segment accepted last can begin (O-9: one at a time, in order): `arrivalMs`, or the
   * end of the one before it; Infinity while that end is not known.
   */
  beginMs(session: number, arrivalMs: number): number {
    const slot = this.#find(session);
    invariant(slot >= 0, "only an open session has a segment that begins");
    const before = (this.#count[slot] ?? 0) - 2;
    if (before < 0) return arrivalMs;
    return Math.max(arrivalMs, this.#ends[this.#ringIndex(slot, before)] ?? 0);
  }

  /**
   * States the end of the oldest segment whose end is not known yet: either ahead (as soon as it
   * can be computed) or when it happens. A no-op after the session was closed.
   *
   * @param endMs not before the end of the session's previous segment
   */
  finish(session: number, endMs: number): void {
    const slot = this.#find(session);
    if (slot < 0) return;
    const known = this.#known[slot] ?? 0;
    invariant(known < (this.#count[slot] ?? 0), "a segment ends once");
    invariant(endMs >= (this.#lastEnd[slot] ?? 0), "a session's segments end in order");
    this.#ends[this.#ringIndex(slot, known)] = endMs;
    this.#known[slot] = known + 1;
    this.#lastEnd[slot] = endMs;
  }

  /**
   * Segments that are known ahead, of an open session that has none in hand: each arrives when the one
   * before it has ended, and within the idle time after that. What {@link accept} and {@link finish}
   * will do is stated now; no other session's time runs out meanwhile.
   *
   * @param segments how many, at least 1
   * @param endMs end of the last one, which may lie in the future
   */
  foresee(session: number, segments: number, endMs: number): void {
    const slot = this.#find(session);
    invariant(slot >= 0, "only an open session has segments that are known ahead");
    invariant(this.#known[slot] === this.#count[slot], "the segments before them have ended");
    invariant(endMs >= (this.#lastEnd[slot] ?? 0), "a session's segments end in order");
    this.#head[slot] = 0;
    this.#count[slot] = 1;
    this.#known[slot] = 1;
    this.#segments[slot] = (this.#segments[slot] ?? 0) + segments;
    this.#ends[slot * this.#ringLength] = endMs;
    this.#lastEnd[slot] = endMs;
  }

  /** Segments running or waiting in the session at `nowMs`; 0 for a session that is not open. */
  inHand(session: number, nowMs: number): number {
    const slot = this.#find(session);
    if (slot < 0) return 0;
    this.#retire(slot, nowMs);
    return this.#count[slot] ?? 0;
  }

  /** How many segments the open session has accepted. */
  segments(session: number): number {
    const slot = this.#find(session);
    return slot < 0 ? 0 : (this.#segments[slot] ?? 0);
  }

  /**
   * EndTranscodingSession: the slot is free at once (O-10).
   *
   * @returns false if the session was not open any more
   */
  end(session: number, nowMs: number): boolean {
    this.expire(nowMs);
    const slot = this.#find(session);
    if (slot < 0) return false;
    this.#close(slot, nowMs, "ended");
    return true;
  }

  /**
   * Closes the sessions that have been idle for 70 s at `nowMs` (O-10), in order of time. Each
   * call that takes a time does this first; needed by itself only to learn of closes in time.
   */
  expire(nowMs: number): void {
    while (this.#expiry.topKey <= nowMs) {
      const slot = this.#expiry.top;
      const deadline = this.#deadline(slot);
      if (deadline === this.#expiry.topKey) this.#close(slot, deadline, "idle");
      // What is in hand ends now at the earliest; a deadline that is known only ever moves on.
      else this.#expiry.rekeyTop(deadline < ENDLESS ? deadline : nowMs + this.#idleMs);
    }
  }

  /**
   * When to call {@link expire} next so that closes are noticed in time; Infinity when no session
   * is open. To be asked again after every call; a call too early does nothing.
   */
  nextDeadline(): number {
    for (;;) {
      if (this.#expiry.size === 0) return Number.POSITIVE_INFINITY;
      const deadline = this.#deadline(this.#expiry.top);
      if (deadline === this.#expiry.topKey || deadline === Number.POSITIVE_INFINITY) {
        return this.#expiry.topKey;
      }
      this.#expiry.rekeyTop(deadline);
    }
  }

  /** The session's loop waits from the end of its last segment; while one is in hand, it does not. */
  #deadline(slot: number): number {
    return (this.#known[slot] ?? 0) < (this.#count[slot] ?? 0)
      ? Number.POSITIVE_INFINITY
      : (this.#lastEnd[slot] ?? 0) + this.#idleMs;
  }

  #create(nowMs: number): number {
    let slot = this.#free.pop();
    if (slot === undefined) {
      slot = this.#slots++;
      if (slot >= this.#open.length) this.#grow();
    }
    this.#open[slot] = 1;
    this.#head[slot] = 0;
    this.#count[slot] = 0;
    this.#known[slot] = 0;
    this.#segments[slot] = 0;
    this.#lastEnd[slot] = nowMs;
    this.#size++;
    this.#expiry.push(slot, nowMs + this.#idleMs);
    return slot;
  }

  #close(slot: number, atMs: number, cause: SessionEnd): void {
    this.#expiry.remove(slot);
    this.#onClose?.(this.#handle(slot), atMs, cause);
    this.#open[slot] = 0;
    this.#generation[slot] = ((this.#generation[slot] ?? 0) + 1) % GENERATIONS;
    this.#size--;
    this.#free.push(slot);
  }

  /** Takes the segments that have ended out of the ring. */
  #retire(slot: number, nowMs: number): void {
    let head = this.#head[slot] ?? 0;
    let known = this.#known[slot] ?? 0;
    let count = this.#count[slot] ?? 0;
    const base = slot * this.#ringLength;
    while (known > 0 && (this.#ends[base + head] ?? 0) <= nowMs) {
      head = head + 1 === this.#ringLength ? 0 : head + 1;
      known--;
      count--;
    }
    this.#head[slot] = head;
    this.#known[slot] = known;
    this.#count[slot] = count;
  }

  #find(session: number): number {
    if (session < 0) return -1;
    const slot = session & (SLOTS_MAX - 1);
    return slot < this.#slots &&
      this.#open[slot] === 1 &&
      this.#generation[slot] === session >> SLOT_BITS
      ? slot
      : -1;
  }

  #handle(slot: number): number {
    return ((this.#generation[slot] ?? 0) << SLOT_BITS) | slot;
  }

  #ringIndex(slot: number, position: number): number {
    const index = (this.#head[slot] ?? 0) + position;
    return slot * this.#ringLength + (index >= this.#ringLength ? index - this.#ringLength : index);
  }

  #grow(): void {
    const length = Math.max(16, this.#open.length * 2);
    invariant(length <= SLOTS_MAX, `at most ${SLOTS_MAX} sessions are open at once`);
    this.#generation = copyInto(new Int32Array(length), this.#generation);
    this.#open = copyInto(new Uint8Array(length), this.#open);
    this.#head = copyInto(new Uint8Array(length), this.#head);
    this.#count = copyInto(new Uint8Array(length), this.#count);
    this.#known = copyInto(new Uint8Array(length), this.#known);
    this.#segments = copyInto(new Int32Array(length), this.#segments);
    this.#lastEnd = copyInto(new Float64Array(length), this.#lastEnd);
    this.#ends = copyInto(new Float64Array(length * this.#ringLength), this.#ends);
  }
}

function checkMaxSessions(maxSessions: number): number {
  if (!Number.isInteger(maxSessions) || maxSessions < 0 || maxSessions > SLOTS_MAX) {
    throw new InputError(`maxSessions ${maxSessions} must be a whole number 0 … ${SLOTS_MAX}`, {
      code: "POOL_MAX_SESSIONS",
    });
  }
  return maxSessions;
}
