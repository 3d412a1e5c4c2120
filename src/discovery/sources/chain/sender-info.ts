/** A gateway's deposit and reserve in the TicketBroker, for the check of P-6 (C-17). */
import type { SenderInfo } from "../../ticket-params.js";
import type { ChainClient, ChainOptions, Hex } from "./chain-client.js";
import { decodeResult, ticketBrokerAbi } from "./livepeer-abi.js";

/**
 * Reads the funds of a sender.
 *
 * @param address of the gateway
 * @throws RemoteError `CHAIN_…`, or the signal's reason
 */
export async function readSenderInfo(
  chain: ChainClient,
  { ticketBroker, address }: { readonly ticketBroker: Hex; readonly address: Hex },
  block: number | "latest",
  options: ChainOptions = {},
): Promise<SenderInfo> {
  const data = ticketBrokerAbi.encodeFunctionData("getSenderInfo", [address]);
  const answer = await chain.call({ to: ticketBroker, data }, block, options);
  const [sender, reserve] = decodeResult(ticketBrokerAbi, "getSenderInfo", answer);
  const [deposit = 0n, withdrawRound = 0n] = uints(sender);
  const [reserveFundsRemaining = 0n] = uints(reserve);
  return { deposit, withdrawRound, reserveFundsRemaining };
}

function uints(value: unknown): readonly bigint[] {
  return Array.isArray(value) ? value.map((item) => BigInt(String(item))) : [];
}
