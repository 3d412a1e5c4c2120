/**
 * Transcoder to session, in order of insertion (M-1). A pool has some forty entries and uses one of them, and
 * there are as many pools as streams: what a discovery found is one entry here, and what became of the few
 * that were chosen is kept beside it.
 */
import { emptyList, listWith, listWithout } from "../core/lists.js";
import { FoundBatch, type FoundSessions } from "./found-sessions.js";
import { Session } from "./session.js";

/**
 * By transcoder: in which addition to a map of this process it was met last. All maps share it, as an addition
 * is over before another one begins: a list for each of them would be most of what a stream takes.
 */
const metIn: number[] = [];
let additions = 0;
/** Indexes of those that are new in an addition, as many as it has come to; shared as {@link metIn} is. */
const fresh: number[] = [];

/** Pools that have nobody share it; a list of one's own is as long as need be. */
const NOBODY: readonly never[] = emptyList();

/** The sessions of a pool by transcoder. */
export class SessionMap<Info = unknown> {
  #entries: readonly (Session<Info> | FoundBatch<Info>)[] = NOBODY;

  /** Whether a transcoder has a session, made or not. */
  has(transcoder: number): boolean {
    return this.#entries.some((entry) =>
      entry instanceof Session ? entry.transcoder === transcoder : entry.placeOf(transcoder) >= 0,
    );
  }

  /**
   * Adds sessions, but for those of a transcoder that has one.
   *
   * @returns those that were added
   */
  add(sessions: readonly Session<Info>[]): Session<Info>[] {
    const addition = this.#meetAll();
    const added = sessions.filter(({ transcoder }) => {
      const isNew = metIn[transcoder] !== addition;
      metIn[transcoder] = addition;
      return isNew;
    });
    for (const session of added) session.mapped = true;
    this.#entries = [...this.#entries, ...added];
    return added;
  }

  /** {@link add} with sessions that are made when they are chosen. */
  addFound(found: FoundSessions<Info>): FoundBatch<Info> {
    const addition = this.#meetAll();
    const { size } = found;
    let count = 0;
    for (let index = 0; index < size; index++) {
      const transcoder = found.transcoderAt(index);
      fresh[count] = index;
      if (metIn[transcoder] !== addition) count++;
      metIn[transcoder] = addition;
    }
    // Nearly always all of them are new: then no list says which.
    const batch = new FoundBatch(found, count === size ? null : fresh.slice(0, count));
    // A pool that never has enough asks again and again, and finds nobody new.
    if (batch.waiting > 0) this.#entries = listWith(this.#entries, batch);
    return batch;
  }

  /** Takes a transcoder's session out. */
  remove(transcoder: number): void {
    for (const [at, entry] of this.#entries.entries()) {
      if (entry instanceof Session) {
        if (entry.transcoder !== transcoder) continue;
        entry.mapped = false;
        this.#entries = listWithout(this.#entries, at);
        return;
      }
      const place = entry.placeOf(transcoder);
      if (place < 0) continue;
      entry.lose(place);
      if (!entry.isMapped) this.#entries = listWithout(this.#entries, at);
      return;
    }
  }

  /** All sessions. Those not made yet are made to be looked at. */
  toMap(): ReadonlyMap<number, Session<Info>> {
    return new Map(this.#sessions(false).map((session) => [session.transcoder, session]));
  }

  /**
   * Takes all sessions out.
   *
   * @param isMadeOnly leaves out those that were never made
   */
  clear(isMadeOnly: boolean): Session<Info>[] {
    const sessions = this.#sessions(isMadeOnly);
    for (const session of sessions) session.mapped = false;
    this.#entries = NOBODY;
    return sessions;
  }

  #sessions(isMadeOnly: boolean): Session<Info>[] {
    const sessions: Session<Info>[] = [];
    for (const entry of this.#entries) {
      if (entry instanceof Session) sessions.push(entry);
      else entry.sessions(isMadeOnly, sessions);
    }
    return sessions;
  }

  /** Meets the transcoders that are there: the number by which they are known in {@link metIn}. */
  #meetAll(): number {
    additions++;
    for (const entry of this.#entries) {
      if (entry instanceof Session) meet(entry.transcoder);
      else entry.eachTranscoder(meet);
    }
    return additions;
  }
}

function meet(transcoder: number): void {
  metIn[transcoder] = additions;
}
