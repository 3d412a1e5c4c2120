/**
 * What an operator decides about single events: that one counts for nothing, whose an AI job is that
 * nobody claimed, or that it is nobody's. Each is an entry with its reason; none is ever changed.
 */
import { utcText } from "../../core/utc.js";
import { type DecideOptions, enterDecision, refused } from "./enter-decision.js";
import type { JobProcessed } from "./events/event.js";
import { decodeStoredEvent } from "./events/stored.js";
import { moneyOf } from "./ingest/ai-jobs.js";
import { JobPostings } from "./ingest/job-postings.js";
import { readSettings } from "./settings.js";
import type { DecisionRow, EventRow, PoolStore, ProcessedRow } from "./store/store.js";
import { type VoidedTicket, voidTicket } from "./void-ticket.js";
import { writeOffTicket } from "./write-off.js";

/** A decision about whose a job is. */
export interface AssignOptions extends DecideOptions {
  /** The worker that gets the job. */
  readonly address: string;
}

/** What voiding an event did. */
export interface Voided {
  /** false: it was void before, and nothing changed. */
  readonly isNew: boolean;
  /** Whose job it was; null: nobody's. */
  readonly address: string | null;
  /** The fees that it had counted for, in wei. */
  readonly feesWei: bigint;
  /** The last closed round that counted its work: its split stays as it is. */
  readonly countedIn: number | null;
}

/** What voiding a job or an event about a ticket did. */
export type VoidedEvent =
  | ({ readonly kind: "job" } & Voided)
  | ({ readonly kind: "ticket" } & VoidedTicket);

/**
 * Takes a job ({@link voidJob}), a win or a redemption out of the books, as if it had never been told.
 * What another event tells of the same ticket stays; income that a closed round has split comes back
 * out of that round.
 *
 * @throws InputError (`DECISION`) if the event is none of these, or without a reason
 */
export function voidEvent(store: PoolStore, options: DecideOptions): VoidedEvent {
  return store.transaction(() => {
    const row = store.events.get(options.event);
    if (row === null) throw refused(`there is no event ${options.event}`);
    const event = decodeStoredEvent(row);
    if (event.type === "winning-ticket" || event.type === "ticket-redeemed") {
      return { kind: "ticket", ...voidTicket(store, { row, event }, options) };
    }
    if (event.type === "job-processed") return { kind: "job", ...voidJob(store, options) };
    throw refused(`event ${options.event} is ${event.type}, expected a job or a ticket`);
  });
}

/**
 * Takes a job out of the books, as if it had never been: its fee goes back to where it came from,
 * also if it was paid already; then its worker is owed less than 0, and earns that first. It counts
 * in no later round. What comes again with its identity is still known.
 *
 * @throws InputError (`DECISION`) if there is no such job, or without a reason
 */
export function voidJob(store: PoolStore, { event, reason, nowMs, author }: DecideOptions): Voided {
  return store.transaction(() => {
    const { row, job } = jobAt(store, event);
    const linked = store.jobs.processedOf(event);
    const address = job.address ?? linked?.address ?? null;
    const { feesWei } = job;
    const countedIn =
      store.rounds.list().findLast(({ lastEvent }) => lastEvent >= event)?.round ?? null;
    const before = store.decisions.of(event);
    if (before?.kind === "void") return { isNew: false, address, feesWei, countedIn };
    const { postings, isPerJob } = postingsOf(store);
    const isReleased = before?.kind === "release";
    enterDecision(store, row, { kind: "void", address: null, reason, nowMs, author }, () =>
      isPerJob ? postings.voided(job, address, { isReleased }) : [],
    );
    if (address !== null) tally(store, job, address, -1n, nowMs);
    return { isNew: true, address, feesWei, countedIn };
  });
}

/**
 * Gives an AI job that nobody claimed to its worker. No claim changes that any more.
 *
 * @returns whether it is new: to the same worker again changes nothing
 * @throws InputError (`DECISION`) if there is no such job, if it is somebody's, or without a reason
 */
