/**
 * Closes a round in the books: what tickets brought since the last split goes to whoever worked
 * since, by the books' scheme. Once per round, all of it in one transaction.
 */
import { checkInstant, checkWhole } from "../../core/checks.js";
import { InputError } from "../../core/errors.js";
import { type Account, pendingAccount } from "./accounts.js";
import { RoundCore, type RoundState } from "./rounds.js";
import { readSettings, roundCommission } from "./settings.js";
import type { ClosedRound, JobRow, PoolStore, RoundRow } from "./store/store.js";

const PAGE = 5_000;
/** Setting: the last jobs that each recent round counted, oldest first, as JSON. */
const BOUNDARIES = "roundBoundaries";
/** Setting: jobs whose worker was not known at a close, as JSON: they count when it is. */
const CARRIED = "carriedJobs";

/** Where the next split goes on, as the store calls it. */
export const ROUND_KEYS: readonly string[] = [BOUNDARIES, CARRIED];

/** Which round is closed. */
export interface CloseRoundOptions {
  /** Number of the round. */
  readonly round: number;
  /** The time, ms since 1970. */
  readonly nowMs: number;
}

/**
 * Closes a round: splits what tickets brought since the last split among whoever worked since then, or
 * within the scheme's window, in one transaction. Income waits while nobody worked.
 *
 * @returns what was split; of a round that was closed before, what was split then
 * @throws InputError (`ROUND_CLOSED`) for a round before the last one closed; (`ROUND_SCHEME`) for
 *   books whose jobs are paid one by one; (`COMMISSION_NONE`) if income is to be split and no rate
 *   for everything is valid at `nowMs`; (`OPTION_INVALID`)
 */
export function closeRound(store: PoolStore, { round, ...options }: CloseRoundOptions): RoundRow {
  checkWhole({ round }, [0, Number.MAX_SAFE_INTEGER]);
  checkInstant({ nowMs: options.nowMs });
  const nowMs = Math.trunc(options.nowMs);
  return store.transaction(() => {
    const closed = store.rounds.list().find((row) => row.round === round);
    if (closed !== undefined) return closed;
    const last = store.rounds.last();
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
    const core = new RoundCore(scheme, readState(store));
    core.won(store.ledger.balance("feesEarned"));
    const lastEvent = tellWork(store, core, renditions);
    const before = core.state;
    const { incomeWei, attribution, postings } = core.close({
      end: lastEvent,
      commission: () => roundCommission(settings, nowMs),
      feeShare,
      pendingOf,
    });
    keepState(store, { before, after: core.state });
    const entry =
      postings.length === 0
        ? undefined
        : store.ledger.post({
            cause: { kind: "round", id: String(round) },
            atMs: nowMs,
            postings,
          })[0];
    const row: ClosedRound = {
      round,
      scheme: scheme.name,
      incomeWei,
      sharedWei: attribution.shares.reduce((sum, { wei }) => sum + wei, 0n),
      commissionWei: attribution.commissionWei,
      unattributedWei: 0n,
      closedAtMs: nowMs,
      entrySequence: entry?.sequence ?? null,
      lastEvent,
    };
    store.rounds.add(row);
    return row;
  });
}

/** Tells the work since the last split, or within the scheme's window, and says where it ends. */
function tellWork(store: PoolStore, core: RoundCore, renditions: bigint): number {
  const end = store.events.count() - 1;
  const { from } = core;
  const tell = (job: JobRow) => {
    core.work({
      place: job.sequence,
      worker: job.address === null ? null : `${job.address}:${job.job}:${job.region}`,
      feesWei: job.feesWei,
      durationMs: job.durationMs,
      pixels: job.job === "transcode" ? job.computeUnits : 0n,
      renditions: job.renditions ?? renditions,
    });
  };
  for (const sequence of core.carried) {
    for (const job of store.jobs.list({ beforeSequence: sequence + 1, limit: 1 })) {
      // A job that became void is none any more.
      if (job.sequence === sequence) tell(job);
    }
  }
  for (let before = end + 1; before > from + 1; ) {
    const page = store.jobs.list({ beforeSequence: before, limit: PAGE });
    for (const job of page) if (job.sequence > from) tell(job);
    before = page.at(-1)?.sequence ?? 0;
  }
  return end;
}

function readState(store: PoolStore): RoundState {
  return {
    boundaries: numbers(store.setting(BOUNDARIES)),
    carried: numbers(store.setting(CARRIED)),
  };
}

function keepState(
  store: PoolStore,
  { before, after }: { readonly before: RoundState; readonly after: RoundState },
): void {
  if (after.boundaries !== before.boundaries) {
    store.setSetting(BOUNDARIES, JSON.stringify(after.boundaries));
  }
  if (after.carried !== before.carried) store.setSetting(CARRIED, JSON.stringify(after.carried));
}

/** The account of `<address>:<node type>:<region>`. */
export function pendingOf(worker: string): Account {
  const [address = "", nodeType = "", region = ""] = worker.split(":");
  return pendingAccount({ address, nodeType, region });
}

function numbers(json: string | null): number[] {
  const values: unknown = JSON.parse(json ?? "[]");
  return Array.isArray(values) ? values.map(Number) : [];
}
