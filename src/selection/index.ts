/**
 * Choosing who gets a segment, as go-livepeer's gateways do: the pure cores. Time and randomness
 * are passed in; URIs and addresses are integer handles.
 */
export {
  type Candidates,
  type Draw,
  LiveAlgorithm,
  type MissingPrice,
  NOBODY,
  ProbabilityAlgorithm,
  type ProbabilityOptions,
  type ProbabilityTable,
  pickByProbability,
  type SelectionAlgorithm,
  selectionProbabilities,
  withinMaxPrice,
} from "./algorithms.js";
export {
  PERFORMANCE_SCORES_INTERVAL_MS,
  PerformanceScores,
  parsePerformanceScores,
} from "./performance-scores.js";
export {
  type Chooser,
  firstInOrder,
  type PerfScoreReader,
  RecipientChooser,
  type RecipientChooserOptions,
  type StakeReader,
} from "./selectors/choosers.js";
export {
  MinLSSelector,
  type MinLSSelectorOptions,
  type SelectorOptions,
} from "./selectors/min-ls.js";
export { CHOSEN, type Chosen, type Selector } from "./selectors/selector.js";
export { SortedSelector, type SortKey } from "./selectors/sorted.js";
export { Session, type SessionOptions, segmentDurationMs } from "./session.js";
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
export { SessionPrice } from "./session-price.js";
