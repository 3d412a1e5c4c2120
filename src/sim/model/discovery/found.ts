/**
 * What a discovery found, kept until a session is chosen: numbers in a row, of which the few sessions
 * that a stream uses are made.
 */
import { invariant } from "../../../core/errors.js";
import {
  AUTH_TOKEN_VALID_MS,
  createSession,
  type FoundSessions,
  type SessionPrice,
} from "../../../selection/index.js";
import type { SessionInfo, SimSession } from "../entities.js";
import type { Market } from "../money/market.js";
import type { Node, World } from "../world/world.js";

/** Ticket parameters last 40 L1 blocks, of which the last does not count (P-6 step 3, P-16). */
export const TICKET_PARAMS_VALID_MS = 39 * 12_000;

/** Of each: node, ms that its answer took, when it answered, ms. */
const NODE = 0;
const LATENCY = 1;
const ANSWERED = 2;
const NUMBERS = 3;

/** Sessions of one discovery of one stream. */
export class Found implements FoundSessions<SessionInfo> {
  /** Number of the first session; the others have those after it. */
  firstId = 0;
  readonly #world: World;
  readonly #market: Market;
  readonly #info: SessionInfo;
  readonly #hasSender: boolean;
  readonly #score: number;
  readonly #numbers: number[];
  #size = 0;

  constructor(options: {
    readonly world: World;
    readonly market: Market;
    /** What they share until they are used. */
    readonly info: SessionInfo;
    readonly hasSender: boolean;
    readonly score: number;
    /** How many will be added. */
    readonly size: number;
  }) {
    this.#world = options.world;
    this.#market = options.market;
    this.#info = options.info;
    this.#hasSender = options.hasSender;
    this.#score = options.score;
    this.#numbers = new Array<number>(options.size * NUMBERS);
  }

  /** Adds one in its order. */
  add(node: number, latencyMs: number, answeredMs: number): void {
    const at = this.#size++ * NUMBERS;
    this.#numbers[at + NODE] = node;
    this.#numbers[at + LATENCY] = latencyMs;
    this.#numbers[at + ANSWERED] = answeredMs;
  }

  get size(): number {
    return this.#size;
  }

  transcoderAt(index: number): number {
    return this.#nodeAt(index).transcoder;
  }

  recipientAt(index: number): number {
    return this.#market.ownerOf(this.#numbers[index * NUMBERS + NODE] ?? -1);
  }

  priceAt(index: number): SessionPrice {
    return this.#market.priceAt(this.recipientAt(index), this.#answeredMsAt(index));
  }

  /** Whether an orchestrator is among those found. */
  hasRecipient(orchestrator: number): boolean {
    for (let index = 0; index < this.#size; index++) {
      if (this.recipientAt(index) === orchestrator) return true;
    }
    return false;
  }

  latencyMsAt(index: number): number {
    return this.#numbers[index * NUMBERS + LATENCY] ?? 0;
  }

  /** The answer becomes a session (M-30 … M-34); its node is its `sessionKey`. */
  make(index: number): SimSession {
    const answeredMs = this.#answeredMsAt(index);
    const node = this.#nodeAt(index);
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
        info: this.#info,
      },
      { hasSender: this.#hasSender, nextId: () => this.firstId + index },
    );
    invariant(session !== null, "answers have tokens and ticket parameters");
    return session;
  }

  #answeredMsAt(index: number): number {
    return this.#numbers[index * NUMBERS + ANSWERED] ?? 0;
  }

  #nodeAt(index: number): Node {
    const node = this.#world.nodes[this.#numbers[index * NUMBERS + NODE] ?? -1];
    invariant(node !== undefined, "an index lies within what was found");
    return node;
  }
}
