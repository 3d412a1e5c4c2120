/**
 * Choosing who gets a segment, as go-livepeer's gateways do: the pure cores. Time and randomness
 * are passed in; URIs and addresses are integer handles.
 */
export { CHOSEN, type Chosen, type Selector } from "./selectors/selector.js";
export {
  Session,
  type SessionOptions,
  type SessionPrice,
  segmentDurationMs,
  sessionPrice,
} from "./session.js";
export {
  isReusable,
  REMOVAL,
  type Removal,
  type RemovalWithoutSender,
  refreshThreshold,
  SessionPool,
  type SessionPoolObserver,
  type SessionPoolOptions,
  SWAP_REASON,
  type SwapReason,
  suspensionPenalty,
} from "./session-pool.js";
