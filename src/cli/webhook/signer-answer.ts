/**
 * What a remote signer with `-remoteDiscovery` answers (A-71 … A-75): the orchestrators of a list are
 * polled, with their live runners, and each request is answered from the table that comes of it.
 */
import { createHash } from "node:crypto";
import pLimit from "p-limit";
import {
  fetchRunnerList,
  isPoolsimError,
  OrchestratorClient,
  type OrchestratorSource,
  type PolledRemote,
  pollRejection,
  REMOTE_DISCOVERY_INTERVAL_MS,
  RemoteDiscoveryTable,
  type RemoteEntry,
  type RequestIdentity,
  type Runner,
  type SourceListing,
} from "../../discovery/index.js";
import { poll } from "../../discovery/live/poll.js";
import type { GatewayPrices } from "../shared/gateway-prices.js";
import type { WebhookAnswer } from "./entries.js";

/** Where gateways ask. */
export const SIGNER_PATH = "/discover-orchestrators";

/** Where gateways have the identity signed that they ask with. */
export const SIGNER_IDENTITY_PATH = "/sign-orchestrator-info";

/** How the table is made. */
export interface SignerTableOptions {
  /** Which source the lists are of. */
  readonly source: OrchestratorSource;
  readonly identity: RequestIdentity;
  readonly prices: GatewayPrices;
  /** Lower-case addresses that are left out. */
  readonly blocked: ReadonlySet<string>;
  readonly verifyCertificates: boolean;
  /** How many orchestrators are asked at a time. */
  readonly concurrency: number;
  /** Unix ms. */
  readonly now: () => number;
}

/** Makes answers of lists. */
export class SignerTable {
  readonly #options: SignerTableOptions;
  readonly #client: OrchestratorClient;

  constructor(options: SignerTableOptions) {
    this.#options = options;
    this.#client = new OrchestratorClient({ verifyCertificates: options.verifyCertificates });
  }

  /** What gateways POST for at their start: the identity, so that they ask as this one does. */
  get posts(): ReadonlyMap<string, Buffer> {
    const { address, signature } = this.#options.identity;
    const body = Buffer.from(`${JSON.stringify({ address, signature })}\n`);
    return new Map([[SIGNER_IDENTITY_PATH, body]]);
  }

  /** Polls those of a list. @throws the signal's reason */
  async answer(listing: SourceListing, signal: AbortSignal): Promise<WebhookAnswer> {
    const { source, identity, prices, blocked, concurrency, now } = this.#options;
    await prices.follow(now(), signal);
    const isFree = (address: string | null) => address === null || !blocked.has(address);
    const endpoints = listing.endpoints.filter(({ recipient }) => isFree(recipient));
    const { kind, usesBlocklist, usesOnChainPredicate } = source;
    const list = async () => ({ ...listing, endpoints });
    const fixed = { kind, usesBlocklist, usesOnChainPredicate, list, close: async () => {} };
    const settings = { identity, ignoreCapacityCheck: true, concurrency };
    const polled = await poll(fixed, settings, this.#client, signal);
    const kept = polled.filter(
      ({ answer }) => pollRejection(answer) === null && isFree(answer.address),
    );
    const lists = await askRunners(
      kept.map(({ uri }) => uri),
      { concurrency, signal },
    );
    const table = new RemoteDiscoveryTable({
      intervalMs: REMOTE_DISCOVERY_INTERVAL_MS,
      capabilityMaxPrices: prices.prices,
      maxPrice: prices.global,
    });
    table.rebuild(
      now(),
      kept.map(
        ({ answer }, at): PolledRemote => ({
          uri: answer.transcoder,
          perCapability: answer.capabilities?.constraints?.perCapability ?? null,
          priceInfo: answer.priceInfo,
          capabilitiesPrices: answer.capabilitiesPrices,
          runners: lists[at] ?? null,
        }),
      ),
    );
    return answerOf(table, listing.confirmedAtMs);
  }

  close(): void {
    this.#client.close();
  }
}

/** The bodies of their lists of runners; null for each that gives none. */
async function askRunners(
  uris: readonly string[],
  { concurrency, signal }: { readonly concurrency: number; readonly signal: AbortSignal },
): Promise<(Uint8Array | null)[]> {
  const limit = pLimit(concurrency);
  const ask = async (uri: string): Promise<Uint8Array | null> => {
    try {
      return await fetchRunnerList(uri, { signal });
    } catch (error) {
      if (signal.aborted || !isPoolsimError(error)) throw error;
      return null;
    }
  };
  return await Promise.all(uris.map((uri) => limit(ask, uri)));
}

function answerOf(table: RemoteDiscoveryTable, confirmedAtMs: number): WebhookAnswer {
  const body = bodyOf(table.entries);
  return {
    body,
    count: table.entries.length,
    confirmedAtMs,
    tag: tagOf(body),
    select: (caps) => {
      const entries = table.query(caps);
      if (entries === null) return null;
      const selected = bodyOf(entries);
      return { body: selected, tag: tagOf(selected) };
    },
  };
}

function tagOf(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex").slice(0, 32);
}

function bodyOf(entries: readonly RemoteEntry[]): Buffer {
  return Buffer.from(`[${entries.map(entryText).join(",")}]\n`);
}

/** Numbers of runners are written as they came: they need not fit a double. */
function entryText({ address, capabilities, runners }: RemoteEntry): string {
  const own = JSON.stringify({ address, score: 1, capabilities });
  if (runners.length === 0) return own;
  return `${own.slice(0, -1)},"runners":[${runners.map(runnerText).join(",")}]}`;
}

function runnerText({ url, app, version, metadata, mode, gpu, price, ...runner }: Runner): string {
  const parts = [
    `"url":${JSON.stringify(url)}`,
    gpu !== null &&
      `"gpu":{"id":${JSON.stringify(gpu.id)},"name":${JSON.stringify(gpu.name)},"vram_mb":${gpu.vramMb}}`,
    `"app":${JSON.stringify(app)}`,
    `"version":${JSON.stringify(version)}`,
    metadata !== "" && `"metadata":${JSON.stringify(metadata)}`,
    mode !== "" && `"mode":${JSON.stringify(mode)}`,
    `"capacity":${runner.capacity}`,
    `"capacity_used":${runner.capacityUsed}`,
    `"capacity_available":${runner.capacityAvailable}`,
    price !== null &&
      `"price_info":{"price":${price.price === "" ? 0 : price.price},"currency":${JSON.stringify(price.currency)},"unit":${JSON.stringify(price.unit)}}`,
  ];
  return `{${parts.filter((part) => part !== false).join(",")}}`;
}
