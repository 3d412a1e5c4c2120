/** Events of Livepeer's contracts, and what they change in the table of orchestrators. */
import { RemoteError } from "../../../core/errors.js";
import { clampInt64 } from "../../price.js";
import type { ChainLog, Hex } from "./chain-client.js";
import type { ChainChange } from "./chain-store.js";
import { decodeServiceUri, SENDER_TOPICS, TOPICS } from "./livepeer-abi.js";
import type { ContractAddresses } from "./networks.js";

/** The deactivation round of an active orchestrator (C-11). */
const NEVER = 2n ** 63n - 1n;

/** An event that counts. */
export type ChainEvent = { readonly block: number } & (
  | { readonly kind: "activated"; readonly address: Hex; readonly round: bigint }
  | { readonly kind: "deactivated"; readonly address: Hex; readonly round: bigint }
  | { readonly kind: "serviceURI"; readonly address: Hex; readonly serviceURI: string }
  | { readonly kind: "newRound"; readonly round: bigint }
  | { readonly kind: "sender"; readonly address: Hex }
);

/** All first topics that are asked for. */
export const WATCHED_TOPICS: readonly Hex[] = [...Object.values(TOPICS), ...SENDER_TOPICS];

/**
 * Reads a log; null for one that is not an event of these contracts: each counts only from its own
 * contract (C-6).
 *
 * @throws RemoteError (`CHAIN_ABI`) when its data do not fit
 */
export function readEvent(log: ChainLog, contracts: ContractAddresses): ChainEvent | null {
  const { address: contract, blockNumber: block } = log;
  const [topic = "", subject = ""] = log.topics;
  if (contract === contracts.bondingManager) {
    const address = addressOf(subject);
    if (topic === TOPICS.transcoderActivated) {
      return { kind: "activated", block, address, round: uintOf(log.data) };
    }
    if (topic === TOPICS.transcoderDeactivated) {
      return { kind: "deactivated", block, address, round: uintOf(log.data) };
    }
  } else if (contract === contracts.serviceRegistry && topic === TOPICS.serviceUriUpdate) {
    const serviceURI = decodeServiceUri(log.data);
    return { kind: "serviceURI", block, address: addressOf(subject), serviceURI };
  } else if (contract === contracts.roundsManager && topic === TOPICS.newRound) {
    return { kind: "newRound", block, round: uintOf(subject) };
  } else if (contract === contracts.ticketBroker && SENDER_TOPICS.includes(topic)) {
    return { kind: "sender", block, address: addressOf(subject) };
  }
  return null;
}

/**
 * What events change, in their order (C-11 … C-13).
 *
 * @param serviceURIs of the activated, as read from the chain
 */
export function changesOf(
  events: readonly ChainEvent[],
  serviceURIs: ReadonlyMap<Hex, string>,
): ChainChange[] {
  return events.flatMap((event): ChainChange[] => {
    const { block } = event;
    switch (event.kind) {
      case "activated": {
        const serviceURI = serviceURIs.get(event.address) ?? "";
        const rounds = { activationRound: event.round, deactivationRound: NEVER };
        return [{ block, update: { ethereumAddr: event.address, serviceURI, ...rounds } }];
      }
      case "deactivated":
        return [{ block, update: { ethereumAddr: event.address, deactivationRound: event.round } }];
      case "serviceURI":
        return [{ block, update: { ethereumAddr: event.address, serviceURI: event.serviceURI } }];
      default:
        return [];
    }
  });
}

function addressOf(topic: Hex): Hex {
  if (!/^0x0{24}[0-9a-f]{40}$/.test(topic)) throw unfit(topic);
  return `0x${topic.slice(26)}`;
}

function uintOf(data: Hex): bigint {
  if (!/^0x[0-9a-f]{64}$/.test(data)) throw unfit(data);
  return clampInt64(BigInt(data));
}

function unfit(data: Hex): RemoteError {
  return new RemoteError(`an event with ${data.slice(0, 80)}`, { code: "CHAIN_ABI" });
}
