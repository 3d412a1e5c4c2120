/** A source that only has to list: what is the same for all sources is done here. */
import {
  assertOpen,
  type DroppedEntry,
  type ListOptions,
  type OrchestratorSource,
  type SourceEndpoint,
  type SourceListing,
} from "./source.js";

/** What lists, and which rules count for it. */
export interface ListingSourceOptions {
  /** The name in the registry. */
  readonly kind: string;
  /** What the source knows now; asked for each list. */
  readonly list: (options: ListOptions) => Promise<readonly (SourceEndpoint | DroppedEntry)[]>;
  /** Releases what is open; called once. @default nothing is */
  readonly close?: (() => Promise<void>) | undefined;
  /** Whether `-orchBlocklist` counts (B-16). @default true */
  readonly usesBlocklist?: boolean | undefined;
  /** Whether answers must satisfy the on-chain predicate (B-13). @default false */
  readonly usesOnChainPredicate?: boolean | undefined;
  /** What tells the time, in Unix ms. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** See the top of the file. */
export class ListingSource implements OrchestratorSource {
  readonly kind: string;
  readonly usesBlocklist: boolean;
  readonly usesOnChainPredicate: boolean;
  readonly #options: ListingSourceOptions;
  #closed = false;

  constructor(options: ListingSourceOptions) {
    this.kind = options.kind;
    this.usesBlocklist = options.usesBlocklist ?? true;
    this.usesOnChainPredicate = options.usesOnChainPredicate ?? false;
    this.#options = options;
  }

  async list({ signal }: ListOptions = {}): Promise<SourceListing> {
    assertOpen(this.#closed);
    signal?.throwIfAborted();
    const { list, now = Date.now } = this.#options;
    const confirmedAtMs = now();
    const found = await list({ signal });
    signal?.throwIfAborted();
    const endpoints: SourceEndpoint[] = [];
    const dropped: DroppedEntry[] = [];
    for (const entry of found) {
      if ("rule" in entry) dropped.push(entry);
      else endpoints.push(entry);
    }
    return { endpoints, dropped, confirmedAtMs, staleBecause: null };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#options.close?.();
  }
}
