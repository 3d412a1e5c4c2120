/**
 * The orchestrators that are registered on chain (B and C rules): the pool as it is, kept up by the
 * contracts' events in a SQLite store from which a later start goes on.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { InputError, PoolsimError, RemoteError } from "../../../core/errors.js";
import type { Rational } from "../../../core/rational.js";
import { priceToFixed } from "../../price.js";
import type { SenderInfo } from "../../ticket-params.js";
import { endpointOf } from "../row-endpoint.js";
import { SharedTask } from "../shared-task.js";
import {
  assertOpen,
  type DroppedEntry,
  type ListOptions,
  type OrchestratorSource,
  type SourceEndpoint,
  type SourceListing,
} from "../source.js";
import type { ChainClient, Hex } from "./chain-client.js";
import type { ChainState } from "./chain-store.js";
import type { SyncReport } from "./chain-sync.js";
import type { OnChainRuntime } from "./on-chain-runtime.js";
import {
  type OnChainSettings,
  type OnChainSourceOptions,
  onChainSettings,
} from "./on-chain-settings.js";

/** How a watch over the chain is kept. */
export interface WatchOptions extends ListOptions {
  /** Told after every look, with the failure of one that failed. */
  readonly onLook?: ((report: SyncReport | Error) => void) | undefined;
}

/** The chain. All entries are untrusted, score 0 (B-14). */
export class OnChainSource implements OrchestratorSource {
  readonly kind = "onchain";
  readonly usesBlocklist = true;
  readonly usesOnChainPredicate = true;
  readonly #settings: OnChainSettings;
  readonly #look = new SharedTask((signal) => this.#lookNow(signal));
  readonly #senders = new Map<Hex, SenderInfo>();
  readonly #closing = new AbortController();
  #chain: ChainClient | null = null;
  #runtime: OnChainRuntime | null = null;
  #lastLookMs: number | null = null;

  /**
   * Asks nothing yet.
   *
   * @throws InputError `NETWORK_UNKNOWN`, `ADDRESS_INVALID`, or `ETH_URL` without a node to ask
   */
  constructor(options: OnChainSourceOptions) {
    this.#settings = onChainSettings(options);
  }

