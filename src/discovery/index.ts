/**
 * Finding orchestrators, as go-livepeer's gateways do. The cores are pure: each takes plain data,
 * time included, and answers with plain data. Around them are sources, the wire, and the live shell
 * that drives the cores with both: `discover`, `explain`, `Discovery`.
 */

export type { Registry, RegistryEntry, SettingFields } from "../config/registry.js";
export type { PoolsimErrorCode } from "../core/error-codes/discovery.js";
export { Interner } from "../core/interner.js";
export * from "../core/public-errors.js";
export { Rational } from "../core/rational.js";
export {
  SqliteDatabase,
  type SqliteOptions,
  type SqlRow,
  type SqlValue,
} from "../io/sqlite.js";
export { recipientAddress } from "./address.js";
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
  capabilityPipeline,
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
export type { Asked, AskedEndpoint } from "./live/asked.js";
export type { Clock } from "./live/clock.js";
export type { OrchestratorDescriptor } from "./live/descriptor.js";
export { askDetails, type DetailsOptions, type OrchestratorDetails } from "./live/details.js";
export { type DiscoverResult, discover } from "./live/discover.js";
export {
  Discovery,
  type DiscoveryOptions,
  type OneDiscovery,
  type StreamDiscovery,
  type StreamDiscoveryOptions,
} from "./live/discovery.js";
export {
  type ExplainOptions,
  type Explanation,
  explain,
  type OrchestratorReport,
  type Verdict,
} from "./live/explain.js";
export type { FoundAsked, RoundProgress } from "./live/live-round.js";
export type { DiscoverOptions, DiscoverySettings } from "./live/options.js";
export type { PolledOrchestrator } from "./live/poll.js";
export { type SuspensionList, Suspensions } from "./live/suspensions.js";
export { type CapabilityMaxPrice, parseCapabilityPrices } from "./max-price/capability-prices.js";
export {
  type FeedReading,
  PRICE_FEED_ADDRESS,
  PRICE_FEED_INTERVAL_MS,
  PriceFeedSchedule,
  readPriceFeed,
} from "./max-price/chain-feed.js";
export {
  AutoConvertedPrice,
  type CurrencyAmount,
  type CurrencyPair,
  feedPrice,
  type PriceFeed,
  parseFeedDescription,
  parsePricePerUnit,
} from "./max-price/currency.js";
export { parseGoRational } from "./max-price/go-rational.js";
export {
  type GatewayMaxPrices,
  GLOBAL_MAX_PRICE,
  globalMaxPrice,
  type MaxPriceOptions,
  readMaxPrices,
} from "./max-price/max-prices.js";
export {
  jobModelRejection,
  type ModelState,
  modelRejection,
  modelState,
} from "./model-state.js";
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
  POLLING_DEFAULTS,
  type PolledPrice,
  polledPrice,
  pollRejection,
} from "./polling.js";
export {
  clampInt64,
  DEFAULT_MODEL,
  fixedToPrice,
  jobMaxPrice,
  type MaxPrices,
  pricePerPixel,
  priceRejection,
  priceToFixed,
  tokensToFixed,
  wholePrice,
} from "./price.js";
export type { Rejection, RejectionReason } from "./rejection.js";
export { fetchRunnerList, RUNNER_LIST_LIMIT_MS } from "./remote/fetch-runners.js";
export {
  type PolledRemote,
  REMOTE_DISCOVERY_INTERVAL_MS,
  type RemoteDiscoveryOptions,
  RemoteDiscoveryTable,
  type RemoteEntry,
} from "./remote/remote-table.js";
export { RUNNER_PRICE_UNITS, runnerPrice, runnerRejection } from "./remote/runner-check.js";
export {
  MAX_RUNNER_LIST_BYTES,
  parseRunnerList,
  type Runner,
  type RunnerGpu,
  type RunnerListing,
  type RunnerPrice,
} from "./remote/runner-list.js";
export { DiscoveryRound } from "./round.js";
export type {
  AnswerList,
  DiscoveryRequest,
  DiscoveryRoundOptions,
  FoundOrchestrator,
  RejectedOrchestrator,
  RoundAnswer,
  RoundState,
} from "./round-words.js";
export {
  type CertificateChange,
  CertificatePins,
  type CertificatePinsOptions,
} from "./rpc/certificate-pins.js";
export {
  type OrchestratorAsker,
  OrchestratorClient,
  type OrchestratorClientOptions,
} from "./rpc/client.js";
export type {
  AnswerLimits,
  CapabilityPrice,
  Gpu,
  Hardware,
  OrchestratorAnswer,
} from "./rpc/decode.js";
export {
  type MessageSigner,
  OFFCHAIN_IDENTITY,
  type RequestIdentity,
  signIdentity,
} from "./rpc/identity.js";
export { type HostLookup, lookupBySystem, lookupInParallel } from "./rpc/lookup.js";
export type { OrchestratorQuestion } from "./rpc/request.js";
export type { DialUri } from "./rpc/target.js";
export { parseMinRunnerVersions } from "./runner-versions.js";
export type { ScorePool } from "./score-pool.js";
export type { BatchMode } from "./sources/chain/batch-reader.js";
export type {
  ChainBlock,
  ChainCall,
  ChainClient,
  ChainLog,
  ChainOptions,
  Hex,
  LogFilter,
} from "./sources/chain/chain-client.js";
export type { ChainState } from "./sources/chain/chain-store.js";
export type { SyncReport } from "./sources/chain/chain-sync.js";
export { CONTROLLERS } from "./sources/chain/networks.js";
export type { OnChainSourceOptions } from "./sources/chain/on-chain-settings.js";
export { OnChainSource, type WatchOptions } from "./sources/chain/on-chain-source.js";
export type { RpcChainClientOptions } from "./sources/chain/rpc-chain-client.js";
export type { WalkMode } from "./sources/chain/transcoder-pool.js";
export {
  type ChainKnowledge,
  type OrchestratorSourceContext,
  type OrchestratorSourceEntry,
  orchestratorSourceEntry,
  type SourcePace,
} from "./sources/entry.js";
export {
  HardcodedSource,
  type HardcodedSourceOptions,
  parseOrchAddrs,
} from "./sources/hardcoded.js";
export { ListingSource, type ListingSourceOptions } from "./sources/listing-source.js";
export {
  type CurrentRound,
  NodeDbSource,
  type NodeDbSourceOptions,
} from "./sources/node-db-source.js";
export { ORCHESTRATOR_SOURCES } from "./sources/registry.js";
export { parseOrchestratorUri, parseRequestUri, type RequestUri } from "./sources/request-uri.js";
export { SIGNER_IDENTITY_LIMIT_MS, signerIdentity } from "./sources/signer/signer-identity.js";
export { readSignerHeaders, signerUrl } from "./sources/signer/signer-settings.js";
export { SignerSource, type SignerSourceOptions } from "./sources/signer/signer-source.js";
export type {
  DroppedEntry,
  ListOptions,
  OrchestratorSource,
  SourceEndpoint,
  SourceListing,
} from "./sources/source.js";
export {
  createOrchestratorTable,
  type OrchestratorFilter,
  type OrchestratorRow,
  OrchestratorTable,
  type OrchestratorUpdate,
} from "./sources/store/orchestrator-table.js";
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
