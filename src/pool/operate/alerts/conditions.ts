/** What an operator is called for: facts go in, conditions come out. Reads no clock and asks nobody. */
import { utcText } from "../../../core/utc.js";
import { counted } from "../../../core/wording.js";
import { INCOME_DIFFERS } from "../income/differs.js";

/** What an alert can be about. */
export const ALERT_KINDS = {
  workerOffline: "A worker that was online is offline.",
  sourceBehind: "A source of events can't be read.",
  quarantineGrows: "More pieces of input wait in quarantine than before.",
  payoutFailed: "Payouts stopped, or somebody who is due was not paid.",
  payoutStuck: "A payout is under way for long.",
  walletShort: "The wallet has not enough for what is due.",
  gasAboveCap: "Gas costs more than payouts may spend on it.",
  approvalWaits: "Payouts wait for an operator's approval.",
  paymentUndone: "A reorganisation of the chain undid a payment.",
  verifyFailed: "The books are wrong, or could not be verified.",
  backupOld: "The newest backup is old.",
  diskFull: "The disk of the books is nearly full.",
  ruleBetter: "Another admission rule is shown to be better than the one in force.",
  jobFailed: "A job failed.",
} as const;

/** What an alert is about. */
export type AlertKind = keyof typeof ALERT_KINDS;

/** Something that is so now. */
export interface Condition {
  /** What it is about. */
  readonly kind: AlertKind;
  /** Whom or what it concerns; one alert for each kind and subject. */
  readonly subject: string;
  /** In words. */
  readonly text: string;
  /** It is told once it has been so for so long, ms. */
  readonly afterMs: number;
  /**
   * What it follows from, where time alone begins or ends it: by the same fact it begins and ends once,
   * however clocks are set. @default it follows from what is seen, not from when
   */
  readonly fact?: string | undefined;
}

/** How a job's newest run ended, of those that came to an end of their own. */
export interface JobFact {
  readonly job: string;
  readonly outcome: string;
  readonly error: string | null;
  /** What it said, a line each. */
  readonly log: string;
  /** When it ended, ms since 1970. */
  readonly endedMs: number;
}

/** What is known of a pool at an instant. */
export interface AlertFacts {
  /** Workers whose connections were told, with what the operator calls them. */
  readonly workers: readonly {
    readonly address: string;
    readonly name: string | null;
    readonly isOnline: boolean;
    /** When its last connection was closed, ms since 1970. */
    readonly lastClosedMs: number | null;
  }[];
  /** The newest run of each job that is over. */
  readonly jobs: readonly JobFact[];
  /** Pieces that wait. */
  readonly quarantine: number;
  /** Payouts that are not closed. */
  readonly open: readonly {
    readonly id: number;
    readonly address: string;
    readonly createdAtMs: number;
  }[];
  /** Payments that were taken back, by when that was entered, ms since 1970. */
  readonly undone: readonly { readonly payout: string; readonly atMs: number }[];
  /** When the newest backup was made, ms since 1970; null: there is none; undefined: none are made. */
  readonly backupAtMs: number | null | undefined;
  /** The part of the disk that is free, 0 … 1; null: not known. */
  readonly diskFree: number | null;
  /** What the rule would better be; null: none is shown to be better, or none was looked for. */
  readonly betterRule: string | null;
}

/** When something is worth a call. */
export interface AlertLimits {
  /** A worker is offline for so long, ms. */
  readonly offlineMs: number;
  /** A source can't be read for so long, ms. */
  readonly behindMs: number;
  /** A payout is under way for so long, ms. */
  readonly stuckMs: number;
  /** The newest backup is so old, ms. */
  readonly backupAgeMs: number;
  /** Less of the disk is free, 0 … 1. */
  readonly diskFree: number;
}

const DAY_MS = 86_400_000;
/** Who is gone for so long has left. */
const GONE_MS = 7 * DAY_MS;
const TEXT_MAX = 300;
/** Jobs whose failures have alerts of their own. */
const OWN = new Set(["import", "payouts", "verify", "alerts"]);

/**
 * What is so now.
 *
 * @param quarantineBefore pieces that waited when all was well
 * @param nowMs since 1970
 * @param isBegun whether one goes on already: the passing of time alone ends none
 */
