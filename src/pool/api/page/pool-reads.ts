/** The pool as a whole, and all its workers. */
import type { z } from "zod";
import type { RunRow } from "../../books/store/store.js";
import { INCOME_DIFFERS } from "../../operate/income/differs.js";
import { newestBatch } from "../../payouts/approval.js";
import { alertCount } from "./alert-reads.js";
import type { hoursAnswer, poolAnswer, poolWorkersAnswer } from "./answers.js";
import { type PageContext, performanceOf, utc, utcOrNull } from "./context.js";
import { total } from "./moment.js";
import { DAY_MS, DAYS } from "./track.js";
import { workersOf } from "./worker-rows.js";

/** Imports that are looked through for the last one that read a source: more than a day of them. */
const RUNS_BACK = 2_000;

type Pool = z.output<typeof poolAnswer>;

/** The answer of `/pool`. */
export function readPool(context: PageContext): Pool {
  const { books, figures, operation, moment, nowMs, rule = null, advice } = context;
  const [lastRound, [lastPayout]] = [books.rounds.last(), books.payouts.list({ limit: 1 })];
  const runs = operation?.() ?? null;
  const nextPayoutMs = runs?.jobs.find(({ name }) => name === "payouts")?.nextAtMs;
  const pay = runs?.payouts ?? null;
  return {
    version: context.version,
    at: utc(nowMs),
    isOperator: context.isOperator,
    countedUntil: utcOrNull(figures.untilMs),
    scheme: context.settings.scheme.name,
    commissionRate: context.commissionRate,
    workers: {
      known: moment.places.size,
      online: [...moment.presence.values()].filter(({ connections }) => connections > 0).length,
    },
    lastDay: performanceOf(figures.pool?.lastDay(nowMs) ?? null),
    lastDays: performanceOf(figures.pool?.lastDays(nowMs) ?? null),
    ...moneyOf(context),
    lastRound:
      lastRound === null
        ? null
        : {
            round: lastRound.round,
            income: String(lastRound.incomeWei),
            shared: String(lastRound.sharedWei),
            closedAt: utc(lastRound.closedAtMs),
          },
    nextPayout: pay === null ? null : { at: utcOrNull(nextPayoutMs), threshold: pay.threshold },
    sources: sourcesOf(context, runs?.sources ?? []),
    quarantined: books.quarantine.count(),
    held: moment.holds.size,
    approval: approvalOf(context),
    rule,
    alerts: alertCount(context),
    adviceAt: utcOrNull(advice?.()?.atMs),
    chainId: lastPayout === undefined ? null : String(lastPayout.chainId),
  };
}

/** The newest batch, unless it was approved or is too old to be. */
function approvalOf({ books, nowMs }: PageContext): number | null {
  const batch = newestBatch(books);
  if (batch === null || batch.approved !== null || nowMs - batch.atMs > DAY_MS) return null;
  return batch.id;
}

function moneyOf(context: PageContext): Pick<Pool, "owed" | "income"> {
  const { books, moment, nowMs } = context;
  const { ledger, tickets } = books;
  const balance = (account: Parameters<typeof ledger.balance>[0]) =>
    String(ledger.balance(account));
  let redeemedWei = 0n;
  for (const { state, faceValueWei } of tickets.list({ sinceMs: nowMs - DAYS * DAY_MS })) {
    if (state === "redeemed") redeemedWei += faceValueWei;
  }
  return {
    owed: {
      pending: String(total(moment.pending)),
      inPayout: String(total(moment.inPayout)),
      paid: String(total(moment.paid)),
      commission: balance("commission"),
      delegators: balance("delegators"),
      unattributed: balance("unattributed"),
      unsplit: balance("feesEarned"),
    },
    income: {
      redeemed: String(redeemedWei),
      receivable: balance("ticketsReceivable"),
      wallet: balance("wallet"),
      gas: balance("gas"),
    },
  };
}

/** As income that is entered from the chain is known by. */
const CHAIN_SOURCE = "chain";

function sourcesOf(context: PageContext, configured: readonly string[]): Pool["sources"] {
  const { books, figures, nowMs } = context;
  const heard = figures.sources(nowMs);
  const ended = (limit: number) =>
    books.runs.list({ job: "import", limit }).filter(({ endedMs }) => endedMs !== null);
  const [last] = ended(5);
  const chain = books.runs
    .list({ job: "reconcile", limit: RUNS_BACK })
    .filter(({ endedMs }) => endedMs !== null);
  const all = [...configured, ...heard.keys(), ...(chain.length === 0 ? [] : [CHAIN_SOURCE])];
  const names = [...new Set(all)].sort();
  return names.map((name) => {
    const found = heard.get(name);
    const [newest] = chain;
    if (name === CHAIN_SOURCE && newest !== undefined && !configured.includes(name)) {
      return {
        name,
        lastEventAt: utcOrNull(found?.lastMs),
        events: found?.events ?? 0,
        readAt: utcOrNull(chain.find((run) => chainState(run) === "ok")?.endedMs),
        state: chainState(newest),
      };
    }
    const isImported = configured.includes(name) && last !== undefined;
    const state = isImported ? stateOf(name, last) : "unknown";
    const read = state === "ok" ? last : isImported ? lastRead(name, ended(RUNS_BACK)) : undefined;
    return {
      name,
      lastEventAt: utcOrNull(found?.lastMs),
      events: found?.events ?? 0,
      readAt: utcOrNull(read?.endedMs),
      state,
    };
  });
}

/** The newest run that read a source. */
function lastRead(name: string, runs: readonly RunRow[]): RunRow | undefined {
  return runs.find((run) => stateOf(name, run) === "ok");
}

/** That the chain has what nodes did not tell is no failure to read it. */
function chainState({ outcome, error }: RunRow): Pool["sources"][number]["state"] {
  if (outcome === "done") return "ok";
  if (outcome !== "failed") return "unknown";
  return error?.startsWith(INCOME_DIFFERS) === true ? "ok" : "failed";
}

/** A run says at its end which sources could not be read. */
function stateOf(name: string, { outcome, error }: RunRow): Pool["sources"][number]["state"] {
  if (outcome === "done") return "ok";
  if (outcome !== "failed") return "unknown";
  const [, failed] = /^could not be read: (.*?); \d+ new/.exec(error ?? "") ?? [];
  if (failed === undefined) return "unknown";
  return failed.split(", ").includes(name) ? "failed" : "ok";
}

/** The answer of `/pool/hours`. */
export function readHours({ figures, nowMs }: PageContext): z.output<typeof hoursAnswer> {
  return {
    hours: (figures.pool?.hours(nowMs) ?? []).map(({ atMs, sums }) => ({
      at: utc(atMs),
      jobs: sums?.jobs ?? 0,
      late: sums?.late ?? 0,
      fees: String(sums?.feesWei ?? 0n),
    })),
  };
}

/** The answer of `/pool/workers`. */
export function readPoolWorkers(
  context: PageContext,
  { limit, offset = 0 }: { readonly limit: number; readonly offset?: number | undefined },
): z.output<typeof poolWorkersAnswer> {
  const { figures, moment, nowMs } = context;
  const page = [...moment.places].slice(offset, offset + limit);
  return {
    pool: performanceOf(figures.pool?.lastDay(nowMs) ?? null),
    workers: workersOf(context, new Map(page)),
    total: moment.places.size,
  };
}
