/**
 * What a remote signer with `-remoteDiscovery` tells gateways of orchestrators, by what they can do
 * (A-72 … A-75). A pure core: the caller polls the orchestrators.
 */
import { PoolsimError } from "../../core/errors.js";
import { trimEndSlashes } from "../../core/go-text.js";
import type { Rational } from "../../core/rational.js";
import type { PerCapability } from "../capabilities.js";
import { CAPABILITY_NAMES, capabilityPipeline } from "../capability.js";
import type { PriceInfo } from "../orchestrator-info.js";
import { jobMaxPrice, type MaxPrices, pricePerPixel } from "../price.js";
import type { CapabilityPrice } from "../rpc/decode.js";
import { parseRequestUri } from "../sources/request-uri.js";
import { runnerRejection } from "./runner-check.js";
import { parseRunnerList, type Runner, type RunnerListing } from "./runner-list.js";

/** How long a table counts as new where no interval is set, ms. */
export const REMOTE_DISCOVERY_INTERVAL_MS = 60_000;

/** One orchestrator as it was polled. */
export interface PolledRemote {
  /** `transcoder` of its answer. */
  readonly uri: string;
  /** The models of its constraints; null = it sent no capabilities. */
  readonly perCapability: PerCapability | null;
  /** Its general price; null = none. */
  readonly priceInfo: PriceInfo | null;
  /** Its prices of models, in its order. */
  readonly capabilitiesPrices: readonly CapabilityPrice[];
  /** Body of its `GET /discovery`; null = none. */
  readonly runners: Uint8Array | string | null;
}

/** One orchestrator of the table. */
export interface RemoteEntry {
  /** Its URI, as it was spelled first. */
  readonly address: string;
  /**
   * Keys of what it can do, sorted: `<pipeline>/<model>` and apps of runners. One is there twice if
   * two orchestrators were polled that say they are at the same URI.
   */
  readonly capabilities: readonly string[];
  /** Its runners that count. */
  readonly runners: readonly Runner[];
}

/** How to make a {@link RemoteDiscoveryTable}. */
export interface RemoteDiscoveryOptions {
  /** How long it counts as new, ms; 0 or less: {@link REMOTE_DISCOVERY_INTERVAL_MS}. */
  readonly intervalMs: number;
  /** Highest prices by capability and model. @default none */
  readonly capabilityMaxPrices?: MaxPrices | undefined;
  /** The global maximum, wei per unit; null (default) = none. */
  readonly maxPrice?: Rational | null | undefined;
}

interface Draft {
  readonly address: string;
  readonly keys: string[];
  /** The keys, each once. */
  readonly known: Set<string>;
  /** By URL: the first counts. */
  readonly runners: Map<string, Runner>;
}

/** The table. */
export class RemoteDiscoveryTable {
  readonly #intervalMs: number;
  readonly #capabilityMaxPrices: MaxPrices;
  readonly #maxPrice: Rational | null;
  #entries: readonly RemoteEntry[] = [];
  #byKey = new Map<string, RemoteEntry[]>();
  #builtMs = 0;

  constructor(options: RemoteDiscoveryOptions) {
    const { intervalMs } = options;
    this.#intervalMs = intervalMs > 0 ? intervalMs : REMOTE_DISCOVERY_INTERVAL_MS;
    this.#capabilityMaxPrices = options.capabilityMaxPrices ?? new Map();
    this.#maxPrice = options.maxPrice ?? null;
  }

  /** The orchestrators, in the order of the poll. */
  get entries(): readonly RemoteEntry[] {
    return this.#entries;
  }

  /** Whether a request has to rebuild it before it is answered: an empty one always. */
  isDue(nowMs: number): boolean {
    return this.#entries.length === 0 || nowMs > this.#builtMs + this.#intervalMs;
  }

