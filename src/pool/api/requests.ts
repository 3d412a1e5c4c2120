/** The shapes of requests, with the proposal's names, and the events that writes become. */
import { z } from "zod";
import type { PoolEvent } from "../books/events/event.js";
import { address, label, queryNumber, time, txHash, uint256, writeId } from "./fields.js";
import { Problem } from "./problem.js";

/** How far the clocks of callers may be ahead. */
const AHEAD_MAX_MS = 600_000;

const envelope = {
  id: writeId.describe(
    "Made by the caller, unique among its writes: the same id with the same content is recorded once, with other content refused.",
  ),
  at: time.describe("When it happened (RFC 3339)."),
};

export const jobRequest = z.strictObject({
  ...envelope,
  jobDetails: z.strictObject({
    transcoder: address.describe("Who did the job."),
    pixels: uint256.describe("Pixels of all renditions."),
    duration: z.number().min(0).max(86_400).describe("Of the source, seconds."),
    profiles: z.int().min(1).max(1_000).describe("Number of renditions."),
    faceValue: uint256.describe(
      "Of the ticket, wei: shown where no fees are said, never credited.",
    ),
    fees: uint256
      .optional()
      .describe(
        "What the gateway paid for the job, wei; needed where jobs are paid by their fees.",
      ),
    roundJob: z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe("Round it was done in."),
    responseTime: z
      .number()
      .min(0)
      .max(86_400)
      .optional()
      .describe("From segment sent to result received, seconds."),
    region: label.optional(),
    nodeType: label.optional(),
  }),
});

export const ticketRequest = z.strictObject({
  ...envelope,
  winningTicket: z
    .strictObject({
      wonAt: time.optional().describe("Default: `at`."),
      value: uint256.describe("Face value, wei."),
      gasFees: uint256.optional().describe("Of the redemption, wei."),
      paymentStatus: z.enum(["Not claimed", "Claimed"]),
      txHash: txHash.optional().describe("Of the redemption; needed once claimed."),
      sender: address.optional(),
      recipient: address.optional(),
      winProb: uint256.optional().describe("Of 2^256."),
      creationRound: uint256.optional(),
      region: label.optional(),
      nodeType: label.optional(),
    })
    .refine((t) => (t.paymentStatus === "Claimed") === (t.txHash !== undefined), {
      path: ["txHash"],
      error: "expected with paymentStatus Claimed, and only then",
    }),
});

const spanMs = z
  .union([z.number().min(0).max(3_600_000), z.null()], {
    error: "expected ms from 0 to 3600000, or null for what failed",
  })
  .transform((ms) => ms ?? Number.POSITIVE_INFINITY);

export const benchmarkRequest = z.strictObject({
  ...envelope,
  benchmark: z.strictObject({
    transcoder: address.describe("The worker's address."),
    name: label.optional().describe("As the pool's admission rules spell it; default: address."),
    kind: label.optional().describe("Kind of worker, if the rules have kinds."),
    maxSessions: z.int().min(1).max(10_000).describe("Sessions that the worker offers."),
    latencies: z.array(spanMs).max(10_000).describe("Round trips of an empty message, ms."),
    runs: z
      .array(
        z.strictObject({
          sessions: z.int().min(1).max(10_000).describe("Concurrent sessions of this run."),
          segments: z
            .array(
              z.strictObject({
                cold: z.boolean().describe("First of a session."),
                download: spanMs.describe("Source to the worker, ms; null: failed."),
                transcode: spanMs.describe("ms; null: failed."),
                upload: spanMs.describe("Results back, ms; null: failed."),
              }),
            )
            .max(20_000),
        }),
      )
      .min(1)
      .max(1_000),
  }),
});

export type JobRequest = z.output<typeof jobRequest>;
export type TicketRequest = z.output<typeof ticketRequest>;
export type BenchmarkRequest = z.output<typeof benchmarkRequest>;

const page = {
  limit: queryNumber(1, 1_000).optional().describe("Rows at most; default 100."),
  before: queryNumber(0, Number.MAX_SAFE_INTEGER).optional().describe("`next` of the page before."),
};

