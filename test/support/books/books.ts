/** Books in memory, and short ways to fill and compare them. */
import { Rational } from "../../../src/core/rational.js";
import type { SchemeName } from "../../../src/pool/books/attribution/registry.js";
import type { DecodeOptions } from "../../../src/pool/books/events/decode.js";
import { JsonSplitter } from "../../../src/pool/books/events/json-splitter.js";
import { EventIngest, type IngestResult } from "../../../src/pool/books/ingest/ingest.js";
import { addRates, setScheme } from "../../../src/pool/books/settings.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { verifyBooks } from "../../../src/pool/books/verify/verify.js";

/** When batches arrive. */
export const NOW_MS = Date.UTC(2027, 0);

export interface Books {
  readonly store: SqlitePoolStore;
  readonly ingest: EventIngest;
}

export interface BooksOptions {
  readonly path?: string;
  readonly commission?: Rational;
  readonly scheme?: SchemeName;
}

/** Books that keep a quarter unless told otherwise. */
export function openBooks({
  path = ":memory:",
  commission = Rational.of(1n, 4n),
  scheme = "per-job",
}: BooksOptions = {}): Books {
  const store = new SqlitePoolStore({ path });
  setScheme(store, scheme);
  addRates(store, [{ rate: commission, fromMs: 0, nodeType: null, region: null }]);
  return { store, ingest: new EventIngest(store) };
}

/** Enters a text as one batch. */
export function enter(
  { ingest }: Books,
  text: string | Uint8Array,
  { source = "o1", ...labels }: DecodeOptions & { readonly source?: string } = {},
): IngestResult {
  const splitter = new JsonSplitter();
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const pieces = [...splitter.push(bytes), ...splitter.end()];
  return ingest.ingest({ ...labels, source, origin: "test.json", pieces, nowMs: NOW_MS });
}

/** All balances that are not 0, by name. */
export function balances({ store }: Pick<Books, "store">): Record<string, bigint> {
  const all = store.ledger
    .flows()
    .map(({ account, inWei, outWei }) => [account, inWei - outWei] as const);
  return Object.fromEntries(all.filter(([, wei]) => wei !== 0n));
}

/** What `verify` finds wrong. */
export function wrongIn({ store }: Pick<Books, "store">): readonly string[] {
  const fresh = new SqlitePoolStore({ path: ":memory:" });
  try {
    return verifyBooks(store, fresh).wrong;
  } finally {
    fresh.close();
  }
}
