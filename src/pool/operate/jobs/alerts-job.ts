/** The job `alerts`: looks at the pool, and tells receivers what begins and what is over. */
import { readFileSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { PoolStore } from "../../books/store/store.js";
import {
  type AlertFacts,
  type AlertKind,
  type AlertLimits,
  conditionsOf,
  type JobFact,
} from "../alerts/conditions.js";
import { alertStateIn, keepAlerts } from "../alerts/history.js";
import { type AlertShape, messageOf } from "../alerts/message.js";
import { AlertNotTaken, postAlert } from "../alerts/send.js";
import {
  type AlertState,
  failedNotice,
  isBegun,
  nextNotice,
  observe,
  quarantineOf,
  toldNotice,
} from "../alerts/state.js";
import type { JobCounts, JobRun } from "../job.js";

/** Who is told. */
export interface AlertReceiver {
  /** Names it. */
  readonly name: string;
  /** http or https. */
  readonly url: string;
  /** How messages are written. */
  readonly shape: AlertShape;
}

/** What is watched, and who is told of it. */
export interface AlertPlan {
  /** Who is told; each name once. */
  readonly receivers: readonly AlertReceiver[];
  readonly limits: AlertLimits;
  /** What is not told of. */
  readonly off: readonly AlertKind[];
  /** Most that a receiver is told in an hour. */
  readonly perHour: number;
  /** What the pool is called. */
  readonly pool: string;
}

/** Where facts are. */
export interface AlertPlaces {
  /** The books' file. */
  readonly books: string;
  /** Backups are made. */
  readonly hasBackups: boolean;
  /** The advice of last night; null: there is none. */
  readonly advice: string | null;
}

const UNDONE = "payout-undone";

/**
 * Looks once, and tells what is to be told now. What can't be told waits for the next time.
 *
 * @returns conditions that go on, notices told, and those that wait
 */
export async function lookForAlerts(
  store: PoolStore,
  { plan, places }: { readonly plan: AlertPlan; readonly places: AlertPlaces },
  { now, signal, say }: JobRun,
): Promise<JobCounts> {
  const { receivers, limits, off, perHour, pool } = plan;
  const facts = factsOf(store, places, now());
  let state = quarantineOf(alertStateIn(store), facts.quarantine);
  const keep = (next: AlertState): void => {
    keepAlerts(store, state, { state: next, nowMs: now() });
    state = next;
  };
  const quarantineBefore = state.quarantine ?? facts.quarantine;
  const known = state;
  const conditions = conditionsOf(facts, limits, {
    quarantineBefore,
    nowMs: now(),
    isBegun: (condition) => isBegun(known, condition),
  }).filter(({ kind }) => !off.includes(kind));
  const names = receivers.map(({ name }) => name);
  const kept = { ...state, waiting: state.waiting.filter(({ to }) => names.includes(to)) };
  keep(observe(kept, conditions, { receivers: names, nowMs: now() }));
  let told = 0;
  for (const { name, url, shape } of receivers) {
    while (!signal.aborted) {
      const notice = nextNotice(state, name, { perHour, nowMs: now() });
      if (notice === null) break;
      try {
        await postAlert(messageOf(notice, shape, pool), { url, signal });
        told++;
        keep(toldNotice(state, notice, now()));
        say(`${name}: ${notice.phase} ${notice.kind} ${notice.subject}`);
      } catch (error) {
        if (!(error instanceof AlertNotTaken)) throw error;
        if (signal.aborted) break;
        keep(failedNotice(state, notice, { nowMs: now(), afterMs: error.afterMs }));
        say(`${name}: ${error.message}`);
        break;
      }
    }
  }
  signal.throwIfAborted();
  return { active: state.active.length, told, waiting: state.waiting.length };
}

/** Asks books, disk and advice. */
function factsOf(
  store: PoolStore,
  { books, hasBackups, advice }: AlertPlaces,
  nowMs: number,
): AlertFacts {
  const names = new Map(store.names.list().map(({ address, name }) => [address, name]));
  const backup = store.runs
    .list({ job: "backup", limit: 100 })
    .find(({ outcome }) => outcome === "done");
  return {
    workers: store.workers.presence().map(({ address, connections, lastClosedMs }) => ({
      address,
      name: names.get(address) ?? null,
      isOnline: connections > 0,
      lastClosedMs,
    })),
    jobs: store.runs.last().flatMap(({ job }) => jobFact(store, job) ?? []),
    quarantine: store.quarantine.count(),
    open: store.payouts.list({ states: ["signed", "sent", "mined"] }),
    undone: store.reports
      .entriesOfKind(UNDONE)
      .filter(({ atMs }) => nowMs - atMs < 7 * 86_400_000)
      .map(({ cause, atMs }) => ({ payout: cause.id, atMs })),
    backupAtMs: hasBackups ? (backup?.endedMs ?? null) : undefined,
    diskFree: diskFree(books),
    betterRule: advice === null ? null : betterRule(advice),
  };
}

/** A run that goes on, or was stopped, says nothing: what the one before said still holds. */
function jobFact(store: PoolStore, job: string): JobFact | null {
  for (const { outcome, error, log, endedMs } of store.runs.list({ job, limit: 20 })) {
    if (outcome === "done" || outcome === "failed" || outcome === "timed out") {
      return { job, outcome, error, log, endedMs: endedMs ?? 0 };
    }
  }
  return null;
}

function diskFree(books: string): number | null {
  try {
    const { bavail, blocks } = statfsSync(dirname(books));
    return blocks === 0 ? null : bavail / blocks;
  } catch {
    return null;
  }
}

/** What `poolsim advise --json` says of the rule. */
function betterRule(path: string): string | null {
  try {
    const advice: unknown = JSON.parse(readFileSync(path, "utf8"));
    const rule = partOf(advice, "rule");
    const best = partOf(rule, "best");
    const label = partOf(best, "label");
    return typeof label === "string" ? `better than the rule in force: ${label}` : null;
  } catch {
    return null;
  }
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
