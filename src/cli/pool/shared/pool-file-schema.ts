/**
 * What `pool.yaml` may say: all that `poolsim pool up` needs to keep a pool going. Names are those of
 * the commands' options. Secrets stand in files that it names, never in it.
 */
import { z } from "zod";
import { duration, integer, text } from "../../../config/fields.js";
import { SCHEME_NAMES } from "../../../pool/books/attribution/registry.js";
import { ALERT_KINDS, type AlertKind } from "../../../pool/operate/alerts/conditions.js";
import { ALERT_SHAPES } from "../../../pool/operate/alerts/message.js";

/** Jobs by name, with what each does and when, if the file does not say. */
export const JOBS = {
  import: { does: "Enters what is new at every source.", when: { every: "1m" } },
  reconcile: {
    does: "Reads the orchestrator's income from the chain and compares; only with income.",
    when: { cron: "20 * * * *" },
  },
  "close-round": {
    does: "Splits what tickets brought once the chain's round is over; only of books that have rounds.",
    when: { every: "10m" },
  },
  payouts: { does: "Pays what is due; only with payouts.send.", when: { cron: "0 6 * * *" } },
  verify: { does: "Derives the books again and compares.", when: { cron: "30 4 * * *" } },
  backup: { does: "Copies the books; only with backup.to.", when: { cron: "0 4 * * *" } },
  advise: {
    does: "Advises on each worker, at low priority; only with advise.scenario.",
    when: { cron: "0 2 * * *" },
  },
  alerts: {
    does: "Looks for what is wrong, and tells receivers what begins and what is over; only with alerts.",
    when: { every: "1m" },
  },
  prune: {
    does: "Forgets runs of jobs that are older than keepRuns.",
    when: { cron: "45 4 * * *" },
  },
} as const;

/** A job's name. */
export type JobName = keyof typeof JOBS;

const jobSchema = z
  .strictObject({
    every: duration("Time between runs, from a second on.").optional(),
    cron: text(
      "Minute, hour, day of month, month, day of week; five fields, or six with seconds first.",
      "expression",
    ).optional(),
    off: z.boolean().describe("It never runs by itself, only when it is asked for.").default(false),
    jitter: duration("It begins up to so much later, the same for a given time.").optional(),
    retries: integer("How often it is tried again after a failure.", 0, 100).optional(),
    backOff: duration("Pause before the first retry; it doubles with each.").optional(),
    timeout: duration("A run that takes longer is stopped.").optional(),
    overlap: z
      .enum(["skip", "wait"])
      .describe("What becomes of a time that comes while a run goes on.")
      .optional(),
  })
  .refine(({ every, cron }) => every === undefined || cron === undefined, {
    message: "expected one of every and cron",
  });

const ALERT_NAMES = Object.keys(ALERT_KINDS) as [AlertKind, ...AlertKind[]];

const receiverSchema = z
  .strictObject({
    name: text("Names the receiver; each once.", "name").optional(),
    url: text("Where to, http or https.", "url").optional(),
    urlFile: text("File that holds the URL, where that is a secret; chmod 600.", "file").optional(),
    shape: z.enum(ALERT_SHAPES).describe("How messages are written.").default("json"),
  })
  .refine(({ url, urlFile }) => (url === undefined) !== (urlFile === undefined), {
    message: "expected one of url and urlFile",
  });

const port = integer("Port to listen at; 0: any that is free.", 0, 65_535);

