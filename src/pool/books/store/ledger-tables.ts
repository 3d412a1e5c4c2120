/**
 * The ledger on disk: entries, and each account's flows kept beside them in the same transaction,
 * so that opening a file with millions of entries costs nothing and `verify` has two things to
 * compare.
 */
import { InputError } from "../../../core/errors.js";
import type { SqliteDatabase, SqlRow } from "../../../io/sqlite.js";
import type { Account } from "../accounts.js";
import type { Cause, LedgerEntry, LedgerJournal, LedgerTransaction, Posting } from "../ledger.js";
import type { ChainTables } from "./chain-tables.js";
import { big, text, whole, wholeOrNull } from "./columns.js";
import type { StoreDatabase } from "./database.js";
import { WITH_FOUND, wantedKeys } from "./event-keys.js";
import type { AccountFlow, LedgerStore } from "./ledger-store.js";
import { type LotRow, textIn, wholeIn } from "./lot-reading.js";
import { LotWriter } from "./lot-writer.js";

const PAGE = 5_000;
const ENTRY = `SELECT n.sequence, n.at, n.kind, n.event, coalesce(n.cause, e.identity) AS cause,
  n.postings FROM entries n LEFT JOIN events e ON e.sequence = n.event`;

const COLUMNS = ["sequence", "at", "kind", "event", "cause", "postings"];
/** Their numbers. */
const [SEQUENCE, AT, KIND, EVENT, CAUSE, POSTINGS] = [0, 1, 2, 3, 4, 5];

/** From, to, wei: one after the other. */
const POSTING = /(\d+) (\d+) (\d+)(?: (?=\d)|$)/y;

export class LedgerTables implements LedgerStore {
  readonly #database: SqliteDatabase;
  readonly #chain: ChainTables;
  readonly #transaction: StoreDatabase["transaction"];
  readonly journal: LedgerJournal;
  /** Of accounts, as the file has them; what a failed transaction made is forgotten. */
  readonly #ids = new Map<Account, number>();
  readonly #accounts = new Map<string, Account>();
  /** By this transaction, and not written yet. */
  readonly #moved = new Map<Account, Moved>();

