/**
 * The life of a payout as a pure state machine: what was seen of the chain goes in, the payout's
 * next form and what it means to the books come out. Nothing here waits, sends or asks.
 */
import { invariant } from "../../core/errors.js";
import type { LedgerTransaction } from "../books/ledger.js";
import {
  type Inclusion,
  isClosed,
  isSameInclusion,
  type Payout,
  type PayoutIntent,
  type SignedPayment,
} from "./payout.js";
import { closing, reopening, reservation } from "./postings.js";

/** What the chain says about a payout. */
export type Observation =
  /** Nothing that can be relied on: the node contradicts itself, or is behind. */
  | {
      readonly kind: "unclear";
      /** The reason, in words. */
      readonly why: string;
    }
  /** In no block of the chain, and its nonce not used. */
  | { readonly kind: "absent" }
  /** Its nonce went to a payment to somebody that these books owe, and they don't have it. */
  | {
      readonly kind: "unknown";
      /** The reason, in words. */
      readonly why: string;
    }
  | {
      readonly kind: "included";
      /** Where it is on the chain. */
      readonly inclusion: Inclusion;
      /** Number of the last block at that time. */
      readonly headNumber: number;
    };

/** A payout's next form, and the entries that must be stored with it, both or neither. */
export interface Transition {
  /** The payout's next form. */
  readonly payout: Payout;
  /** What that means to the books. */
  readonly entries: readonly LedgerTransaction[];
}

const CLOSED_AS = {
  paid: "confirmed",
  reverted: "failed",
  calledOff: "cancelled",
  displaced: "cancelled",
} as const;

/**
 * Begins one: money reserved and bytes signed, to be stored together before anything is sent. One of
 * 0 wei to the wallet itself uses up a nonce and nothing else.
 */
export function begin(intent: PayoutIntent, payment: SignedPayment): Transition {
  const sum = intent.parts.reduce((total, { wei }) => total + wei, 0n);
  const isFill = intent.address === intent.wallet && intent.parts.length === 0;
  invariant(
    sum === intent.amountWei && (sum > 0n || isFill),
    "a payout's parts add up to its amount",
  );
  const payout: Payout = {
    ...intent,
    state: "signed",
    attempts: [payment],
    inclusion: null,
    updatedAtMs: intent.createdAtMs,
  };
  return { payout, entries: [reservation(intent)] };
}

/**
 * Takes in a payment that the chain has and the books don't: reserved, and closed if it is deep.
 *
 * @param intent its time is its block's
 */
export function adopted(
  intent: PayoutIntent,
  payment: SignedPayment,
  inclusion: Inclusion,
  { isDeep, nowMs }: { readonly isDeep: boolean; readonly nowMs: number },
): Transition {
  const begun = begin(intent, payment);
  const state = isDeep ? CLOSED_AS[inclusion.outcome] : "mined";
  const payout: Payout = { ...begun.payout, state, inclusion, updatedAtMs: nowMs };
  return { payout, entries: [...begun.entries, ...(isDeep ? [closing(payout, nowMs)] : [])] };
}

/** Its bytes were handed to a node, whatever came of it. */
export function sent(payout: Payout, nowMs: number): Transition | null {
  if (payout.state !== "signed") return null;
  return { payout: { ...payout, state: "sent", updatedAtMs: nowMs }, entries: [] };
}

/** Adds an attempt with the same nonce and a higher fee, for what is in no block. */
export function replaced(payout: Payout, payment: SignedPayment): Transition {
  invariant(payout.inclusion === null, "only what is in no block is replaced");
  const attempts = [...payout.attempts, payment];
  return {
    payout: { ...payout, attempts, state: "signed", updatedAtMs: payment.signedAtMs },
    entries: [],
  };
}

/**
 * Takes in what the chain says.
 *
 * @param confirmations blocks from the payout's own to the head, both counted, at least 1
 * @returns null when nothing changes; otherwise both parts are to be stored in one transaction
 */
export function observed(
  payout: Payout,
  observation: Observation,
  { confirmations, nowMs }: { readonly confirmations: number; readonly nowMs: number },
): Transition | null {
  if (observation.kind === "unclear" || observation.kind === "unknown") return null;
  const seen = observation.kind === "included" ? observation.inclusion : null;
  const isDeep =
    observation.kind === "included" &&
    observation.headNumber - observation.inclusion.blockNumber + 1 >= confirmations;
  if (isSameInclusion(payout.inclusion, seen)) {
    // A closed payout stays closed where it is; an open one waits until it is deep enough.
    if (isClosed(payout) || !isDeep) return null;
  }
  const entries: LedgerTransaction[] = isClosed(payout) ? [reopening(payout, nowMs)] : [];
  if (seen === null) {
    return { payout: { ...payout, state: "sent", inclusion: null, updatedAtMs: nowMs }, entries };
  }
  const state = isDeep ? CLOSED_AS[seen.outcome] : "mined";
  const next: Payout = { ...payout, state, inclusion: seen, updatedAtMs: nowMs };
  if (isDeep) entries.push(closing(next, nowMs));
  return { payout: next, entries };
}