/** The whole file; `sources` and `admission` have readers of their own. */
export const poolFileSchema = z.strictObject({
  books: text("The pool's books, an SQLite file; relative to this file.", "file"),
  commission: z
    .array(text("<part>[:nodeType[:region]][@time], e.g. 0.25 or 0.1:ai.", "part"))
    .min(1)
    .max(1_000)
    .describe("What the operator keeps; for new books, or a rate that begins later.")
    .optional(),
  scheme: z.enum(SCHEME_NAMES).describe("Who gets what; for new books.").optional(),
  timeZone: text("Time zone of cron expressions, e.g. Europe/Berlin.", "name").default("UTC"),
  sources: z.unknown().describe("Where events come from, as in a file of --sources.").optional(),
  api: z
    .strictObject({
      host: text("Address to listen at.", "address").default("127.0.0.1"),
      port: port.default(8_443),
      plain: z.boolean().describe("HTTP without TLS, on loopback only.").default(false),
      keys: text(
        "File of the keys that sign writes; without it nobody may write.",
        "file",
      ).optional(),
      region: text("Region of jobs whose orchestrator names none.", "name").default("default"),
      dnsName: text("Name of the self-signed certificate.", "name").optional(),
      tlsCert: text(
        "Certificate, PEM; with tlsKey instead of a self-signed one.",
        "file",
      ).optional(),
      tlsKey: text("Its key, PEM.", "file").optional(),
      page: z
        .enum(["on", "off"])
        .describe("The page at /, and the endpoints that it reads.")
        .default("on"),
      readerToken: text(
        "File of a token that reading needs; without it everybody may read.",
        "file",
      ).optional(),
      operatorToken: text(
        "File of a token with which the page shows quarantine, and why runs failed.",
        "file",
      ).optional(),
      readRate: integer("Reads per second of each client.", 1, 1_000_000).default(50),
      writeRate: integer("Writes per second of each orchestrator.", 1, 1_000_000).default(2_000),
    })
    .describe("The server; without it there is none.")
    .optional(),
  admission: z.unknown().describe("Admission rules, as scenarios have them.").optional(),
  chain: z
    .strictObject({
      ethUrl: text("The chain's JSON-RPC.", "url"),
      ethController: text("Livepeer's Controller.", "address").optional(),
    })
    .describe("The chain whose rounds are followed; needed by books that have rounds.")
    .optional(),
  income: z
    .strictObject({
      recipient: text("The orchestrator that tickets pay.", "address"),
      ethUrl: text("The chain's JSON-RPC; default: that of chain.", "url").optional(),
      ethController: text(
        "Livepeer's Controller; default: that of chain, or Arbitrum One's.",
        "address",
      ).optional(),
      from: integer(
        "The block from which it is read, at first.",
        0,
        Number.MAX_SAFE_INTEGER,
      ).default(0),
      confirmations: integer("Only what is so deep is compared.", 1, 10_000).default(20),
      enter: z
        .boolean()
        .describe("The chain is the truth: what no node told is entered.")
        .default(false),
      region: text("Region of what is entered.", "name").default("default"),
    })
    .describe("The orchestrator's income, read from the chain itself.")
    .optional(),
  payouts: z
    .strictObject({
      send: z.boolean().describe("Pay; without it nothing is signed or sent.").default(false),
      ethUrl: text("The chain's JSON-RPC.", "url"),
      witnessUrl: text("Another node, which must agree.", "url").optional(),
      ethKeystorePath: text("The wallet's encrypted keystore.", "path").optional(),
      ethAcctAddr: text("Which key of a folder.", "address").optional(),
      ethPasswordFile: text(
        "File with its password; else POOLSIM_KEYSTORE_PASSWORD.",
        "file",
      ).optional(),
      chainId: integer("Number of the chain.", 1, Number.MAX_SAFE_INTEGER).optional(),
      threshold: text("Least total of an address.", "amount").optional(),
      minInterval: text("Least time between payouts of an address.", "span").optional(),
      maxGasPrice: text("Most for a unit of gas.", "amount").optional(),
      maxGasShare: text("Most of an amount that gas may cost.", "part").optional(),
      capPerDay: text("Most that is begun within any 24 hours.", "amount").optional(),
      capPerPayout: text("Most that one payout may be.", "amount").optional(),
      firstWait: text("How long the first payout to an address waits.", "span").optional(),
      approve: z
        .enum(["auto", "manual"])
        .describe("manual: only what poolsim pool payouts approve approved is begun.")
        .optional(),
      confirmations: integer("Blocks until it counts as paid.", 1, 10_000).optional(),
      replaceAfter: text("Time in no block after which the fee is raised.", "span").optional(),
      partial: z.boolean().describe("Where the wallet is short, pay what it has.").default(false),
    })
    .describe("How workers are paid.")
    .optional(),
  backup: z
    .strictObject({
      to: text("Folder of the copies, relative to this file; or s3://<bucket>/<prefix>.", "place"),
      keep: integer("Copies that are kept: the newest ones.", 1, 10_000).default(14),
      daily: integer("And the newest of each of so many days.", 0, 10_000).default(0),
      weekly: integer("And the newest of each of so many weeks.", 0, 10_000).default(0),
      monthly: integer("And the newest of each of so many months.", 0, 10_000).default(0),
    })
    .describe("Copies of the books.")
    .optional(),
  advise: z
    .strictObject({
      scenario: text("The pool as a scenario; relative to this file.", "file"),
      to: text("Folder of the results; relative to this file.", "folder").default("advice"),
      budget: text("Time that it may take.", "span").default("10m"),
    })
    .describe("Nightly advice on each worker.")
    .optional(),
  alerts: z
    .strictObject({
      to: z
        .array(receiverSchema)
        .max(20)
        .describe(
          "Who is told, by an HTTP POST for each beginning and each end; without one the page shows them.",
        )
        .default([]),
      offline: duration("A worker is offline for so long.").default(15 * 60_000),
      behind: duration("A source can't be read for so long.").default(15 * 60_000),
      stuck: duration("A payout is under way for so long.").default(3_600_000),
      backupAge: duration("The newest backup is so old.").default(26 * 3_600_000),
      diskFree: z.number().min(0).max(1).describe("Less of the books' disk is free.").default(0.05),
      perHour: integer("Most that a receiver is told in an hour.", 1, 10_000).default(30),
      off: z.array(z.enum(ALERT_NAMES)).describe("What is not told of.").default([]),
    })
    .describe("What is looked for, and who is called when something is wrong.")
    .optional(),
  jobs: z
    .strictObject(
      Object.fromEntries(
        Object.entries(JOBS).map(([name, { does, when }]) => [
          name,
          jobSchema.describe(`${does} Default: ${JSON.stringify(when)}.`).optional(),
        ]),
      ) as Record<JobName, z.ZodOptional<typeof jobSchema>>,
    )
    .describe("When jobs run.")
    .default({}),
  keepRuns: duration("How long runs of jobs are remembered.").default(90 * 86_400_000),
  logLevel: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .describe("Least severity in the log.")
    .default("info"),
});

/** What the file says, defaults filled in. */
export type PoolFileValues = z.output<typeof poolFileSchema>;
