/** `poolsim/pool/api`: the pool's API server and its client. */

export type { PoolsimErrorCode } from "../../core/error-codes/pool-api.js";
export * from "../../core/public-errors.js";
export type { PoolApi, PoolApiOptions } from "./api-options.js";
export { createPoolApi } from "./app.js";
export type {
  ApiBooks,
  ApiNote,
  ApiRecorder,
  ApiSettings,
  ApiWrite,
  WriteOutcome,
} from "./books.js";
export { fingerprintOf, type ServerCertificate, selfSignedCertificate } from "./certificate.js";
export {
  type BenchmarkDecision,
  type BenchmarkDetails,
  type JobDetails,
  PoolApiClient,
  type PoolApiClientOptions,
  type WinningTicketDetails,
  type WriteOptions,
  type WriteReceipt,
} from "./client.js";
export { type ApiKey, KeyRing, parseKeys } from "./keys.js";
export type { ApiLogEntry } from "./log-entry.js";
export { openApiDocument } from "./openapi.js";
export { type FiguresBooks, PoolFigures } from "./page/figures.js";
export type {
  PageAdvice,
  PageBooks,
  PageFile,
  PageOptions,
  PageRule,
  PoolOperation,
} from "./page/options.js";
export type { ApiTokens } from "./page/tokens.js";
export type { RateLimit } from "./rate-limit.js";
export { recorderOf } from "./recorder.js";
export {
  type RecorderThread,
  type RecorderThreadOptions,
  recorderThread,
} from "./recorder-thread.js";
export {
  type PoolServer,
  type PoolServerOptions,
  type ServerLimits,
  servePoolApi,
} from "./server.js";
export {
  HEADERS,
  type SignedAnswer,
  type SignedRequest,
  sameSignature,
  signAnswer,
  signRequest,
} from "./signature.js";
