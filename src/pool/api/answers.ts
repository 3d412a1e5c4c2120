/** What the API answers: rows of the books with the column names of existing dashboards. */
import { z } from "zod";
import { Rational } from "../../core/rational.js";
import { paidAccount, pendingAccount } from "../books/accounts.js";
import type { JobRow, PayoutRow, WorkerRow } from "../books/store/store.js";
import type { ApiBooks, ApiSettings } from "./books.js";

const wei = z.string().describe("Wei, decimal.");
const eth = z.string().describe("ETH, 18 decimals, exact.");
const utc = z.string().describe("UTC, RFC 3339.");

export const jobAnswer = z.object({
  createdAt: utc,
  transcoder: z.string().nullable().describe("null: not attributed yet."),
  pixels: z.string().describe("Decimal."),
  duration: z.number().describe("Seconds."),
  profiles: z.number().nullable(),
  faceValue: wei.describe("Its fees, wei; the ticket's face value if no fees were said."),
  roundJob: z.number().nullable(),
  weight: z
    .string()
    .nullable()
    .describe("Decimal, cut after 18 digits; null: these books pay jobs by their fees."),
  nodeType: z.string().describe("transcode or ai."),
  region: z.string(),
});

export const jobsAnswer = z.object({
  jobs: z.array(jobAnswer).describe("Newest first."),
  next: z.number().nullable().describe("For `before` of the next page; null: no more."),
});

export const rewardAnswer = z.object({
  createdAt: utc,
  transcoder: z.string(),
  value: wei,
  valueEth: eth,
  gasFees: wei.nullable(),
  paymentStatus: z.enum(["On hold", "Paid"]),
  txHash: z.string().nullable(),
});

export const rewardsAnswer = z.object({
  rewards: z.array(rewardAnswer).describe("Newest first."),
  next: z.number().nullable().describe("For `before` of the next page; null: no more."),
  pendingFees: wei.describe("Owed, and not in a payout yet, wei."),
});

export const workerAnswer = z.object({
  ethAddress: z.string(),
  nodeType: z.string(),
  region: z.string(),
  isConnected: z.boolean(),
  connections: z.number(),
  jobs: z.string(),
  pendingFees: wei.describe("Earned here, not paid yet, wei."),
  paidFees: wei.describe("Paid to the address, all regions together, wei."),
  lastUpdated: utc,
});

export const workersAnswer = z.object({ workers: z.array(workerAnswer), total: z.number() });

export const statusAnswer = z.object({
  version: z.string(),
  region: z.string(),
  commissionRate: z.string().nullable().describe("What the operator keeps, as a fraction."),
  workers: z.number(),
  connectedWorkers: z.number(),
  totalPendingFees: wei,
  totalPendingFeesEth: eth,
  totalPaidFees: wei,
  totalPaidFeesEth: eth,
  commission: wei,
  unattributed: wei.describe("Fees of jobs whose worker is not known yet."),
  quarantined: z.number().describe("Events that could not be read and wait for replay."),
});

export const writeAnswer = z.object({
  id: z.string(),
  outcome: z.enum(["recorded", "repeated", "quarantined"]),
});

export const decisionAnswer = z.object({
  id: z.string(),
  admitted: z.boolean(),
  maxSessions: z.number().describe("0 when refused."),
  reason: z.string(),
});

export const errorAnswer = z.object({
  error: z.object({ code: z.string(), message: z.string(), path: z.string().optional() }),
});

const WEI_PER_ETH = 10n ** 18n;

function inEth(amountWei: bigint): string {
  return Rational.of(amountWei, WEI_PER_ETH).toFixed(18);
}

function inUtc(ms: number): string {
  return new Date(ms).toISOString();
}

/** wd · duration + wp · pixels + wr · renditions, where rounds are split by it. */
function weightOf(row: JobRow, { scheme, weights, renditions }: ApiSettings): string | null {
  if (scheme.basis === "fees") return null;
  return Rational.of(row.durationMs, 1_000n)
    .mul(weights.duration)
    .add(weights.pixels.mul(Rational.of(row.computeUnits)))
    .add(weights.renditions.mul(Rational.of(row.renditions ?? renditions)))
    .toFixed(18)
    .replace(/\.?0+$/, "");
}

/** A row of `transcoderJobs`. */
export function jobRow(row: JobRow, settings: ApiSettings): z.output<typeof jobAnswer> {
  return {
    createdAt: inUtc(row.atMs),
    transcoder: row.address,
    pixels: String(row.computeUnits),
    duration: Number(row.durationMs) / 1_000,
    profiles: row.renditions === null ? null : Number(row.renditions),
    faceValue: String(row.feesWei),
    roundJob: row.round === null ? null : Number(row.round),
    weight: weightOf(row, settings),
    nodeType: row.job,
    region: row.region,
  };
}

/** A row of `rewardsPayments`. */
export function rewardRow(row: PayoutRow): z.output<typeof rewardAnswer> {
  return {
    createdAt: inUtc(row.createdAtMs),
    transcoder: row.address,
    value: String(row.amountWei),
    valueEth: inEth(row.amountWei),
    gasFees: row.gasFeesWei === null ? null : String(row.gasFeesWei),
    paymentStatus: row.state === "confirmed" ? "Paid" : "On hold",
    txHash: row.txHash,
  };
}

/** A row of `remote_worker`. */
export function workerRow(row: WorkerRow, books: ApiBooks): z.output<typeof workerAnswer> {
  return {
    ethAddress: row.address,
    nodeType: row.nodeType,
    region: row.region,
    isConnected: row.connections > 0,
    connections: row.connections,
    jobs: String(row.jobs),
    pendingFees: String(books.ledger.balance(pendingAccount(row))),
    paidFees: String(books.ledger.balance(paidAccount(row.address))),
    lastUpdated: inUtc(row.lastSeenMs),
  };
}

/** What the status and the metrics are made of. */
export interface PoolTotals {
  readonly workers: number;
  readonly connectedWorkers: number;
  readonly pendingWei: bigint;
  readonly paidWei: bigint;
  readonly commissionWei: bigint;
  readonly unattributedWei: bigint;
  readonly quarantined: number;
}

/** Of all accounts whose name begins so. */
export function sumOf(books: ApiBooks, prefix: string): bigint {
  return books.ledger
    .flows(prefix)
    .reduce((total, { inWei, outWei }) => total + inWei - outWei, 0n);
}

/** Adds up the books. */
export function totalsOf(books: ApiBooks, workers: readonly WorkerRow[]): PoolTotals {
  return {
    workers: workers.length,
    connectedWorkers: workers.filter(({ connections }) => connections > 0).length,
    pendingWei: sumOf(books, "pending:"),
    paidWei: sumOf(books, "paid:"),
    commissionWei: books.ledger.balance("commission"),
    unattributedWei: books.ledger.balance("unattributed"),
    quarantined: books.quarantine.count(),
  };
}

/** The answer of `/status`. */
export function statusOf(
  totals: PoolTotals,
  pool: {
    readonly version: string;
    readonly region: string;
    readonly commissionRate: string | null;
  },
): z.output<typeof statusAnswer> {
  return {
    ...pool,
    workers: totals.workers,
    connectedWorkers: totals.connectedWorkers,
    totalPendingFees: String(totals.pendingWei),
    totalPendingFeesEth: inEth(totals.pendingWei),
    totalPaidFees: String(totals.paidWei),
    totalPaidFeesEth: inEth(totals.paidWei),
    commission: String(totals.commissionWei),
    unattributed: String(totals.unattributedWei),
    quarantined: totals.quarantined,
  };
}
