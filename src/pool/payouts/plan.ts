/** Who is due: what an address is owed over all regions and node types, against the rules. */
import type { Payee } from "../books/accounts.js";
import { least } from "./gas.js";
import { isClosed, type Payout, type PayoutPart } from "./payout.js";
import type { PayoutSettings } from "./settings.js";

/** A pending balance. */
export interface PendingBalance extends Payee {
  /** Negative where more was paid than was owed. */
  readonly wei: bigint;
}

/** Why an address is not paid now. */
export type NotDue =
  /** Its total is below the threshold. */
  | "belowThreshold"
  /** Paid less than the minimum interval ago. */
  | "tooSoon"
  /** A payout of it is under way. */
  | "underWay"
  /** Its last payout reverted, or was called off, not long ago. */
  | "failedBefore"
  /** An operator holds it. */
  | "held"
  /** It was never paid, and has to be known for some time first. */
  | "isNew"
  /** No 20 bytes: a made-up name. */
  | "notAnAddress"
  /** Fees that nobody owns never leave (EG-D4). */
  | "zeroAddress"
  /** The pool's wallet would pay itself. */
  | "ownWallet";

/** What the rules say about one address. */
export interface PlannedPayout {
  /** Whom it pays, lower case. */
  readonly address: string;
  /** What is to be paid, in wei. */
  readonly amountWei: bigint;
  /** What the amount consists of. */
  readonly parts: readonly PayoutPart[];
  /** Why it is not due; null: it is due. */
  readonly notDue: NotDue | null;
  /** When the interval, the pause, the hold or the wait is over; null where time doesn't matter. */
  readonly dueAtMs: number | null;
  /** The batch that an operator approved it in. @default none was needed */
  readonly batch?: number | undefined;
}

/** What a plan of payouts is made from. */
export interface PlanInput {
  /** What is owed, by account. */
  readonly pending: Iterable<PendingBalance>;
  /** An address's payouts, newest first; a few are enough. */
  readonly historyOf: (address: string) => readonly Payout[];
  /** Whose money, if it is known. */
  readonly wallet: string | null;
  /** The operator's rules. */
  readonly settings: Pick<PayoutSettings, "thresholdWei" | "minIntervalMs" | "failurePauseMs"> &
    Partial<Pick<PayoutSettings, "firstWaitMs">>;
  /** Until when an address is held, ms since 1970; Infinity: until it is released; null: it is not. */
  readonly heldUntilMs?: ((address: string) => number | null) | undefined;
  /** Since when payouts know an address, ms since 1970; null: it was paid before. @default null */
  readonly newSinceMs?: ((address: string) => number | null) | undefined;
  /** The time, ms since 1970. */
  readonly nowMs: number;
}

const PAUSE_MAX_MS = 30 * 86_400_000;

/**
 * Whether an instant is less than a span away from now. What is further in the future was written while the
 * machine's clock was wrong, and nobody waits for it.
 */
export function isWithin(atMs: number, spanMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - atMs) < spanMs;
}

/** Everybody who is owed something, largest amount first; equal amounts by address. */
export function planPayouts({ pending, ...input }: PlanInput): PlannedPayout[] {
  const parts = new Map<string, PayoutPart[]>();
  for (const { address, nodeType, region, wei } of pending) {
    if (wei === 0n) continue;
    const key = address.toLowerCase();
    const list = parts.get(key) ?? [];
    list.push({ nodeType, region, wei });
    parts.set(key, list);
  }
  return [...parts]
    .map(([address, list]) => planned(address, list, input))
    .sort((one, other) =>
      one.amountWei === other.amountWei
        ? one.address < other.address
          ? -1
          : 1
        : one.amountWei > other.amountWei
          ? -1
          : 1,
    );
}

/**
 * The pending balances that a payment of an amount takes: what was overpaid is made good first,
 * then the others in their order. What goes beyond them all is taken from the first.
 *
 * @param amountWei more than 0
 */
export function partsFor(parts: readonly PayoutPart[], amountWei: bigint): PayoutPart[] {
  const taken: PayoutPart[] = parts.filter(({ wei }) => wei < 0n);
  let left = amountWei - taken.reduce((sum, { wei }) => sum + wei, 0n);
  for (const part of parts) {
    if (part.wei <= 0n || left === 0n) continue;
    const wei = least(part.wei, left);
    taken.push({ ...part, wei });
    left -= wei;
  }
  if (left === 0n) return taken;
  const [first = { nodeType: "transcode", region: "default", wei: 0n }, ...others] = taken;
  return [{ ...first, wei: first.wei + left }, ...others];
}

function planned(
  address: string,
  parts: readonly PayoutPart[],
  { historyOf, wallet, settings, nowMs, heldUntilMs, newSinceMs }: Omit<PlanInput, "pending">,
): PlannedPayout {
  const amountWei = parts.reduce((sum, { wei }) => sum + wei, 0n);
  const answer = (notDue: NotDue | null, dueAtMs: number | null = null): PlannedPayout => ({
    address,
    amountWei,
    parts,
    notDue,
    dueAtMs,
  });
  if (!/^0x[0-9a-f]{40}$/.test(address)) return answer("notAnAddress");
  if (/^0x0{40}$/.test(address)) return answer("zeroAddress");
  if (address === wallet) return answer("ownWallet");
  const heldMs = heldUntilMs?.(address) ?? null;
  if (heldMs !== null) return answer("held", Number.isFinite(heldMs) ? heldMs : null);
  if (amountWei < settings.thresholdWei || amountWei <= 0n) return answer("belowThreshold");
  const history = historyOf(address);
  if (history.some((payout) => !isClosed(payout))) return answer("underWay");
  // One that no node took was tried, and would be refused again.
  const tried = history.filter(
    ({ state, inclusion }) => state !== "cancelled" || inclusion?.outcome === "calledOff",
  );
  const firstPaid = tried.findIndex(({ state }) => state === "confirmed");
  const failures = firstPaid < 0 ? tried.length : firstPaid;
  const last = tried[0];
  if (last !== undefined && failures > 0) {
    const pauseMs = Math.min(settings.failurePauseMs * 2 ** (failures - 1), PAUSE_MAX_MS);
    if (isWithin(last.updatedAtMs, pauseMs, nowMs)) {
      return answer("failedBefore", last.updatedAtMs + pauseMs);
    }
  } else if (last !== undefined) {
    const { minIntervalMs } = settings;
    if (isWithin(last.createdAtMs, minIntervalMs, nowMs)) {
      return answer("tooSoon", last.createdAtMs + minIntervalMs);
    }
  }
  const { firstWaitMs = 0 } = settings;
  const knownMs = firstWaitMs === 0 ? null : (newSinceMs?.(address) ?? null);
  if (knownMs !== null && isWithin(knownMs, firstWaitMs, nowMs)) {
    return answer("isNew", knownMs + firstWaitMs);
  }
  return answer(null);
}
