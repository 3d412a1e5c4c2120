/** What `pool payouts` prints: who is owed what, and what became of payouts. */

import { counted } from "../../../core/wording.js";
import type { Hold } from "../../../pool/books/holds.js";
import {
  type Batch,
  type Hindered,
  type PassReport,
  type Payout,
  type PlannedPayout,
  rangesText,
} from "../../../pool/payouts/index.js";
import { ethText } from "../shared/amounts.js";

export interface PayoutsShown {
  readonly plans: readonly PlannedPayout[];
  /** Newest first. */
  readonly payouts: readonly Payout[];
  readonly isSent: boolean;
  /** The newest batch that was written down for approval. */
  readonly batch: Batch | null;
  /** Who is left out. */
  readonly holds: readonly Hold[];
  /** Due, but not paid by this command. */
  readonly hindered: readonly Hindered[];
}

const REASONS = {
  belowThreshold: "below the threshold",
  tooSoon: "paid not long ago",
  underWay: "a payout is under way",
  failedBefore: "its last payout failed, or no node took it",
  notAnAddress: "no Ethereum address",
  zeroAddress: "the zero address is never paid",
  ownWallet: "the pool's own wallet",
  held: "held: poolsim pool hold says why",
  isNew: "a first payout waits for --firstWait",
} as const;

const HINDRANCES = {
  gasTooExpensive: "gas costs more than --maxGasPrice",
  gasEatsIt: "gas would cost more than --maxGasShare of it",
  recipientRefuses: "the node estimates transfers, but not this one",
  walletShort: "the wallet has not enough",
  paidInPart: "the wallet had not enough for all of it",
  paidOutside: "an acknowledged transaction of the wallet paid it while it was owed",
  foreignTransactions: "the wallet has other transactions waiting",
  notFenced: "after a restore, nonces that other payments may have are used up first",
  dayCap: "with it more would be paid in 24 h than --capPerDay",
  payoutCap: "it is more than --capPerPayout: look why, then raise that",
  tooMany: "enough are under way",
  notApproved: "it waits for poolsim pool payouts approve",
  moved: "what it is owed has just changed",
} as const;

function hindranceText({ why, detail }: Hindered): string {
  return `${HINDRANCES[why]}${detail === null ? "" : `: ${oneLine(detail)}`}`;
}

/** UTC, whole seconds. */
function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Of a pool with many workers most are below the threshold at any time. */
function together(plans: readonly PlannedPayout[], where: string): string[] {
  if (plans.length === 0) return [];
  const wei = plans.reduce((sum, { amountWei }) => sum + amountWei, 0n);
  const who = `${counted(plans.length, "address is", "addresses are")} ${where}`;
  return [`${who}: ${ethText(wei)} all together; --json shows each.`];
}

/** For people. */
export function payoutsText(shown: PayoutsShown): string {
  const { plans, payouts, isSent, hindered, batch, holds } = shown;
  const lines = isSent ? [] : ["Dry run: nothing is signed or sent without --send."];
  if (plans.length === 0) lines.push("Nobody is owed anything.");
  const isSmall = ({ notDue }: PlannedPayout): boolean => notDue === "belowThreshold";
  for (const { address, amountWei, notDue, dueAtMs } of plans.filter((plan) => !isSmall(plan))) {
    const until = dueAtMs === null ? "" : ` (until ${timeText(dueAtMs)})`;
    const why = hindered.find(({ plan }) => plan.address === address);
    const due = why === undefined ? "due" : `due, but ${hindranceText(why)}`;
    const held = holds.find((hold) => hold.address === address);
    const reason = held === undefined ? "" : `: ${oneLine(held.reason)} (${oneLine(held.author)})`;
    const verdict = notDue === null ? due : `${REASONS[notDue]}${until}${reason}`;
    lines.push(`${address}  ${ethText(amountWei)}  ${verdict}`);
  }
  const small = plans.filter(isSmall);
  lines.push(
    ...together(
      small.filter(({ amountWei }) => amountWei >= 0n),
      "below the threshold",
    ),
    ...together(
      small.filter(({ amountWei }) => amountWei < 0n),
      "below zero",
    ),
  );
  lines.push(...batchLines(batch));
  lines.push("", payouts.length === 0 ? "No payouts yet." : "Payouts, newest first:");
  for (const { id, address, amountWei, createdAtMs, state, inclusion } of payouts) {
    const where = inclusion === null ? "" : `  block ${inclusion.blockNumber} ${inclusion.txHash}`;
    const what = `${address}  ${ethText(amountWei)}  ${state}${where}`;
    lines.push(`${id}  ${timeText(createdAtMs)}  ${what}`);
  }
  return `${lines.join("\n")}\n`;
}

