/**
 * The plain selectors that go-livepeer's AI pools use: one list, sorted by discovery
 * latency or by latency score.
 */
import type { Draw } from "../algorithms/algorithm.js";
import type { Session } from "../session.js";
import { type Chooser, firstInOrder } from "./choosers.js";
import { noDraw, type SelectorOptions, takeOut } from "./min-ls.js";
import { CHOSEN, type Chosen, type Selector } from "./selector.js";

/** What the list is sorted by, ascending. */
export type SortKey = "initialLatency" | "latencyScore";

const MAX_BY_INSERTION = 12;

/** Keeps sessions in one sorted list; equal ones in order of arrival. */
export class SortedSelector<Info = unknown> implements Selector<Info> {
  readonly lastChosen: Chosen = CHOSEN.unknown;

  readonly #key: (session: Session) => number;
  readonly #chooser: Chooser;
  readonly #draw: Draw;
  readonly #sessions: Session<Info>[] = [];

  /**
   * @param sortKey what to sort by
   * @param options chooser among all sessions of the list (default: the first), and its draws
   */
  constructor(sortKey: SortKey, { chooser = firstInOrder, draw = noDraw }: SelectorOptions = {}) {
    this.#key =
      sortKey === "initialLatency"
        ? (session) => session.initialLatencyMs
        : (session) => session.latencyScore;
    this.#chooser = chooser;
    this.#draw = draw;
  }

  get size(): number {
    return this.#sessions.length;
  }

  /** The sessions in order. */
  get sessions(): readonly Session<Info>[] {
    return this.#sessions;
  }

  add(sessions: readonly Session<Info>[]): void {
    for (const session of sessions) this.#sessions.push(session);
    this.#sort();
  }

  complete(session: Session<Info>): void {
    this.#sessions.push(session);
    this.#sort();
  }

  /** Sorts as well, as a session's score may have changed while it was in the list. */
  select(): Session<Info> | null {
    const session = takeOut(this.#sessions, this.#chooser.choose(this.#sessions, this.#draw));
    this.#sort();
    return session;
  }

  /** Takes a session out, if it is in the list. */
  remove(session: Session<Info>): void {
    takeOut(this.#sessions, this.#sessions.indexOf(session));
  }

  has(session: Session<Info>): boolean {
    return this.#sessions.includes(session);
  }

  clear(): void {
    this.#sessions.length = 0;
  }

  /**
   * Go sorts so few by insertion, which says what becomes of a key that is no number; beyond that
   * its order of equal keys is not known.
   */
  #sort(): void {
    const sessions = this.#sessions;
    const isBefore = (a: Session, b: Session) => this.#key(a) < this.#key(b);
    if (sessions.length > MAX_BY_INSERTION) {
      sessions.sort((a, b) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0));
      return;
    }
    for (const [from, session] of sessions.entries()) {
      let to = from;
      for (let before = sessions[to - 1]; before !== undefined; before = sessions[to - 1]) {
        if (!isBefore(session, before)) break;
        sessions[to] = before;
        to -= 1;
      }
      sessions[to] = session;
    }
  }
}
