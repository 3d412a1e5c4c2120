/**
 * Discovery for as long as a gateway runs: discoveries by stream, each with its suspension lists,
 * and polls in the background from which the network's capabilities and prices are known.
 */
import { LRUCache } from "lru-cache";
import { checkNumber, checkType, checkWhole, TIMER_MS } from "../../core/checks.js";
import { InputError } from "../../core/errors.js";
import type { Rational } from "../../core/rational.js";
import type { JobCapabilities } from "../capabilities.js";
import { POLLING_DEFAULTS, type PolledPrice, polledPrice } from "../polling.js";
import { fixedToPrice } from "../price.js";
import type { OrchestratorAsker } from "../rpc/client.js";
import type { OrchestratorSource } from "../sources/source.js";
import type { SuspensionPolicy } from "../suspension.js";
import { systemClock } from "./clock.js";
import { type DiscoverResult, discover } from "./discover.js";
import { type ExplainOptions, type Explanation, explain } from "./explain.js";
import {
  checkDiscovery,
  clientOf,
  type DiscoverOptions,
  type DiscoverySettings,
} from "./options.js";
import { type PolledOrchestrator, poll } from "./poll.js";
import { Suspensions } from "./suspensions.js";

/** A list of prices takes its room at once. */
const PRICES_MAX = 10_000_000;

/** What a long-running discovery is told. */
export interface DiscoveryOptions extends DiscoverySettings {
  /** Whom to ask; the caller closes it. */
  readonly source: OrchestratorSource;
  /** Ms between polls; `-liveAICapReportInterval` (B-10). @default 1500000 */
  readonly pollIntervalMs?: number | undefined;
  /** Ms for which a poll collects answers (B-10). @default 3000 */
  readonly collectMs?: number | undefined;
  /** How suspensions of streams last. @default "absolute" */
  readonly suspensionPolicy?: SuspensionPolicy | undefined;
  /** Addresses whose prices are kept; the longest unseen are dropped; 1 … 10,000,000. @default 10000 */
  readonly maxPrices?: number | undefined;
  /** Is called after each poll, with what is to be noted of prices (B-11). */
  readonly onPoll?:
    | ((network: readonly PolledOrchestrator[], prices: readonly PolledPrice[]) => void)
    | undefined;
  /** Is called when a poll in the background failed. */
  readonly onPollFailed?: ((error: unknown) => void) | undefined;
}

/** What may differ between discoveries of one `Discovery`. */
export type OneDiscovery = Pick<
  DiscoverOptions,
  "pool" | "wanted" | "job" | "suspensions" | "signal" | "onProgress"
>;

/**
 * Discovery for as long as a gateway runs: discoveries by stream, and polls in the background once
 * `startPolling()` was called. Call `close()` when it is no longer needed.
 */
