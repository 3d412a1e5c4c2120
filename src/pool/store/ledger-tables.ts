/**
 * The ledger on disk: entries, and each account's flows kept beside them in the same transaction,
 * so that opening a file with millions of entries costs nothing and `verify` has two things to
 * compare.
 */
import { InputError } from "../../core/errors.js";
import { SqliteDatabase, type SqlRow } from "../../discovery/sources/store/sqlite.js";
import type { Account } from "../accounts.js";
import type { Cause, LedgerEntry, LedgerJournal, LedgerTransaction, Posting } from "../ledger.js";
import { big, text, whole } from "./columns.js";
import { migrate } from "./schema.js";
import type { AccountFlow, LedgerStore } from "./store.js";

const PAGE = 5_000;
const ENTRY = "SELECT sequence, at, kind, cause, postings FROM entries";

export interface StoreOptions {
  /** A file, made if it is not there; `:memory:` = nowhere. */
  readonly path: string;
  /** Refuses to write and to create. @default false */
  readonly readOnly?: boolean | undefined;
}

export class LedgerTables implements LedgerStore {
  protected readonly database: SqliteDatabase;
  readonly journal: LedgerJournal;

  constructor({ path, readOnly = false }: StoreOptions) {
    this.database = new SqliteDatabase({ path, readOnly });
    if (!readOnly) {
      this.database.exec("PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8192");
      migrate(this.database);
    }
    this.journal = {
      append: (entry) => {
        if (entry.sequence !== this.entryCount()) {
          throw new InputError(`entry ${entry.sequence} is not the next`, {
            code: "LEDGER_JOURNAL",
          });
        }
        this.post(entry);
      },
      [Symbol.iterator]: () => this.#iterate(),
    };
  }

  transaction<T>(work: () => T): T {
    return this.database.transaction(work);
  }

  /** @throws InputError (`LEDGER_POSTING`) for a negative amount or two equal accounts */
  post(...transactions: readonly LedgerTransaction[]): readonly LedgerEntry[] {
    return this.transaction(() => {
      let sequence = this.entryCount();
      const moved = new Map<Account, { inWei: bigint; outWei: bigint }>();
      const rows: (string | number)[][] = [];
      const entries: LedgerEntry[] = [];
      for (const { cause, atMs, postings: asked } of transactions) {
        const postings = asked.filter(({ wei }) => wei !== 0n);
        const flat: string[] = [];
        for (const posting of postings) {
          check(posting);
          flowOf(moved, posting.from).outWei += posting.wei;
          flowOf(moved, posting.to).inWei += posting.wei;
          flat.push(posting.from, posting.to, posting.wei.toString());
        }
        rows.push([sequence, Math.trunc(atMs), cause.kind, cause.id, JSON.stringify(flat)]);
        entries.push({ sequence, cause, atMs, postings });
        sequence++;
      }
      this.insertAll("INSERT INTO entries (sequence, at, kind, cause, postings)", 5, rows);
      this.#move(moved);
      return entries;
    });
  }

  balance(account: Account): bigint {
    const row = this.database.get("SELECT balance_wei FROM flows WHERE account = ?", account);
    return row === undefined ? 0n : big(row, "balance_wei");
  }

  flows(prefix = ""): readonly AccountFlow[] {
    return this.database
      .all(
        `SELECT account, in_wei, out_wei FROM flows
         WHERE substr(account, 1, length(?)) = ? ORDER BY account`,
        prefix,
        prefix,
      )
      .map((row) => ({
        account: accountOf(text(row, "account")),
        inWei: big(row, "in_wei"),
        outWei: big(row, "out_wei"),
      }));
  }

  entry(sequence: number): LedgerEntry | null {
    const row = this.database.get(`${ENTRY} WHERE sequence = ?`, BigInt(sequence));
    return row === undefined ? null : entryOf(row);
  }

  entriesOf({ kind, id }: Cause): readonly LedgerEntry[] {
    return this.database
      .all(`${ENTRY} WHERE kind = ? AND cause = ? ORDER BY sequence`, kind, id)
      .map(entryOf);
  }

