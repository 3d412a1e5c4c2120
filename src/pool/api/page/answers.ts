/** What the page's endpoints answer. Amounts are decimal text in wei, times RFC 3339 in UTC. */
import { z } from "zod";
import { CORRECTION_KINDS } from "./correction-kinds.js";

const wei = z.string().describe("Wei, decimal.");
const utc = z.string().describe("UTC, RFC 3339.");
const ms = z.number().nullable().describe("ms, within 1 %; null: nothing was measured.");
const part = z.number().nullable().describe("0 … 1; null: of nothing.");

const performance = z.object({
  jobs: z.number(),
  fees: wei.describe("Fees of the jobs before commission, wei."),
  medianMs: ms,
  p99Ms: ms,
  aiMedianMs: ms,
  aiP99Ms: ms,
  realTime: z
    .number()
    .nullable()
    .describe("Length of what was transcoded ÷ time that it took; above 1 is in time."),
  late: part.describe("Share of transcoded segments that took longer than they last."),
  disconnects: z.number(),
});

export const poolAnswer = z.object({
  version: z.string(),
  at: utc.describe("When this was made."),
  isOperator: z.boolean().describe("Asked for with the operator's token."),
  countedUntil: utc
    .nullable()
    .describe("Figures are still being counted, and go as far as this; null: they are whole."),
  scheme: z.string(),
  commissionRate: z.string().nullable(),
  workers: z.object({ known: z.number(), online: z.number() }),
  lastDay: performance,
  lastDays: performance.describe("The last 30 days."),
  owed: z.object({
    pending: wei.describe("Owed to workers, and not in a payout yet."),
    inPayout: wei.describe("On its way to workers."),
    paid: wei.describe("Received by workers, ever."),
    commission: wei,
    delegators: wei,
    unattributed: wei.describe("Fees of jobs whose worker is not known yet."),
    unsplit: wei.describe("Income that waits for the end of its round."),
  }),
  income: z.object({
    redeemed: wei.describe("Face value of tickets won in the last 30 days and redeemed."),
    receivable: wei.describe("Face value of tickets that won and wait for redemption."),
    wallet: wei.describe("What is left of it by the books: less payouts and gas."),
    gas: wei.describe("Spent on gas, ever."),
  }),
  lastRound: z
    .object({ round: z.number(), income: wei, shared: wei, closedAt: utc })
    .nullable()
    .describe("null: these books have no rounds, or none was closed."),
  nextPayout: z
    .object({ at: utc.nullable(), threshold: z.string().nullable() })
    .nullable()
    .describe("null: this process pays nobody by itself."),
  sources: z.array(
    z.object({
      name: z.string(),
      lastEventAt: utc.nullable().describe("null: none in 30 days."),
      events: z.number().describe("In the last 24 hours."),
      readAt: utc
        .nullable()
        .describe(
          "End of the last import that read it; null: none lately, or not by this process.",
        ),
      state: z.enum(["ok", "failed", "unknown"]).describe("How the last import read it."),
    }),
  ),
  quarantined: z.number(),
  held: z.number().describe("Workers that are left out of payouts by the operator."),
  approval: z
    .number()
    .nullable()
    .describe("Batch of payouts that waits for the operator's approval; null: none does."),
  rule: z.object({ text: z.string(), limitMs: z.number().nullable() }).nullable(),
  alerts: z
    .number()
    .nullable()
    .describe("That go on; null: nobody looks, `alerts` in the pool's file says who does."),
  adviceAt: utc.nullable(),
  chainId: z.string().nullable().describe("Of the last payout."),
});

export const hoursAnswer = z.object({
  hours: z
    .array(z.object({ at: utc, jobs: z.number(), late: z.number(), fees: wei }))
    .describe("30 days, oldest first; the last one goes on."),
});

const poolWorker = performance.extend({
  address: z.string(),
  name: z.string().nullable().describe("Given by the operator."),
  nodeTypes: z.array(z.string()),
  regions: z.array(z.string()),
  isOnline: z.boolean(),
  since: utc.nullable().describe("Of being online or offline; null: nobody said."),
  held: z
    .object({ until: utc.nullable().describe("null: until it is released.") })
    .nullable()
    .describe("Left out of payouts by the operator; null: it is not."),
  sessions: z.number().nullable().describe("That its last benchmark gave it; null: none was sent."),
  connections: z.number(),
  jobsEver: z.string(),
  pending: wei,
  inPayout: wei,
  paid: wei,
  advice: z.string().nullable(),
  hours: z.array(z.number()).describe("Jobs in each of the last 24 hours, oldest first."),
});

export const poolWorkersAnswer = z.object({
  pool: performance.describe("All workers together, the last 24 hours."),
  workers: z.array(poolWorker).describe("By address; figures of the last 24 hours."),
  total: z.number(),
});

const stretch = performance.extend({ at: utc });