export function conditionsOf(
  facts: AlertFacts,
  limits: AlertLimits,
  {
    quarantineBefore,
    nowMs,
    isBegun = () => false,
  }: {
    readonly quarantineBefore: number;
    readonly nowMs: number;
    /** Whether one goes on already. @default none does */
    readonly isBegun?: ((condition: Condition) => boolean) | undefined;
  },
): readonly Condition[] {
  /** Once begun it stays, whatever a clock says, until the fact is another one. */
  const aged = (condition: Condition, ageMs: number, fromMs: number): Condition | null =>
    ageMs >= fromMs || isBegun(condition) ? condition : null;
  const { quarantine, open, undone, backupAtMs, diskFree, betterRule } = facts;
  const all: (Condition | null)[] = [
    ...facts.workers.map((worker) => {
      const gone = offline(worker, nowMs);
      return gone === null
        ? null
        : aged(gone, nowMs - (worker.lastClosedMs ?? nowMs), limits.offlineMs);
    }),
    ...facts.jobs.flatMap((job) => ofJob(job, limits)),
    quarantine > quarantineBefore
      ? now(
          "quarantineGrows",
          "quarantine",
          `${counted(quarantine, "piece")} wait, ${quarantineBefore} did before`,
        )
      : null,
    ...open.map(({ id, address, createdAtMs }) => {
      const text = `payout ${id} to ${address} is under way since ${utcText(createdAtMs)}`;
      return aged(now("payoutStuck", `payout ${id}`, text), nowMs - createdAtMs, limits.stuckMs);
    }),
    ...undone
      .filter(({ atMs }) => nowMs - atMs < DAY_MS)
      .map(({ payout, atMs }) => ({
        ...now(
          "paymentUndone",
          `payout ${payout}`,
          `payout ${payout} was in a block that is none any more`,
        ),
        fact: String(atMs),
      })),
    backupAtMs === undefined ? null : oldBackup(backupAtMs, limits, { aged, nowMs }),
    diskFree !== null && diskFree < limits.diskFree
      ? now("diskFull", "disk", `${Math.floor(diskFree * 1_000) / 10} % of the disk are free`)
      : null,
    betterRule === null ? null : now("ruleBetter", "rule", betterRule),
  ];
  return all.filter((condition) => condition !== null);
}

function now(kind: AlertKind, subject: string, text: string): Condition {
  return { kind, subject, text: oneLine(text), afterMs: 0 };
}

function oldBackup(
  backupAtMs: number | null,
  { backupAgeMs }: AlertLimits,
  {
    aged,
    nowMs,
  }: {
    readonly aged: (condition: Condition, ageMs: number, fromMs: number) => Condition | null;
    readonly nowMs: number;
  },
): Condition | null {
  // New books have none yet.
  if (backupAtMs === null) {
    return { ...now("backupOld", "backup", "there is no backup"), afterMs: backupAgeMs };
  }
  const text = `the newest backup is of ${utcText(backupAtMs)}`;
  const old = { ...now("backupOld", "backup", text), fact: String(backupAtMs) };
  return aged(old, nowMs - backupAtMs, backupAgeMs);
}

function offline(
  { address, name, isOnline, lastClosedMs }: AlertFacts["workers"][number],
  nowMs: number,
): Condition | null {
  if (isOnline || lastClosedMs === null || nowMs - lastClosedMs >= GONE_MS) return null;
  const who = name === null ? address : `${name} (${address})`;
  const text = `${who} is offline since ${utcText(lastClosedMs)}`;
  return { ...now("workerOffline", address, text), fact: String(lastClosedMs) };
}

/** What a job's newest run says. */
function ofJob({ job, outcome, error, log }: JobFact, { behindMs }: AlertLimits): Condition[] {
  if (outcome === "done") return [];
  const why = error ?? outcome;
  if (job === "import") {
    const [, names] = /^could not be read: ([\w., -]+);/.exec(why) ?? [];
    if (names === undefined) return [now("jobFailed", job, `${job}: ${why}`)];
    return names.split(", ").map((name) => {
      const said = log.split("\n").find((line) => line.startsWith(`${name}: `));
      return { ...now("sourceBehind", name, said ?? `${name} can't be read`), afterMs: behindMs };
    });
  }
  // The chain can't be read; what it says otherwise than nodes is a failure of the job.
  if (job === "reconcile" && !why.startsWith(INCOME_DIFFERS)) {
    return [{ ...now("sourceBehind", "chain", why), afterMs: behindMs }];
  }
  if (job === "verify") return [now("verifyFailed", job, why)];
  if (job === "payouts") return ofPayouts(why, log);
  if (OWN.has(job) || outcome === "stopped") return [];
  return [now("jobFailed", job, `${job}: ${why}`)];
}

const HINDRANCES: Readonly<Record<string, AlertKind>> = {
  walletShort: "walletShort",
  paidInPart: "walletShort",
  gasTooExpensive: "gasAboveCap",
  notApproved: "approvalWaits",
};

/** The job says a line for each that is due and was not paid: `hindered <why> <address>`. */
function ofPayouts(why: string, log: string): Condition[] {
  const lines = log.split("\n").flatMap((line) => {
    const [, reason, whom] = /^hindered (\w+) (\S+)/.exec(line) ?? [];
    return reason === undefined || whom === undefined ? [] : [{ reason, whom }];
  });
  if (lines.length === 0) return [now("payoutFailed", "payouts", why)];
  const found = new Map<AlertKind, string[]>();
  for (const { reason, whom } of lines) {
    const kind = HINDRANCES[reason] ?? "payoutFailed";
    found.set(kind, [
      ...(found.get(kind) ?? []),
      kind === "payoutFailed" ? `${whom} (${reason})` : whom,
    ]);
  }
  return [...found].map(([kind, whom]) => {
    const some = whom.slice(0, 3).join(", ");
    const more = whom.length > 3 ? ` and ${whom.length - 3} more` : "";
    return now(
      kind,
      "payouts",
      `${ALERT_KINDS[kind]} ${counted(whom.length, "address", "addresses")}: ${some}${more}`,
    );
  });
}

/** Somebody else's words: no line of its own, nothing that moves a cursor. */
function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.length <= TEXT_MAX ? line : `${line.slice(0, TEXT_MAX - 1)}…`;
}
