/**
 * How much gas a payment needs, or whose fault it is that nobody can tell. Nodes have many words and
 * codes for a recipient that refuses, and some are those of a node that is broken. So the same node
 * is asked about a transfer that nothing can be wrong with: of nothing, to oneself.
 */
import { isPoolsimError, type PoolsimError, RemoteError } from "../../core/errors.js";
import type { GasEstimate, PayoutChain } from "./chain.js";

export interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amountWei: bigint;
}

/** What every transfer costs at least, on every chain (EIP-2028). */
const GAS_MIN = 21_000n;

/**
 * @returns units of gas, or what the node says against this recipient and no other
 * @throws RemoteError (`CHAIN_…`) when the node, or the wallet, is at fault
 */
export async function estimateTransfer(
  chain: Pick<PayoutChain, "estimateGas">,
  transfer: Transfer,
): Promise<GasEstimate> {
  const answer = await askedTwice(chain, transfer);
  if ("gas" in answer) return { gas: answer.gas < GAS_MIN ? GAS_MIN : answer.gas };
  const { from } = transfer;
  const probe = await chain.estimateGas({ from, to: from, amountWei: 0n });
  if ("gas" in probe) return { refusal: answer.refusal };
  throw new RemoteError(`the node estimates nothing, not even for oneself: ${probe.refusal}`, {
    code: "CHAIN_ESTIMATE",
  });
}

/** A node may fail once over anything; twice over the same recipient is worth a question. */
async function askedTwice(
  chain: Pick<PayoutChain, "estimateGas">,
  transfer: Transfer,
): Promise<GasEstimate> {
  try {
    return await chain.estimateGas(transfer);
  } catch (error) {
    if (!isChainError(error)) throw error;
  }
  try {
    return await chain.estimateGas(transfer);
  } catch (error) {
    if (!isChainError(error)) throw error;
    return { refusal: error.message };
  }
}

/** What a node answered wrongly or not at all: what may pass, or lie with one question. */
export function isChainError(error: unknown): error is PoolsimError {
  return isPoolsimError(error) && error.code.startsWith("CHAIN_");
}

/** A quarter more: what a transfer needs may change until it is mined. */
export function gasLimitFor(gas: bigint): bigint {
  return gas + gas / 4n;
}