export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #client: OrchestratorAsker;
  readonly #releaseClient: () => void;
  readonly #prices: LRUCache<string, bigint>;
  readonly #closed = new AbortController();
  #network: readonly PolledOrchestrator[] = [];
  #polling: Promise<readonly PolledOrchestrator[]> | null = null;
  #takeBackPoll: (() => void) | null = null;

  /**
   * @param options see {@link DiscoveryOptions}
   * @throws InputError (`OPTION_INVALID`) for numbers out of their range and values of another type
   */
  constructor(options: DiscoveryOptions) {
    checkDiscovery(options);
    const { pollIntervalMs, collectMs, maxPrices, onPoll, onPollFailed } = options;
    // Without a pause it would ask everybody all the time.
    checkNumber({ pollIntervalMs }, [1, TIMER_MS[1]]);
    checkNumber({ collectMs }, TIMER_MS);
    checkWhole({ maxPrices }, [1, PRICES_MAX]);
    checkType({ onPoll, onPollFailed }, "function");
    const [client, release] = clientOf(options);
    this.#options = options;
    this.#client = client;
    this.#releaseClient = release;
    this.#prices = new LRUCache({ max: options.maxPrices ?? 10_000 });
  }

  /** Finds orchestrators, see {@link discover}; once closed: InputError (`DISCOVERY_CLOSED`). */
  async discover(one: OneDiscovery = {}): Promise<DiscoverResult> {
    return discover(this.#combined(one));
  }

  /** Explains what discovery makes of each orchestrator, see {@link explain}. */
  async explain(one: OneDiscovery & Pick<ExplainOptions, "patienceMs"> = {}): Promise<Explanation> {
    return explain(this.#combined(one));
  }

  /** The discoveries of one stream, with suspension lists of its own (S-1). */
  stream(job?: JobCapabilities): StreamDiscovery {
    return new StreamDiscovery(this, this.#options.suspensionPolicy ?? "absolute", job);
  }

  /** What the last poll found (B-11); empty before the first. */
  get network(): readonly PolledOrchestrator[] {
    return this.#network;
  }

  /**
   * The price that polls have last seen, in wei per pixel to the thousandth (B-9, B-11).
   *
   * @param recipient of tickets: lower-case hex with `0x`
   * @returns null = none was seen yet
   */
  priceOf(recipient: string): Rational | null {
    const fixed = this.#prices.get(recipient);
    return fixed === undefined ? null : fixedToPrice(fixed);
  }

  /** Polls now and then at every interval, until it is closed (B-10). */
  startPolling(): void {
    this.#assertOpen();
    if (this.#takeBackPoll !== null) return;
    const { clock = systemClock, pollIntervalMs = POLLING_DEFAULTS.intervalMs } = this.#options;
    const again = (): void => {
      this.#takeBackPoll = clock.wake(clock.now() + pollIntervalMs, again);
      this.poll().catch((error: unknown) => {
        if (!this.#closed.signal.aborted) this.#options.onPollFailed?.(error);
      });
    };
    again();
  }

  /**
   * Polls once; while a poll is running, joins it.
   *
   * @returns what it found, which is {@link network} from now on
   * @throws whatever the source throws; InputError (`DISCOVERY_CLOSED`)
   */
  async poll(): Promise<readonly PolledOrchestrator[]> {
    this.#assertOpen();
    this.#polling ??= this.#pollOnce().finally(() => {
      this.#polling = null;
    });
    return this.#polling;
  }

  /** Ends polls; discoveries that are running end as their clients do. The source stays open. */
  close(): void {
    this.#takeBackPoll?.();
    this.#closed.abort(new InputError("discovery was closed", { code: "DISCOVERY_CLOSED" }));
    this.#releaseClient();
  }

  async #pollOnce(): Promise<readonly PolledOrchestrator[]> {
    const { source, onPoll } = this.#options;
    const network = await poll(source, this.#options, this.#client, this.#closed.signal);
    const prices = network.flatMap(({ answer }) => polledPrice(answer) ?? []);
    for (const { recipient, fixedPrice } of prices) this.#prices.set(recipient, fixedPrice);
    this.#network = network;
    onPoll?.(network, prices);
    return network;
  }

  #combined(one: OneDiscovery): DiscoverOptions {
    this.#assertOpen();
    const { job = this.#options.job } = one;
    return { ...this.#options, ...one, job, client: this.#client };
  }

  #assertOpen(): void {
    this.#closed.signal.throwIfAborted();
  }
}

/** What a stream's discoveries differ in. */
export type StreamDiscoveryOptions = Pick<DiscoverOptions, "wanted" | "signal" | "onProgress">;

/** The discoveries of one stream (S-1): a suspension list for each of its two pools. */
export class StreamDiscovery {
  /** Who is suspended in the stream's trusted pool. */
  readonly trusted: Suspensions;
  /** Who is suspended in the stream's untrusted pool. */
  readonly untrusted: Suspensions;
  readonly #discovery: Discovery;
  readonly #job: JobCapabilities | undefined;

  constructor(discovery: Discovery, policy: SuspensionPolicy, job: JobCapabilities | undefined) {
    this.trusted = new Suspensions(policy);
    this.untrusted = new Suspensions(policy);
    this.#discovery = discovery;
    this.#job = job;
  }

  /** Counts a refresh of the pool (S-4) and runs its discovery, whatever comes of it (M-9). */
  refresh(
    pool: "trusted" | "untrusted",
    options: StreamDiscoveryOptions = {},
  ): Promise<DiscoverResult> {
    const suspensions = this[pool];
    suspensions.signalRefresh();
    const job = this.#job === undefined ? {} : { job: this.#job };
    return this.#discovery.discover({ ...options, ...job, pool, suspensions });
  }
}