  entries(from: number, limit: number): readonly LedgerEntry[] {
    return this.database
      .all(`${ENTRY} WHERE sequence >= ? ORDER BY sequence LIMIT ?`, BigInt(from), BigInt(limit))
      .map(entryOf);
  }

  entryCount(): number {
    const row = this.database.get("SELECT coalesce(max(sequence), -1) AS last FROM entries");
    return row === undefined ? 0 : whole(row, "last") + 1;
  }

  close(): void {
    this.database.close();
  }

  /** Many rows by one statement, in the order given. */
  protected insertAll(
    into: string,
    columns: number,
    rows: readonly (readonly (string | number | null)[])[],
  ): void {
    if (rows.length === 0) return;
    const values = Array.from({ length: columns }, (_, column) => `value ->> ${column}`);
    this.database.run(
      `${into} SELECT ${values.join(", ")} FROM json_each(?) ORDER BY key`,
      JSON.stringify(rows),
    );
  }

  #move(moved: ReadonlyMap<Account, { inWei: bigint; outWei: bigint }>): void {
    if (moved.size === 0) return;
    const known = new Map(
      this.database
        .all(
          `SELECT account, in_wei, out_wei FROM flows
           WHERE account IN (SELECT value FROM json_each(?))`,
          JSON.stringify([...moved.keys()]),
        )
        .map((row) => [text(row, "account"), row]),
    );
    this.insertAll(
      "INSERT OR REPLACE INTO flows (account, in_wei, out_wei, balance_wei)",
      4,
      [...moved].map(([account, { inWei, outWei }]) => {
        const row = known.get(account);
        const into = row === undefined ? inWei : inWei + big(row, "in_wei");
        const outOf = row === undefined ? outWei : outWei + big(row, "out_wei");
        return [account, into.toString(), outOf.toString(), (into - outOf).toString()];
      }),
    );
  }

  *#iterate(): Generator<LedgerEntry> {
    for (let from = 0; ; ) {
      const page = this.entries(from, PAGE);
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      from = last.sequence + 1;
    }
  }
}

function check({ from, to, wei }: Posting): void {
  if (wei >= 0n && from !== to) return;
  throw new InputError(`can't move ${wei} wei from ${from} to ${to}`, { code: "LEDGER_POSTING" });
}

function flowOf(
  flows: Map<Account, { inWei: bigint; outWei: bigint }>,
  account: Account,
): { inWei: bigint; outWei: bigint } {
  let flow = flows.get(account);
  if (flow === undefined) {
    flow = { inWei: 0n, outWei: 0n };
    flows.set(account, flow);
  }
  return flow;
}

function entryOf(row: SqlRow): LedgerEntry {
  const flat: unknown = JSON.parse(text(row, "postings"));
  const postings: Posting[] = [];
  if (!Array.isArray(flat)) throw damaged("postings");
  for (let at = 0; at < flat.length; at += 3) {
    postings.push({
      from: accountOf(String(flat[at])),
      to: accountOf(String(flat[at + 1])),
      wei: BigInt(String(flat[at + 2])),
    });
  }
  return {
    sequence: whole(row, "sequence"),
    cause: { kind: text(row, "kind"), id: text(row, "cause") },
    atMs: whole(row, "at"),
    postings,
  };
}

/** The name of an account as it was written by {@link LedgerTables.post}. */
function accountOf(name: string): Account {
  if (isAccount(name)) return name;
  throw damaged(`account ${name}`);
}

const COMMON = new Set([
  "world",
  "wallet",
  "ticketsReceivable",
  "feesEarned",
  "commission",
  "delegators",
  "unattributed",
  "gas",
  "rounding",
]);

function isAccount(name: string): name is Account {
  return COMMON.has(name) || /^(pending|inPayout|paid):/.test(name);
}

function damaged(what: string): InputError {
  return new InputError(`the store's ${what} can't be read`, { code: "STORE_DAMAGED" });
}
