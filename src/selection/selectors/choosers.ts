/**
 * Which of the sessions that wait in order is next: the first (off-chain, L-5), or one of the
 * recipient that a selection algorithm names (on-chain, L-6 … L-8).
 */
import type { Rational } from "../../core/rational.js";
import {
  type Candidates,
  type Draw,
  NOBODY,
  type SelectionAlgorithm,
} from "../algorithms/algorithm.js";
import type { Session } from "../session.js";
import type { SessionPrice } from "../session-price.js";

/** What a {@link Chooser} looks at of a session, whose object may be another one for each choice. */
export type RecipientSession = Pick<Session, "recipient" | "initialPrice" | "initialLatencyMs">;

/** Chooses among sessions in order. */
export interface Chooser {
  /**
   * Chooses the session that is next.
   *
   * @returns its position in `sessions`, −1 = nobody
   */
  choose(sessions: readonly RecipientSession[], draw: Draw): number;
}

/** First in, first out (L-5): ascending discovery latency within each refresh. */
export const firstInOrder: Chooser = {
  /** Takes the first session, or answers −1 when there is none. */
  choose: (sessions) => (sessions.length > 0 ? 0 : -1),
};

/** Reads the stakes of orchestrators. */
export interface StakeReader {
  /**
   * Reads the stakes of some recipients.
   *
   * @param recipients handles
   * @returns LPT × 10^5 of each, 0 = unknown; `null` = they could not be read (L-8)
   */
  readStakes(recipients: readonly number[]): readonly number[] | null;
}

/** Looks performance scores up. */
export interface PerfScoreReader {
  /** The score of a recipient, given by its handle; 0 = never seen (L-19). */
  scoreOf(recipient: number): number;
}

/** How to make a {@link RecipientChooser}. */
export interface RecipientChooserOptions {
  /** How a recipient is chosen among several. */
  readonly algorithm: SelectionAlgorithm;
  /** How much stake each recipient has. */
  readonly stakes: StakeReader;
  /** `null` (default) = none are kept (L-18). */
  readonly perfScores?: PerfScoreReader | null | undefined;
  /** Wei per pixel; `null` (default) = no limit. */
  readonly maxPrice?: Rational | null | undefined;
  /**
   * Handle of the zero address, if any session could have it as recipient: such a session is
   * selected when the algorithm selects nobody (L-8). Default: none.
   */
  readonly zeroRecipient?: number | undefined;
}

/**
 * Lets an algorithm choose a ticket recipient and takes its first session (L-6). All sessions of
 * a recipient count once, at the price of the last of them that has one (L-7). Holds nothing of a
 * stream: one object can serve all streams of a gateway.
 */
export class RecipientChooser implements Chooser {
  /** How a recipient is chosen among several. */
  readonly algorithm: SelectionAlgorithm;
  /** The maximum price that applies; may be changed at any time. */
  maxPrice: Rational | null;
  /** Whom the algorithm was last asked to choose among, for traces. */
  lastCandidates: Candidates | null = null;

  readonly #stakes: StakeReader;
  readonly #perfScores: PerfScoreReader | null;
  readonly #zeroRecipient: number;
  // Of each recipient: in which choice it was last seen, and at which position then.
  readonly #seenIn: number[] = [];
  readonly #position: number[] = [];
  #choices = 0;

  constructor(options: RecipientChooserOptions) {
    this.algorithm = options.algorithm;
    this.maxPrice = options.maxPrice ?? null;
    this.#stakes = options.stakes;
    this.#perfScores = options.perfScores ?? null;
    this.#zeroRecipient = options.zeroRecipient ?? NOBODY;
  }

  choose(sessions: readonly RecipientSession[], draw: Draw): number {
    if (sessions.length === 0) return -1;
    const candidates = this.candidatesOf(sessions);
    this.lastCandidates = candidates;
    if (candidates === null) return -1;
    let recipient = this.algorithm.select(candidates, draw);
    if (recipient === NOBODY) recipient = this.#zeroRecipient;
    if (recipient === NOBODY) return -1;
    return sessions.findIndex((session) => session.recipient === recipient);
  }

  /**
   * Whom the algorithm is asked to choose among: each recipient once, in the order of its first
   * session, at the price of its last that has one (L-6, L-7): the price at discovery, as sessions
   * of AI pools may be renewed while they wait.
   *
   * @param sessions in order; those whose recipient is below 0 are nobody's
   * @returns `null` when the stakes cannot be read (L-8)
   */
  candidatesOf(sessions: readonly RecipientSession[]): Candidates | null {
    const choice = ++this.#choices;
    // As long as need be from the start: lists that grow are made several times.
    const recipients = new Array<number>(sessions.length);
    const prices = new Array<SessionPrice | null>(sessions.length);
    let count = 0;
    for (const { recipient, initialPrice: price } of sessions) {
      if (recipient < 0) continue;
      if (this.#seenIn[recipient] !== choice) {
        this.#seenIn[recipient] = choice;
        this.#position[recipient] = count;
        recipients[count] = recipient;
        prices[count++] = price;
      } else if (price !== null) {
        prices[this.#position[recipient] ?? 0] = price;
      }
    }
    // A list's length is set by a call out of quick code, whatever it was before.
    if (count < sessions.length) recipients.length = prices.length = count;
    const stakes = this.#stakes.readStakes(recipients);
    if (stakes === null) return null;
    const scores = this.#perfScores;
    const perfScores =
      scores === null ? null : recipients.map((recipient) => scores.scoreOf(recipient));
    const candidates = { recipients, prices, stakes, perfScores, maxPrice: this.maxPrice };
    if (this.algorithm.needsLatencies !== true) return candidates;
    return { ...candidates, latenciesMs: this.#latencies(sessions, recipients) };
  }

  /** Of each recipient that was just collected, its fastest session's in discovery. */
  #latencies(sessions: readonly RecipientSession[], recipients: readonly number[]): number[] {
    const latenciesMs = recipients.map(() => Number.POSITIVE_INFINITY);
    for (const { recipient, initialLatencyMs } of sessions) {
      const at = this.#position[recipient];
      if (recipient < 0 || at === undefined) continue;
      latenciesMs[at] = Math.min(latenciesMs[at] ?? initialLatencyMs, initialLatencyMs);
    }
    return latenciesMs;
  }
}
