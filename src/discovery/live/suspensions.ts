/**
 * Who is suspended in one pool of one stream (S-1), by transcoder URI: what discovery consults and
 * whoever sends segments writes to.
 */
import { Suspender, type SuspensionPolicy } from "../suspension.js";

/** What a discovery consults: for instance a session pool's suspender, with its handles. */
export interface SuspensionList {
  /** The suspensions by handle, as a core of selection wants them. */
  readonly suspender: Suspender;
  /** The suspender's handle of a transcoder URI; null = it was never suspended. */
  handleOf(transcoder: string): number | null;
}

/** A suspension list for who keeps no handles. */
export class Suspensions implements SuspensionList {
  /** The suspensions by handle, as a core of selection wants them. */
  readonly suspender: Suspender;
  // Only of transcoders that were suspended: what strangers call themselves is not kept.
  readonly #handles = new Map<string, number>();

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
    const handle = this.#handles.get(transcoder) ?? this.#handles.size;
    this.#handles.set(transcoder, handle);
    this.suspender.suspend(handle, penalty);
  }

  /** Counts a refresh (S-4): to be called before each discovery with this list. */
  signalRefresh(): void {
    this.suspender.signalRefresh();
  }

  handleOf(transcoder: string): number | null {
    return this.#handles.get(transcoder) ?? null;
  }
}

/** The value of a transcoder in a list, 0 when it is not suspended (S-3). */
export function suspensionOf(list: SuspensionList, transcoder: string): number {
  const handle = list.handleOf(transcoder);
  return handle === null ? 0 : list.suspender.suspended(handle);
}
