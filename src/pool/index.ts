/**
 * The orchestrator's side and the pool's books: the pure cores that decide which worker gets a
 * session, who is admitted and who is owed what. Time and randomness are passed in.
 */

export {
  type Account,
  type CommonAccount,
  inPayoutAccount,
  type Payee,
  type PayeeAccount,
  paidAccount,
  pendingAccount,
} from "./accounts.js";
export { BENCHMARK_SEGMENTS, type BenchmarkConfig, judgeBenchmark } from "./admission/benchmark.js";
export {
  type BenchmarkFigures,
  type BenchmarkReport,
  type BenchmarkRun,
  type BenchmarkSegment,
  type BenchmarkStep,
  benchmarkFigures,
  type Quantiles,
  worstP99Ms,
} from "./admission/benchmark-figures.js";
export {
  type AdmissionConfig,
  type AdmissionRegions,
  createAdmission,
  usesTiers,
} from "./admission/create.js";
export type {
  AdmissionCandidate,
  AdmissionDecision,
  AdmissionPolicy,
  DisconnectCause,
} from "./admission/policy.js";
export { parseAdmission } from "./admission/schema.js";
export { byWeights, type Weights } from "./attribution/by-weights.js";
export { perJob } from "./attribution/per-job.js";
export { type AttributionPostingsOptions, attributionPostings } from "./attribution/postings.js";
export type {
  Attribution,
  AttributionInput,
  AttributionScheme,
  Work,
  WorkerShare,
} from "./attribution/scheme.js";
export { splitWei } from "./attribution/split.js";
export {
  type Cause,
  Ledger,
  type LedgerEntry,
  type LedgerJournal,
  type LedgerOptions,
  type LedgerTransaction,
  MemoryJournal,
  type Posting,
} from "./ledger.js";
export { OrchestratorReceiving, type ReceivingOptions } from "./receiving.js";
export { ReconnectBackoff, type ReconnectOptions } from "./reconnect.js";
export { RoundBook, type RoundBookOptions } from "./rounds.js";
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
} from "./sessions.js";
export { checkRegistration, settleTask, type TaskOutcome, taskTimeoutMs } from "./tasks.js";
export {
  ANY_JOB,
  NO_CAPABLE_TRANSCODERS,
  NO_TRANSCODERS_AVAILABLE,
  RemoteTranscoderManager,
  type RemoteTranscoderManagerOptions,
  type WorkerCapabilities,
  type WorkerJob,
  type WorkerRegistration,
} from "./workers.js";
