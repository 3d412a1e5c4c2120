/**
 * What a gateway makes of every orchestrator of a source, and why: the same discovery, after which
 * those who were too slow or not needed are still waited for.
 */
import { checkNumber, TIMER_MS } from "../../core/checks.js";
import type { Rational } from "../../core/rational.js";
import { bitNumbers, type PerCapability } from "../capabilities.js";
import { jobModelRejection } from "../model-state.js";
import { capacitiesOf } from "../node-capabilities.js";
import { DISCOVERY_DEFAULTS } from "../options.js";
import { priceRejection } from "../price.js";
import type { Rejection } from "../rejection.js";
import type { OrchestratorAnswer } from "../rpc/decode.js";
import { inPool } from "../score-pool.js";
import type { SourceEndpoint, SourceListing } from "../sources/source.js";
import type { Asked } from "./asked.js";
import {
  descriptor,
  type OrchestratorDescriptor,
  readPrice,
  recipientOf,
  stakesOf,
} from "./descriptor.js";
import { type LiveRoundOutcome, runLiveRound } from "./live-round.js";
import { checkDiscovery, clientOf, type DiscoverOptions, liveRound } from "./options.js";
import { suspensionOf } from "./suspensions.js";

/**
 * `found`: a gateway finds it. `eligible`: it might be used, but this time others were faster or it
 * is suspended. `rejected`: it may not be used.
 */
export type Verdict = "found" | "eligible" | "rejected";

/** What is known of one orchestrator; null = not told. */
export interface OrchestratorReport {
  /** The URI that was asked. */
  readonly uri: string;
  /** See `Asked`. */
  readonly advertisedBy: string | null;
  /** The trust that the source gives it (V-10); null for a node that another one advertised. */
  readonly score: number | null;
  /** What a gateway makes of it. */
  readonly verdict: Verdict;
  /** Why it is not found, with the rule; null only for `found`. */
  readonly rejection: Rejection | null;
  /** Its place among those found, from 0. */
  readonly place: number | null;
  /** Taken although suspended (D-39). */
  readonly backfilled: boolean;
  /** Ms from the question to the answer; null when there was none. */
  readonly latencyMs: number | null;
  /** The URI that segments would be sent to; null when there was no answer. */
  readonly transcoder: string | null;
  /** Its own address, and whom its tickets are paid to. */
  readonly address: string | null;
  /** Who would be paid: an address of 20 bytes in hex; null when that is not known. */
  readonly recipient: string | null;
  /** Wei per pixel: of the answer, else of the source. */
  readonly price: Rational | null;
  /** In hundred-thousandths of an LPT (B-9). */
  readonly stake: bigint | null;
  /** The go-livepeer version that it says it runs; null when it does not say. */
  readonly version: string | null;
  /** Capability numbers. */
  readonly capabilities: readonly number[] | null;
  /** How many of each at a time (K-4). */
  readonly capacities: ReadonlyMap<number, number> | null;
  /** What it runs, by capability. */
  readonly models: PerCapability | null;
  /** The whole answer. */
  readonly info: OrchestratorAnswer | null;
  /** Why there is no answer. */
  readonly error: Error | null;
}

/** What {@link explain} tells. */
export interface Explanation {
  /** First those found, in their order; then the others in the source's. */
  readonly reports: readonly OrchestratorReport[];
  /** What `discover` would have returned. */
  readonly found: readonly OrchestratorDescriptor[];
  /** How long the gateway's discovery took, without the wait for the others. */
  readonly elapsedMs: number;
  /** What the source answered. */
  readonly listing: SourceListing;
  /** The signal ended it: reports are of what was known until then. */
  readonly interrupted: boolean;
}

/** What an explanation is told: what a discovery is, and how long it waits. */
export interface ExplainOptions extends DiscoverOptions {
  /** How long to wait for those who answer too late for the gateway, ms. @default 6000 */
  readonly patienceMs?: number | undefined;
}

/**
 * Runs a discovery and tells of every orchestrator what came of it. Unlike `discover` it does not
 * reject when the signal aborts, but tells what is known by then.
 *
 * @param options see {@link ExplainOptions}
 * @throws whatever the source throws; InputError (`TICKET_LIMITS_MISSING`, `CONCURRENCY`,
 *   `DISCOVERY_OPTIONS`, `OPTION_INVALID`)
 */
export async function explain(options: ExplainOptions): Promise<Explanation> {
  checkDiscovery(options);
  checkNumber({ patienceMs: options.patienceMs }, TIMER_MS);
  const { source, signal, pool = "any", maxPrice = null } = options;
  const { patienceMs = DISCOVERY_DEFAULTS.cutoffMs } = options;
  const listing = await source.list({ signal });
  const endpoints = listing.endpoints.filter(({ score }) => inPool(score, pool));
  const [client, release] = clientOf(options);
  try {
    await client.prepare?.();
    const outcome = await runLiveRound(liveRound(options, endpoints, client, patienceMs));
    const stakes = stakesOf(listing.endpoints);
    const judge = new Judge({ outcome, stakes, options, patienceMs });
    const others = outcome.asked.filter((asked) => judge.placeOf(asked) === null);
    const reports = [
      ...outcome.found.map((asked) => judge.report(asked)),
      ...others.map((asked) => judge.report(asked)),
      ...listing.endpoints.filter(({ score }) => !inPool(score, pool)).map(outsidePool),
      ...listing.dropped.map(({ uri, recipient, rule, detail }) =>
        unasked({ uri, recipient, rejection: { rule, reason: "not-listed", detail } }),
      ),
    ];
    const found = outcome.found.map((asked) => descriptor(asked, stakes, maxPrice));
    const { elapsedMs, interrupted } = outcome;
    return { reports, found, elapsedMs, listing, interrupted };
  } finally {
    setImmediate(release);
  }
}

