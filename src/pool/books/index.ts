/**
 * The pool's books, a subpath of its own (`poolsim/pool/books`) because it opens databases and
 * checks addresses, which a simulation needs none of: events in, exact balances, verified.
 */

export type { Registry, RegistryEntry, SettingFields } from "../../config/registry.js";
export type { PoolsimErrorCode } from "../../core/error-codes/pool-books.js";
export * from "../../core/public-errors.js";
export { Rational } from "../../core/rational.js";
export { type Authored, recordAct } from "./acts.js";
export {
  type Adjustment,
  adjust,
  type OpeningBalance,
  type OpeningOptions,
  openBalances,
} from "./adjust.js";
export type { Weights } from "./attribution/by-weights.js";
export { SCHEMES, type SchemeName, schemeEntryOf } from "./attribution/registry.js";
export { type SlidingWindowOptions, slidingWindow } from "./attribution/sliding-window.js";
export { type CloseRoundOptions, closeRound } from "./close-round.js";
export { type CommissionQuery, type CommissionRate, CommissionSchedule } from "./commission.js";
export {
  type ComparedWorker,
  type CompareOptions,
  compareSchemes,
  type SchemeComparison,
} from "./compare-schemes.js";
export { setSince, sinceMsOf } from "./cut-over.js";
export {
  type AssignOptions,
  assignJob,
  releaseJob,
  type Voided,
  type VoidedEvent,
  voidEvent,
  voidJob,
} from "./decide.js";
export { type DismissOptions, dismissPiece } from "./dismiss.js";
export type { DecideOptions } from "./enter-decision.js";
export { type DecodeOptions, decodeEvent } from "./events/decode.js";
export type {
  EventBase,
  EventIdentity,
  JobKind,
  JobProcessed,
  JobReceived,
  NodeReset,
  PoolEvent,
  TicketBase,
  TicketRedeemed,
  WinningTicket,
  WorkerConnection,
} from "./events/event.js";
export type { JsonPiece } from "./events/json-piece.js";
export { JsonSplitter, type SplitterOptions } from "./events/json-splitter.js";
export { type Hold, holdAddress, holdOf, holdsAt, releaseAddress } from "./holds.js";
export {
  type BatchOrigin,
  EventIngest,
  type IngestResult,
  type RawBatch,
  type RecordOutcome,
} from "./ingest/ingest.js";
export { type ReplayOptions, replayQuarantine } from "./ingest/replay.js";
export { changeLimits, type PoolLimits, readLimits } from "./limits.js";
export {
  endMerge,
  type Merge,
  type Moved,
  type MoveOptions,
  mergeAddresses,
  merges,
  movePending,
  sweepMerged,
} from "./move.js";
export { readOpening } from "./opening.js";
export {
  addRates,
  type ClaimBounds,
  changeSettings,
  type PoolSettings,
  readSettings,
  type SchemeSettings,
  type SettingsChange,
  setScheme,
} from "./settings.js";
export { type BucketOptions, importBucket } from "./sources/bucket.js";
export {
  type BucketPlace,
  type BucketSourceOptions,
  bucketSource,
} from "./sources/bucket-source.js";
export {
  type Environment,
  type EventSourceContext,
  type EventSourceEntry,
  eventSourceEntry,
} from "./sources/entry.js";
export {
  type FilesSourceOptions,
  filesSource,
  type ImportOptions,
  importFiles,
} from "./sources/files.js";
export { type FollowSourcesOptions, followSources } from "./sources/follow.js";
export type { ImportResult, SkippedFile } from "./sources/import-result.js";
export {
  type FollowOptions,
  followOrchestrator,
  type NodePlace,
  type NodeSourceOptions,
  nodeSource,
  type OrchestratorPollOptions,
  pollOrchestrator,
} from "./sources/orchestrator.js";
export { type EventPiece, type PieceQuestion, pieceReader } from "./sources/pieces.js";
export { EVENT_SOURCES } from "./sources/registry.js";
export type { RepeatOptions } from "./sources/repeat.js";
export type { S3Credentials } from "./sources/s3.js";
export {
  type EventReader,
  type EventSource,
  eventSource,
  type PollOptions,
  pollSource,
  probeSource,
  type SourceLabels,
} from "./sources/source.js";
export {
  type FeedOptions,
  ingestStream,
  type StreamOptions,
  type StreamPart,
} from "./sources/stream.js";
export type { StoreOptions } from "./store/database.js";
export { SqlitePoolStore } from "./store/sqlite-pool-store.js";
export type * from "./store/store.js";
export { type VerifyOptions, type VerifyResult, verifyBooks } from "./verify/verify.js";
export type { VoidedTicket } from "./void-ticket.js";
export {
  type WonTicket,
  type WriteOffOptions,
  waitingTickets,
  writeOffTicket,
  writtenOff,
} from "./write-off.js";
