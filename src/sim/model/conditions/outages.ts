/** When events put nodes out of reach or begin their processes anew, and when sources are silent. */
import type { Span } from "../../scenario/event-times.js";
import { begunAt, spanAt } from "../world/timeline.js";
import type { World } from "../world/world.js";

const NEVER: readonly Span[] = [];

/** The outages that a scenario's events bring. They depend on nothing but the time. */
export class Outages {
  readonly #timeline: World["timeline"];

  constructor({ timeline }: World) {
    this.#timeline = timeline;
  }

  /** Whether a node can't be reached, from anywhere. */
  isOut(node: number, timeMs: number): boolean {
    return spanAt(this.#timeline.outages[node] ?? NEVER, timeMs) !== undefined;
  }

  /** Whether a node's process is down: its workers can't connect. */
  isDown(node: number, timeMs: number): boolean {
    return spanAt(this.#timeline.restarts[node] ?? NEVER, timeMs) !== undefined;
  }

  /** Whether a node's process has begun anew since an instant: it knows no token of before (G-10). */
  hasRestarted(node: number, sinceMs: number, nowMs: number): boolean {
    const restarts = this.#timeline.restarts[node] ?? NEVER;
    if (restarts.length === 0) return false;
    return begunAt(restarts, nowMs) > begunAt(restarts, sinceMs);
  }

  /** Until when a gateway's sources are silent; the instant itself where they are not. */
  silentUntilMs(gateway: number, timeMs: number): number {
    return spanAt(this.#timeline.silences[gateway] ?? NEVER, timeMs)?.toMs ?? timeMs;
  }
}