  constructor({ sql, chain, transaction, atEnd, onFailure }: StoreDatabase) {
    this.#database = sql;
    this.#chain = chain;
    this.#transaction = transaction;
    onFailure(() => {
      this.#ids.clear();
      this.#accounts.clear();
      this.#moved.clear();
    });
    atEnd(() => this.#move());
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

  post(...transactions: readonly LedgerTransaction[]): readonly LedgerEntry[] {
    return this.#transaction(() => this.#post(transactions));
  }

  balance(account: Account): bigint {
    this.#move();
    const row = this.#database.get("SELECT balance_wei FROM flows WHERE account = ?", account);
    return row === undefined ? 0n : big(row, "balance_wei");
  }

  flows(prefix = ""): readonly AccountFlow[] {
    this.#move();
    return this.#database
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
    return this.entries(sequence, 1).find((entry) => entry.sequence === sequence) ?? null;
  }

  entriesOf({ kind, id }: Cause): readonly LedgerEntry[] {
    return this.#database
      .all(
        `${WITH_FOUND} ${ENTRY} WHERE (n.kind = ? AND n.cause = ?) OR n.sequence IN (
           SELECT n.sequence FROM entries n JOIN events e ON e.sequence = n.event
           WHERE e.sequence IN (SELECT event FROM found) AND e.identity = ? AND n.kind = ?)
           ORDER BY n.sequence`,
        ...wantedKeys([id]),
        kind,
        id,
        id,
        kind,
      )
      .map((row) => this.#entryOf(row));
  }

  entriesOfEvents(events: readonly number[]): readonly LedgerEntry[] {
    return this.#database
      .all(
        `${ENTRY} WHERE n.event IN (SELECT value FROM json_each(?)) ORDER BY n.sequence`,
        JSON.stringify(events),
      )
      .map((row) => this.#entryOf(row));
  }

  entries(from: number, limit: number): readonly LedgerEntry[] {
    return this.#database
      .all(
        `${ENTRY} WHERE n.sequence >= ? ORDER BY n.sequence LIMIT ?`,
        BigInt(from),
        BigInt(limit),
      )
      .map((row) => this.#entryOf(row));
  }

  entryCount(): number {
    const row = this.#database.get("SELECT coalesce(max(sequence), -1) AS last FROM entries");
    return row === undefined ? 0 : whole(row, "last") + 1;
  }

  /** By itself: V8 compiles a loop in a function that is made at each call at each call. */
  #post(transactions: readonly LedgerTransaction[]): readonly LedgerEntry[] {
    const first = this.entryCount();
    let sequence = first;
    const writer = new LotWriter(this.#database, this.#chain, {
      table: "entries",
      columns: COLUMNS,
    });
    const entries: LedgerEntry[] = [];
    // All of them before any is written: the caller may go on without what is refused.
    for (const { postings } of transactions) for (const posting of postings) check(posting);
    for (const { cause, atMs, postings: asked } of transactions) {
      const postings = asked.every(isSome) ? asked : asked.filter(isSome);
      let text = "";
      for (const posting of postings) {
        const from = this.#movedOf(posting.from);
        const to = this.#movedOf(posting.to);
        from.outWei += posting.wei;
        to.inWei += posting.wei;
        text += `${text === "" ? "" : " "}${from.id} ${to.id} ${posting.wei}`;
      }
      const { kind, id, event } = cause;
      const isEvent = event !== undefined;
      const [byEvent, byText] = isEvent ? [event, null] : [null, id];
      const at = Math.trunc(atMs);
      const by = isEvent ? `3i${event};` : `4t${id.length}:${id}`;
      const said = `(0i${sequence};1i${at};2t${kind.length}:${kind}${by}5t${text.length}:${text})`;
      writer.add(said, sequence, at, kind, byEvent, byText, text);
      entries.push({ sequence, cause, atMs, postings });
      sequence++;
    }
    if (sequence > first) writer.end(first, sequence - 1);
    return entries;
  }

  #movedOf(account: Account): Moved {
    let flow = this.#moved.get(account);
    if (flow === undefined) {
      flow = { id: this.#idOf(account), inWei: 0n, outWei: 0n };
      this.#moved.set(account, flow);
    }
    return flow;
  }

  #idOf(account: Account): number {
    let id = this.#ids.get(account);
    if (id === undefined) {
      this.#database.run(
        `INSERT INTO flows (account, in_wei, out_wei, balance_wei) VALUES (?, '0', '0', '0')
         ON CONFLICT DO NOTHING`,
        account,
      );
      const row = this.#database.get("SELECT id FROM flows WHERE account = ?", account);
      id = row === undefined ? 0 : whole(row, "id");
      this.#ids.set(account, id);
    }
    return id;
  }

  /** Writes what was moved: once for each account in a transaction, unless somebody asks meanwhile. */
  #move(): void {
    const moved = this.#moved;
    if (moved.size === 0) return;
    const known = this.#database.all(
      "SELECT id, account, in_wei, out_wei FROM flows WHERE id IN (SELECT value FROM json_each(?))",
      JSON.stringify([...moved.values()].map(({ id }) => id)),
    );
    const rows = known.map((row) => {
      const account = accountOf(text(row, "account"));
      const { id, inWei, outWei } = moved.get(account) ?? missing(account);
      const into = inWei + big(row, "in_wei");
      const outOf = outWei + big(row, "out_wei");
      return [id, `${into}`, `${outOf}`, `${into - outOf}`];
    });
    // One text for all: five parameters for each account took five times as long.
    this.#database.run(
      `UPDATE flows SET in_wei = f.value ->> 1, out_wei = f.value ->> 2, balance_wei = f.value ->> 3
       FROM json_each(?) f WHERE flows.id = f.value ->> 0`,
      JSON.stringify(rows),
    );
    moved.clear();
  }

  #accountOf(id: string): Account {
    let account = this.#accounts.get(id);
    if (account === undefined) {
      for (const row of this.#database.all("SELECT id, account FROM flows")) {
        this.#accounts.set(String(whole(row, "id")), accountOf(text(row, "account")));
      }
      account = this.#accounts.get(id) ?? missing(`account ${id}`);
    }
    return account;
  }

  #entryOf(row: SqlRow): LedgerEntry {
    const event = wholeOrNull(row, "event");
    const cause = { kind: text(row, "kind"), id: text(row, "cause") };
    return {
      sequence: whole(row, "sequence"),
      cause: event === null ? cause : { ...cause, event },
      atMs: whole(row, "at"),
      postings: this.#postingsOf(text(row, "postings")),
    };
  }

  /** An entry of a row that was read to be checked. */
  #entryIn(row: LotRow): LedgerEntry {
    const [kind, event] = [textIn(row, KIND), row[EVENT]];
    return {
      sequence: wholeIn(row, SEQUENCE),
      cause:
        typeof event === "number"
          ? new CauseByEvent(kind, event, this.#database)
          : { kind, id: textIn(row, CAUSE) },
      atMs: wholeIn(row, AT),
      postings: this.#postingsOf(textIn(row, POSTINGS)),
    };
  }

  #postingsOf(flat: string): readonly Posting[] {
    const postings: Posting[] = [];
    POSTING.lastIndex = 0;
    while (POSTING.lastIndex < flat.length) {
      const [found, from = "", to = "", wei = ""] = POSTING.exec(flat) ?? [];
      if (found === undefined) throw damaged("postings");
      postings.push({ from: this.#accountOf(from), to: this.#accountOf(to), wei: BigInt(wei) });
    }
    return postings;
  }

  *#iterate(): Generator<LedgerEntry> {
    for (let from = 0; ; ) {
      const rows = this.#chain.reading?.page("entries", from, PAGE);
      const page = rows?.map((row) => this.#entryIn(row)) ?? this.entries(from, PAGE);
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      from = last.sequence + 1;
    }
  }
}

/** The identity of an event is asked for only where something is wrong. */
class CauseByEvent implements Cause {
  readonly kind: string;
  readonly event: number;
  readonly #database: SqliteDatabase;

  constructor(kind: string, event: number, database: SqliteDatabase) {
    this.kind = kind;
    this.event = event;
    this.#database = database;
  }

  /** @throws InputError (`STORE_DAMAGED`) if there is no such event */
  get id(): string {
    const sql = "SELECT identity FROM events WHERE sequence = ?";
    return text(this.#database.get(sql, BigInt(this.event)) ?? {}, "identity");
  }
}

/** What a call moves on an account. */
interface Moved {
  readonly id: number;
  inWei: bigint;
  outWei: bigint;
}

function isSome({ wei }: Posting): boolean {
  return wei !== 0n;
}

function check({ from, to, wei }: Posting): void {
  if (wei >= 0n && from !== to) return;
  throw new InputError(`can't move ${wei} wei from ${from} to ${to}`, { code: "LEDGER_POSTING" });
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

function missing(what: string): never {
  throw damaged(what);
}

function damaged(what: string): InputError {
  return new InputError(`the store's ${what} can't be read`, { code: "STORE_DAMAGED" });
}
