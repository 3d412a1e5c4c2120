/** `poolsim/pool/payouts`: from pending balances to money on chain, exactly once. */
export { InputError, isPoolsimError, PoolsimError, RemoteError } from "../../core/errors.js";
export { PayoutBooks, type PayoutBooksStore } from "./books.js";
export type { GasEstimate, Head, PayoutChain, Receipt, SendAnswer } from "./chain.js";
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
export { openPayoutChain, type RpcPayoutChainOptions } from "./rpc-chain.js";
export {
  type Hindered,
  type Hindrance,
  type PassReport,
  PayoutRunner,
  type PayoutRunnerOptions,
  type PayoutTrouble,
} from "./runner.js";
export { PAYOUT_DEFAULTS, type PayoutSettings, payoutSettings } from "./settings.js";
export { openKeystore, type Payment, type PayoutSigner } from "./signer.js";
