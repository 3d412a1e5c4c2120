/**
 * Finding orchestrators, as go-livepeer's gateways do: the pure cores. Each takes plain data,
 * time included, and answers with plain data; sources and transport are for the shell around it.
 */
export { Interner } from "../core/interner.js";
export { Suspender, type SuspensionPolicy } from "./suspension.js";
