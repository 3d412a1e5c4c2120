/** Rounds, payouts, tickets, corrections, runs, quarantine and advice, as lists of bounded length. */
import type { z } from "zod";
import type { PayoutQuery } from "../../books/store/store.js";
import { writtenOff } from "../../books/write-off.js";
import type {
  adviceAnswer,
  correctionsAnswer,
  payoutsAnswer,
  quarantineAnswer,
  roundsAnswer,
  runsAnswer,
  ticketsAnswer,
} from "./answers.js";
import { type PageContext, utc, utcOrNull } from "./context.js";
import { ACT_KINDS, ENTRY_KINDS } from "./correction-kinds.js";
import { DAY_MS, DAYS } from "./track.js";

const ROUNDS_MAX = 200;
const TICKETS_MAX = 500;
const CORRECTIONS_MAX = 500;
/** Of each job: what runs every minute leaves room for the others. */
const RUNS_MAX = 30;
const PIECES_MAX = 100;
const RAW_BYTES_MAX = 300;
const REASON_MAX = 500;

/** The answer of `/pool/rounds`. */
export function readRounds({ books, settings }: PageContext): z.output<typeof roundsAnswer> {
  const rounds = [...books.rounds.list()].reverse().slice(0, ROUNDS_MAX);
  return {
    scheme: settings.scheme.name,
    rounds: rounds.map((row) => {
      const entry = row.entrySequence === null ? null : books.ledger.entry(row.entrySequence);
      const gainers = (entry?.postings ?? []).flatMap(({ to }) =>
        to.startsWith("pending:") ? [to.split(":")[1]] : [],
      );
      return {
        round: row.round,
        scheme: row.scheme,
        income: String(row.incomeWei),
        shared: String(row.sharedWei),
        commission: String(row.commissionWei),
        workers: new Set(gainers).size,
        closedAt: utc(row.closedAtMs),
      };
    }),
    waiting: String(books.ledger.balance("feesEarned")),
  };
}

/** Payouts, newest first. */
export function payoutRows(
  { books, moment }: PageContext,
  query: PayoutQuery,
): z.output<typeof payoutsAnswer>["payouts"] {
  return (
    books.payouts
      .list(query)
      // Transfers of nothing use up nonces.
      .filter(({ amountWei }) => amountWei > 0n)
      .map((row) => ({
        id: row.id,
        address: row.address,
        name: moment.names.get(row.address) ?? null,
        amount: String(row.amountWei),
        state: row.state,
        createdAt: utc(row.createdAtMs),
        updatedAt: utc(row.updatedAtMs),
        chainId: String(row.chainId),
        txHash: row.txHash,
        gasFees: row.gasFeesWei === null ? null : String(row.gasFeesWei),
        reason: row.reason,
      }))
  );
}

/** The answer of `/pool/payouts`. */
export function readPayouts(
  context: PageContext,
  { limit = 100, before }: { limit?: number | undefined; before?: number | undefined },
): z.output<typeof payoutsAnswer> {
  const query = { limit, ...(before === undefined ? {} : { beforeId: before }) };
  const rows = context.books.payouts.list(query);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return { payouts: payoutRows(context, query), next: last?.id ?? null };
}

/** The answer of `/pool/tickets`. */
export function readTickets({ books, nowMs }: PageContext): z.output<typeof ticketsAnswer> {
  const sinceMs = nowMs - DAYS * DAY_MS;
  const off = writtenOff(books).filter(({ wonAtMs }) => wonAtMs >= sinceMs);
  const tickets = [
    ...books.tickets.list({ sinceMs }),
    ...off.map((row) => ({ ...row, state: "written off", txHash: null, gasFeesWei: null })),
  ];
  tickets.sort((a, b) => b.wonAtMs - a.wonAtMs);
  return {
    tickets: tickets.slice(0, TICKETS_MAX).map((row) => ({
      sender: row.sender,
      faceValue: String(row.faceValueWei),
      state: row.state,
      wonAt: utc(row.wonAtMs),
      txHash: row.txHash,
      gasFees: row.gasFeesWei === null ? null : String(row.gasFeesWei),
    })),
    total: tickets.length,
  };
}

type Correction = z.output<typeof correctionsAnswer>["corrections"][number];

