/**
 * Whether an answer is usable, checked in go-livepeer's order, with the first reason why not.
 * The price is not compared with a maximum here: that is for selection to do (D-26).
 */
import { incompatibility, type JobCapabilities, legacyOnly } from "./capabilities.js";
import type { OrchestratorInfo } from "./orchestrator-info.js";
import type { Rejection, RejectionReason } from "./rejection.js";
import { type TicketLimits, ticketParamsFault } from "./ticket-params.js";

/** A source's own condition (D-22): null when the answer passes. */
export type Predicate = (info: OrchestratorInfo) => Rejection | null;

/** What an answer is checked against. */
export interface EligibilityRules {
  /** As {@link parseOrchBlocklist} gives it; webhook lists have none (B-16). */
  readonly blacklist: readonly string[];
  /** {@link onChainRejection} for orchestrators found on chain, null for all others (B-13, W-13). */
  readonly predicate: Predicate | null;
  /** null = the discovery states none, which every answer with capabilities fails (K-6). */
  readonly job: JobCapabilities | null;
}

/**
 * Reads `-orchBlocklist`: lower-cased and split on commas, blanks kept. The empty flag gives one
 * empty entry, which blacklists whoever sends an address of no bytes (D-21).
 */
export function parseOrchBlocklist(flag: string): string[] {
  return flag.toLowerCase().split(",");
}

/**
 * The first reason not to use an answer (D-21 … D-25), or null when it is usable. An answer that
 * is not usable still counts as one, and its advertised nodes are still followed (D-19, D-29).
 *
 * @param info what the orchestrator answered
 * @param rules what it is checked against
 */
export function ineligibility(info: OrchestratorInfo, rules: EligibilityRules): Rejection | null {
  if (isBlacklisted(info.address, rules.blacklist)) {
    return reject("D-21", "blacklisted", info.address);
  }
  const refused = rules.predicate?.(info) ?? null;
  if (refused !== null) return refused;
  if (info.capabilities === null) {
    if (!legacyOnly(rules.job)) {
      return reject("D-23", "capabilities-missing", "none were sent, the job needs more than old");
    }
  } else {
    const unfit = incompatibility(rules.job, info.capabilities);
    if (unfit !== null) return unfit;
  }
  return info.transcoder === ""
    ? reject("D-25", "not-working", "it names no transcoder to send segments to")
    : null;
}

/**
 * What gateways with an on-chain list demand besides (B-13): an address, acceptable ticket
 * parameters, and a price that is not negative. A price of 0 is fine.
 *
 * @param info what the orchestrator answered
 * @param limits of the gateway, now
 */
export function onChainRejection(info: OrchestratorInfo, limits: TicketLimits): Rejection | null {
  if (info.address === "0x") return reject("B-13", "address-missing", "no address was sent");
  const fault = ticketParamsFault(info.ticketParams, limits);
  if (fault !== null) return reject("P-6", "ticket-params", `${fault.kind}: ${fault.detail}`);
  const { priceInfo } = info;
  if (priceInfo === null) return reject("B-13", "price-missing", "no price was sent");
  const { pricePerUnit, pixelsPerUnit } = priceInfo;
  const text = `${pricePerUnit} wei for ${pixelsPerUnit} pixels`;
  if (pixelsPerUnit === 0n) return reject("R-1", "price-invalid", text);
  return pricePerUnit !== 0n && pricePerUnit < 0n !== pixelsPerUnit < 0n
    ? reject("B-13", "price-negative", text)
    : null;
}

/** D-21: an entry may begin with `0x`; case counts, as the flag was lower-cased already. */
function isBlacklisted(address: string, blacklist: readonly string[]): boolean {
  const hex = address.slice(2);
  return blacklist.some((entry) => (entry.startsWith("0x") ? entry.slice(2) : entry) === hex);
}

function reject(rule: string, reason: RejectionReason, detail: string): Rejection {
  return { rule, reason, detail };
}
