/**
 * One answer of an orchestrator, tied to one stream (V-9): the object that a session pool hands
 * out and takes back. Millions of segments pass through it, so every field exists from the start
 * (one shape); most sessions are found and never used, so that what only use needs is made by it.
 */
import type { SessionPrice } from "./session-price.js";

/** What a session is made of. Handles are whole numbers ≥ 0, interned by the caller. */
export interface SessionOptions<Info = undefined> {
  /** Tells sessions apart in traces. The pool itself goes by object identity. */
  readonly id: number;
  /** Handle of the transcoder URI: key of the pool's map and of suspension. */
  readonly transcoder: number;
  /** Handle of the caller's own record of the orchestrator (default: `transcoder`). */
  readonly orchestrator?: number | undefined;
  /** Score that discovery gave the entry (V-10): 0 = untrusted, 1 = trusted (default 0). */
  readonly score?: number | undefined;
  /** Handle of the ticket recipient, −1 = the answer had no ticket parameters (default −1). */
  readonly recipient?: number | undefined;
  /** Price in the answer, `null` = none or not usable (default `null`). */
  readonly price?: SessionPrice | null | undefined;
  /** Latency that discovery measured, ms (default 0). */
  readonly initialLatencyMs?: number | undefined;
  /** When the auth token expires, ms (default: never). See M-35. */
  readonly authTokenExpiresAtMs?: number | undefined;
  /** When the ticket parameters expire, ms (default: never). See M-35. */
  readonly ticketParamsExpireAtMs?: number | undefined;
  /** Handle of the auth-token session id (V-7), −1 = none (default −1). */
  readonly sessionKey?: number | undefined;
  /** Whatever else the caller wants to find here again. */
  readonly info: Info;
}

/** What a discovery found (M-34); an answer without auth token makes no session (M-32). */
export type FoundSession<Info> = Omit<SessionOptions<Info>, "id" | "authTokenExpiresAtMs"> & {
  /** When the auth token expires, ms (M-35); null: the answer had none. */
  readonly authTokenExpiresAtMs?: number | null | undefined;
};

/** As long as few need: a list that grows is made for seventeen. Copied, as lists of one are: see `core/lists.ts`. */
const FLIGHTS: readonly number[] = [0.5, 0.5, 0.5, 0.5];

/** A broadcast session (V-9). A session belongs to at most one pool. */
export class Session<Info = unknown> {
  /** The session's number, given by the caller. */
  readonly id: number;
  /** Handle of the URI that segments are sent to. */
  readonly transcoder: number;
  /** Handle of the orchestrator. */
  orchestrator: number;
  /** The trust that the source gives it, 1 or 0 (V-10). */
  readonly score: number;
  /** Handle of the address that is paid. */
  recipient: number;
  /** Price in the latest answer (M-36). */
  price: SessionPrice | null;
  /** Price at creation: what R-10 compares with. In AI pools that of the latest discovery. */
  initialPrice: SessionPrice | null;
  /** Ms that its answer took when it was discovered; in AI pools in the latest discovery. */
  initialLatencyMs: number;
  /** Response time ÷ segment duration of the last completed segment, 0 = not measured (V-11). */
  latencyScore: number;
  /** When its token ends, ms on the caller's clock. */
  authTokenExpiresAtMs: number;
  /** When its terms for tickets end, ms on the caller's clock. */
  ticketParamsExpireAtMs: number;
  /** Handle of the auth session at the orchestrator. */
  sessionKey: number;
  /** Whatever the caller wants to know of it again. */
  info: Info;
  /** Kept by the pool: whether this very object is the entry of its transcoder in the pool's map. */
  mapped: boolean;

  #inFlight = 0;
  // Start, duration, start, duration, … of the segments in flight, the oldest first. Most sessions are
  // never used and have no list; one that is used keeps it.
  #flights: number[] | null = null;

