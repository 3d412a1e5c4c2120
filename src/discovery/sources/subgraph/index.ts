/** `poolsim/discovery/subgraph`: the subgraph as a source of orchestrators, for who wants it. */
export { InputError, isPoolsimError, PoolsimError, RemoteError } from "../../../core/errors.js";
export type {
  DroppedEntry,
  ListOptions,
  OrchestratorSource,
  SourceEndpoint,
  SourceListing,
} from "../source.js";
export type { PoolsimErrorCode } from "./error-codes.js";
export { SubgraphSource, type SubgraphSourceOptions } from "./subgraph-source.js";
