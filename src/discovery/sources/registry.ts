/**
 * The kinds of orchestrator sources: a new one is a file beside this and a line here. The command
 * line and the docs read this list.
 */
import { Registry } from "../../config/registry.js";
import { onChainEntry } from "./chain/on-chain-entry.js";
import type { OrchestratorSourceEntry } from "./entry.js";
import { listEntry } from "./hardcoded.js";
import { nodeDbEntry } from "./node-db-source.js";
import { signerEntry } from "./signer/signer-entry.js";
import { subgraphEntry } from "./subgraph/subgraph-entry.js";
import { webhookEntry } from "./webhook/webhook-entry.js";

const OWN = [
  listEntry,
  webhookEntry,
  signerEntry,
  subgraphEntry,
  nodeDbEntry,
  onChainEntry,
] as const;

/** All kinds of orchestrator sources, with those that extensions added. */
export const ORCHESTRATOR_SOURCES = new Registry<OrchestratorSourceEntry>(
  "orchestrator source",
  OWN,
);
