/** A row of the table of orchestrators as an endpoint. */
import { fixedToPrice } from "../price.js";
import { parseUriReference } from "./request-uri.js";
import { bareEndpoint, type SourceEndpoint } from "./source.js";
import type { OrchestratorRow } from "./store/orchestrator-table.js";

/**
 * The endpoint of a row: untrusted (B-14), its URI taken as it is (B-12). Where the table has a
 * price or stake of 0 it does not know it (B-2).
 *
 * @throws InputError (`URI_INVALID`)
 */
export function endpointOf(row: OrchestratorRow): SourceEndpoint {
  return {
    ...bareEndpoint(parseUriReference(row.serviceURI), 0),
    recipient: row.ethereumAddr.toLowerCase(),
    stake: row.stake === 0n ? null : row.stake,
    price: row.pricePerPixel === 0n ? null : fixedToPrice(row.pricePerPixel),
    activationRound: row.activationRound,
    deactivationRound: row.deactivationRound,
  };
}
