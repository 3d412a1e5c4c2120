/**
 * One discovery: everybody is asked at once, and the first M who may be used win (D-8 … D-42).
 * A state machine that is told what arrived when and says what to do next. A live shell feeds it
 * from RPCs and a timer, the simulator from answers drawn beforehand; it owns neither.
 *
 * Endpoints and transcoders are small whole numbers ≥ 0 (handles), which the shell interns from
 * their exact strings: comparison is textual (D-17).
 */
import { invariant } from "../core/errors.js";
import { emptyList } from "../core/lists.js";
import { copyInto, numberAt } from "../core/typed-lists.js";
import { DISCOVERY_DEFAULTS } from "./options.js";
import type { Rejection } from "./rejection.js";
import {
  type AnswerList,
  checkRoundOptions,
  type DiscoveryRequest,
  type DiscoveryRoundOptions,
  type FoundOrchestrator,
  type RejectedOrchestrator,
  type RoundAnswer,
  type RoundState,
} from "./round-words.js";
import type { Suspender } from "./suspension.js";
import { SuspensionQueue } from "./suspension-queue.js";

const RPC_FAILED: Rejection = { rule: "D-20", reason: "rpc-error", detail: "no answer" };
const NOBODY: readonly number[] = [];
const MIN_ROOM = 16;
const NO_MARKS = new Uint8Array(0);
const NO_WORDS = new Int32Array(0);
const NO_NUMBERS = new Float64Array(0);
/** Marks of the seen-set: asked from the start, or later as somebody advertised it. */
const ASKED = 1;
const ADVERTISED = 2;
/** Words of each candidate: who was asked, who answered; and beside them who is found. */
const WORDS = 3;
const TRANSCODER = 1;
const FOUND = 2;

/**
 * A round, to be used again for the next one by {@link start}. All times are of one clock, in ms;
 * inputs come in time order. After each input wake {@link timer} at {@link nextDeadline}.
 *
 * Where an answer and a timer fall on the same instant, the order is random in go-livepeer
 * (D-32); here whichever is fed first comes first, and an answer fed after a deadline has passed
 * finds that timer fired already.
 */
export class DiscoveryRound {
  readonly #timeoutMs: number;
  readonly #extraNodes: number;
  readonly #cutoffMs: number;

  #suspender: Suspender | null = null;
  #running = false;
  #startedAt = 0;
  #endedAt = 0;
  #attemptAt = 0;
  #attemptIntervalMs = 0;
  #cutoffAt = 0;
  /** The earlier of the two. */
  #deadlineAt = 0;
  #maxNodes = 0;
  #wanted = 0;
  #enough = 0;
  #responses = 0;

  // The seen-set of D-17 by endpoint, and who advertised those that were not asked from the start. Many rounds
  // run at a time: their lists are as short as can be.
  #marks = NO_MARKS;
  #advertisers: Map<number, number> | null = null;
  #toAsk: readonly number[] = NOBODY;

  // Everybody who may be used, suspended or not, in order of arrival.
  #candidates = 0;
  #latencies = NO_NUMBERS;
  // With them, who is found, as places among them: F and, once the round is done, the back-fill after it.
  #words = NO_WORDS;
  #foundCount = 0;
  #backfillFrom = 0;
  readonly #suspended = new SuspensionQueue();

  readonly #rejectedEndpoints: number[] = [];
  readonly #rejections = emptyList<Rejection>();

  /**
   * @param options see {@link DiscoveryRoundOptions}
   * @throws InputError (`DISCOVERY_OPTIONS`) for numbers with which a round would not end
   */
  constructor({
    discoveryTimeoutMs = DISCOVERY_DEFAULTS.discoveryTimeoutMs,
    extraNodes = DISCOVERY_DEFAULTS.extraNodes,
    cutoffMs = DISCOVERY_DEFAULTS.cutoffMs,
  }: DiscoveryRoundOptions = {}) {
    checkRoundOptions(discoveryTimeoutMs, extraNodes, cutoffMs);
    this.#timeoutMs = discoveryTimeoutMs;
    this.#extraNodes = extraNodes;
    this.#cutoffMs = cutoffMs;
  }

