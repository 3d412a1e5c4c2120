/** One discovery on the real network, in one call. */

import { inPool } from "../score-pool.js";
import type { SourceListing } from "../sources/source.js";
import type { Asked } from "./asked.js";
import { descriptor, type OrchestratorDescriptor, stakesOf } from "./descriptor.js";
import { runLiveRound } from "./live-round.js";
import { checkDiscovery, clientOf, type DiscoverOptions, liveRound } from "./options.js";

/** What a discovery found. */
export interface DiscoverResult {
  /** At most as many as wanted: by latency, the back-fill after that (D-38, D-39). */
  readonly orchestrators: readonly OrchestratorDescriptor[];
  /** Everybody who was asked, and what came of it. */
  readonly asked: readonly Asked[];
  /** What the source answered. */
  readonly listing: SourceListing;
  /** From the first dial to the end. */
  readonly elapsedMs: number;
}

/**
 * Finds orchestrators as a gateway does: asks all of the source's at once and takes the first that
 * may be used (D-8 … D-42). An empty result is no error (D-41).
 *
 * @param options see {@link DiscoverOptions}
 * @throws whatever the source throws; InputError (`TICKET_LIMITS_MISSING`, `CONCURRENCY`,
 *   `DISCOVERY_OPTIONS`, `OPTION_INVALID`); the signal's reason
 */
export async function discover(options: DiscoverOptions): Promise<DiscoverResult> {
  checkDiscovery(options);
  const { source, signal, pool = "any", maxPrice = null } = options;
  const listing = await source.list({ signal });
  const endpoints = listing.endpoints.filter(({ score }) => inPool(score, pool));
  const [client, release] = clientOf(options);
  try {
    await client.prepare?.();
    const outcome = await runLiveRound(liveRound(options, endpoints, client, 0));
    if (outcome.interrupted) throw signal?.reason;
    const stakes = stakesOf(listing.endpoints);
    return {
      orchestrators: outcome.found.map((found) => descriptor(found, stakes, maxPrice)),
      asked: outcome.asked,
      listing,
      elapsedMs: outcome.elapsedMs,
    };
  } finally {
    setImmediate(release);
  }
}
