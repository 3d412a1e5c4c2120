/** Events of Livepeer's TicketBroker as redemptions: what was won, and what was really paid for it. */
import { Interface } from "ethers/abi";
import { RemoteError } from "../../../core/errors.js";
import type { ChainLog } from "../../../discovery/sources/chain/chain-client.js";

const broker = new Interface([
  `event WinningTicketRedeemed(address indexed sender, address indexed recipient, uint256 faceValue,
    uint256 winProb, uint256 senderNonce, uint256 recipientRand, bytes auxData)`,
  "event WinningTicketTransfer(address indexed sender, address indexed recipient, uint256 amount)",
]);
const topicOf = (name: string): string => broker.getEvent(name)?.topicHash ?? "";
const REDEEMED = topicOf("WinningTicketRedeemed");
const TRANSFER = topicOf("WinningTicketTransfer");

/** First topics of both events. */
export const TICKET_TOPICS: readonly string[] = [REDEEMED, TRANSFER];

/** A redemption, as its transaction's events say. */
export interface Redemption {
  readonly txHash: string;
  readonly logIndex: number;
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly sender: string;
  readonly faceValueWei: bigint;
  readonly winProb: bigint;
  /** From the ticket's auxiliary data; 0 where that has none. */
  readonly creationRound: bigint;
  readonly paidWei: bigint;
}

/**
 * The redemptions for a recipient. A transfer belongs to the first redemption of the same sender that
 * follows it in the transaction. What a node tells twice is one.
 *
 * @param logs in the order of the chain
 * @param recipient lower-case hex with `0x`
 * @throws RemoteError (`CHAIN_ABI`) for events that are none of these
 */
export function redemptionsOf(logs: readonly ChainLog[], recipient: string): readonly Redemption[] {
  const paid = new Map<string, bigint>();
  const found: Redemption[] = [];
  const seen = new Set<string>();
  for (const log of logs) {
    const { txHash, topics, data, blockNumber, blockHash, logIndex } = log;
    const place = `${blockHash} ${logIndex}`;
    if (seen.has(place)) continue;
    seen.add(place);
    const [topic, sender, whom] = topics;
    if (whom === undefined || sender === undefined || addressOf(whom) !== recipient) continue;
    if (txHash === null || txHash === undefined)
      throw unreadable("an event without its transaction");
    const key = `${txHash} ${sender}`;
    const values = valuesOf(
      topic === TRANSFER ? "WinningTicketTransfer" : "WinningTicketRedeemed",
      { topics, data },
    );
    if (topic === TRANSFER) {
      paid.set(key, (paid.get(key) ?? 0n) + BigInt(String(values["amount"])));
      continue;
    }
    if (topic !== REDEEMED) continue;
    found.push({
      ...{ txHash, logIndex, blockNumber, blockHash },
      sender: addressOf(sender),
      faceValueWei: BigInt(String(values["faceValue"])),
      winProb: BigInt(String(values["winProb"])),
      creationRound: roundOf(String(values["auxData"])),
      paidWei: paid.get(key) ?? 0n,
    });
    paid.delete(key);
  }
  return found;
}

function valuesOf(
  name: string,
  { topics, data }: Pick<ChainLog, "topics" | "data">,
): Readonly<Record<string, unknown>> {
  try {
    return broker.decodeEventLog(name, data, topics).toObject();
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

/** The first of two words: round and block hash. */
function roundOf(auxData: string): bigint {
  return auxData.length >= 66 ? BigInt(auxData.slice(0, 66)) : 0n;
}

function addressOf(topic: string): string {
  return `0x${topic.slice(-40)}`;
}

function unreadable(what: string, cause?: unknown): RemoteError {
  return new RemoteError(`the node's event can't be read: ${what}`, { code: "CHAIN_ABI", cause });
}
