/**
 * Finding orchestrators, as go-livepeer's gateways do: the pure cores. Each takes plain data,
 * time included, and answers with plain data; sources and transport are for the shell around it.
 */
export {
  InputError,
  InvariantError,
  isPoolsimError,
  PoolsimError,
  RemoteError,
} from "../core/errors.js";
export { Interner } from "../core/interner.js";
export { Rational } from "../core/rational.js";
export {
  type BitString,
  bitNumbers,
  bitString,
  bitStringCompatible,
  type Capabilities,
  type Constraints,
  constraintsCompatible,
  incompatibility,
  type JobCapabilities,
  legacyOnly,
  type ModelConstraint,
  type PerCapability,
} from "./capabilities.js";
export {
  CAPABILITY_NAMES,
  capabilityText,
  DEFAULT_CAPABILITIES,
  LEGACY_CAPABILITIES,
  MANDATORY_CAPABILITIES,
  OPTIONAL_CAPABILITIES,
  pipelineToCapability,
} from "./capability.js";
export {
  type EligibilityRules,
  ineligibility,
  onChainRejection,
  type Predicate,
  parseOrchBlocklist,
} from "./eligibility.js";
export { type JobProfile, jobCapabilities, type VideoJob } from "./job-capabilities.js";
export { capacitiesOf, NodeCapabilities } from "./node-capabilities.js";
export { DISCOVERY_DEFAULTS } from "./options.js";
export type {
  AuthToken,
  OrchestratorInfo,
  PriceInfo,
  TicketExpirationParams,
  TicketParams,
} from "./orchestrator-info.js";
export {
  clampInt64,
  DEFAULT_MODEL,
  fixedToPrice,
  jobMaxPrice,
  type MaxPrices,
  pricePerPixel,
  priceToFixed,
  tokensToFixed,
  wholePrice,
} from "./price.js";
export type { Rejection, RejectionReason } from "./rejection.js";
export {
  type DiscoveryRequest,
  DiscoveryRound,
  type DiscoveryRoundOptions,
  type FoundOrchestrator,
  type RejectedOrchestrator,
  type RoundAnswer,
  type RoundState,
} from "./round.js";
export { parseMinRunnerVersions } from "./runner-versions.js";
export {
  HardcodedSource,
  type HardcodedSourceOptions,
  parseOrchAddrs,
} from "./sources/hardcoded.js";
export { NodeDbSource, type NodeDbSourceOptions } from "./sources/node-db-source.js";
export { parseOrchestratorUri, parseRequestUri, type RequestUri } from "./sources/request-uri.js";
export type {
  DroppedEntry,
  ListOptions,
  OrchestratorSource,
  SourceEndpoint,
  SourceKind,
  SourceListing,
} from "./sources/source.js";
export {
  createOrchestratorTable,
  type OrchestratorFilter,
  type OrchestratorRow,
  OrchestratorTable,
  type OrchestratorUpdate,
} from "./sources/store/orchestrator-table.js";
export {
  SqliteDatabase,
  type SqliteOptions,
  type SqlRow,
  type SqlValue,
} from "./sources/store/sqlite.js";
export { parseWebhookList, type WebhookList } from "./sources/webhook/webhook-list.js";
export { WebhookSource, type WebhookSourceOptions } from "./sources/webhook/webhook-source.js";
export { Suspender, type SuspensionPolicy } from "./suspension.js";
export { type SuspendedEntry, SuspensionQueue } from "./suspension-queue.js";
export {
  MAX_WIN_PROB,
  type SenderInfo,
  type TicketLimits,
  type TicketParamsFault,
  ticketEV,
  ticketParamsFault,
  winProbability,
} from "./ticket-params.js";
export { versionCompatible } from "./version.js";
