/** `poolsim pool worker <address>`: what one worker did, is owed and was paid. */
import { getAddress } from "ethers/address";
import { InputError } from "../../../core/errors.js";
import { utcText } from "../../../core/utc.js";
import { counted } from "../../../core/wording.js";
import { inPayoutAccount, paidAccount } from "../../../pool/books/accounts.js";
import { addressAt } from "../../../pool/books/events/fields.js";
import { holdOf } from "../../../pool/books/holds.js";
import { MOVING_KINDS } from "../../../pool/books/move.js";
import type { JobRow, PoolStore } from "../../../pool/books/store/store.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { bothText, columnsOf, eth, lines, print, shortened, titled } from "../shared/output.js";
import { placeColumns, rowsOf, type WorkerShown } from "../shared/worker-rows.js";

export interface WorkerFlags extends BooksFlags {
  /** Of jobs and payouts. */
  readonly limit: number;
}

/** @throws InputError (`ADDRESS`) */
export function poolWorker(text: string, flags: WorkerFlags, terminal: Terminal): number {
  const address = addressOf(text);
  return withBooks(flags.db, "read", (store) => {
    const rows = rowsOf(store, store.workers.list(address));
    if (rows.length === 0) {
      print(terminal, flags, { address, places: [] }, () => [
        `${getAddress(address)} is not in these books: poolsim pool workers --db ${flags.db} lists who is.`,
      ]);
      return EXIT.nobodyFound;
    }
    const sum = (of: (row: WorkerShown) => bigint) => rows.reduce((all, row) => all + of(row), 0n);
    const shown = {
      address,
      firstSeenMs: Math.min(...rows.map(({ firstSeenMs }) => firstSeenMs)),
      lastSeenMs: Math.max(...rows.map(({ lastSeenMs }) => lastSeenMs)),
      connections: rows.reduce((all, { connections }) => all + connections, 0),
      jobs: sum(({ jobs }) => jobs),
      feesWei: sum(({ feesWei }) => feesWei),
      pendingWei: sum(({ pendingWei }) => pendingWei),
      inPayoutWei: store.ledger.balance(inPayoutAccount(address)),
      paidWei: store.ledger.balance(paidAccount(address)),
      places: rows.map(({ address: _, ...row }) => row),
      lastJobs: store.jobs.list({ address, limit: flags.limit }),
      hold: holdOf(store, address, Date.now()),
      payouts: payoutsOf(store, address, flags.limit),
      otherEntries: otherEntries(store, address),
    };
    print(terminal, flags, shown, () => [
      lines(
        ["worker", getAddress(address)],
        ["seen", `${utcText(shown.firstSeenMs)} to ${utcText(shown.lastSeenMs)}`],
        ["now", shown.connections === 0 ? "offline" : counted(shown.connections, "connection")],
        ["jobs", `${shown.jobs}, fees ${bothText(shown.feesWei)}`],
        ["owed", bothText(shown.pendingWei)],
        ["in payout", bothText(shown.inPayoutWei)],
        ["paid", bothText(shown.paidWei)],
        ...(shown.hold === null
          ? []
          : ([["held", `${shown.hold.reason} (${shown.hold.author})`]] as const)),
      ),
      titled("By node type and region", placeColumns(rows), terminal),
      jobsText(shown.lastJobs, terminal),
      payoutsText(shown.payouts, terminal),
      otherText(shown.otherEntries, terminal),
    ]);
    return EXIT.ok;
  });
}

function addressOf(text: string): string {
  try {
    return addressAt({ address: text }, "address");
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    const why = cause.message.replace(/^address:? /, "").replace(/^is /, "it is ");
    throw new InputError(`worker: ${why}`, { code: cause.code, cause });
  }
}

function jobsText(jobs: readonly JobRow[], terminal: Terminal): string {
  if (jobs.length === 0) return "No jobs yet.";
  return titled(
    "Last jobs",
    columnsOf(
      jobs,
      { head: "time", align: "left", cell: ({ atMs }) => utcText(atMs) },
      { head: "type", align: "left", cell: ({ job }) => job },
      { head: "region", align: "left", cell: ({ region }) => region },
      { head: "units", cell: ({ computeUnits }) => computeUnits.toString() },
      { head: "video, ms", rank: 1, cell: ({ durationMs }) => durationMs.toString() },
      { head: "took, ms", rank: 1, cell: ({ responseTimeNs }) => `${responseTimeNs / 1_000_000n}` },
      { head: "fee, ETH", cell: ({ feesWei }) => eth(feesWei) },
    ),
    terminal,
  );
}

function payoutsOf(store: PoolStore, address: string, limit: number) {
  return store.payouts
    .list({ address, limit })
    .map(({ id, state, amountWei, createdAtMs, updatedAtMs, txHash, gasFeesWei, reason }) => {
      return { id, state, amountWei, createdAtMs, updatedAtMs, txHash, gasFeesWei, reason };
    });
}

function payoutsText(payouts: ReturnType<typeof payoutsOf>, terminal: Terminal): string {
  if (payouts.length === 0) return "No payouts yet.";
  return titled(
    "Last payouts",
    columnsOf(
      payouts,
      { head: "payout", cell: ({ id }) => String(id) },
      { head: "begun", align: "left", cell: ({ createdAtMs }) => utcText(createdAtMs) },
      { head: "ETH", cell: ({ amountWei }) => eth(amountWei) },
      { head: "state", align: "left", cell: ({ state }) => state },
      { head: "transaction", align: "left", cell: ({ txHash, reason }) => txHash ?? reason ?? "" },
    ),
    terminal,
  );
}

const KINDS = ["opening", "adjust", "round", ...MOVING_KINDS] as const;

const isMoving = (kind: string) => MOVING_KINDS.some((one) => one === kind);

/** What moved its balances without a job or a payout: opening, corrections, rounds. */
function otherEntries(store: PoolStore, address: string) {
  const pending = `pending:${address}:`;
  const entries = KINDS.flatMap((kind) => store.reports.entriesOfKind(kind));
  return entries
    .flatMap(({ sequence, cause, atMs, postings }) => {
      let wei = 0n;
      let isIts = false;
      for (const { from, to, wei: moved } of postings) {
        if (to.startsWith(pending)) wei += moved;
        else if (from.startsWith(pending)) wei -= moved;
        else if (to !== paidAccount(address)) continue;
        isIts = true;
      }
      if (!isIts) return [];
      const { kind, id } = cause;
      const [logged] = kind === "adjust" ? store.reports.logged(`adjust ${id}`) : [];
      const act = isMoving(kind) ? store.acts.get(Number(id)) : null;
      const reason = logged?.replace(/^.*? -?\d+ wei: /s, "") ?? act?.reason ?? null;
      return [{ sequence, atMs, kind, id, wei, reason }];
    })
    .sort((a, b) => b.sequence - a.sequence);
}

function otherText(rows: ReturnType<typeof otherEntries>, terminal: Terminal): string {
  if (rows.length === 0) return "";
  return titled(
    "Rounds, corrections, opening balances",
    columnsOf(
      rows,
      { head: "time", align: "left", cell: ({ atMs }) => utcText(atMs) },
      {
        head: "what",
        align: "left",
        cell: ({ kind, id }) => (kind === "opening" ? kind : `${kind} ${id}`),
      },
      { head: "ETH", cell: ({ wei }) => eth(wei) },
      { head: "why", align: "left", cell: ({ reason }) => shortened(reason ?? "", 80) },
    ),
    terminal,
  );
}
