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
  readonly #nodes: readonly number[];
  readonly #answeredMs: readonly number[];
  readonly #startMs: number;
  readonly #askedMs: readonly number[] | null;

  constructor(options: {
    readonly terms: FoundTerms;
    readonly stream: Stream;
    /** Its number in the stream. */
    readonly discovery: number;
    readonly score: number;
    /** Of each in its order: node, when it answered, when it was asked, ms. */
    readonly nodes: readonly number[];
    readonly answeredMs: readonly number[];
    /** Null where all were asked at the start. */
    readonly askedMs: readonly number[] | null;
    /** When the discovery began, ms. */
    readonly startMs: number;
  }) {
    this.#terms = options.terms;
    this.#stream = options.stream;
    this.#discovery = options.discovery;
    this.#score = options.score;
    this.#nodes = options.nodes;
    this.#answeredMs = options.answeredMs;
    this.#askedMs = options.askedMs;
    this.#startMs = options.startMs;
  }

  get size(): number {
    return this.#nodes.length;
  }

  transcoderAt(index: number): number {
    return this.#terms.transcoders[this.#nodes[index] ?? -1] ?? -1;
  }

  recipientAt(index: number): number {
    return this.#terms.market.ownerOf(this.#nodes[index] ?? -1);
  }

  priceAt(index: number): SessionPrice {
    return this.#terms.market.priceAt(this.recipientAt(index), this.#answeredMs[index] ?? 0);
  }

  latencyMsAt(index: number): number {
    return (this.#answeredMs[index] ?? 0) - (this.#askedMs?.[index] ?? this.#startMs);
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
    const answeredMs = this.#answeredMs[index] ?? 0;
    const node = this.#terms.world.nodes[this.#nodes[index] ?? -1];
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
}
