/**
 * Closes a round in the books: what tickets brought since the last split goes to whoever worked
 * since, by the books' scheme. Once per round, all of it in one transaction.
 */
import { InputError } from "../../core/errors.js";
import { pendingAccount } from "./accounts.js";
import { attributionPostings } from "./attribution/postings.js";
import type { AttributionScheme, Work } from "./attribution/scheme.js";
import { readSettings, roundCommission } from "./settings.js";
import type { ClosedRound, JobRow, PoolStore, RoundRow } from "./store/store.js";

const PAGE = 5_000;
/** Setting: the last jobs that each recent round counted, oldest first, as JSON. */
const BOUNDARIES = "roundBoundaries";
/** Setting: jobs whose worker was not known at a close, as JSON: they count when it is. */
const CARRIED = "carriedJobs";

/** Where the next split goes on, as the store calls it. */
export const ROUND_KEYS: readonly string[] = [BOUNDARIES, CARRIED];

export interface CloseRoundOptions {
  readonly round: number;
  /** Ms since 1970. */
  readonly nowMs: number;
}

/**
 * @returns what was split; of a round that was closed before, what was split then
 * @throws InputError (`ROUND_CLOSED`) for a round before the last one closed; (`ROUND_SCHEME`) for
 *   books whose jobs are paid one by one; (`COMMISSION_NONE`) if income is to be split and no rate
 *   for everything is valid at `nowMs`
 */
export function closeRound(store: PoolStore, { round, ...options }: CloseRoundOptions): RoundRow {
  const nowMs = Math.trunc(options.nowMs);
  return store.transaction(() => {
    const closed = store.rounds().find((row) => row.round === round);
    if (closed !== undefined) return closed;
    const last = store.lastRound();
    if (last !== null && round < last.round) {
      throw new InputError(`round ${round} is over, the last one closed was ${last.round}`, {
        code: "ROUND_CLOSED",
      });
    }
    const settings = readSettings(store);
    const { scheme, feeShare, renditions } = settings;
    if (scheme.basis === "fees") {
      throw new InputError("these books pay per job: there are no rounds to close", {
        code: "ROUND_SCHEME",
      });
    }
    const incomeWei = store.balance("feesEarned");
    const isPaying = incomeWei > 0n;
    const { works, lastEvent } = collect(store, scheme, renditions, isPaying);
    const attribution = isPaying
      ? scheme.attribute({
          works,
          incomeWei,
          commission: roundCommission(settings, nowMs),
        })
      : { shares: [], commissionWei: 0n, unattributedWei: 0n };
    // Nobody worked: the income waits for somebody who did.
    const isSplit = isPaying && attribution.unattributedWei === 0n;
    const entry = isSplit
      ? store.post({
          cause: { kind: "round", id: String(round) },
          atMs: nowMs,
          postings: attributionPostings(attribution, { pendingOf, feeShare }),
        })[0]
      : undefined;
    const row: ClosedRound = {
      round,
      scheme: scheme.name,
      incomeWei: isSplit ? incomeWei : 0n,
      sharedWei: attribution.shares.reduce((sum, { wei }) => sum + wei, 0n),
      commissionWei: attribution.commissionWei,
      unattributedWei: 0n,
      closedAtMs: nowMs,
      entrySequence: entry?.sequence ?? null,
      lastEvent,
    };
    store.addRound(row);
    return row;
  });
}

/** Works since the last split, or within the scheme's window, and where to go on. */
function collect(
  store: PoolStore,
  { windowRounds }: AttributionScheme,
  renditions: bigint,
  isPaying: boolean,
): { works: Work[]; lastEvent: number } {
  const end = store.eventCount() - 1;
  const boundaries = numbers(store.setting(BOUNDARIES));
  const carried = numbers(store.setting(CARRIED));
  const from = boundaries.at(-(windowRounds ?? 1)) ?? -1;
  const works = new Map<string, Work>();
  const unknown: number[] = [];
  const count = (job: JobRow) => {
    if (job.address === null) {
      unknown.push(job.sequence);
      return;
    }
    const worker = `${job.address}:${job.job}:${job.region}`;
    const sum = works.get(worker);
    works.set(worker, {
      worker,
      feesWei: (sum?.feesWei ?? 0n) + job.feesWei,
      durationMs: (sum?.durationMs ?? 0n) + job.durationMs,
      pixels: (sum?.pixels ?? 0n) + (job.job === "transcode" ? job.computeUnits : 0n),
      renditions: (sum?.renditions ?? 0n) + (job.renditions ?? renditions),
    });
  };
  for (const sequence of carried) {
    if (sequence > from) continue;
    for (const job of store.jobs({ beforeSequence: sequence + 1, limit: 1 })) {
      // A job that became void is none any more.
      if (job.sequence === sequence) count(job);
    }
  }
  for (let before = end + 1; before > from + 1; ) {
    const page = store.jobs({ beforeSequence: before, limit: PAGE });
    for (const job of page) if (job.sequence > from) count(job);
    before = page.at(-1)?.sequence ?? 0;
  }
  if (windowRounds !== undefined) {
    store.setSetting(BOUNDARIES, JSON.stringify([...boundaries, end].slice(-windowRounds)));
  } else if (isPaying && works.size > 0) {
    store.setSetting(BOUNDARIES, JSON.stringify([end]));
    store.setSetting(CARRIED, JSON.stringify(unknown));
  }
  return { works: [...works.values()], lastEvent: end };
}

function pendingOf(worker: string) {
  const [address = "", nodeType = "", region = ""] = worker.split(":");
  return pendingAccount({ address, nodeType, region });
}

function numbers(json: string | null): number[] {
  const values: unknown = JSON.parse(json ?? "[]");
  return Array.isArray(values) ? values.map(Number) : [];
}
