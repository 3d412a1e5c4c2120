/** What jobs ask of workers, by where they come from: the same for all streams of a site. */
import type { RemoteTranscoderManager } from "../../../pool/index.js";
import type { Gateways } from "../discovery/gateways.js";
import type { Stream } from "../entities.js";

/** Jobs of a node, each known to its manager since it was first asked for (O-16). */
export class JobsOfSites {
  readonly #gateways: Gateways;
  readonly #manager: RemoteTranscoderManager;
  readonly #jobs: (number | undefined)[] = [];

  constructor(gateways: Gateways, manager: RemoteTranscoderManager) {
    this.#gateways = gateways;
    this.#manager = manager;
  }

  /** The job of a stream, as its node's manager numbers it. */
  of(stream: Stream): number {
    const known = this.#jobs[stream.site];
    if (known !== undefined) return known;
    const job = this.#manager.job(this.#gateways.of(stream).job);
    this.#jobs[stream.site] = job;
    return job;
  }
}