/** Puts one orchestrator's fate into words. */
class Judge {
  readonly #outcome: LiveRoundOutcome;
  readonly #stakes: ReadonlyMap<string, bigint>;
  readonly #options: ExplainOptions;
  readonly #patienceMs: number;
  readonly #places: ReadonlyMap<OrchestratorAnswer, number>;

  constructor(parts: {
    readonly outcome: LiveRoundOutcome;
    readonly stakes: ReadonlyMap<string, bigint>;
    readonly options: ExplainOptions;
    readonly patienceMs: number;
  }) {
    this.#outcome = parts.outcome;
    this.#stakes = parts.stakes;
    this.#options = parts.options;
    this.#patienceMs = parts.patienceMs;
    this.#places = new Map(parts.outcome.found.map(({ answer }, place) => [answer, place]));
  }

  /** Its place among those found; null = it is not among them. */
  placeOf({ answer }: Asked): number | null {
    return answer === null ? null : (this.#places.get(answer) ?? null);
  }

  report(asked: Asked): OrchestratorReport {
    const { answer } = asked;
    const place = this.placeOf(asked);
    const rejected = this.#rejection(asked);
    const recipient = recipientOf(asked);
    const node = answer?.capabilities ?? null;
    return {
      uri: asked.uri,
      advertisedBy: asked.advertisedBy,
      score: asked.score,
      verdict: rejected !== null ? "rejected" : place !== null ? "found" : "eligible",
      rejection: rejected ?? (place === null ? this.#notTaken(asked) : null),
      place,
      backfilled: place !== null && this.#outcome.found[place]?.backfilled === true,
      latencyMs: asked.latencyMs,
      transcoder: answer?.transcoder ?? null,
      address: answer?.address ?? null,
      recipient,
      price: answer === null ? (asked.listed?.price ?? null) : readPrice(answer),
      stake: recipient === null ? null : (this.#stakes.get(recipient) ?? null),
      version: node?.version ?? null,
      capabilities: node === null ? null : bitNumbers(node.bitstring),
      capacities: node === null ? null : capacitiesOf(node),
      models: node?.constraints?.perCapability ?? null,
      info: answer,
      error: asked.error,
    };
  }

  /** Why it may never be used. Prices and models are for selection to look at (D-26, L-10, A-16). */
  #rejection({ answer, rejection }: Asked): Rejection | null {
    if (rejection !== null) return rejection;
    if (answer !== null) {
      return (
        priceRejection(answer.priceInfo, this.#options.maxPrice ?? null) ??
        jobModelRejection(answer.capabilities, this.#options.job?.perCapability ?? null)
      );
    }
    const detail = this.#outcome.interrupted
      ? "no answer until it was given up"
      : `no answer within ${this.#patienceMs} ms`;
    return { rule: "D-12", reason: "late", detail };
  }

  /** Why it was not taken this time. */
  #notTaken({ latencyMs, inTime, answer }: Asked): Rejection {
    const { elapsedMs, found } = this.#outcome;
    const { wanted = Number.POSITIVE_INFINITY, suspensions } = this.#options;
    if (inTime) {
      const value = suspensions ? suspensionOf(suspensions, answer?.transcoder ?? "") : 0;
      return { rule: "D-28", reason: "suspended", detail: `its value is ${value}` };
    }
    // Its time counts from its own dial, which may be later than the discovery's start.
    const when = `the discovery was over after ${elapsedMs.toFixed(0)} ms, before its answer, which took ${latencyMs?.toFixed(0)} ms`;
    return found.length >= wanted
      ? { rule: "D-27", reason: "not-needed", detail: `${wanted} were found before: ${when}` }
      : { rule: "D-30", reason: "late", detail: when };
  }
}

function outsidePool(endpoint: SourceEndpoint): OrchestratorReport {
  const { uri, score, recipient, stake, price } = endpoint;
  const detail = `the score ${score} is not in this pool`;
  const rejection: Rejection = { rule: "D-7", reason: "score", detail };
  return { ...unasked({ uri, recipient, rejection }), score, stake, price };
}

function unasked(known: {
  readonly uri: string;
  readonly recipient: string | null;
  readonly rejection: Rejection;
}): OrchestratorReport {
  return {
    ...known,
    verdict: "rejected",
    advertisedBy: null,
    score: null,
    place: null,
    backfilled: false,
    latencyMs: null,
    transcoder: null,
    address: null,
    price: null,
    stake: null,
    version: null,
    capabilities: null,
    capacities: null,
    models: null,
    info: null,
    error: null,
  };
}
