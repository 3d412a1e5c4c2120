/**
 * Brings the halves of AI jobs together: who received a request, and what it earned. Either may
 * come first, in another file, after a restart: both are kept, and the same pairs result.
 */
import type { JobProcessed, JobReceived } from "../events/event.js";
import type { LedgerTransaction } from "../ledger.js";
import type { ClaimBounds } from "../settings.js";
import type { EventCause, PoolStore, ProcessedRow, ReceivedRow } from "../store/store.js";
import type { JobPostings } from "./job-postings.js";

/** A half that has just arrived. */
export interface AiHalf<T extends JobProcessed | JobReceived> {
  readonly event: T;
  readonly cause: EventCause;
}

/** An AI job that got, or changed, its worker. */
export interface Attributed {
  readonly job: ProcessedRow;
  /** null: it had none. */
  readonly before: string | null;
  readonly address: string;
  /** When it said that it had received the request. */
  readonly claimedMs: number;
}

export interface AiResult {
  readonly transactions: readonly LedgerTransaction[];
  readonly attributed: readonly Attributed[];
}

interface AiInput {
  readonly received: readonly AiHalf<JobReceived>[];
  readonly processed: readonly AiHalf<JobProcessed>[];
  readonly postings: JobPostings;
  readonly bounds: ClaimBounds;
}

/** Links what arrived with what was there, and keeps it. */
export function linkAiJobs(store: PoolStore, input: AiInput): AiResult {
  const { received, processed, postings, bounds } = input;
  if (received.length === 0 && processed.length === 0) return { transactions: [], attributed: [] };
  const freshClaims = received.map(claimOf);
  const freshJobs = processed.map(jobOf);
  const requests = [...new Set([...freshClaims, ...freshJobs].map(({ requestId }) => requestId))];
  const claims = byRequest([...store.jobs.received(requests), ...freshClaims]);
  const transactions: LedgerTransaction[] = [];
  const attributed: Attributed[] = [];
  const changed: ProcessedRow[] = [];

  for (const job of freshJobs) {
    const claim = ownerOf(job, claims.get(job.requestId) ?? [], bounds);
    const address = claim?.address ?? null;
    transactions.push({
      cause: job.cause,
      atMs: job.atMs,
      postings: postings.earned(moneyOf(job), address),
    });
    changed.push({ ...job, address });
    if (claim !== null) attributed.push(attribution(job, claim));
  }
  const claimed = [...new Set(freshClaims.map(({ requestId }) => requestId))];
  for (const job of store.jobs.processed(claimed)) {
    if (job.decision === "void" || job.decision === "assign") continue;
    const claim = ownerOf(job, claims.get(job.requestId) ?? [], bounds);
    if (claim === null || claim.address === job.address) continue;
    const { address } = claim;
    transactions.push({
      cause: claim.cause,
      atMs: claim.atMs,
      postings:
        job.address === null
          ? postings.attributed(moneyOf(job), address, { isReleased: job.decision === "release" })
          : postings.corrected(moneyOf(job), job.address, address),
    });
    changed.push({ ...job, address });
    attributed.push(attribution(job, claim));
  }
  store.jobs.addReceived(freshClaims);
  store.jobs.putProcessed(changed);
  return { transactions, attributed };
}

/**
 * Whose a job is: a failed attempt also says "received" (E-15), so the last one before the job was
 * paid counts (E-17), and if there is none the first one after. It depends on what is known, not
 * on the order in which it became known.
 */
function ownerOf(
  job: ProcessedRow,
  claims: readonly ReceivedRow[],
  bounds: ClaimBounds,
): ReceivedRow | null {
  let owner: ReceivedRow | null = null;
  for (const claim of claims) {
    if (!mayBeOf(job, claim, bounds)) continue;
    if (owner === null || isBetter(claim, owner, job.atMs)) owner = claim;
  }
  return owner;
}

function mayBeOf(
  job: ProcessedRow,
  claim: ReceivedRow,
  { windowMs, boundFrom }: ClaimBounds,
): boolean {
  if (job.cause.event < boundFrom && claim.cause.event < boundFrom) return true;
  return claim.region === job.region && Math.abs(claim.atMs - job.atMs) <= windowMs;
}

function isBetter(claim: ReceivedRow, owner: ReceivedRow, paidMs: number): boolean {
  const [isBefore, wasBefore] = [claim.atMs <= paidMs, owner.atMs <= paidMs];
  if (isBefore !== wasBefore) return isBefore;
  const isLater =
    claim.atMs === owner.atMs ? claim.address > owner.address : claim.atMs > owner.atMs;
  return isBefore ? isLater : !isLater;
}

function attribution(job: ProcessedRow, { address, atMs: claimedMs }: ReceivedRow): Attributed {
  return { job, before: job.address, address, claimedMs };
}

export function moneyOf({ region, atMs, feesWei }: ProcessedRow) {
  return { job: "ai", region, atMs, feesWei };
}

function claimOf({ event, cause }: AiHalf<JobReceived>): ReceivedRow {
  const { requestId, atMs, region, address } = event;
  return { requestId, atMs, cause, region, address };
}

function jobOf({ event, cause }: AiHalf<JobProcessed>): ProcessedRow {
  const { requestId, atMs, region, feesWei } = event;
  return {
    requestId: requestId ?? "",
    atMs,
    cause,
    region,
    feesWei,
    address: null,
    decision: null,
  };
}

function byRequest(claims: readonly ReceivedRow[]): Map<string, ReceivedRow[]> {
  const table = new Map<string, ReceivedRow[]>();
  for (const claim of claims) {
    const known = table.get(claim.requestId);
    if (known === undefined) table.set(claim.requestId, [claim]);
    else known.push(claim);
  }
  return table;
}