const roundShare = z.object({
  round: z.number().nullable().describe("null: the round that goes on."),
  closedAt: utc.nullable(),
  shared: wei.nullable().describe("What all workers got."),
  amount: wei.nullable().describe("What this one got."),
  jobs: z.number().nullable().describe("Its jobs that counted; null: older than 30 days."),
  seconds: z.number().nullable(),
  pixels: z.string().nullable(),
  weight: z.string().nullable().describe("Decimal, cut after 6 digits."),
  total: z.string().nullable().describe("Of all workers, likewise."),
});

export const poolWorkerAnswer = z.object({
  worker: poolWorker.nullable().describe("null: it is not in these books."),
  firstSeen: utc.nullable(),
  lastSeen: utc.nullable(),
  places: z.array(
    z.object({
      nodeType: z.string(),
      region: z.string(),
      jobs: z.string(),
      fees: wei,
      pending: wei,
    }),
  ),
  lastDays: performance.nullable(),
  pool: performance,
  hours: z.array(stretch).describe("24 hours, oldest first."),
  days: z.array(stretch).describe("30 days, oldest first."),
  weights: z
    .object({ duration: z.string(), pixels: z.string(), renditions: z.string() })
    .nullable(),
  rounds: z.array(roundShare).describe("Newest first; empty where jobs are paid one by one."),
  entries: z
    .array(z.object({ kind: z.string(), id: z.string(), at: utc, amount: wei }))
    .describe("Opening balances and corrections, newest first."),
  payouts: z.lazy(() => payoutsAnswer.shape.payouts),
  benchmark: z
    .object({ at: utc, admitted: z.boolean(), maxSessions: z.number(), reason: z.string() })
    .nullable(),
  threshold: z.string().nullable(),
});

export const roundsAnswer = z.object({
  scheme: z.string(),
  rounds: z
    .array(
      z.object({
        round: z.number(),
        scheme: z.string(),
        income: wei,
        shared: wei,
        commission: wei,
        workers: z.number().describe("Who got something."),
        closedAt: utc,
      }),
    )
    .describe("Newest first."),
  waiting: wei.describe("Income that waits for the end of its round."),
});

export const payoutsAnswer = z.object({
  payouts: z
    .array(
      z.object({
        id: z.number(),
        address: z.string(),
        name: z.string().nullable(),
        amount: wei,
        state: z.string(),
        createdAt: utc,
        updatedAt: utc,
        chainId: z.string(),
        txHash: z.string().nullable(),
        gasFees: wei.nullable(),
        reason: z.string().nullable(),
      }),
    )
    .describe("Newest first."),
  next: z.number().nullable().describe("For `before` of the next page; null: no more."),
});

export const ticketsAnswer = z.object({
  tickets: z
    .array(
      z.object({
        sender: z.string(),
        faceValue: wei,
        state: z.string(),
        wonAt: utc,
        txHash: z.string().nullable(),
        gasFees: wei.nullable(),
      }),
    )
    .describe("Of the last 30 days, newest first."),
  total: z.number(),
});

export const correctionsAnswer = z.object({
  corrections: z
    .array(
      z.object({
        kind: z.string().describe(`One of ${CORRECTION_KINDS.join(", ")}.`),
        id: z.string(),
        at: utc,
        address: z.string().nullable(),
        amount: wei.nullable(),
        reason: z.string().nullable().describe("For the operator only."),
      }),
    )
    .describe("Newest first."),
});

export const runsAnswer = z.object({
  jobs: z.array(z.object({ name: z.string(), does: z.string(), nextAt: utc.nullable() })),
  runs: z
    .array(
      z.object({
        id: z.number(),
        job: z.string(),
        trigger: z.string(),
        attempt: z.number(),
        startedAt: utc,
        endedAt: utc.nullable(),
        outcome: z.string().nullable().describe("null: it goes on."),
        counts: z.record(z.string(), z.number()),
        error: z.string().nullable().describe("For the operator only."),
        log: z.string().nullable().describe("For the operator only."),
      }),
    )
    .describe("Newest first, the last of each job."),
});

const alert = z.object({
  kind: z.string(),
  what: z.string().describe("What that is, in a sentence."),
  subject: z.string().describe("Whom or what it concerns."),
  text: z.string().nullable().describe("For the operator only."),
  since: utc,
});

export const alertsAnswer = z.object({
  lookedAt: utc.nullable().describe("When somebody last looked; null: nobody did."),
  current: z.array(alert).describe("That go on, oldest first."),
  past: z.array(alert.extend({ until: utc })).describe("Over within 90 days, newest first."),
});

export const quarantineAnswer = z.object({
  total: z.number(),
  pieces: z
    .array(
      z.object({
        id: z.number(),
        source: z.string(),
        origin: z.string(),
        position: z.number(),
        code: z.string(),
        reason: z.string(),
        at: utc,
        raw: z.string().describe("The beginning of it."),
      }),
    )
    .describe("Oldest first."),
});

export const adviceAnswer = z.object({
  at: utc.nullable().describe("null: there is no advice."),
  headline: z.string().nullable(),
  report: z.string().nullable().describe("Where its whole report is."),
  workers: z.array(z.object({ name: z.string(), advice: z.string(), why: z.string() })),
});