  /**
   * The orchestrators that are active in the last initialised round (B-12), after a look at the
   * chain unless the last one is recent. URIs are taken as they are. When the node fails, what the
   * store has is returned with the reason in `staleBecause`.
   *
   * @throws RemoteError when it fails and the store has nothing: `CHAIN_…`, `SQLITE_…`
   * @throws InputError (`SOURCE_CLOSED`), or the signal's reason
   */
  async list({ signal }: ListOptions = {}): Promise<SourceListing> {
    assertOpen(this.#closing.signal.aborted);
    signal?.throwIfAborted();
    let staleBecause: Error | null = null;
    try {
      if (!this.#isRecent()) await this.sync({ signal });
    } catch (error) {
      const hasOld = this.#runtime !== null && this.#runtime.store.state() !== null;
      const isOver = signal?.aborted === true || this.#closing.signal.aborted;
      if (isOver || !hasOld || !(error instanceof Error)) throw error;
      staleBecause = error;
    }
    const { store } = this.#opened();
    const round = store.state()?.lastInitializedRound ?? 0n;
    const { goLivepeerQuirks } = this.#settings;
    // Rows untouched for a day are dropped as go-livepeer does only where it is imitated: it
    // touches all of them every round, so that this matters only on chains that stand still (B-17).
    // Their prices are not looked at (B-5); where nobody is active the list is empty, no error (B-15).
    const rows = store.table.select({ currentRound: round, updatedLastDay: goLivepeerQuirks });
    const endpoints: SourceEndpoint[] = [];
    const dropped: DroppedEntry[] = [];
    for (const row of rows) {
      try {
        endpoints.push(endpointOf(row));
      } catch (error) {
        if (!(error instanceof PoolsimError)) throw error;
        const recipient = row.ethereumAddr.toLowerCase();
        dropped.push({ uri: row.serviceURI, recipient, rule: "B-12", detail: error.message });
      }
    }
    const confirmedAtMs = store.state()?.syncedAtMs ?? 0;
    return { endpoints, dropped, confirmedAtMs, staleBecause };
  }

  /**
   * Looks at the chain now. Calls at the same time share one look.
   *
   * @throws RemoteError `CHAIN_…`, `SQLITE_…`; InputError (`SOURCE_CLOSED`); the signal's reason
   */
  async sync({ signal }: ListOptions = {}): Promise<SyncReport> {
    assertOpen(this.#closing.signal.aborted);
    return await this.#look.run(signal);
  }

  /**
   * Looks at the chain again and again, until the signal aborts or the source is closed; then it
   * resolves. Failures are told and tried again.
   */
  async watch({ signal, onLook }: WatchOptions = {}): Promise<void> {
    assertOpen(this.#closing.signal.aborted);
    const { pollingIntervalMs } = this.#settings;
    const closing = this.#closing.signal;
    const ended = signal ? AbortSignal.any([signal, closing]) : closing;
    while (!ended.aborted) {
      const outcome = await this.sync({ signal: ended }).catch((error: unknown) => error);
      if (ended.aborted) return;
      onLook?.(outcome as SyncReport | Error);
      await sleep(pollingIntervalMs, undefined, { signal: ended }).catch(() => {});
    }
  }

  /**
   * Round and L1 block as of the last look, which P-6 needs; null before the first.
   */
  chainState(): ChainState | null {
    return this.#runtime?.store.state() ?? null;
  }

  /**
   * Addresses, lower case, whose stake is their total stake because they have no earnings pool in
   * this round yet: a gateway that starts now knows 0 for them (B-8). As far as this process has
   * read them; empty where go-livepeer's quirks are kept.
   */
  withoutEarningsPool(): ReadonlySet<Hex> {
    return this.#runtime?.withoutPool ?? new Set();
  }

  /**
   * A gateway's deposit and reserve (C-17): read once, and again after events that change them.
   *
   * @param address of the gateway
   * @throws as {@link sync}
   */
  async senderInfo(address: Hex, { signal }: ListOptions = {}): Promise<SenderInfo> {
    assertOpen(this.#closing.signal.aborted);
    signal?.throwIfAborted();
    if (!this.#isRecent()) await this.sync({ signal });
    const sender = address.toLowerCase();
    const known = this.#senders.get(sender);
    if (known !== undefined) return known;
    const info = await this.#opened().senderInfo(sender, { signal });
    this.#senders.set(sender, info);
    return info;
  }

  /**
   * Keeps the price that an orchestrator told (B-11); 0 keeps the old one.
   *
   * @param recipient of its tickets
   * @param price in wei per pixel
   */
  recordPrice(recipient: Hex, price: Rational): void {
    this.#runtime?.recordPrice(recipient, priceToFixed(price));
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const reason = new InputError("the source is closed", { code: "SOURCE_CLOSED" });
    this.#closing.abort(reason);
    this.#look.abort(reason);
    if (this.#settings.chain === undefined) await this.#chain?.close();
    this.#runtime?.store.close();
  }

  #isRecent(): boolean {
    const { now, pollingIntervalMs } = this.#settings;
    return this.#lastLookMs !== null && now() - this.#lastLookMs < pollingIntervalMs;
  }

  #opened(): OnChainRuntime {
    assertOpen(this.#closing.signal.aborted);
    if (this.#runtime !== null) return this.#runtime;
    throw new RemoteError("the chain was not read yet", { code: "CHAIN_UNAVAILABLE" });
  }

  async #lookNow(signal: AbortSignal): Promise<SyncReport> {
    const { chainClientOf, openRuntime } = await import("./on-chain-runtime.js");
    assertOpen(this.#closing.signal.aborted);
    this.#chain ??= chainClientOf(this.#settings);
    this.#runtime ??= await openRuntime(this.#chain, this.#settings, { signal });
    const report = await this.#runtime.look({ signal });
    this.#lastLookMs = this.#settings.now();
    if (report.senders === "all") this.#senders.clear();
    else for (const sender of report.senders) this.#senders.delete(sender);
    return report;
  }
}
