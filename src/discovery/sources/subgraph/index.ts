/** `poolsim/discovery/subgraph`: the subgraph as a source of orchestrators, for who wants it. */

export type { PoolsimErrorCode } from "../../../core/error-codes/discovery-subgraph.js";
export * from "../../../core/public-errors.js";
export type {
  DroppedEntry,
  ListOptions,
  OrchestratorSource,
  SourceEndpoint,
  SourceListing,
} from "../source.js";
export { SubgraphSource, type SubgraphSourceOptions } from "./subgraph-source.js";