  /**
   * Builds it anew. After a poll that failed it is not called: the table stays.
   *
   * @param polled in the order of the poll
   */
  rebuild(nowMs: number, polled: readonly PolledRemote[]): void {
    const drafts = new Map<string, Draft>();
    for (const one of polled) this.#addModels(drafts, one);
    for (const { runners } of polled) {
      if (runners !== null)
        for (const listing of listings(runners)) this.#addRunners(drafts, listing);
    }
    this.#entries = [...drafts.values()]
      .filter(({ keys }) => keys.length > 0)
      .map(({ address, keys, runners }) => ({
        address,
        capabilities: keys.sort(byBytes),
        runners: [...runners.values()],
      }));
    this.#byKey = new Map();
    for (const entry of this.#entries) {
      for (const key of entry.capabilities) {
        const sharing = this.#byKey.get(key);
        if (sharing === undefined) this.#byKey.set(key, [entry]);
        else sharing.push(entry);
      }
    }
    this.#builtMs = nowMs;
  }

  /**
   * Answers `GET /discover-orchestrators`.
   *
   * @param caps keys; empty ones do not count; none = all
   * @returns each orchestrator once, in order of the keys and then of the table; null for an empty
   *   table, which is answered 503
   */
  query(caps: readonly string[]): RemoteEntry[] | null {
    if (this.#entries.length === 0) return null;
    const keys = caps.filter((key) => key !== "");
    if (keys.length === 0) return [...this.#entries];
    return [...new Set(keys.flatMap((key) => this.#byKey.get(key) ?? []))];
  }

  #addModels(drafts: Map<string, Draft>, polled: PolledRemote): void {
    if (!isRequestUri(polled.uri)) return;
    const keys = this.#eligibleKeys(polled);
    if (keys.length === 0) return;
    const draft = draftOf(drafts, polled.uri);
    for (const key of keys) {
      draft.keys.push(key);
      draft.known.add(key);
    }
  }

  #eligibleKeys({ perCapability, priceInfo, capabilitiesPrices }: PolledRemote): string[] {
    const keys: string[] = [];
    for (const [capability, models] of perCapability ?? []) {
      if (!CAPABILITY_NAMES.has(capability)) continue;
      for (const [model, constraint] of models) {
        if (model === "") continue;
        const own = capabilitiesPrices.find(
          (price) =>
            price.capability === capability &&
            price.constraint === model &&
            price.pixelsPerUnit > 0n,
        );
        const info = own ?? priceInfo;
        if (info === null || info.pixelsPerUnit <= 0n) continue;
        const maxPrice = jobMaxPrice({
          job: new Map([[capability, new Map([[model, constraint]])]]),
          capabilityMaxPrices: this.#capabilityMaxPrices,
          maxPrice: this.#maxPrice,
        });
        const price = pricePerPixel(info);
        if (price !== null && maxPrice !== null && price.compare(maxPrice) > 0) continue;
        keys.push(`${capabilityPipeline(capability)}/${model}`);
      }
    }
    return keys;
  }

  #addRunners(drafts: Map<string, Draft>, { address, runners }: RunnerListing): void {
    if (address === "") return;
    if (!drafts.has(trimEndSlashes(address)) && !isRequestUri(address)) return;
    const draft = draftOf(drafts, address);
    for (const runner of runners) {
      if (runnerRejection(runner, this.#maxPrice) !== null) continue;
      if (!draft.known.has(runner.app)) draft.keys.push(runner.app);
      draft.known.add(runner.app);
      // The app counts also of a runner whose URL another one has.
      if (!draft.runners.has(runner.url)) draft.runners.set(runner.url, runner);
    }
  }
}

/** What an orchestrator's body lists; one that cannot be read lists nobody. */
function listings(body: Uint8Array | string): RunnerListing[] {
  try {
    return parseRunnerList(body);
  } catch (error) {
    if (error instanceof PoolsimError) return [];
    throw error;
  }
}

function draftOf(drafts: Map<string, Draft>, uri: string): Draft {
  const key = trimEndSlashes(uri);
  let draft = drafts.get(key);
  if (draft === undefined) {
    draft = { address: uri, keys: [], known: new Set(), runners: new Map() };
    drafts.set(key, draft);
  }
  return draft;
}

function isRequestUri(text: string): boolean {
  try {
    parseRequestUri(text);
    return true;
  } catch (error) {
    if (error instanceof PoolsimError) return false;
    throw error;
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
