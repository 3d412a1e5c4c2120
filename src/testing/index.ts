/**
 * What an implementation of one's own has to obey, as functions that any test runner can run
 * (`poolsim/testing`): `for (const { name, run } of cases) test(name, run)`.
 */

export type { PoolsimErrorCode } from "../core/error-codes/testing.js";
export * from "../core/public-errors.js";
export { admissionLaws } from "./admission-laws.js";
export type { ContractCase } from "./contract.js";
export {
  type EventSourceLawsOptions,
  eventSourceLaws,
  type OpenEventSource,
} from "./event-source-laws.js";
export { type OpenOrchestratorSource, orchestratorSourceLaws } from "./orchestrator-source-laws.js";
export { schemeLaws } from "./scheme-laws.js";
export { type SelectionLawsOptions, selectionLaws } from "./selection-laws.js";
export { type OpenStore, storeContract } from "./store-contract.js";