/** What waits for an operator. */
function batchLines(batch: Batch | null): string[] {
  if (batch === null || batch.approved !== null) return [];
  const lines = [...batch.lines];
  const wei = lines.reduce((sum, [, one]) => sum + one, 0n);
  const what = `${counted(lines.length, "payout")} of ${ethText(wei)} all together`;
  return [
    "",
    `Batch ${batch.id} of ${timeText(batch.atMs)} waits for poolsim pool payouts approve ${batch.id}: ${what}`,
    ...lines.map(([address, one]) => `  ${address}  ${ethText(one)}`),
  ];
}

/** For programs: amounts are wei as text. */
export function payoutsJson(shown: PayoutsShown): string {
  const { plans, payouts, isSent, hindered, batch, holds } = shown;
  const json = {
    dryRun: !isSent,
    batch:
      batch === null
        ? null
        : {
            id: batch.id,
            at: timeText(batch.atMs),
            lines: [...batch.lines].map(([address, wei]) => ({ address, wei: wei.toString() })),
            approvedBy: batch.approved?.author ?? null,
            approvedAt: batch.approved === null ? null : timeText(batch.approved.atMs),
          },
    holds: holds.map(({ address, untilMs, reason, author }) => ({
      address,
      until: untilMs === null ? null : timeText(untilMs),
      reason,
      author,
    })),
    owed: plans.map(({ address, amountWei, notDue, dueAtMs, parts }) => ({
      address,
      wei: amountWei.toString(),
      eth: ethText(amountWei).replace(" ETH", ""),
      isDue: notDue === null,
      notDue,
      hindrance: hindered.find(({ plan }) => plan.address === address)?.why ?? null,
      hindranceDetail: hindered.find(({ plan }) => plan.address === address)?.detail ?? null,
      dueAt: dueAtMs === null ? null : timeText(dueAtMs),
      parts: parts.map(({ nodeType, region, wei }) => ({ nodeType, region, wei: wei.toString() })),
    })),
    payouts: payouts.map((payout) => ({
      id: payout.id,
      address: payout.address,
      wei: payout.amountWei.toString(),
      eth: ethText(payout.amountWei).replace(" ETH", ""),
      state: payout.state,
      createdAt: timeText(payout.createdAtMs),
      updatedAt: timeText(payout.updatedAtMs),
      chainId: payout.chainId.toString(),
      wallet: payout.wallet,
      nonce: payout.nonce,
      batch: payout.batch ?? null,
      txHash: payout.inclusion?.txHash ?? null,
      blockNumber: payout.inclusion?.blockNumber ?? null,
      gasWei: payout.inclusion?.gasWei.toString() ?? null,
      attempts: payout.attempts.map(({ txHash }) => txHash),
    })),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** What happened in a pass, a line each. */
export function eventLines(report: PassReport): string[] {
  const { begun, changed, hindered, troubles, gap, unfilled } = report;
  const line = ({ id, address, amountWei }: Payout): string =>
    `payout ${id} of ${ethText(amountWei)} to ${address}`;
  return [
    ...begun.map((payout) => `${line(payout)}: begun with nonce ${payout.nonce}`),
    ...changed.map((payout) => `${line(payout)}: ${payout.state}`),
    ...hindered.map((one) => `${one.plan.address} is due, but ${hindranceText(one)}`),
    ...(unfilled === null
      ? []
      : [
          `nonces ${rangesText(unfilled.nonces)} are to be used up, but ${HINDRANCES[unfilled.why]}`,
        ]),
    ...troubles.map(({ payout, message }) => `${line(payout)}: ${oneLine(message)}`),
    ...(gap.length === 0
      ? []
      : [
          `nobody uses nonces ${rangesText(gap)}, and payouts above wait for them: ` +
            "--fill-gaps uses them up",
        ]),
  ];
}

/** A node's words, which may be anything. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, " ").slice(0, 200);
}
