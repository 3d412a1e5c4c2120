/**
 * Choosing who gets a segment, as go-livepeer's gateways do: the pure cores. Time and randomness
 * are passed in; URIs and addresses are integer handles.
 */

export type { Registry, RegistryEntry, SettingFields } from "../config/registry.js";
export type { PoolsimErrorCode } from "../core/error-codes/selection.js";
export * from "../core/public-errors.js";
export { Rational } from "../core/rational.js";
export { type ModelState, modelState } from "../discovery/model-state.js";
export { Suspender, type SuspensionPolicy } from "../discovery/suspension.js";
export {
  type AIFailure,
  type AIFailureClass,
  badRequestText,
  classifyAIFailure,
  llmFailureText,
} from "./ai/failures.js";
export {
  type AILatency,
  type AISize,
  type AIUnits,
  aiLatencyScore,
  aiUnits,
  debitedSpeechUnits,
  inferenceSteps,
} from "./ai/latency-score.js";
export {
  inputIsRecent,
  LIVE_END,
  LIVE_EVENT_CHECK_MS,
  LIVE_EVENT_TIMEOUT_MS,
  LIVE_FAULT,
  LIVE_MAX_WRITES,
  LIVE_OUT_SEGMENT_TIMEOUT_MS,
  LIVE_PAYMENT_INTERVAL_MS,
  LIVE_READ_FAILURES,
  LIVE_READ_PAUSE_MS,
  LIVE_START_TIMEOUT_MS,
  LIVE_START_UNITS,
  LIVE_UNITS_PER_SECOND,
  type LiveEffect,
  type LiveEnd,
  type LiveFault,
  LivePayments,
  LiveStream,
  MAX_RECENT_SWAPS,
  RECENT_SWAP_MS,
  SwapLimit,
} from "./ai/live-stream.js";
export {
  AI_PIPELINES,
  type AIPipeline,
  CAPABILITY_LIVE_VIDEO,
  requestedModel,
  type ScoreTime,
} from "./ai/pipelines.js";
export {
  AI_EFFECT,
  AI_REQUEST_TRIES,
  AI_RESULT,
  AI_RETRY_TIMEOUT_MS,
  AI_TRIES_PER_ORCHESTRATOR,
  type AIEffect,
  AIRequest,
  type AIRequestConfig,
  type AIRequestJob,
  type AIRequestObserver,
  type AIResult,
  type NobodyFound,
} from "./ai/request.js";
export {
  type AIJob,
  AISessionManager,
  type AISessionManagerOptions,
  manifestId,
} from "./ai/session-manager.js";
export {
  AI_SELECT_TRIES,
  AISessionPool,
  type AISessionPoolOptions,
  type PickIndex,
} from "./ai/session-pool.js";
export {
  AI_LIVE_REFRESH_INTERVAL_MS,
  AI_REFRESH,
  AI_SELECTOR_TTL_MS,
  AI_SUSPENSION_PENALTY,
  type AIRefresh,
  type AISelection,
  AISessionSelector,
  type AISessionSelectorOptions,
  type DiscoveredAISession,
  LIVE_SUSPENSION_PENALTY,
  type MissingConstraints,
} from "./ai/session-selector.js";
export {
  type Candidates,
  checkCandidates,
  type Draw,
  NOBODY,
  type SelectionAlgorithm,
  withinMaxPrice,
} from "./algorithms/algorithm.js";
export {
  type SelectionContext,
  type SelectionEntry,
  selectionEntry,
} from "./algorithms/entry.js";
export type { MissingPrice, ProbabilityOptions } from "./algorithms/flags.js";
export { LatencyAlgorithm } from "./algorithms/latency.js";
export { LiveAlgorithm } from "./algorithms/live.js";
export {
  checkSelectionWeights,
  drawRecipient,
  ProbabilityAlgorithm,
  type ProbabilityTable,
  pickByProbability,
  selectionProbabilities,
} from "./algorithms/probability.js";
export { RandomAlgorithm } from "./algorithms/random.js";
export {
  createSelection,
  DEFAULT_SELECTION,
  SELECTION_ALGORITHMS,
  type SelectionSetting,
  selectionSchema,
} from "./algorithms/registry.js";
export {
  type AttemptConfig,
  type AttemptObserver,
  EFFECT,
  type Effect,
  SegmentAttempt,
} from "./attempt.js";
export {
  BALANCE_IDLE_LIMIT_MS,
  type Balance,
  type CertainTickets,
  type KnownSegments,
} from "./certain-tickets.js";
export { CreditAccounts } from "./credit-accounts.js";
export { FoundBatch, type FoundSessions } from "./found-sessions.js";
export {
  type L1Head,
  type LiveSession,
  StreamSessions,
  type StreamSessionsOptions,
} from "./live/stream-sessions.js";
export {
  httpStatus,
  isNonRetryable,
  OUTCOME,
  OUTCOME_RULES,
  type Outcome,
  type OutcomeRule,
  RESULT,
  type Result,
  ruleOf,
} from "./outcomes.js";
export {
  BALANCE_SWEEP_INTERVAL_MS,
  CreditAccount,
  PAYMENT_OUTCOME,
  type PaymentOutcome,
  StagedPayment,
} from "./payment.js";
export {
  estimateFee,
  estimatePixels,
  type FeeProfile,
  isPriceAcceptable,
  type PaymentTerms,
  PIXEL_ESTIMATE_MULTIPLIER,
  paymentTerms,
  TicketNonces,
} from "./payment-terms.js";
export {
  PERFORMANCE_SCORES_INTERVAL_MS,
  PerformanceScores,
  parsePerformanceScores,
} from "./performance-scores.js";
export {
  isInTime,
  isRealTime,
  isReusable,
  refreshThreshold,
  suspensionPenalty,
} from "./pool-limits.js";
export { type SessionPoolObserver, SWAP_REASON, type SwapReason } from "./pool-observer.js";
export {
  AUTH_TOKEN_REFRESH_WINDOW_MS,
  AUTH_TOKEN_VALID_MS,
  CONNECT_TIMEOUT_MS,
  latencyScore,
  pushEndMs,
  REFRESH_TIMEOUT_MS,
  RENDITION_DOWNLOAD_TIMEOUT_MS,
  type RefreshTiming,
  refreshTiming,
  shouldRefresh,
  uploadTimeoutMs,
  wholeTimeoutMs,
} from "./segment-timing.js";
export {
  type Chooser,
  firstInOrder,
  type PerfScoreReader,
  RecipientChooser,
  type RecipientChooserOptions,
  type RecipientSession,
  type StakeReader,
} from "./selectors/choosers.js";
export {
  MinLSSelector,
  type MinLSSelectorOptions,
  type SelectorOptions,
} from "./selectors/min-ls.js";
export { CHOSEN, type Chosen, type Selector } from "./selectors/selector.js";
export { SortedSelector, type SortKey } from "./selectors/sorted.js";
export { type FoundSession, Session, type SessionOptions, segmentDurationMs } from "./session.js";
export {
  createSession,
  createSessions,
  renewSession,
  type SessionAnswer,
  type SessionCreation,
} from "./session-creation.js";
export {
  REMOVAL,
  type Removal,
  type RemovalWithoutSender,
  SessionPool,
  type SessionPoolOptions,
} from "./session-pool.js";
export { SessionPrice } from "./session-price.js";
export {
  type PoolNumOrchs,
  poolNumOrchs,
  SessionsManager,
  type SessionsManagerOptions,
  type VerificationChoice,
} from "./sessions-manager.js";
export { MATCH, type Match, VerifiedAttempt, type VerifiedMember } from "./verified-attempt.js";