  /**
   * @param options what it is made of
   * @param id its number, where `options` are an answer of a discovery and have none
   */
  constructor(options: SessionOptions<Info>);
  constructor(options: FoundSession<Info>, id: number);
  constructor(options: FoundSession<Info> & { readonly id?: number }, id?: number) {
    this.id = id ?? options.id ?? 0;
    this.transcoder = options.transcoder;
    this.orchestrator = options.orchestrator ?? options.transcoder;
    this.score = options.score ?? 0;
    this.recipient = options.recipient ?? -1;
    this.price = options.price ?? null;
    this.initialPrice = this.price;
    this.initialLatencyMs = options.initialLatencyMs ?? 0;
    this.latencyScore = 0;
    this.authTokenExpiresAtMs = options.authTokenExpiresAtMs ?? Number.POSITIVE_INFINITY;
    this.ticketParamsExpireAtMs = options.ticketParamsExpireAtMs ?? Number.POSITIVE_INFINITY;
    this.sessionKey = options.sessionKey ?? -1;
    this.info = options.info;
    this.mapped = false;
  }

  /** How many segments are in flight. */
  get segsInFlight(): number {
    return this.#inFlight;
  }

  /** When the oldest segment in flight started, ms; NaN if none is. */
  get oldestStartMs(): number {
    return this.#inFlight === 0 ? Number.NaN : (this.#flights?.[0] ?? Number.NaN);
  }

  /** Duration of the oldest segment in flight, ms; NaN if none is. */
  get oldestDurationMs(): number {
    return this.#inFlight === 0 ? Number.NaN : (this.#flights?.[1] ?? Number.NaN);
  }

  /**
   * A segment is in flight from now on.
   *
   * @param startMs now
   * @param durationMs duration of the segment, see {@link segmentDurationMs}
   */
  pushSegInFlight(startMs: number, durationMs: number): void {
    this.#flights ??= FLIGHTS.slice();
    const at = 2 * this.#inFlight++;
    this.#flights[at] = startMs;
    this.#flights[at + 1] = durationMs;
  }

  /**
   * The oldest segment is no longer in flight.
   *
   * @returns its duration, ms; 0 if none was in flight
   */
  popSegInFlight(): number {
    const flights = this.#flights;
    if (this.#inFlight === 0 || flights === null) return 0;
    const durationMs = flights[1] ?? 0;
    const left = 2 * --this.#inFlight;
    for (let at = 0; at < left; at++) flights[at] = flights[at + 2] ?? 0;
    return durationMs;
  }

  /**
   * A discovery found the orchestrator again: the answer that `other` was made of replaces this
   * session's, initial price and latency included. What it was measured at and what is in flight
   * stays.
   */
  takeAnswerOf(other: Session<Info>): void {
    this.orchestrator = other.orchestrator;
    this.recipient = other.recipient;
    this.price = other.price;
    this.initialPrice = other.initialPrice;
    this.initialLatencyMs = other.initialLatencyMs;
    this.authTokenExpiresAtMs = other.authTokenExpiresAtMs;
    this.ticketParamsExpireAtMs = other.ticketParamsExpireAtMs;
    this.sessionKey = other.sessionKey;
    this.info = other.info;
  }

  /** Forgets all segments in flight (M-13). */
  clearInFlight(): void {
    this.#inFlight = 0;
  }
}

/**
 * A segment's duration as go-livepeer keeps it: cut to whole nanoseconds of 64 bits. What does not
 * fit them (NaN included) becomes the lowest number, as on its usual processors.
 *
 * @param seconds duration as the segment states it
 * @returns milliseconds
 */
export function segmentDurationMs(seconds: number): number {
  const nanoseconds = Math.trunc(seconds * 1e9);
  // Adding 0 turns −0 into 0.
  return (Math.abs(nanoseconds) < 2 ** 63 ? nanoseconds + 0 : -(2 ** 63)) / 1e6;
}
