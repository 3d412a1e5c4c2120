/** `poolsim/pool/payouts`: from pending balances to money on chain, exactly once. */

export type { PoolsimErrorCode } from "../../core/error-codes/pool-payouts.js";
export * from "../../core/public-errors.js";
export { Rational } from "../../core/rational.js";
export { ACKNOWLEDGED_MAX, type AcknowledgeOptions, acknowledgeNonces } from "./acknowledge.js";
export { type AllKnownOptions, assertAllKnown } from "./all-known.js";
export {
  type ApprovalStore,
  approveBatch,
  type Batch,
  batchOf,
  newestBatch,
} from "./approval.js";
export { type BindingStore, type BindOptions, bind, bindingOf } from "./binding.js";
export { PayoutBooks, type PayoutBooksStore } from "./books.js";
export type {
  ChainTransaction,
  GasEstimate,
  Head,
  PayoutChain,
  Receipt,
  SendAnswer,
} from "./chain.js";
export type { SignedMemory, SignedNonce } from "./fence.js";
export { type FeeMarket, type Fees, firstFees, raisedFees } from "./gas.js";
export {
  begin,
  type Observation,
  observed,
  replaced,
  sent,
  type Transition,
} from "./machine.js";
export {
  type NonceInput,
  type NonceRange,
  type NonceState,
  nonceState,
  rangesText,
} from "./nonces.js";
export {
  type Inclusion,
  isClosed,
  type Payout,
  type PayoutIntent,
  type PayoutPart,
  type SignedPayment,
} from "./payout.js";
export {
  type NotDue,
  type PendingBalance,
  type PlanInput,
  type PlannedPayout,
  planPayouts,
} from "./plan.js";
export type { Hindered, Hindrance, PassReport, PayoutTrouble, Unfilled } from "./report.js";
export { openPayoutChain, type RpcPayoutChainOptions } from "./rpc-chain.js";
export { PayoutRunner, type PayoutRunnerOptions } from "./runner.js";
export { PAYOUT_DEFAULTS, type PayoutSettings, payoutSettings } from "./settings.js";
export { openSignedMemory, type SignedMemoryOptions } from "./signed-memory.js";
export { openKeystore, type Payment, type PayoutSigner } from "./signer.js";
export {
  type Adopting,
  type ChainFindings,
  type VerifyChainOptions,
  verifyChain,
} from "./verify-chain.js";
export { lockWallet, type WalletLock, type WalletLockOptions } from "./wallet-lock.js";
