/** Addresses that are left out of payouts until somebody says otherwise: what they earn stays owed. */
import { checkInstant, checkText } from "../../core/checks.js";
import { type Authored, recordAct, refusedAct } from "./acts.js";
import type { ActRow, PoolStore } from "./store/store.js";

/** An address that is left out of payouts. */
export interface Hold {
  /** Lower case. */
  readonly address: string;
  /** From when on it is paid again, ms since 1970; null: when it is released. */
  readonly untilMs: number | null;
  /** Why, in the operator's words. */
  readonly reason: string;
  /** Who said so. */
  readonly author: string;
  /** Since when, ms since 1970. */
  readonly sinceMs: number;
}

const HOLD = "hold";
const RELEASE = "hold-released";
const KINDS = [HOLD, RELEASE];

/**
 * Leaves an address out of payouts; in place of what was said of it before. What is signed already
 * can't be called back.
 *
 * @throws InputError (`ACT`) without a reason or an author, or for a time that is over;
 *   (`OPTION_INVALID`)
 */
export function holdAddress(
  store: PoolStore,
  {
    address,
    untilMs = null,
    ...authored
  }: Authored & {
    /** The address, in any case. */
    readonly address: string;
    /** Until when, ms since 1970. @default null, until it is released */
    readonly untilMs?: number | null | undefined;
  },
): Hold {
  checkText({ address });
  checkInstant({ untilMs: untilMs ?? undefined, nowMs: authored.nowMs });
  const subject = address.toLowerCase();
  if (untilMs !== null && untilMs <= authored.nowMs) {
    throw refusedAct(`hold ${subject}: until is over already`);
  }
  return store.transaction(() => {
    const detail = untilMs === null ? {} : { untilMs: String(Math.trunc(untilMs)) };
    recordAct(store, HOLD, subject, authored, detail);
    const { reason, author, nowMs } = authored;
    return { address: subject, untilMs, reason, author, sinceMs: Math.trunc(nowMs) };
  });
}

/**
 * Pays an address again.
 *
 * @returns false: it was not held, and nothing changed
 * @throws InputError (`ACT`) without a reason or an author
 */
export function releaseAddress(
  store: PoolStore,
  { address, ...authored }: Authored & { readonly address: string },
): boolean {
  return store.transaction(() => {
    if (holdOf(store, address, authored.nowMs) === null) return false;
    recordAct(store, RELEASE, address.toLowerCase(), authored);
    return true;
  });
}

/** Whether an address is left out of payouts at an instant (ms since 1970), and why; null: it is not. */
export function holdOf(
  store: Pick<PoolStore, "acts">,
  address: string,
  nowMs: number,
): Hold | null {
  const [act] = store.acts.list({ kinds: KINDS, subject: address.toLowerCase(), limit: 1 });
  return act === undefined ? null : holdAt(act, nowMs);
}

/** All that are left out at an instant, by address. */
export function holdsAt(store: Pick<PoolStore, "acts">, nowMs: number): readonly Hold[] {
  return store.acts.newest(KINDS).flatMap((act) => holdAt(act, nowMs) ?? []);
}

function holdAt({ kind, subject, detail, reason, author, atMs }: ActRow, nowMs: number) {
  const untilMs = detail["untilMs"] === undefined ? null : Number(detail["untilMs"]);
  if (kind !== HOLD || (untilMs !== null && untilMs <= nowMs)) return null;
  return { address: subject, untilMs, reason, author, sinceMs: atMs };
}
