/**
 * Runs one `DiscoveryRound` on real orchestrators: asks whom it says, tells it what comes, wakes it
 * when it wants. All decisions are the round's.
 */
import { setMaxListeners } from "node:events";
import { invariant, isPoolsimError } from "../../core/errors.js";
import { onAbort } from "../../io/on-abort.js";
import type { Rejection } from "../rejection.js";
import type { DiscoveryRound } from "../round.js";
import type { RoundState } from "../round-words.js";
import type { OrchestratorAnswer } from "../rpc/decode.js";
import type { DialUri } from "../rpc/target.js";
import { parseRequestUri } from "../sources/request-uri.js";
import type { SourceEndpoint } from "../sources/source.js";
import type { Asked, AskedEndpoint } from "./asked.js";
import type { Clock } from "./clock.js";
import { concurrencyLimit } from "./concurrency.js";
import type { SuspensionList } from "./suspensions.js";

/** Asks one orchestrator; rejects with an Error. */
export type Ask = (
  endpoint: DialUri,
  options: { signal: AbortSignal },
) => Promise<OrchestratorAnswer>;

/** How a round stands. */
export interface RoundProgress {
  /** Who answered or failed just now. */
  readonly latest: Asked;
  /** How many were asked so far, and how many answered or failed. */
  readonly asked: number;
  /** How many orchestrators have answered or failed so far. */
  readonly settled: number;
}

/** What a live round needs. */
export interface LiveRoundOptions {
  readonly round: DiscoveryRound;
  /** Those in the pool, in list order (D-8). */
  readonly endpoints: readonly SourceEndpoint[];
  /** M (D-9). */
  readonly wanted: number;
  readonly extraNodes: number;
  /** Why an answer may not be used; null = it may. */
  readonly judge: (answer: OrchestratorAnswer) => Rejection | null;
  readonly suspensions: SuspensionList | null;
  readonly ask: Ask;
  readonly clock: Clock;
  /** Uniform in [0, 1), for the order of asking (D-11). */
  readonly random: () => number;
  /** How many are asked at the same time. */
  readonly concurrency: number;
  /** For how long after the start answers are still awaited once the round is over; 0 = not. */
  readonly lingerMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: RoundProgress) => void) | undefined;
}

/** Somebody found. */
export interface FoundAsked extends Asked {
  readonly answer: OrchestratorAnswer;
  readonly latencyMs: number;
  /** See `FoundOrchestrator`. */
  readonly backfilled: boolean;
}

/** What came of a round. */
export interface LiveRoundOutcome {
  /** By latency, the back-fill after that (D-38, D-39). */
  readonly found: readonly FoundAsked[];
  /** Everybody who was asked: the list in its order, then advertised ones as they came up. */
  readonly asked: readonly Asked[];
  readonly elapsedMs: number;
  /** Given up by the signal: what was found until then. */
  readonly interrupted: boolean;
}

/** Dials begun in one turn of the event loop; more would hold up answers and timers. */
const DIALS_PER_TURN = 16;
/**
 * Transcoders that were never suspended get handles from here up. The suspender knows none of these,
 * so it takes those transcoders for not suspended.
 */
const UNSUSPENDED_FROM = 2 ** 30;

/** Runs a round to its end. */
export function runLiveRound(options: LiveRoundOptions): Promise<LiveRoundOutcome> {
  return new LiveRound(options).run();
}

class LiveRound {
  readonly #options: LiveRoundOptions;
  /** Handles are indexes: first the list, then advertised nodes, which may never be asked. */
  readonly #uris: string[] = [];
  readonly #asked = new Map<number, Asked>();
  /** By URI: what was seen is told by its text alone (D-17). */
  readonly #handles = new Map<string, number>();
  readonly #limit: ReturnType<typeof concurrencyLimit>;
  readonly #outstanding = new AbortController();
  readonly #waiting: number[] = [];
  #pumping = false;
  #startedAt = 0;
  #askedCount = 0;
  #settledCount = 0;
  #takeBackTimer: () => void = () => {};
  #finished = false;
  #resolve: (outcome: LiveRoundOutcome) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #takeBackAbort: () => void = () => {};