/** The answer of `/pool/corrections`. */
export function readCorrections({
  books,
  isOperator,
}: PageContext): z.output<typeof correctionsAnswer> {
  const found: (Correction & { readonly atMs: number })[] = [];
  for (const kind of ENTRY_KINDS) {
    const entries = books.reports.entriesOfKind(kind).slice(-CORRECTIONS_MAX);
    for (const { cause, atMs, postings } of entries) {
      const place = postings.find(
        ({ from, to }) => from.startsWith("pending:") || to.startsWith("pending:"),
      );
      const isGain = place?.to.startsWith("pending:") === true;
      const account = isGain ? place?.to : place?.from;
      const [logged] =
        kind === "adjust" && isOperator ? books.reports.logged(`adjust ${cause.id}`) : [];
      found.push({
        kind,
        id: isOperator ? cause.id : "",
        atMs,
        at: utc(atMs),
        address: account?.split(":")[1] ?? null,
        amount: place === undefined ? null : String(isGain ? place.wei : -place.wei),
        reason: logged?.replace(/^.*? -?\d+ wei: /s, "").slice(0, REASON_MAX) ?? null,
      });
    }
  }
  for (const { kind, event, address, reason, atMs } of books.decisions
    .list()
    .slice(-CORRECTIONS_MAX)) {
    found.push({
      kind,
      id: `event ${event}`,
      atMs,
      at: utc(atMs),
      address,
      amount: null,
      reason: isOperator ? reason.slice(0, REASON_MAX) : null,
    });
  }
  for (const { id, kind, subject, detail, reason, author, atMs } of books.acts.list({
    kinds: ACT_KINDS,
    limit: CORRECTIONS_MAX,
  })) {
    found.push({
      kind,
      id: isOperator ? `act ${id}` : "",
      atMs,
      at: utc(atMs),
      address: /^0x[0-9a-f]{40}$/.test(subject) ? subject : null,
      amount: detail["wei"] ?? null,
      reason: isOperator ? `${reason} (${author})`.slice(0, REASON_MAX) : null,
    });
  }
  found.sort((a, b) => b.atMs - a.atMs);
  return { corrections: found.slice(0, CORRECTIONS_MAX).map(({ atMs: _, ...row }) => row) };
}

/** The answer of `/pool/runs`. */
export function readRuns({
  books,
  operation,
  isOperator,
}: PageContext): z.output<typeof runsAnswer> {
  const runs = books.runs
    .last()
    .flatMap(({ job }) => books.runs.list({ job, limit: RUNS_MAX }))
    .sort((a, b) => b.id - a.id);
  return {
    jobs: (operation?.()?.jobs ?? []).map(({ name, does, nextAtMs }) => ({
      name,
      does,
      nextAt: utcOrNull(nextAtMs),
    })),
    runs: runs.map((row) => ({
      id: row.id,
      job: row.job,
      trigger: row.trigger,
      attempt: row.attempt,
      startedAt: utc(row.startedMs),
      endedAt: utcOrNull(row.endedMs),
      outcome: row.outcome,
      counts: row.counts,
      // They name paths and servers of the operator's.
      error: isOperator ? row.error : null,
      log: isOperator ? row.log : null,
    })),
  };
}

/** The answer of `/pool/quarantine`. */
export function readQuarantine({ books }: PageContext): z.output<typeof quarantineAnswer> {
  return {
    total: books.quarantine.count(),
    pieces: books.quarantine.list({ limit: PIECES_MAX }).map((row) => ({
      id: row.id,
      source: row.source,
      origin: row.origin,
      position: row.position,
      code: row.code,
      reason: row.reason.slice(0, REASON_MAX),
      at: utc(row.atMs),
      raw: new TextDecoder().decode(row.raw.subarray(0, RAW_BYTES_MAX)),
    })),
  };
}

/** The answer of `/pool/advice`. */
export function readAdvice(
  { advice }: PageContext,
  reportAt: (atMs: number) => string,
): z.output<typeof adviceAnswer> {
  const found = advice?.() ?? null;
  return {
    at: utcOrNull(found?.atMs),
    headline: found?.headline ?? null,
    report: found === null ? null : reportAt(found.atMs),
    workers: (found?.workers ?? []).map(({ name, advice: what, why }) => ({
      name,
      advice: what,
      why,
    })),
  };
}
