/** Who is suspended in a pool of a simulated stream, while its discovery may be behind. */
import { Suspender } from "../../../discovery/suspension.js";

/**
 * A discovery hears its answers when its round is about to end. Whether one of them is suspended is asked when
 * it is heard: so those that came before a suspension are heard before it.
 */
export class PoolSuspender extends Suspender {
  /** Has the discovery under way hear the answers that have come; null without one. */
  hear: (() => void) | null = null;

  override suspend(transcoder: number, penalty: number): void {
    this.hear?.();
    super.suspend(transcoder, penalty);
  }
}
