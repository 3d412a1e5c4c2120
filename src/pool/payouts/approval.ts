/**
 * Payouts that an operator approves: what is due is written down as a batch, whose amounts stay, and
 * each line of an approved batch is paid once, by the payout that names the batch.
 */
import { InputError } from "../../core/errors.js";
import { type Authored, recordAct } from "../books/acts.js";
import type { ActRow, PoolStore } from "../books/store/store.js";
import { isWithin, type PlannedPayout, partsFor } from "./plan.js";

/** What approval needs of the store. */
export type ApprovalStore = Pick<PoolStore, "acts" | "payouts" | "transaction">;

/** Payments that wait for an operator, or that one approved. */
export interface Batch {
  /** Names it. */
  readonly id: number;
  /** When it was written down, ms since 1970. */
  readonly atMs: number;
  /** Amounts in wei, by address. */
  readonly lines: ReadonlyMap<string, bigint>;
  /** Who approved it, when (ms since 1970) and why; null: nobody did. */
  readonly approved: Pick<ActRow, "author" | "reason" | "atMs"> | null;
}

const BATCH = "batch";
const APPROVED = "batch-approved";
/** What was approved so long ago has to be approved again. */
const APPROVAL_MS = 7 * 86_400_000;
/** A batch that nobody approved is written anew. */
const BATCH_MS = 86_400_000;

/** The batch with an id; null: there is none. */
export function batchOf(store: Pick<PoolStore, "acts">, id: number): Batch | null {
  const act = store.acts.get(id);
  return act?.kind === BATCH ? readBatch(store, act) : null;
}

/** The newest batch; null: there is none. */
export function newestBatch(store: Pick<PoolStore, "acts">): Batch | null {
  const [act] = store.acts.list({ kinds: [BATCH], limit: 1 });
  return act === undefined ? null : readBatch(store, act);
}

/**
 * Approves a batch.
 *
 * @returns false: it was approved before
 * @throws InputError (`PAYOUT_BATCH`) if there is none with this id, or a newer one
 */
export function approveBatch(store: ApprovalStore, id: number, authored: Authored): boolean {
  return store.transaction(() => {
    const batch = batchOf(store, id);
    if (batch === null) throw refused(`there is no batch ${id}`);
    if (batch.approved !== null) return false;
    const newest = newestBatch(store);
    if (newest !== null && newest.id !== id) {
      throw refused(`batch ${id} is out of date: batch ${newest.id} has what is due now`);
    }
    recordAct(store, APPROVED, String(id), authored);
    return true;
  });
}

/**
 * What of a payout that is due is approved and not paid yet.
 *
 * @returns the payout as it was approved; null: it waits
 */
export function approvedPayout(
  store: Pick<PoolStore, "acts" | "payouts">,
  plan: PlannedPayout,
  nowMs: number,
): (PlannedPayout & { readonly batch: number }) | null {
  const approvals = store.acts.list({ kinds: [APPROVED], limit: 100 });
  for (const { subject, atMs } of approvals) {
    const batch = batchOf(store, Number(subject));
    const amountWei = batch?.lines.get(plan.address);
    if (batch === null || amountWei === undefined) continue;
    // Of several the newest counts.
    const before = store.payouts.list({ address: plan.address });
    if (before.some((row) => row.batch === batch.id)) return null;
    // One of a clock that was ahead counts for nothing, and hides none from before.
    if (!isWithin(atMs, APPROVAL_MS, nowMs)) continue;
    if (amountWei > plan.amountWei) return null;
    const parts = amountWei === plan.amountWei ? plan.parts : partsFor(plan.parts, amountWei);
    return { ...plan, amountWei, parts, batch: batch.id };
  }
  return null;
}

/**
 * Writes down what waits for approval, unless the newest batch has it.
 *
 * @param waiting payouts that are due and not approved; at least one
 * @returns the batch that has them
 */
export function proposeBatch(
  store: ApprovalStore,
  waiting: readonly PlannedPayout[],
  nowMs: number,
): Batch {
  return store.transaction(() => {
    const due = new Map(waiting.map(({ address, amountWei }) => [address, amountWei]));
    const open = newestBatch(store);
    // Who became due since then waits for the next one: what somebody looks at stays.
    const isGood =
      open !== null &&
      open.approved === null &&
      isWithin(open.atMs, BATCH_MS, nowMs) &&
      [...open.lines].every(([address, wei]) => (due.get(address) ?? 0n) >= wei);
    if (isGood) return open;
    const detail = Object.fromEntries(
      waiting.map(({ address, amountWei }) => [address, amountWei.toString()]),
    );
    const authored = { reason: "due", author: "poolsim", nowMs };
    const id = recordAct(store, BATCH, "payouts", authored, detail);
    return { id, atMs: Math.trunc(nowMs), lines: due, approved: null };
  });
}

function readBatch(store: Pick<PoolStore, "acts">, { id, detail, atMs }: ActRow): Batch {
  const [approval] = store.acts.list({ kinds: [APPROVED], subject: String(id), limit: 1 });
  const lines = new Map(Object.entries(detail).map(([address, wei]) => [address, BigInt(wei)]));
  return { id, atMs, lines, approved: approval ?? null };
}

function refused(why: string): InputError {
  return new InputError(`payouts: ${why}`, { code: "PAYOUT_BATCH" });
}
