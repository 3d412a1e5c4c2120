/** `poolsim pool export`: the journal, workers, jobs, tickets, payouts or the chain's head, as CSV or JSON. */
import { InputError } from "../../../core/errors.js";
import { utcText } from "../../../core/utc.js";
import { type Cell, csvLine } from "../../../io/write-csv.js";
import { inPayoutAccount, paidAccount, pendingAccount } from "../../../pool/books/accounts.js";
import { addressAt } from "../../../pool/books/events/fields.js";
import type { JobRow, PayoutRow, PoolStore } from "../../../pool/books/store/store.js";
import { writtenOff } from "../../../pool/books/write-off.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { headText } from "../shared/chain-head.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { eth } from "../shared/output.js";
import {
  type Period,
  STATEMENT_HEAD,
  statementHtml,
  statementOf,
  statementRows,
} from "./statement.js";
import type { ExportTable } from "./tables.js";

export interface ExportFlags extends BooksFlags {
  readonly what: ExportTable;
  /** Ms since 1970. */
  readonly since?: number;
  /** Ms since 1970. */
  readonly until?: number;
  readonly address?: string;
  readonly html: boolean;
}

/** What of a table is written. */
interface Choice extends Period {
  /** Whose statement; null: of other tables. */
  readonly address: string | null;
}

/** A table: its columns, and its rows, which are made as they are written. */
interface Exported {
  readonly head: readonly string[];
  readonly rows: Iterable<readonly Cell[]>;
}

const PAGE = 5_000;
const LINES_AT_ONCE = 1_000;

const TIMED: ReadonlySet<ExportTable> = new Set([
  "journal",
  "jobs",
  "tickets",
  "payouts",
  "statement",
]);

/** @throws InputError (`ADDRESS`, `USAGE`) */
export function poolExport(flags: ExportFlags, { stdout }: Terminal): number {
  const choice = choiceOf(flags);
  return withBooks(flags.db, "read", (store) => {
    if (flags.html && choice.address !== null) {
      stdout.write(statementHtml(statementOf(store, choice.address, choice), choice));
      return EXIT.ok;
    }
    const exported = TABLES[flags.what](store, choice);
    for (const text of joined(flags.json ? jsonLines(exported) : csvLines(exported))) {
      stdout.write(text);
    }
    return EXIT.ok;
  });
}

function choiceOf({ what, since, until, address, html }: ExportFlags): Choice {
  const usage = (message: string) => new InputError(message, { code: "USAGE" });
  if ((since !== undefined || until !== undefined) && !TIMED.has(what)) {
    throw usage(`--since, --until: expected --what ${[...TIMED].join(", ")}`);
  }
  if ((address !== undefined || html) && what !== "statement") {
    throw usage("--address, --html: expected --what statement");
  }
  if (what === "statement" && address === undefined) {
    throw usage("--what statement: expected --address, whose it is");
  }
  const [sinceMs, untilMs] = [since ?? 0, until ?? Number.MAX_SAFE_INTEGER];
  if (sinceMs >= untilMs) throw usage("--until: expected a time after --since");
  const of = address === undefined ? null : addressAt({ "--address": address }, "--address");
  return { sinceMs, untilMs, address: of };
}

const isIn = (atMs: number, { sinceMs, untilMs }: Period) => atMs >= sinceMs && atMs < untilMs;

const TABLES: Readonly<
  Record<ExportFlags["what"], (store: PoolStore, choice: Choice) => Exported>
> = {
  statement: (store, choice) => ({ head: STATEMENT_HEAD, rows: statements(store, choice) }),
  journal: (store, choice) => ({
    head: ["entry", "time", "kind", "cause", "from", "to", "wei", "eth", "tx_hash"],
    rows: journal(store, choice),
  }),
  workers: (store) => ({
    head: [
      "address",
      "node_type",
      "region",
      "connections",
      "first_seen",
      "last_seen",
      "jobs",
      "fees_wei",
      "pending_wei",
      "pending_eth",
      "address_in_payout_wei",
      "address_paid_wei",
    ],
    rows: workers(store),
  }),
  jobs: (store, choice) => ({
    head: [
      "event",
      "time",
      "type",
      "address",
      "region",
      "compute_units",
      "duration_ms",
      "response_time_ns",
      "renditions",
      "round",
      "fees_wei",
      "fees_eth",
    ],
    rows: jobs(store, choice),
  }),
  tickets: (store, choice) => ({
    head: ["ticket", "won", "state", "sender", "recipient", "wei", "eth", "gas_wei", "tx_hash"],
    rows: [...tickets(store, choice), ...offTickets(store, choice)],
  }),
  payouts: (store, choice) => ({
    head: ["payout", "begun", "changed", "address", "wei", "eth", "state", "tx_hash", "gas_wei"],
    rows: payouts(store, choice),
  }),
  head: (store) => {
    const head = store.chain.head();
    return { head: ["head"], rows: head === null ? [] : [[headText(head)]] };
  },
};

