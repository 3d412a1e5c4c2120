/**
 * What no job, ticket or key can be worth: a node's or a caller's mistake that gets past would block
 * its worker, or take a round from all others. What is beyond waits in quarantine. Limits decide
 * about what arrives, never about what is in the books, and can be changed at any time.
 */
import { InputError } from "../../core/errors.js";
import type { JobProcessed, PoolEvent } from "./events/event.js";
import type { PoolStore } from "./store/store.js";

/** What no single event can be worth. */
export interface PoolLimits {
  /** Most that a job may earn, wei, and that a redemption's gas may cost. @default 1 ETH */
  readonly jobCapWei: bigint;
  /** Highest face value of a ticket, wei. @default 10 ETH */
  readonly ticketCapWei: bigint;
  /** Most that a source may bring by the API on a day of UTC, wei. @default 10 ETH */
  readonly keyDayCapWei: bigint;
  /** Most pixels that a transcoding job may have. @default 10^13 */
  readonly jobPixelsCap: bigint;
}

const ETH = 10n ** 18n;
/** No payout can be as much. */
export const AMOUNT_END_WEI = 2n ** 96n;
const SECONDS_MAX_MS = 86_400_000n;

export const DEFAULT_LIMITS: PoolLimits = {
  jobCapWei: ETH,
  ticketCapWei: 10n * ETH,
  keyDayCapWei: 10n * ETH,
  jobPixelsCap: 10n ** 13n,
};

export const LIMIT_KEYS = ["jobCapWei", "ticketCapWei", "keyDayCapWei", "jobPixelsCap"] as const;

/** The limits that a store has, or their defaults. */
export function readLimits(store: Pick<PoolStore, "setting">): PoolLimits {
  const value = (key: keyof PoolLimits): bigint => {
    const text = store.setting(`limit:${key}`);
    return text === null ? DEFAULT_LIMITS[key] : BigInt(text);
  };
  return {
    jobCapWei: value("jobCapWei"),
    ticketCapWei: value("ticketCapWei"),
    keyDayCapWei: value("keyDayCapWei"),
    jobPixelsCap: value("jobPixelsCap"),
  };
}

/**
 * Sets the limits that are given; the others stay.
 *
 * @throws InputError (`LIMIT`) for one that is no limit
 */
export function changeLimits(store: PoolStore, limits: Partial<PoolLimits>): void {
  store.transaction(() => {
    for (const key of LIMIT_KEYS) {
      const value = limits[key];
      if (value === undefined) continue;
      if (value < 0n || value >= AMOUNT_END_WEI) {
        throw new InputError(`${key}: expected 0 to 2^96 - 1, found ${value}`, { code: "LIMIT" });
      }
      store.setSetting(`limit:${key}`, value.toString());
    }
  });
}

/** Why an event waits. */
export interface Held {
  readonly code: string;
  readonly reason: string;
}

/**
 * Looks at an event by itself.
 *
 * @param isPerJob jobs are income; otherwise tickets are
 * @returns null: nothing is against it
 */
export function beyondLimits(
  event: PoolEvent,
  limits: PoolLimits,
  { isPerJob }: { readonly isPerJob: boolean },
): Held | null {
  switch (event.type) {
    case "job-processed":
      return jobBeyond(event, limits, isPerJob);
    case "ticket-redeemed":
    case "winning-ticket": {
      const { faceValueWei } = event;
      const gasWei = event.type === "ticket-redeemed" ? (event.gasFeesWei ?? 0n) : 0n;
      // Elsewhere a ticket is nobody's income.
      if (!isPerJob && faceValueWei > limits.ticketCapWei) {
        return held("TICKET_CAP", `a ticket of ${faceValueWei} wei`, limits.ticketCapWei);
      }
      if (!isPerJob && gasWei > limits.jobCapWei)
        return held("GAS_CAP", `gas of ${gasWei} wei`, limits.jobCapWei);
      return null;
    }
    default:
      return null;
  }
}

function jobBeyond(
  { feesWei, job, computeUnits, durationMs }: JobProcessed,
  { jobCapWei, jobPixelsCap }: PoolLimits,
  isPerJob: boolean,
): Held | null {
  // Where tickets are income, fees are shown only: they need to be no more than amounts.
  const capWei = isPerJob ? jobCapWei : AMOUNT_END_WEI - 1n;
  if (feesWei > capWei) return held("JOB_CAP", `a job of ${feesWei} wei`, capWei);
  if (isPerJob || job !== "transcode") return null;
  if (durationMs > SECONDS_MAX_MS) {
    return { code: "WORK_CAP", reason: `a job of ${durationMs} ms of video, more than a day` };
  }
  if (computeUnits <= jobPixelsCap) return null;
  const reason = `a job of ${computeUnits} pixels is beyond the limit of ${jobPixelsCap}`;
  return { code: "WORK_CAP", reason };
}

function held(code: string, what: string, capWei: bigint): Held {
  return { code, reason: `${what} is beyond the limit of ${capWei} wei` };
}

/** What an event brings, as far as limits of a day go. */
export function incomeOf(event: PoolEvent, { isPerJob }: { readonly isPerJob: boolean }): bigint {
  if (event.type === "job-processed") return isPerJob ? event.feesWei : 0n;
  const isTicket = event.type === "winning-ticket" || event.type === "ticket-redeemed";
  return isTicket && !isPerJob ? event.faceValueWei : 0n;
}