export const pageQuery = z.strictObject(page);
export const transcoderPageQuery = z.strictObject({ transcoderAddress: address, ...page });

const workerPage = {
  limit: page.limit,
  offset: queryNumber(0, 10_000_000).optional().describe("Rows to leave out; default 0."),
};

export const workersQuery = z.strictObject({
  filtered: z.enum(["true", "false"]).optional().describe("true: only those connected now."),
  ...workerPage,
});

export const transcoderQuery = z.strictObject({
  transcoderAddress: address.optional().describe("Only this one."),
  ...workerPage,
});

export const noQuery = z.strictObject({});

const NOBODY = `0x${"0".repeat(40)}`;

/** What the envelope of a write needs to be. */
export interface EventDefaults {
  readonly nowMs: number;
  /** Where the request names none. */
  readonly region: string;
}

/** What the envelope of a job needs to be besides. */
export interface JobDefaults extends EventDefaults {
  /** Whether jobs are credited with their fees: then they must say them. */
  readonly isPerJob: boolean;
}

/** @throws Problem 400 for a time that is yet to come */
export function checkTime(path: string, atMs: number, nowMs: number): void {
  if (atMs > nowMs + AHEAD_MAX_MS || atMs < 0) {
    throw new Problem(400, "BAD_REQUEST", "expected a time since 1970 that is not yet to come", {
      path,
    });
  }
}

/** The event of a job. @throws Problem 400 */
export function jobEvent(request: JobRequest, { nowMs, region, isPerJob }: JobDefaults): PoolEvent {
  const { id, at, jobDetails: job } = request;
  checkTime("at", at, nowMs);
  if (isPerJob && job.fees === undefined) {
    const message = "expected the fees of the job: these books pay jobs by them";
    throw new Problem(400, "BAD_REQUEST", message, { path: "jobDetails.fees" });
  }
  const feesWei = job.fees ?? job.faceValue;
  return {
    type: "job-processed",
    identity: { form: "caller", id },
    atMs: at,
    region: job.region ?? region,
    nodeType: job.nodeType ?? "transcode",
    job: "transcode",
    address: job.transcoder,
    requestId: null,
    pipeline: "",
    modelId: "",
    computeUnits: job.pixels,
    pricePerComputeUnitWei: job.pixels === 0n ? 0n : feesWei / job.pixels,
    feesWei,
    durationMs: BigInt(Math.round(job.duration * 1_000)),
    responseTimeNs: BigInt(Math.round((job.responseTime ?? 0) * 1e9)),
    realTimeRatio:
      job.responseTime === undefined || job.responseTime === 0
        ? null
        : BigInt(Math.floor(job.duration / job.responseTime)),
    renditions: BigInt(job.profiles),
    round: BigInt(job.roundJob),
  };
}

/** The event of a ticket: won, or redeemed. @throws Problem 400 */
export function ticketEvent(request: TicketRequest, { nowMs, region }: EventDefaults): PoolEvent {
  const { id, at, winningTicket: ticket } = request;
  checkTime("at", at, nowMs);
  const wonAtMs = ticket.wonAt ?? at;
  checkTime("winningTicket.wonAt", wonAtMs, nowMs);
  const common = {
    identity: { form: "caller", id },
    region: ticket.region ?? region,
    nodeType: ticket.nodeType ?? "transcode",
    recipient: ticket.recipient ?? NOBODY,
    sender: ticket.sender ?? NOBODY,
    faceValueWei: ticket.value,
    winProb: ticket.winProb ?? 0n,
    creationRound: ticket.creationRound ?? 0n,
  } as const;
  if (ticket.txHash === undefined) return { ...common, type: "winning-ticket", atMs: wonAtMs };
  return {
    ...common,
    type: "ticket-redeemed",
    atMs: at,
    pricePerPixel: null,
    txHash: ticket.txHash,
    gasFeesWei: ticket.gasFees ?? null,
  };
}