function tickets(store: PoolStore, choice: Choice): Cell[][] {
  return store.tickets
    .list({ sinceMs: choice.sinceMs })
    .filter(({ wonAtMs }) => isIn(wonAtMs, choice))
    .map((row) => [
      row.id,
      utcText(row.wonAtMs),
      row.state,
      row.sender,
      row.recipient,
      row.faceValueWei,
      eth(row.faceValueWei),
      row.gasFeesWei,
      row.txHash,
    ]);
}

/** They are no tickets of the books any more, and have no number. */
function offTickets(store: PoolStore, choice: Choice): Cell[][] {
  return writtenOff(store)
    .filter(({ wonAtMs }) => isIn(wonAtMs, choice))
    .map(({ wonAtMs, sender, recipient, faceValueWei }) => {
      const wei = [faceValueWei, eth(faceValueWei)];
      return [null, utcText(wonAtMs), "written off", sender, recipient, ...wei, null, null];
    });
}

function* journal(store: PoolStore, choice: Choice): Generator<Cell[]> {
  for (const { sequence, atMs, cause, postings } of store.ledger.journal) {
    if (!isIn(atMs, choice)) continue;
    const isPayout = cause.kind.startsWith("payout-");
    const txHash = isPayout ? (store.payouts.get(Number(cause.id))?.txHash ?? null) : null;
    for (const { from, to, wei } of postings) {
      yield [sequence, utcText(atMs), cause.kind, cause.id, from, to, wei, eth(wei), txHash];
    }
  }
}

function* statements(store: PoolStore, choice: Choice): Generator<readonly Cell[]> {
  if (choice.address === null) return;
  yield* statementRows(statementOf(store, choice.address, choice));
}

function* workers(store: PoolStore): Generator<Cell[]> {
  for (const row of store.workers.list()) {
    const pendingWei = store.ledger.balance(pendingAccount(row));
    yield [
      row.address,
      row.nodeType,
      row.region,
      row.connections,
      utcText(row.firstSeenMs),
      utcText(row.lastSeenMs),
      row.jobs,
      row.feesWei,
      pendingWei,
      eth(pendingWei),
      store.ledger.balance(inPayoutAccount(row.address)),
      store.ledger.balance(paidAccount(row.address)),
    ];
  }
}

function* jobs(store: PoolStore, choice: Choice): Generator<Cell[]> {
  let page: readonly JobRow[] = store.reports.jobsAfter(null, PAGE);
  for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
    for (const row of page) {
      if (!isIn(row.atMs, choice)) continue;
      yield [
        row.sequence,
        utcText(row.atMs),
        row.job,
        row.address,
        row.region,
        row.computeUnits,
        row.durationMs,
        row.responseTimeNs,
        row.renditions,
        row.round,
        row.feesWei,
        eth(row.feesWei),
      ];
    }
    page = store.reports.jobsAfter(last, PAGE);
  }
}

/** Newest first, as the store has them. */
function* payouts(store: PoolStore, choice: Choice): Generator<Cell[]> {
  let page: readonly PayoutRow[] = store.payouts.list({ limit: PAGE });
  for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
    for (const row of page) {
      if (!isIn(row.createdAtMs, choice)) continue;
      yield [
        row.id,
        utcText(row.createdAtMs),
        utcText(row.updatedAtMs),
        row.address,
        row.amountWei,
        eth(row.amountWei),
        row.state,
        row.txHash,
        row.gasFeesWei,
      ];
    }
    page = store.payouts.list({ limit: PAGE, beforeId: last.id });
  }
}

function* csvLines({ head, rows }: Exported): Generator<string> {
  yield csvLine(head);
  for (const row of rows) yield csvLine(row);
}

/** An array with a line for each row; big numbers are text. */
function* jsonLines({ head, rows }: Exported): Generator<string> {
  let before = "[\n";
  for (const row of rows) {
    const cells = head.map((name, at): [string, Cell] => [name, row[at] ?? null]);
    const asText = (_: string, cell: unknown) => (typeof cell === "bigint" ? `${cell}` : cell);
    yield `${before}${JSON.stringify(Object.fromEntries(cells), asText)}`;
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

/** Fewer, longer texts. */
function* joined(texts: Iterable<string>): Generator<string> {
  let waiting: string[] = [];
  for (const text of texts) {
    waiting.push(text);
    if (waiting.length < LINES_AT_ONCE) continue;
    yield waiting.join("");
    waiting = [];
  }
  yield waiting.join("");
}
