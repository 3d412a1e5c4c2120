/** One poll: every orchestrator of a source is asked what it can do and for what price (B-10). */
import { PoolsimError } from "../../core/errors.js";
import { DISCOVERY_DEFAULTS } from "../options.js";
import { POLLING_DEFAULTS, pollRejection } from "../polling.js";
import { DiscoveryRound } from "../round.js";
import type { OrchestratorAsker } from "../rpc/client.js";
import { OFFCHAIN_IDENTITY } from "../rpc/identity.js";
import { parseOrchestratorUri } from "../sources/request-uri.js";
import type { OrchestratorSource, SourceEndpoint, SourceListing } from "../sources/source.js";
import { systemClock } from "./clock.js";
import { type FoundAsked, runLiveRound } from "./live-round.js";
import type { DiscoverySettings } from "./options.js";

/** An orchestrator's answer to a poll. */
export type PolledOrchestrator = Omit<FoundAsked, "backfilled" | "inTime" | "rejection" | "error">;

/**
 * Asks all orchestrators of a source without a job, whatever their score, and collects answers for
 * at most 3 s. Advertised nodes are followed as in discovery.
 *
 * @returns the answers that are kept (B-11), by latency
 * @throws whatever the source throws, or the signal's reason
 */
export async function poll(
  source: OrchestratorSource,
  settings: DiscoverySettings & { readonly collectMs?: number | undefined },
  client: OrchestratorAsker,
  signal: AbortSignal,
): Promise<readonly PolledOrchestrator[]> {
  const { collectMs = POLLING_DEFAULTS.collectMs } = settings;
  const { extraNodes = DISCOVERY_DEFAULTS.extraNodes } = settings;
  const endpoints = polledEndpoints(source, await source.list({ signal }));
  const { identity = OFFCHAIN_IDENTITY, ignoreCapacityCheck = false } = settings;
  const question = { identity, job: null, ignoreCapacityCheck };
  await client.prepare?.();
  const outcome = await runLiveRound({
    round: new DiscoveryRound({ discoveryTimeoutMs: collectMs, cutoffMs: collectMs, extraNodes }),
    endpoints,
    wanted: Number.POSITIVE_INFINITY,
    extraNodes,
    judge: pollRejection,
    suspensions: null,
    ask: (endpoint, options) => client.getOrchestrator(endpoint, question, options),
    clock: settings.clock ?? systemClock,
    random: settings.random ?? Math.random,
    concurrency: settings.concurrency ?? Number.POSITIVE_INFINITY,
    lingerMs: 0,
    signal,
    onProgress: undefined,
  });
  if (outcome.interrupted) throw signal.reason;
  return outcome.found;
}

/** B-12: polling puts `https://` before on-chain URIs that lack it, where discovery drops them. */
function polledEndpoints(source: OrchestratorSource, listing: SourceListing): SourceEndpoint[] {
  const endpoints = [...listing.endpoints];
  if (!source.usesOnChainPredicate) return endpoints;
  const blank = { score: 0, stake: null, price: null } as const;
  const rounds = { activationRound: null, deactivationRound: null } as const;
  const dropped = listing.dropped.map(({ uri, recipient }) => {
    return { uri, scheme: "", host: "", recipient, ...blank, ...rounds };
  });
  return [...endpoints, ...dropped].flatMap((endpoint) => {
    try {
      const { uri, scheme, host } = parseOrchestratorUri(endpoint.uri);
      return [{ ...endpoint, uri, scheme, host }];
    } catch (error) {
      if (error instanceof PoolsimError) return [];
      throw error;
    }
  });
}
