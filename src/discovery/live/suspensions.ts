/**
 * Who is suspended in one pool of one stream (S-1), by transcoder URI: what discovery consults and
 * whoever sends segments writes to.
 */
import { Interner } from "../../core/interner.js";
import { Suspender, type SuspensionPolicy } from "../suspension.js";

/** The suspension list of a pool of a stream. Handles are for {@link Suspender} alone. */
export class Suspensions {
  readonly suspender: Suspender;
  // Only of transcoders that were suspended: what strangers call themselves is not kept.
  readonly #transcoders = new Interner();
  readonly #known = new Set<string>();

  /** @param policy see {@link SuspensionPolicy} (default `absolute`) */
  constructor(policy: SuspensionPolicy = "absolute") {
    this.suspender = new Suspender(policy);
  }

  /**
   * Suspends a transcoder (S-2).
   *
   * @param transcoder the URI of the orchestrator's answer
   * @param penalty refreshes, a whole number ≥ 0 (S-5)
   */
  suspend(transcoder: string, penalty: number): void {
    this.#known.add(transcoder);
    this.suspender.suspend(this.#transcoders.handle(transcoder), penalty);
  }

  /** Counts a refresh (S-4). `Discovery` does it before each discovery with this list. */
  signalRefresh(): void {
    this.suspender.signalRefresh();
  }

  /** The transcoder's value, 0 when it is not suspended (S-3). */
  suspended(transcoder: string): number {
    const handle = this.handleOf(transcoder);
    return handle === null ? 0 : this.suspender.suspended(handle);
  }

  /** The handle of a transcoder that was suspended some time; null = never. */
  handleOf(transcoder: string): number | null {
    return this.#known.has(transcoder) ? this.#transcoders.handle(transcoder) : null;
  }
}
