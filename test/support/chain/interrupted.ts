/** A process that dies between two of its questions to the node. */
import type { PayoutChain } from "../../../src/pool/payouts/chain.js";

export class Died extends Error {}

/** Each question goes through `each`, which is told its name and how many there were before it. */
export function withEach(
  chain: PayoutChain,
  each: (method: string, index: number) => Promise<void>,
): PayoutChain {
  let index = 0;
  const asked =
    <Args extends readonly unknown[], Answer>(
      method: string,
      ask: (...args: Args) => Promise<Answer>,
    ) =>
    async (...args: Args): Promise<Answer> => {
      await each(method, index++);
      return await ask(...args);
    };
  return {
    chainId: asked("chainId", chain.chainId),
    head: asked("head", chain.head),
    priorityFeeWei: asked("priorityFeeWei", chain.priorityFeeWei),
    balanceWei: asked("balanceWei", chain.balanceWei),
    transactionCount: asked("transactionCount", chain.transactionCount),
    estimateGas: asked("estimateGas", chain.estimateGas),
    receipt: asked("receipt", chain.receipt),
    blockHash: asked("blockHash", chain.blockHash),
    blockTimeMs: asked("blockTimeMs", chain.blockTimeMs),
    transactionsOf: asked("transactionsOf", chain.transactionsOf),
    transaction: asked("transaction", chain.transaction),
    send: asked("send", chain.send),
  };
}

/** Dies before the question with a number, from 0. */
export function dyingAt(question: number): (chain: PayoutChain) => PayoutChain {
  return (chain) =>
    withEach(chain, async (_, index) => {
      if (index >= question) throw new Died(`before question ${question}`);
    });
}
