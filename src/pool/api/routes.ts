/** The endpoints as a table: the server and the OpenAPI document are made from the same rows. */
import type { z } from "zod";
import {
  decisionAnswer,
  jobRow,
  jobsAnswer,
  rewardRow,
  rewardsAnswer,
  statusAnswer,
  sumOf,
  workerRow,
  workersAnswer,
  writeAnswer,
} from "./answers.js";
import type { ApiBooks } from "./books.js";
import {
  benchmarkRequest,
  jobRequest,
  noQuery,
  pageQuery,
  ticketRequest,
  transcoderPageQuery,
  transcoderQuery,
  workersQuery,
} from "./requests.js";
import type { Standing } from "./standing.js";
import { TRANSFER } from "./transfer.js";

const DAY_MS = 86_400_000;
const LIMIT_DEFAULT = 100;
const JOB_BYTES_MAX = 16 * 1024;
const BENCHMARK_BYTES_MAX = 4 * 1024 * 1024;

/** Endpoints that record something. */
export const WRITES = {
  "/recordTranscoderJob": {
    summary: "A transcoder's job, sent by an orchestrator.",
    body: jobRequest,
    answer: writeAnswer,
    bytesMax: JOB_BYTES_MAX,
  },
  "/recordWinningTicket": {
    summary: "A winning ticket, or that it was claimed, sent by an orchestrator.",
    body: ticketRequest,
    answer: writeAnswer,
    bytesMax: JOB_BYTES_MAX,
  },
  "/recordBenchmark": {
    summary: "A worker's benchmark at registration: admitted with so many sessions, or refused.",
    body: benchmarkRequest,
    answer: decisionAnswer,
    bytesMax: BENCHMARK_BYTES_MAX,
  },
} as const;

/** Endpoints that read the books, but for the status. */
export const READS = {
  "/getTranscodersJobs": {
    summary: "Jobs of the last 24 hours.",
    query: pageQuery,
    answer: jobsAnswer,
  },
  "/getTranscoderJobs": {
    summary: "Jobs of a transcoder in the last 24 hours.",
    query: transcoderPageQuery,
    answer: jobsAnswer,
  },
  "/getRewards": {
    summary: "Rewards of the last 30 days.",
    query: pageQuery,
    answer: rewardsAnswer,
  },
  "/getTranscoderRewards": {
    summary: "Rewards of a transcoder.",
    query: transcoderPageQuery,
    answer: rewardsAnswer,
  },
  "/status": { summary: "The pool in totals.", query: noQuery, answer: statusAnswer },
  "/transcoder": {
    summary: "Transcoding workers, or one with all its rows.",
    query: transcoderQuery,
    answer: workersAnswer,
  },
  "/workers": { summary: "Workers of all kinds.", query: workersQuery, answer: workersAnswer },
} as const;

/** Endpoints about the server itself. */
export const OTHERS = {
  "/livez": true,
  "/readyz": true,
  "/healthz": true,
  "/metrics": true,
  "/openapi.json": true,
} as const;

/** Does an endpoint take signed bodies only? */
export function isWrite(path: string): boolean {
  return path in WRITES || path === TRANSFER;
}

/** A long page that is made, not remembered, counts as one read for each hundred rows. */
export function extraCost(query: unknown): number {
  if (typeof query !== "object" || query === null || !("limit" in query)) return 0;
  return typeof query.limit === "number" ? Math.max(0, Math.ceil(query.limit / 100) - 1) : 0;
}

type PageOptions = z.output<typeof pageQuery>;

/** What reading takes besides the query. */
export interface ReadContext {
  readonly books: ApiBooks;
  readonly standing: Standing;
  readonly nowMs: number;
}

/** A page of `/getTranscodersJobs` and `/getTranscoderJobs`. */
export function readJobs(
  { books, standing, nowMs }: ReadContext,
  { limit = LIMIT_DEFAULT, before }: PageOptions,
  transcoderAddress?: string,
): z.output<typeof jobsAnswer> {
  const rows = books.jobs.list({
    limit,
    sinceMs: nowMs - DAY_MS,
    ...(before === undefined ? {} : { beforeSequence: before }),
    ...(transcoderAddress === undefined ? {} : { address: transcoderAddress }),
  });
  const last = rows.length === limit ? rows.at(-1) : undefined;
  const settings = standing.settings();
  return { jobs: rows.map((row) => jobRow(row, settings)), next: last?.sequence ?? null };
}

/** A page of `/getRewards` (30 days) and `/getTranscoderRewards` (all). */
export function readRewards(
  { books, standing, nowMs }: ReadContext,
  { limit = LIMIT_DEFAULT, before }: PageOptions,
  transcoderAddress?: string,
): z.output<typeof rewardsAnswer> {
  const rows = books.payouts.list({
    limit,
    states: ["intent", "signed", "sent", "mined", "confirmed"],
    ...(before === undefined ? {} : { beforeId: before }),
    ...(transcoderAddress === undefined
      ? { sinceMs: nowMs - 30 * DAY_MS }
      : { address: transcoderAddress }),
  });
  const last = rows.length === limit ? rows.at(-1) : undefined;
  const pending =
    transcoderAddress === undefined
      ? standing.totals().pendingWei
      : sumOf(books, `pending:${transcoderAddress}:`);
  // Transfers of nothing use up nonces: nobody's reward.
  const rewards = rows.filter(({ amountWei }) => amountWei > 0n).map(rewardRow);
  return { rewards, next: last?.id ?? null, pendingFees: String(pending) };
}

/** Which rows of the workers. */
interface WorkerFilter {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly address?: string | undefined;
  readonly nodeType?: string | undefined;
  readonly isConnected?: boolean | undefined;
}

/** A page of `/workers` and `/transcoder`. */
export function readWorkers(
  { books, standing }: ReadContext,
  filter: WorkerFilter,
): z.output<typeof workersAnswer> {
  const { limit = LIMIT_DEFAULT, offset = 0, address, nodeType, isConnected = false } = filter;
  const rows = (address === undefined ? standing.workers() : books.workers.list(address))
    .filter((row) => nodeType === undefined || row.nodeType === nodeType)
    .filter((row) => !isConnected || row.connections > 0);
  const page = rows.slice(offset, offset + limit);
  return { workers: page.map((row) => workerRow(row, books)), total: rows.length };
}
