/**
 * The orchestrator's side and the pool's books: the pure cores that decide which worker gets a
 * session, who is admitted and who is owed what. Time and randomness are passed in.
 */

export type { Registry, RegistryEntry, SettingFields } from "../config/registry.js";
export type { PoolsimErrorCode } from "../core/error-codes/pool.js";
export * from "../core/public-errors.js";
export { Rational } from "../core/rational.js";
export {
  type Account,
  type CommonAccount,
  inPayoutAccount,
  type Payee,
  type PayeeAccount,
  paidAccount,
  pendingAccount,
} from "./books/accounts.js";
export { byWeights, type Weights } from "./books/attribution/by-weights.js";
export type {
  SchemeEntry,
  SchemeNeed,
  SchemeSettingValues,
  SchemeShape,
} from "./books/attribution/entry.js";
export { perJob } from "./books/attribution/per-job.js";
export {
  type AttributionPostingsOptions,
  attributionPostings,
} from "./books/attribution/postings.js";
export {
  ATTRIBUTION_SCHEMES,
  SCHEMES,
  type SchemeName,
  type SchemeSetting,
  schemeEntryOf,
  schemeOfSetting,
} from "./books/attribution/registry.js";
export type {
  Attribution,
  AttributionInput,
  AttributionScheme,
  Work,
  WorkerShare,
} from "./books/attribution/scheme.js";
export { commissionOf } from "./books/attribution/scheme.js";
export { splitWei } from "./books/attribution/split.js";
export {
  type Cause,
  Ledger,
  type LedgerEntry,
  type LedgerJournal,
  type LedgerOptions,
  type LedgerTransaction,
  MemoryJournal,
  type Posting,
} from "./books/ledger.js";
export {
  type CloseTerms,
  type PlacedWork,
  RoundCore,
  type RoundSplit,
  type RoundState,
} from "./books/rounds.js";
export {
  BENCHMARK_SEGMENTS,
  type BenchmarkConfig,
  judgeBenchmark,
} from "./orchestrator/admission/benchmark.js";
export {
  type BenchmarkFigures,
  type BenchmarkReport,
  type BenchmarkRun,
  type BenchmarkStep,
  benchmarkFigures,
  type Quantiles,
  worstP99Ms,
} from "./orchestrator/admission/benchmark-figures.js";
export type { BenchmarkSegment } from "./orchestrator/admission/benchmark-quantiles.js";
export type { BenchmarkTail } from "./orchestrator/admission/benchmark-tail.js";
export {
  admissionNeeds,
  createAdmission,
  regionLimitsIn,
  usesTiers,
  withRegionLimits,
} from "./orchestrator/admission/create.js";
export {
  type AdmissionEntry,
  type AdmissionNeed,
  type AdmissionRegions,
  admissionEntry,
} from "./orchestrator/admission/entry.js";
export type { ListConfig } from "./orchestrator/admission/list.js";
export { AdmitEveryone, admitted, refused } from "./orchestrator/admission/none.js";
export type { PerRegionConfig } from "./orchestrator/admission/per-region.js";
export type {
  AdmissionCandidate,
  AdmissionDecision,
  AdmissionPolicy,
  DisconnectCause,
} from "./orchestrator/admission/policy.js";
export type { ProbationConfig } from "./orchestrator/admission/probation.js";
export type { ReconnectPenaltyConfig } from "./orchestrator/admission/reconnect-penalty.js";
export type { RegionLimits } from "./orchestrator/admission/region-limits.js";
export { ADMISSION_POLICIES, type OwnAdmissionEntry } from "./orchestrator/admission/registry.js";
export type { RollingConfig } from "./orchestrator/admission/rolling.js";
export { type AdmissionConfig, parseAdmission } from "./orchestrator/admission/schema.js";
export type { SessionCapConfig } from "./orchestrator/admission/session-cap.js";
export type { TierConfig } from "./orchestrator/admission/tier.js";
export {
  AIAdmission,
  type AIAdmissionSettings,
  type AIBench,
  type AIJobOutcome,
  type AITimeLimit,
  admittedCapacities,
} from "./orchestrator/ai/admission.js";
export {
  type AIModelCapacity,
  AINodeCapacity,
  type AINodeModel,
} from "./orchestrator/ai/capacities.js";
export {
  AICapacityCheck,
  type AICapacityCheckOptions,
  type AIReservation,
  type LiveContainers,
  liveCapacity,
} from "./orchestrator/ai/capacity-check.js";
export {
  AI_REFUSALS,
  AI_WORKER_TIMEOUT_MS,
  AI_WORKER_TIMEOUT_TEXT,
  type AIAnswer,
  type AIJobEffect,
  RemoteAIJob,
} from "./orchestrator/ai/remote-job.js";
export {
  AI_WORKER_ERRORS,
  AI_WORKERS_DEADLOCKED,
  type AIWorkerRegistration,
  NO_AI_WORKERS,
  NO_CAPABLE_AI_WORKERS,
  RemoteAIWorkerManager,
  type RemoteAIWorkerManagerOptions,
} from "./orchestrator/ai/worker-manager.js";
export { OrchestratorReceiving, type ReceivingOptions } from "./orchestrator/receiving.js";
export { ReconnectBackoff, type ReconnectOptions } from "./orchestrator/reconnect.js";
export {
  DEFAULT_MAX_SESSIONS,
  NO_SESSION,
  ORCHESTRATOR_BUSY,
  ORCHESTRATOR_CAPPED,
  OrchestratorSessions,
  type OrchestratorSessionsOptions,
  SESSION_IDLE_MS,
  SESSION_QUEUE_LENGTH,
  type SessionCloseListener,
  type SessionEnd,
  sessionSlot,
} from "./orchestrator/sessions.js";
export {
  checkRegistration,
  SOURCE_DOWNLOAD_TIMEOUT_MS,
  settleTask,
  type TaskOutcome,
  taskTimeoutMs,
} from "./orchestrator/tasks.js";
export {
  ANY_JOB,
  NO_CAPABLE_TRANSCODERS,
  NO_TRANSCODERS_AVAILABLE,
  RemoteTranscoderManager,
  type RemoteTranscoderManagerOptions,
  type WorkerCapabilities,
  type WorkerJob,
  type WorkerRegistration,
} from "./orchestrator/workers.js";
