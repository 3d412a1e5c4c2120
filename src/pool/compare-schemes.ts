/** How the same events pay under each scheme, side by side. */
import type { Rational } from "../core/rational.js";
import type { Attribution } from "./attribution/scheme.js";
import { RoundBook } from "./rounds.js";
import { readSettings, SCHEME_NAMES, type SchemeName, schemeOf } from "./settings.js";
import type { PoolStore } from "./store/store.js";

export interface CompareOptions {
  /** Ms of a round. @default 69120000 (5,760 blocks of 12 s) */
  readonly roundMs?: number | undefined;
  /** Kept by the operator under every scheme, 0 … 1. @default what the books say now */
  readonly commission?: Rational | undefined;
}

export interface ComparedWorker {
  readonly address: string;
  readonly wei: Readonly<Record<SchemeName, bigint>>;
}

export interface SchemeComparison {
  readonly rounds: number;
  /** Tickets won: what schemes by round split. */
  readonly incomeWei: bigint;
  /** Fees of jobs whose worker is known: what is split per job. */
  readonly feesWei: bigint;
  readonly commissionWei: Readonly<Record<SchemeName, bigint>>;
  /** By address. */
  readonly workers: readonly ComparedWorker[];
}

const PAGE = 5_000;
const ROUND_MS = 5_760 * 12_000;

/** Runs all jobs and wins, in order of time, through all schemes with rounds of equal length. */
export function compareSchemes(
  store: PoolStore,
  { roundMs = ROUND_MS, commission: asked }: CompareOptions = {},
): SchemeComparison {
  const settings = readSettings(store);
  const atMs = store.lastEventMs() ?? 0;
  const commission = asked ?? settings.commission.rateOf({ nodeType: "", region: "", atMs });
  const happenings = [...winsOf(store), ...jobsOf(store, settings.renditions)];
  happenings.sort((a, b) => a.atMs - b.atMs);
  const books = SCHEME_NAMES.map((name) => ({
    name,
    book: new RoundBook({ scheme: schemeOf(name), commission }),
  }));
  const paid = new Map<string, Record<SchemeName, bigint>>();
  const kept = zeros();
  const settle = (name: SchemeName, attribution: Attribution | null) => {
    if (attribution === null) return;
    kept[name] += attribution.commissionWei;
    for (const { worker, wei } of attribution.shares) {
      const row = paid.get(worker) ?? zeros();
      row[name] += wei;
      paid.set(worker, row);
    }
  };
  let [round, incomeWei, feesWei, rounds] = [-1, 0n, 0n, 0];
  for (const happening of happenings) {
    const next = Math.floor(happening.atMs / roundMs);
    if (round !== -1 && next > round) {
      for (const { name, book } of books) settle(name, book.close(round));
      rounds++;
    }
    round = next;
    for (const { book } of books) {
      if (happening.work === null) book.ticketWon(happening.wei);
      else book.record(happening.work);
    }
    if (happening.work === null) incomeWei += happening.wei;
    else feesWei += happening.wei;
  }
  if (round !== -1) {
    for (const { name, book } of books) settle(name, book.close(round));
    rounds++;
  }
  const workers = [...paid].map(([address, wei]) => ({ address, wei }));
  workers.sort((a, b) => (a.address < b.address ? -1 : 1));
  return { rounds, incomeWei, feesWei, commissionWei: kept, workers };
}

function zeros(): Record<SchemeName, bigint> {
  return { "per-job": 0n, "by-weights": 0n, "sliding-window": 0n };
}

function winsOf(store: PoolStore) {
  return store
    .tickets()
    .filter(({ state }) => state !== "failed")
    .map(({ wonAtMs, faceValueWei }) => ({ atMs: wonAtMs, wei: faceValueWei, work: null }));
}

function jobsOf(store: PoolStore, renditions: bigint) {
  const jobs = [];
  for (let before = store.eventCount(); before > 0; ) {
    const page = store.jobs({ beforeSequence: before, limit: PAGE });
    for (const job of page) {
      if (job.address === null) continue;
      const { atMs, feesWei, durationMs } = job;
      const work = {
        worker: job.address,
        feesWei,
        durationMs,
        pixels: job.job === "transcode" ? job.computeUnits : 0n,
        renditions: job.renditions ?? renditions,
      };
      jobs.push({ atMs, wei: feesWei, work });
    }
    before = page.at(-1)?.sequence ?? 0;
  }
  return jobs;
}