  constructor(options: LiveRoundOptions) {
    this.#options = options;
    this.#limit = concurrencyLimit(options.concurrency);
    // Every request listens to it.
    setMaxListeners(0, this.#outstanding.signal);
  }

  run(): Promise<LiveRoundOutcome> {
    const { round, endpoints, wanted, suspensions, clock, signal, random } = this.#options;
    for (const endpoint of endpoints) {
      const { uri, scheme, host, score } = endpoint;
      const handle = this.#uris.push(uri) - 1;
      this.#add(handle, { uri, scheme, host, score, advertisedBy: null, listed: endpoint });
      // Repeats are asked each for itself (D-8).
      if (!this.#handles.has(uri)) this.#handles.set(uri, handle);
    }
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#startedAt = clock.now();
      const state = round.start(this.#startedAt, {
        endpoints: endpoints.map((_, handle) => handle),
        wanted,
        suspender: suspensions?.suspender ?? null,
      });
      if (signal !== undefined) this.#takeBackAbort = onAbort(signal, () => this.#giveUp());
      if (signal?.aborted) this.#giveUp();
      else this.#proceed(state, shuffled(round.toAsk, random));
    });
  }

  #giveUp(): void {
    this.#options.round.timer(Number.POSITIVE_INFINITY);
    this.#finish(true);
  }

  #proceed(state: RoundState, toAsk: readonly number[]): void {
    if (this.#finished) return;
    this.#takeBackTimer();
    if (state === "done" && this.#options.lingerMs <= 0) {
      this.#finish(false);
      return;
    }
    if (state === "ask") {
      this.#waiting.push(...toAsk);
      if (!this.#pumping) this.#pump();
    }
    if (state === "done" && this.#settledCount === this.#askedCount + this.#waiting.length) {
      this.#finish(false);
      return;
    }
    const { round, clock, lingerMs } = this.#options;
    const wakeAt = state === "done" ? this.#startedAt + lingerMs : round.nextDeadline();
    this.#takeBackTimer = clock.wake(wakeAt, () => this.#wake());
  }

  #wake(): void {
    const { round, clock, lingerMs } = this.#options;
    const now = clock.now();
    const lingered = round.done && now >= this.#startedAt + lingerMs;
    if (lingered) this.#finish(false);
    else this.#proceed(round.timer(now), []);
  }

  #pump(): void {
    for (const handle of this.#waiting.splice(0, DIALS_PER_TURN)) {
      this.#askedCount += 1;
      void this.#limit(() => this.#ask(handle));
    }
    this.#pumping = this.#waiting.length > 0;
    if (this.#pumping) setImmediate(() => (this.#finished ? undefined : this.#pump()));
  }

  async #ask(handle: number): Promise<void> {
    const { ask, clock } = this.#options;
    if (this.#finished) return;
    const dialledAt = clock.now();
    try {
      const answer = await ask(this.#at(handle), { signal: this.#outstanding.signal });
      if (!this.#finished) this.#answered(handle, answer, clock.now() - dialledAt);
    } catch (error) {
      if (!this.#finished) this.#failed(handle, error, clock.now() - dialledAt);
    }
  }

  #answered(handle: number, answer: OrchestratorAnswer, latencyMs: number): void {
    const { round, clock, judge, suspensions, extraNodes } = this.#options;
    const rejection = judge(answer);
    const transcoder = suspensions?.handleOf(answer.transcoder) ?? UNSUSPENDED_FROM + handle;
    const nodes = answer.nodes.slice(0, extraNodes).map((uri) => this.#handleOf(uri));
    const responses = round.responses;
    const state = round.response(clock.now(), handle, { transcoder, rejection, nodes }, latencyMs);
    const inTime = round.responses > responses;
    this.#settle(handle, { ...this.#at(handle), latencyMs, answer, rejection, inTime }, state);
  }

  #failed(handle: number, error: unknown, latencyMs: number): void {
    const { round, clock } = this.#options;
    const reason = error instanceof Error ? error : new Error(String(error));
    const detail = isPoolsimError(reason) ? `${reason.code}: ${reason.message}` : reason.message;
    const rejection = { rule: "D-20", reason: "rpc-error", detail } as const;
    const responses = round.responses;
    const state = round.failure(clock.now(), handle, rejection);
    const inTime = round.responses > responses;
    const outcome = { latencyMs, error: reason, rejection, inTime };
    this.#settle(handle, { ...this.#at(handle), ...outcome }, state);
  }

  #settle(handle: number, latest: Asked, state: RoundState): void {
    this.#asked.set(handle, latest);
    this.#settledCount += 1;
    const { round, onProgress } = this.#options;
    const toAsk = state === "ask" ? round.toAsk.filter((node) => this.#follow(node, latest)) : [];
    this.#proceed(state, toAsk);
    try {
      onProgress?.({ latest, asked: this.#askedCount, settled: this.#settledCount });
    } catch (error) {
      this.#release();
      this.#reject(error);
    }
  }

  /** The handle of an advertised URI. */
  #handleOf(uri: string): number {
    const known = this.#handles.get(uri);
    if (known !== undefined) return known;
    const handle = this.#uris.push(uri) - 1;
    this.#handles.set(uri, handle);
    return handle;
  }

  /** D-17, D-18; false for a URI that does not parse, which nobody is asked at. */
  #follow(handle: number, advertiser: Asked): boolean {
    try {
      const { uri, scheme, host } = parseRequestUri(this.#uris[handle] ?? "");
      const { score, uri: advertisedBy } = advertiser;
      this.#add(handle, { uri, scheme, host, score, advertisedBy, listed: null });
      return true;
    } catch {
      return false;
    }
  }

  #add(handle: number, endpoint: AskedEndpoint): void {
    const nothing = { latencyMs: null, answer: null, error: null, rejection: null, inTime: false };
    this.#asked.set(handle, { ...endpoint, ...nothing });
  }

  #at(handle: number): Asked {
    const asked = this.#asked.get(handle);
    invariant(asked !== undefined, "who answers was asked");
    return asked;
  }

  #finish(interrupted: boolean): void {
    if (this.#finished) return;
    this.#release();
    const { round } = this.#options;
    const found = round.result().map(({ endpoint, latencyMs, backfilled }): FoundAsked => {
      const asked = this.#at(endpoint);
      const { answer } = asked;
      invariant(answer !== null, "who is found has answered");
      return { ...asked, answer, latencyMs, backfilled };
    });
    const asked = [...this.#asked].sort(([a], [b]) => a - b).map(([, entry]) => entry);
    this.#resolve({ found, asked, elapsedMs: round.elapsedMs, interrupted });
  }

  /** Nothing more is awaited. Sockets are closed after the caller has gone on. */
  #release(): void {
    this.#finished = true;
    this.#takeBackTimer();
    this.#takeBackAbort();
    this.#limit.clearQueue();
    setImmediate(() => this.#outstanding.abort());
  }
}

/** D-11: every order is equally likely. */
function shuffled(handles: readonly number[], random: () => number): number[] {
  const order = [...handles];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [order[last], order[other]];
    if (a === undefined || b === undefined) break;
    order[last] = b;
    order[other] = a;
  }
  return order;
}
