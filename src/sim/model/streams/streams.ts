/** The streams of a run by slot, and how many viewers have open. */
import { invariant } from "../../../core/errors.js";
import { Slots, type Stream } from "../entities.js";
import type { Run } from "../run.js";

/** All streams under way. */
export class Streams {
  readonly #run: Run;
  readonly #slots = new Slots<{ readonly slot: number; stream: Stream | null }>((slot) => ({
    slot,
    stream: null,
  }));
  #open = 0;
  #openSinceMs = 0;

  constructor(run: Run) {
    this.#run = run;
  }

  /** Streams in the table: those that left before their planned end included. */
  get underWay(): number {
    return this.#slots.used;
  }

  /** Puts a stream into the table. */
  put(stream: Stream): void {
    const entry = this.#slots.take();
    entry.stream = stream;
    stream.slot = entry.slot;
    if (stream.probe !== null) return;
    const { now, counting, counters } = this.#run;
    this.count(now);
    this.#open++;
    if (counting) counters.network.streams++;
  }

  /** The stream in a slot. */
  at(slot: number): Stream {
    const { stream } = this.#slots.at(slot);
    invariant(stream !== null, "an event of a stream comes before its end");
    return stream;
  }

  /** A stream sends no more, at its end or before. */
  ends(stream: Stream): void {
    if (stream.probe !== null) return;
    this.count(this.#run.now);
    this.#open--;
  }

  /** No event names the stream any more: its slot is another's. */
  give(stream: Stream): void {
    const entry = this.#slots.at(stream.slot);
    entry.stream = null;
    this.#slots.give(entry);
  }

  /** Adds up streams × time until now. */
  count(nowMs: number): void {
    const { counters, world } = this.#run;
    const fromMs = Math.max(this.#openSinceMs, world.warmupMs);
    if (nowMs > fromMs) counters.network.streamMs += this.#open * (nowMs - fromMs);
    this.#openSinceMs = nowMs;
  }
}
