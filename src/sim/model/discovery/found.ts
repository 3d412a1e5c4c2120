/**
 * What a discovery found, kept until a session is chosen: numbers in lists that are as long as need be, of
 * which the few sessions that a stream uses are made.
 */
import { invariant } from "../../../core/errors.js";
import {
  AUTH_TOKEN_VALID_MS,
  createSession,
  type FoundSessions,
  type SessionPrice,
} from "../../../selection/index.js";
import { SessionInfo, type SimSession, type Stream } from "../entities.js";
import type { Market } from "../money/market.js";
import type { World } from "../world/world.js";

/** Ticket parameters last 40 L1 blocks, of which the last does not count (P-6 step 3, P-16). */
export const TICKET_PARAMS_VALID_MS = 39 * 12_000;

/** What is the same for all that is found in a run. */
export interface FoundTerms {
  readonly world: World;
  readonly market: Market;
  /** Of each node: handle of its transcoder URI. */
  readonly transcoders: Int32Array;
}

/** Sessions of one discovery of one stream. */
export class Found implements FoundSessions<SessionInfo> {
  /** Number of the first session; the others have those after it. */
  firstId = 0;
  readonly #terms: FoundTerms;
  readonly #stream: Stream;
  readonly #discovery: number;
  readonly #score: number;
  readonly #numbers: readonly number[];
  readonly #startMs: number;
  readonly #askedMs: readonly number[] | null;

  constructor(options: {
    readonly terms: FoundTerms;
    readonly stream: Stream;
    /** Its number in the stream. */
    readonly discovery: number;
    readonly score: number;
    /**
     * When each answered, ms, in its order, and after these the nodes: a list with parts of numbers is one that
     * V8 need not look through for objects.
     */
    readonly numbers: readonly number[];
    /** When each was asked, ms; null where all were asked at the start. */
    readonly askedMs: readonly number[] | null;
    /** When the discovery began, ms. */
    readonly startMs: number;
  }) {
    this.#terms = options.terms;
    this.#stream = options.stream;
    this.#discovery = options.discovery;
    this.#score = options.score;
    this.#numbers = options.numbers;
    this.#askedMs = options.askedMs;
    this.#startMs = options.startMs;
  }

  get size(): number {
    return this.#numbers.length / 2;
  }

  transcoderAt(index: number): number {
    return this.#terms.transcoders[this.#nodeAt(index)] ?? -1;
  }

  recipientAt(index: number): number {
    return this.#terms.market.ownerOf(this.#nodeAt(index));
  }

  priceAt(index: number): SessionPrice {
    return this.#terms.market.priceAt(this.recipientAt(index), this.#numbers[index] ?? 0);
  }

  latencyMsAt(index: number): number {
    return (this.#numbers[index] ?? 0) - (this.#askedMs?.[index] ?? this.#startMs);
  }

  /** Whether an orchestrator is among those found. */
  hasRecipient(orchestrator: number): boolean {
    for (let index = 0; index < this.size; index++) {
      if (this.recipientAt(index) === orchestrator) return true;
    }
    return false;
  }

  /** The answer becomes a session (M-30 … M-34); its node is its `sessionKey`. */
  make(index: number): SimSession {
    const answeredMs = this.#numbers[index] ?? 0;
    const node = this.#terms.world.nodes[this.#nodeAt(index)];
    invariant(node !== undefined, "an index lies within what was found");
    const session = createSession(
      {
        transcoder: node.transcoder,
        orchestrator: node.orchestrator,
        score: this.#score,
        recipient: node.orchestrator,
        price: this.priceAt(index),
        initialLatencyMs: this.latencyMsAt(index),
        authTokenExpiresAtMs: answeredMs + AUTH_TOKEN_VALID_MS,
        ticketParamsExpireAtMs: answeredMs + TICKET_PARAMS_VALID_MS,
        sessionKey: node.index,
        info: SessionInfo.unused(this.#stream, this.#discovery),
      },
      { hasSender: true, nextId: () => this.firstId + index },
    );
    invariant(session !== null, "answers have tokens and ticket parameters");
    return session;
  }

  #nodeAt(index: number): number {
    return this.#numbers[this.size + index] ?? -1;
  }
}
