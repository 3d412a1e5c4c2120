/**
 * What an implementation of one's own has to obey, as functions that any test runner can run
 * (`poolsim/testing`): `for (const { name, run } of cases) test(name, run)`.
 */

export { admissionLaws } from "./admission-laws.js";
export type { ContractCase } from "./contract.js";
export type { PoolsimErrorCode } from "./error-codes.js";
export { schemeLaws } from "./scheme-laws.js";
export { type SelectionLawsOptions, selectionLaws } from "./selection-laws.js";
export { type OpenStore, storeContract } from "./store-contract.js";
