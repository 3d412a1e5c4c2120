/**
 * What a discovery found, kept until a session is chosen: the nodes in their order, several to a number, of
 * which the few sessions that a stream uses are made. When a node answered is drawn again when somebody asks.
 */
import { invariant } from "../../../core/errors.js";
import {
  AUTH_TOKEN_VALID_MS,
  createSession,
  type FoundSessions,
  type SessionCreation,
  type SessionPrice,
} from "../../../selection/index.js";
import { SessionInfo, type SimSession, type Stream } from "../entities.js";
import type { Market } from "../money/market.js";
import type { World } from "../world/world.js";
import type { AnswerTimes } from "./answer-times.js";

/** Ticket parameters last 40 L1 blocks, of which the last does not count (P-6 step 3, P-16). */
export const TICKET_PARAMS_VALID_MS = 39 * 12_000;

/** The number of the session at hand. */
let nextId = 0;
/** How sessions are made: the same object for all, as one for each would be most of the work. */
const CREATION: SessionCreation = { hasSender: true, nextId: () => nextId };

/** What is the same for all that is found in a run. */
export interface FoundTerms {
  readonly world: World;
  readonly market: Market;
  readonly times: AnswerTimes;
  /** Of each node: handle of its transcoder URI. */
  readonly transcoders: Int32Array;
  readonly packing: Packing;
}

/** How many bits a whole number has that V8 keeps without an object of its own. */
const WORD_BITS = 31;

/** Small whole numbers, several to a word. */
export class Packing {
  readonly #bits: number;
  readonly #mask: number;
  readonly #perWord: number;

  /** @param numbers how many there are: 0 to this − 1, and at least one, below 2^31 */
  constructor(numbers: number) {
    this.#bits = Math.max(1, Math.ceil(Math.log2(numbers)));
    this.#mask = 2 ** this.#bits - 1;
    this.#perWord = Math.floor(WORD_BITS / this.#bits);
  }

  /** How many words as many numbers take. */
  wordsOf(count: number): number {
    return Math.ceil(count / this.#perWord);
  }

  /** Writes a number; those before it have been written. */
  put(words: number[], index: number, value: number): void {
    const at = Math.floor(index / this.#perWord);
    const shift = this.#bits * (index - at * this.#perWord);
    words[at] = shift === 0 ? value : (words[at] as number) | (value << shift);
  }

  /** The number at an index. */
  at(words: readonly number[], index: number): number {
    const at = Math.floor(index / this.#perWord);
    const shift = this.#bits * (index - at * this.#perWord);
    return ((words[at] as number) >> shift) & this.#mask;
  }
}

/** Sessions of one discovery of one stream. */
export class Found implements FoundSessions<SessionInfo> {
  /** Number of the first session; the others have those after it. */
  firstId = 0;
  readonly #terms: FoundTerms;
  readonly #stream: Stream;
  readonly #discovery: number;
  readonly #score: number;
  readonly size: number;
  readonly #nodes: readonly number[];
  readonly #startMs: number;
  readonly #askedMs: readonly number[] | null;

  constructor(options: {
    readonly terms: FoundTerms;
    readonly stream: Stream;
    /** Its number in the stream. */
    readonly discovery: number;
    readonly score: number;
    readonly size: number;
    /** The nodes in their order, by the {@link Packing} of the terms. */
    readonly nodes: readonly number[];
    /** When each was asked, ms; null where all were asked at the start. */
    readonly askedMs: readonly number[] | null;
    /** When the discovery began, ms. */
    readonly startMs: number;
  }) {
    this.#terms = options.terms;
    this.#stream = options.stream;
    this.#discovery = options.discovery;
    this.#score = options.score;
    this.size = options.size;
    this.#nodes = options.nodes;
    this.#askedMs = options.askedMs;
    this.#startMs = options.startMs;
  }

  transcoderAt(index: number): number {
    return this.#terms.transcoders[this.#nodeAt(index)] ?? -1;
  }

  recipientAt(index: number): number {
    return this.#terms.market.ownerOf(this.#nodeAt(index));
  }

  priceAt(index: number): SessionPrice {
    const { market } = this.#terms;
    const answeredMs = market.arePricesFixed ? this.#startMs : this.#answeredMsAt(index);
    return market.priceAt(this.recipientAt(index), answeredMs);
  }

  latencyMsAt(index: number): number {
    return this.#answeredMsAt(index) - this.#askedMsAt(index);
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
    const answeredMs = this.#answeredMsAt(index);
    const node = this.#terms.world.nodes[this.#nodeAt(index)];
    invariant(node !== undefined, "an index lies within what was found");
    nextId = this.firstId + index;
    const session = createSession(
      {
        transcoder: node.transcoder,
        orchestrator: node.orchestrator,
        score: this.#score,
        recipient: node.orchestrator,
        price: this.priceAt(index),
        initialLatencyMs: answeredMs - this.#askedMsAt(index),
        authTokenExpiresAtMs: answeredMs + AUTH_TOKEN_VALID_MS,
        ticketParamsExpireAtMs: answeredMs + TICKET_PARAMS_VALID_MS,
        sessionKey: node.index,
        info: SessionInfo.unused(this.#stream, this.#discovery),
      },
      CREATION,
    );
    invariant(session !== null, "answers have tokens and ticket parameters");
    return session;
  }

  #nodeAt(index: number): number {
    return this.#terms.packing.at(this.#nodes, index);
  }

  #askedMsAt(index: number): number {
    return this.#askedMs === null ? this.#startMs : (this.#askedMs[index] as number);
  }

  /** When it answered, by the draws of the discovery. */
  #answeredMsAt(index: number): number {
    const { times } = this.#terms;
    return (
      this.#askedMsAt(index) + times.ofNode(this.#stream, this.#nodeAt(index), this.#discovery)
    );
  }
}
