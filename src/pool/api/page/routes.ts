/** The page's endpoints as a table: the server and the OpenAPI document are made from the same rows. */
import { z } from "zod";
import { address, queryNumber } from "../fields.js";
import { noQuery, pageQuery } from "../requests.js";
import {
  adviceAnswer,
  alertsAnswer,
  correctionsAnswer,
  hoursAnswer,
  payoutsAnswer,
  poolAnswer,
  poolWorkerAnswer,
  poolWorkersAnswer,
  quarantineAnswer,
  roundsAnswer,
  runsAnswer,
  ticketsAnswer,
} from "./answers.js";

const WORKERS_MAX = 5_000;

const workersQuery = z.strictObject({
  // Said or not, it is what a page costs.
  limit: queryNumber(1, WORKERS_MAX)
    .optional()
    .transform((limit) => limit ?? WORKERS_MAX)
    .describe("Rows at most; default 5000."),
  offset: queryNumber(0, 10_000_000).optional().describe("Rows to leave out; default 0."),
});

const workerQuery = z.strictObject({ address });

/** Endpoints that the page reads; served with it. */
export const PAGE_READS = {
  "/pool": { summary: "The pool at a glance.", query: noQuery, answer: poolAnswer },
  "/pool/hours": { summary: "Jobs and fees by the hour.", query: noQuery, answer: hoursAnswer },
  "/pool/workers": {
    summary: "All workers, one row for each address.",
    query: workersQuery,
    answer: poolWorkersAnswer,
  },
  "/pool/worker": {
    summary: "One worker: how it performs, what it is owed and why.",
    query: workerQuery,
    answer: poolWorkerAnswer,
  },
  "/pool/rounds": { summary: "Closed rounds.", query: noQuery, answer: roundsAnswer },
  "/pool/payouts": { summary: "Payouts.", query: pageQuery, answer: payoutsAnswer },
  "/pool/tickets": { summary: "Winning tickets.", query: noQuery, answer: ticketsAnswer },
  "/pool/corrections": {
    summary: "Opening balances, corrections, decisions and what else was done by hand.",
    query: noQuery,
    answer: correctionsAnswer,
  },
  "/pool/runs": {
    summary: "What the pool's process did by itself.",
    query: noQuery,
    answer: runsAnswer,
  },
  "/pool/alerts": {
    summary: "What is wrong now, and what was in the last 90 days.",
    query: noQuery,
    answer: alertsAnswer,
  },
  "/pool/quarantine": {
    summary: "What could not be entered; needs the operator's token.",
    query: noQuery,
    answer: quarantineAnswer,
  },
  "/pool/advice": { summary: "The last advice.", query: noQuery, answer: adviceAnswer },
} as const;

/** The path of one of them. */
export type PagePath = keyof typeof PAGE_READS;

/** What one of them answers. */
export type PageAnswer<P extends PagePath> = z.output<(typeof PAGE_READS)[P]["answer"]>;

export function isPagePath(path: string): path is PagePath {
  return Object.hasOwn(PAGE_READS, path);
}