export function assignJob(
  store: PoolStore,
  { event, reason, nowMs, author, address }: AssignOptions,
): boolean {
  return store.transaction(() => {
    const { row, job } = jobAt(store, event);
    const { linked, before } = waitingAt(store, event);
    if (before?.kind === "assign" && linked.address === address) return false;
    assertNobodys(linked, before);
    const { postings, isPerJob } = postingsOf(store);
    const isReleased = before?.kind === "release";
    enterDecision(store, row, { kind: "assign", address, reason, nowMs, author }, () =>
      isPerJob ? postings.attributed(moneyOf(linked), address, { isReleased }) : [],
    );
    store.jobs.putProcessed([{ ...linked, address }]);
    tally(store, job, address, 1n, nowMs);
    return true;
  });
}

/**
 * Gives the fee of an AI job that nobody claimed to the operator, until somebody does.
 *
 * @returns whether it is new
 * @throws InputError (`DECISION`) as {@link assignJob}
 */
export function releaseJob(
  store: PoolStore,
  { event, reason, nowMs, author }: DecideOptions,
): boolean {
  return store.transaction(() => {
    const { row } = jobAt(store, event);
    const { linked, before } = waitingAt(store, event);
    if (before?.kind === "release" && linked.address === null) return false;
    assertNobodys(linked, before);
    const { postings, isPerJob } = postingsOf(store);
    if (!isPerJob) throw refused("in these books jobs have no fee: rounds pay their work");
    enterDecision(store, row, { kind: "release", address: null, reason, nowMs, author }, () =>
      postings.released(moneyOf(linked)),
    );
    return true;
  });
}

/** Decides again what was decided, in books made from the same events: for `verify`. */
export function decideAgain(store: PoolStore, { kind, event, address, ...row }: DecisionRow): void {
  const options = { event, reason: row.reason, nowMs: row.atMs };
  if (kind === "void") voidEvent(store, options);
  else if (kind === "write-off") writeOffTicket(store, options);
  else if (kind === "write-off-undone") writeOffTicket(store, { ...options, isUndone: true });
  else if (kind === "release") releaseJob(store, options);
  else assignJob(store, { ...options, address: address ?? "" });
}

function jobAt(store: PoolStore, event: number): { row: EventRow; job: JobProcessed } {
  const row = store.events.get(event);
  if (row === null) throw refused(`there is no event ${event}`);
  const job = decodeStoredEvent(row);
  if (job.type === "job-processed") return { row, job };
  throw refused(`event ${event} is ${job.type}, expected a job`);
}

function waitingAt(store: PoolStore, event: number) {
  const linked = store.jobs.processedOf(event);
  if (linked === null) throw refused(`event ${event} says whose it is: it needs nobody to say it`);
  return { linked, before: store.decisions.of(event) };
}

function assertNobodys({ address, atMs }: ProcessedRow, before: DecisionRow | null): void {
  if (before?.kind === "void") throw refused("the job is void");
  if (address === null) return;
  const why = before?.kind === "assign" ? "was given to" : "is claimed by";
  throw refused(`the job of ${utcText(atMs)} ${why} ${address}; poolsim pool adjust moves amounts`);
}

function postingsOf(store: PoolStore): { postings: JobPostings; isPerJob: boolean } {
  const settings = readSettings(store);
  return { postings: new JobPostings(settings), isPerJob: settings.scheme.basis === "fees" };
}

/** Of workers, when they were seen stays as it is. */
function tally(
  store: PoolStore,
  { job: nodeType, region, feesWei, atMs }: JobProcessed,
  address: string,
  jobs: 1n | -1n,
  nowMs: number,
): void {
  const isNew = jobs > 0n;
  const firstSeenMs = isNew ? atMs : nowMs;
  const lastSeenMs = isNew ? atMs : 0;
  store.workers.add([
    { address, nodeType, region, firstSeenMs, lastSeenMs, jobs, feesWei: jobs * feesWei },
  ]);
}
