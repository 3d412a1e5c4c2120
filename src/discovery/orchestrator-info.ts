/**
 * What an orchestrator answers to `GetOrchestrator` (G-1), decoded: 64-bit and big integers are
 * bigint, byte strings are lower-case hex with `0x` (`0x` alone = no bytes), messages that were
 * not sent are null. Only what gateways look at is here.
 */
import type { Capabilities } from "./capabilities.js";

/** A price as it travels: `pricePerUnit` wei for `pixelsPerUnit` pixels. */
export interface PriceInfo {
  /** Wei for `pixelsPerUnit` pixels. */
  readonly pricePerUnit: bigint;
  /** How many pixels the price is for. */
  readonly pixelsPerUnit: bigint;
}

/** The terms of the tickets that an orchestrator accepts. */
export interface TicketParams {
  /** Ethereum address, 20 bytes. */
  readonly recipient: string;
  /** Wei paid by a winning ticket. */
  readonly faceValue: bigint;
  /** Chance of winning times 2^256 − 1 (P-1). */
  readonly winProb: bigint;
  /** The hash of the recipient's random number, in hex. */
  readonly recipientRandHash: string;
  /** The seed from which the recipient makes its random number again. */
  readonly seed: bigint;
  /** L1 block at which the terms lapse. */
  readonly expirationBlock: bigint;
  /** The round that the tickets are of; null when it was not sent. */
  readonly expirationParams: TicketExpirationParams | null;
}

/** The round in which tickets of these terms are made. */
export interface TicketExpirationParams {
  /** Number of the round. */
  readonly creationRound: bigint;
  /** Hash of the round's first block, in hex. */
  readonly creationRoundBlockHash: string;
}

/** What a gateway shows with every segment of the session (G-10). */
export interface AuthToken {
  /** What proves the session to the orchestrator, in hex. */
  readonly token: string;
  /** The orchestrator's name for the session. */
  readonly sessionId: string;
  /** When it expires, in Unix seconds. */
  readonly expiration: bigint;
}

/** The answer. */
export interface OrchestratorInfo {
  /** Where segments go (V-2); empty = does no work (D-14, X-15). */
  readonly transcoder: string;
  /** The terms for tickets; null when they were not sent, as by those off-chain (G-13). */
  readonly ticketParams: TicketParams | null;
  /** The price; null when it was not sent, as by those off-chain (G-13). */
  readonly priceInfo: PriceInfo | null;
  /** Ethereum address, which need not be the tickets' recipient. */
  readonly address: string;
  /** What it can do; null when it was not sent. */
  readonly capabilities: Capabilities | null;
  /** The session's token; null when it was not sent. */
  readonly authToken: AuthToken | null;
  /** Further URIs that it advertises (D-15). */
  readonly nodes: readonly string[];
}
