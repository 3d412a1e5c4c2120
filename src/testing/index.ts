/**
 * What an implementation of one's own has to obey, as functions that any test runner can run
 * (`poolsim/testing`): `for (const { name, run } of cases) test(name, run)`.
 */

export type { ContractCase } from "./contract.js";