  /**
   * Begins a round, dropping whatever the last one held.
   *
   * @param now ms
   * @param request whom to ask and how many are wanted
   * @returns `ask`, or `done` where nobody is wanted or there is nobody to ask (D-10)
   */
  start(now: number, { endpoints, wanted, suspender }: DiscoveryRequest): RoundState {
    this.#suspender = suspender;
    this.#running = true;
    this.#startedAt = now;
    this.#attemptIntervalMs = this.#timeoutMs;
    this.#attemptAt = this.#timeoutMs > 0 ? now + this.#timeoutMs : Number.POSITIVE_INFINITY;
    this.#cutoffAt = now + this.#cutoffMs;
    this.#deadlineAt = Math.min(this.#attemptAt, this.#cutoffAt);
    this.#maxNodes = endpoints.length * (this.#extraNodes + 1);
    this.#wanted = Math.min(this.#maxNodes, wanted);
    this.#enough = this.#timeoutMs > 0 ? this.#wanted : Math.min(1, this.#wanted);
    this.#responses = 0;
    this.#toAsk = endpoints;
    this.#candidates = 0;
    this.#foundCount = 0;
    this.#backfillFrom = 0;
    this.#suspended.clear();
    // Nearly always nobody was, and a list's length is set by a call out of quick code.
    if (this.#rejections.length > 0) this.#rejections.length = this.#rejectedEndpoints.length = 0;
    this.#advertisers = null;
    this.#marks.fill(0);
    if (endpoints.length > this.#latencies.length) this.#makeRoom(endpoints.length);
    let last = 0;
    for (const endpoint of endpoints) last = Math.max(last, endpoint);
    if (last >= this.#marks.length) this.#makeMarks(last);
    for (const endpoint of endpoints) this.#marks[endpoint] = ASKED;
    return this.#settle(now);
  }

  /**
   * Somebody answered. Call again for each further input; nothing changes once it is `done`.
   *
   * @param now ms
   * @param endpoint who was asked
   * @param answer what it said
   * @param latencyMs from just before dialling to this answer (D-13)
   * @throws InvariantError for an endpoint that was not asked in this round
   */
  response(now: number, endpoint: number, answer: RoundAnswer, latencyMs: number): RoundState {
    if (!this.#arrived(now, endpoint)) return "done";
    if (answer.rejection === null) this.#take(endpoint, answer.transcoder, latencyMs);
    else {
      this.#rejectedEndpoints.push(endpoint);
      this.#rejections.push(answer.rejection);
    }
    if (this.#marks[endpoint] === ASKED) this.#follow(endpoint, answer.nodes);
    return this.#settle(now);
  }

  /**
   * {@link response} with an answer that may be used and advertises no nodes, without an object for it.
   *
   * @param answers a list that has it
   * @param at its place there
   * @param transcoder handle of the transcoder URI that it reports
   * @throws InvariantError for an endpoint that was not asked in this round
   */
  usable(answers: AnswerList, at: number, transcoder: number): RoundState {
    // Times are read here: for each one that is handed over V8 makes an object.
    const now = answers.timeAt(at);
    const endpoint = answers.uriAt(at);
    if (!this.#arrived(now, endpoint)) return "done";
    this.#take(endpoint, transcoder, now - answers.askedAt(at));
    return this.#settle(now);
  }

  /**
   * Somebody could not be reached or answered with an error (D-20, D-29).
   *
   * @param now ms
   * @param endpoint who was asked
   * @param rejection what happened (default: an RPC error without detail)
   * @throws InvariantError for an endpoint that was not asked in this round
   */
  failure(now: number, endpoint: number, rejection: Rejection = RPC_FAILED): RoundState {
    return this.response(now, endpoint, { transcoder: -1, rejection, nodes: NOBODY }, 0);
  }

  /**
   * Time passed. Too early a call changes nothing; a late one catches up.
   *
   * @param now ms; Infinity lets the round run out as if nothing more arrived
   */
  timer(now: number): RoundState {
    this.#toAsk = NOBODY;
    while (this.#running && this.#deadlineAt <= now) this.#fire();
    return this.#running ? "wait" : "done";
  }

  /**
   * {@link timer} up to an instant, without what is due at that instant.
   *
   * @param now ms
   * @returns whether the round was over before
   */
  isOverBefore(now: number): boolean {
    while (this.#running && this.#deadlineAt < now) this.#fire();
    return !this.#running;
  }

  /** When {@link timer} has to be called next, unless something arrives before; Infinity = never. */
  nextDeadline(): number {
    return this.#running ? this.#deadlineAt : Number.POSITIVE_INFINITY;
  }

  /**
   * Whom to ask now, after `ask`. Valid until the next input. Who cannot be asked because its URI
   * does not parse simply never answers: no failure is reported for it (D-17).
   */
  get toAsk(): readonly number[] {
    return this.#running ? this.#toAsk : NOBODY;
  }

  /** Whether the result can be read. */
  get done(): boolean {
    return !this.#running;
  }

  /** How long the round took, in ms (0 until it is done). */
  get elapsedMs(): number {
    return this.#running ? 0 : this.#endedAt - this.#startedAt;
  }

  /** How many answered in time, usably or not. */
  get responses(): number {
    return this.#responses;
  }

  /** With how few more answers it may end before {@link nextDeadline}: a whole number, ≥ 1 until it is done (D-27). */
  get leastToCome(): number {
    return Math.min(this.#enough - this.#foundCount, this.#maxNodes - this.#responses);
  }

  /** How many were found: at most the number wanted (D-42), 0 until the round is done. */
  get size(): number {
    return this.#running ? 0 : this.#foundCount;
  }

  /** See {@link FoundOrchestrator}; `index` counts up to {@link size}. */
  endpointAt(index: number): number {
    return numberAt(this.#words, WORDS * this.#candidateAt(index));
  }

  /** See {@link FoundOrchestrator}. */
  sourceAt(index: number): number {
    const endpoint = this.endpointAt(index);
    return this.#advertisers?.get(endpoint) ?? endpoint;
  }

  /** See {@link FoundOrchestrator}. */
  transcoderAt(index: number): number {
    return numberAt(this.#words, WORDS * this.#candidateAt(index) + TRANSCODER);
  }

  /** See {@link FoundOrchestrator}. */
  latencyMsAt(index: number): number {
    return numberAt(this.#latencies, this.#candidateAt(index));
  }

  /** See {@link FoundOrchestrator}. */
  backfilledAt(index: number): boolean {
    return index >= this.#backfillFrom;
  }

  /** The result in order: by latency, the back-fill after that by penalty (D-38, D-39). */
  result(): FoundOrchestrator[] {
    return Array.from({ length: this.size }, (_, index) => ({
      endpoint: this.endpointAt(index),
      source: this.sourceAt(index),
      transcoder: this.transcoderAt(index),
      latencyMs: this.latencyMsAt(index),
      backfilled: this.backfilledAt(index),
    }));
  }

  /** Who answered in time and may not be used, in order of arrival. */
  rejected(): RejectedOrchestrator[] {
    const rejected = emptyList<RejectedOrchestrator>();
    for (const [index, rejection] of this.#rejections.entries()) {
      rejected.push({ endpoint: numberAt(this.#rejectedEndpoints, index), rejection });
    }
    return rejected;
  }

  /** Lets timers fire that were due before; false when the round is over by then. */
  #arrived(now: number, endpoint: number): boolean {
    this.#toAsk = NOBODY;
    if (this.isOverBefore(now)) return false;
    invariant((this.#marks[endpoint] ?? 0) > 0, "only who was asked answers");
    this.#responses += 1;
    return true;
  }

  #candidateAt(index: number): number {
    invariant(index < this.size, "an index lies within what was found");
    return this.#foundAt(index);
  }

  #foundAt(index: number): number {
    return numberAt(this.#words, WORDS * index + FOUND);
  }

  #setFound(index: number, candidate: number): void {
    this.#words[WORDS * index + FOUND] = candidate;
  }

  /** Room for so many who may be used, all of whom can be found: in one piece, as many rounds run at a time. */
  #makeRoom(length: number): void {
    const numbers = length * Float64Array.BYTES_PER_ELEMENT;
    const words = WORDS * length;
    const room = new ArrayBuffer(numbers + words * Int32Array.BYTES_PER_ELEMENT);
    this.#latencies = copyInto(new Float64Array(room, 0, length), this.#latencies);
    this.#words = copyInto(new Int32Array(room, numbers, words), this.#words);
  }

  /** An answer that may be used. */
  #take(endpoint: number, transcoder: number, latencyMs: number): void {
    const candidate = this.#candidates++;
    if (candidate === this.#latencies.length) this.#makeRoom(Math.max(MIN_ROOM, 2 * candidate));
    this.#words[WORDS * candidate] = endpoint;
    this.#words[WORDS * candidate + TRANSCODER] = transcoder;
    this.#latencies[candidate] = latencyMs;
    const penalty = this.#suspender?.suspended(transcoder) ?? 0;
    if (penalty === 0) this.#setFound(this.#foundCount++, candidate);
    else this.#suspended.push(candidate, penalty);
  }

  /** D-15 … D-19: of the first few nodes of a list's own orchestrator, those not yet seen. */
  #follow(advertiser: number, nodes: readonly number[]): void {
    const limit = Math.min(this.#extraNodes, nodes.length);
    if (limit <= 0) return;
    const toAsk: number[] = [];
    for (let index = 0; index < limit; index += 1) {
      const node = numberAt(nodes, index);
      if ((this.#marks[node] ?? 0) > 0) continue;
      if (node >= this.#marks.length) this.#makeMarks(node);
      this.#marks[node] = ADVERTISED;
      this.#advertisers ??= new Map();
      this.#advertisers.set(node, advertiser);
      toAsk.push(node);
    }
    this.#toAsk = toAsk;
  }

  /** Marks of endpoints up to one. */
  #makeMarks(endpoint: number): void {
    const length = 2 ** Math.ceil(Math.log2(endpoint + 1));
    this.#marks = copyInto(new Uint8Array(length), this.#marks);
  }

  /** The loop's condition (D-27). With no timeout the attempt timer fires at once (D-37). */
  #settle(now: number): RoundState {
    if (this.leastToCome > 0) return this.#toAsk.length > 0 ? "ask" : "wait";
    this.#finish(now);
    return "done";
  }

  /** One timer: the cut-off, or the attempt timer in the order of steps of D-30. */
  #fire(): void {
    const at = this.#deadlineAt;
    if (at === this.#cutoffAt || this.#foundCount > 0) {
      this.#finish(at);
      return;
    }
    this.#attemptAt = at + this.#attemptIntervalMs;
    this.#attemptIntervalMs = Math.min(2 * this.#attemptIntervalMs, this.#cutoffMs);
    this.#deadlineAt = Math.min(this.#attemptAt, this.#cutoffAt);
  }

  /** D-38 … D-42. */
  #finish(now: number): void {
    this.#running = false;
    this.#endedAt = now;
    // Stable; nearly in order already, as most were asked at the same time.
    for (let sorted = 1; sorted < this.#foundCount; sorted += 1) {
      const candidate = this.#foundAt(sorted);
      const latency = numberAt(this.#latencies, candidate);
      let index = sorted;
      for (; index > 0; index -= 1) {
        const before = this.#foundAt(index - 1);
        if (numberAt(this.#latencies, before) <= latency) break;
        this.#setFound(index, before);
      }
      this.#setFound(index, candidate);
    }
    this.#backfillFrom = this.#foundCount;
    while (this.#foundCount < this.#wanted) {
      const entry = this.#suspended.pop();
      if (entry === undefined) break;
      this.#setFound(this.#foundCount++, entry.id);
    }
  }
}
