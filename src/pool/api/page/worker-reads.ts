/** One worker: what its owner looks up. Nothing of it is about others but sums. */
import type { z } from "zod";
import type { Account } from "../../books/accounts.js";
import { pendingAccount } from "../../books/accounts.js";
import type { ClosedRound } from "../../books/store/store.js";
import type { poolWorkerAnswer } from "./answers.js";
import { type PageContext, performanceOf, utc, utcOrNull } from "./context.js";
import { payoutRows } from "./list-reads.js";
import { benchmarkOf, workersOf } from "./worker-rows.js";

type Answer = z.output<typeof poolWorkerAnswer>;

const ROUNDS_MAX = 60;
const ENTRIES_MAX = 200;
const PAYOUTS_MAX = 200;

/** The answer of `/pool/worker`. */
export function readPoolWorker(context: PageContext, address: string): Answer {
  const { books, figures, moment, nowMs, settings, operation } = context;
  const rows = moment.places.get(address) ?? [];
  const [worker = null] = rows.length === 0 ? [] : workersOf(context, new Map([[address, rows]]));
  const track = figures.worker(address);
  const isSplit = settings.scheme.basis !== "fees";
  return {
    worker,
    firstSeen: rows.length === 0 ? null : utc(Math.min(...rows.map((row) => row.firstSeenMs))),
    lastSeen: rows.length === 0 ? null : utc(Math.max(...rows.map((row) => row.lastSeenMs))),
    places: rows.map((row) => ({
      nodeType: row.nodeType,
      region: row.region,
      jobs: String(row.jobs),
      fees: String(row.feesWei),
      pending: String(books.ledger.balance(pendingAccount(row))),
    })),
    lastDays: track === null ? null : performanceOf(track.lastDays(nowMs)),
    pool: performanceOf(figures.pool?.lastDay(nowMs) ?? null),
    hours: stretches(track?.hours(nowMs) ?? []),
    days: stretches(track?.days(nowMs) ?? []),
    weights: isSplit
      ? {
          duration: settings.weights.duration.toString(),
          pixels: settings.weights.pixels.toString(),
          renditions: settings.weights.renditions.toString(),
        }
      : null,
    rounds: isSplit && rows.length > 0 ? roundsOf(context, address) : [],
    entries: rows.length === 0 ? [] : entriesOf(context, address),
    payouts: payoutRows(context, { address, limit: PAYOUTS_MAX }),
    benchmark: benchmarkOf(context, address),
    threshold: operation?.()?.payouts?.threshold ?? null,
  };
}

function stretches(
  list: ReturnType<NonNullable<ReturnType<PageContext["figures"]["worker"]>>["hours"]>,
): Answer["hours"] {
  return list.map(({ atMs, sums }) => ({ at: utc(atMs), ...performanceOf(sums) }));
}

function roundsOf(context: PageContext, address: string): Answer["rounds"] {
  const closed = [...context.books.rounds.list()].reverse().slice(0, ROUNDS_MAX);
  return [
    roundShare(context, address, null),
    ...closed.map((one) => roundShare(context, address, one)),
  ];
}

function roundShare(
  { books, figures, settings }: PageContext,
  address: string,
  closed: ClosedRound | null,
): Answer["rounds"][number] {
  const isSplit = closed === null || closed.entrySequence !== null;
  const work = isSplit ? figures.work(closed?.round ?? null, address, settings) : null;
  return {
    round: closed?.round ?? null,
    closedAt: utcOrNull(closed?.closedAtMs),
    shared: closed === null ? null : String(closed.sharedWei),
    amount: closed === null ? null : String(gotIn(books, closed, address)),
    jobs: work?.own.jobs ?? null,
    seconds: work === null ? null : Number(work.own.durationMs) / 1_000,
    pixels: work === null ? null : String(work.own.pixels),
    weight: work?.weight.toFixed(6) ?? null,
    total: work?.total.toFixed(6) ?? null,
  };
}

/** What the entry of a round gave an address, wei. */
export function gotIn(
  { ledger }: Pick<PageContext["books"], "ledger">,
  { entrySequence }: ClosedRound,
  address: string,
): bigint {
  const entry = entrySequence === null ? null : ledger.entry(entrySequence);
  return movedTo(entry?.postings ?? [], `pending:${address}:`);
}

function movedTo(
  postings: readonly { readonly from: Account; readonly to: Account; readonly wei: bigint }[],
  prefix: string,
): bigint {
  let sum = 0n;
  for (const { from, to, wei } of postings) {
    if (to.startsWith(prefix)) sum += wei;
    if (from.startsWith(prefix)) sum -= wei;
  }
  return sum;
}

function entriesOf({ books }: PageContext, address: string): Answer["entries"] {
  const pending = `pending:${address}:`;
  return ["opening", "adjust"]
    .flatMap((kind) => books.reports.entriesOfKind(kind))
    .filter(({ postings }) =>
      postings.some(({ from, to }) => from.startsWith(pending) || to.startsWith(pending)),
    )
    .sort((a, b) => b.sequence - a.sequence)
    .slice(0, ENTRIES_MAX)
    .map(({ cause, atMs, postings }) => ({
      kind: cause.kind,
      // The operator's own words: for the operator.
      id: cause.kind === "adjust" ? "" : cause.id,
      at: utc(atMs),
      amount: String(movedTo(postings, pending)),
    }));
}
