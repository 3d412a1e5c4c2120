/** The chain over a node's JSON-RPC. Certificates are checked, every request has a time limit. */
import { checkNumber, checkWhole, TIMER_MS } from "../../core/checks.js";
import { InputError, RemoteError } from "../../core/errors.js";
import { httpTransport } from "../../io/json-rpc/http-transport.js";
import { isRecord, JsonRpc } from "../../io/json-rpc/json-rpc.js";
import type { Head, PayoutChain, Receipt, SendAnswer } from "./chain.js";
import { authorizationsOf, readTransaction } from "./rpc-transaction.js";
import { hex, invalid, quantity, safe } from "./rpc-values.js";

/** Which node is asked, and within which limits. */
export interface RpcPayoutChainOptions {
  /** The node's JSON-RPC, http or https. */
  readonly url: string;
  /** How long one request may take, ms. @default 20000 */
  readonly timeoutMs?: number | undefined;
  /** Tries of a request that is rate-limited or that nobody answers. @default 3 */
  readonly attempts?: number | undefined;
  /** Pause after the first failure; doubles. @default 250 */
  readonly backoffMs?: number | undefined;
  /** Ends everything under way. */
  readonly signal?: AbortSignal | undefined;
}

/** A node's own error: an answer, not a failure to answer. */
class NodeError extends RemoteError {
  readonly nodeCode: number;

  constructor(message: string, nodeCode: number) {
    super(`the node's error ${nodeCode}: ${message}`, { code: "CHAIN_RPC" });
    this.nodeCode = nodeCode;
  }
}

const MAX_BYTES = 16 * 1024 * 1024;
/** No block of any chain has room for so much gas; Arbitrum's limit is 2^50. */
const GAS_MAX = 2n ** 51n;

/**
 * Payouts' view of a node. Opens no connection yet.
 *
 * @throws InputError (`ETH_URL`) for a URL that is not http or https; (`OPTION_INVALID`)
 */
export function openPayoutChain(options: RpcPayoutChainOptions): PayoutChain & {
  close(): Promise<void>;
} {
  const { url, timeoutMs = 20_000, attempts = 3, backoffMs = 250, signal } = options;
  if (!(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) {
    // Never said: a provider's key may be in it.
    throw new InputError("payouts: the node's URL is not http or https", { code: "ETH_URL" });
  }
  checkNumber({ timeoutMs, backoffMs }, TIMER_MS);
  checkWhole({ attempts }, [1, Number.POSITIVE_INFINITY]);
  const transport = httpTransport({
    url,
    headers: {},
    timeoutMs,
    maxBytes: MAX_BYTES,
    maxConnections: 2,
  });
  const rpc = new JsonRpc({
    transport: transport.send,
    batchSize: 1,
    concurrency: 2,
    attempts,
    backoffMs,
  });
  const ask = async (method: string, ...params: readonly unknown[]): Promise<unknown> => {
    const [answer] = await rpc.send([{ method, params }], signal);
    if (answer === undefined) throw invalid(method);
    if ("error" in answer) throw new NodeError(answer.error.message, answer.error.code);
    return answer.result;
  };
  return { ...chainOf(ask), close: () => transport.close() };
}

function chainOf(ask: (method: string, ...params: readonly unknown[]) => Promise<unknown>) {
  const chain: PayoutChain = {
    chainId: async () => quantity(await ask("eth_chainId")),
    head: async () => readHead(await ask("eth_getBlockByNumber", "latest", false)),
    priorityFeeWei: async () => {
      try {
        return quantity(await ask("eth_maxPriorityFeePerGas"));
      } catch (error) {
        // Some nodes don't know the method; a first offer without a tip is replaced if it sticks.
        if (error instanceof NodeError) return 0n;
        throw error;
      }
    },
    balanceWei: async (address) => quantity(await ask("eth_getBalance", address, "latest")),
    transactionCount: async (address, block) =>
      safe(await ask("eth_getTransactionCount", address, tag(block))),
    estimateGas: async ({ from, to, amountWei }) => {
      try {
        const transfer = { from, to, value: `0x${amountWei.toString(16)}` };
        const gas = quantity(await ask("eth_estimateGas", transfer));
        if (gas > GAS_MAX) throw invalid(`${gas} units of gas`);
        return { gas };
      } catch (error) {
        // Nodes have many words and codes for it; whose fault it is, is found out by other means.
        if (error instanceof NodeError) return { refusal: error.message };
        throw error;
      }
    },
    receipt: async (txHash) => {
      const receipt = await ask("eth_getTransactionReceipt", txHash);
      return receipt === null ? null : readReceipt(receipt);
    },
    blockHash: async (number) => {
      const block = await ask("eth_getBlockByNumber", tag(number), false);
      if (block === null) return null;
      const { number: found, hash } = readHead(block);
      if (found !== number) throw invalid(`block ${found} instead of ${number}`);
      return hash;
    },
    blockTimeMs: async (number) => {
      const block = await ask("eth_getBlockByNumber", tag(number), false);
      if (block === null) return null;
      if (!isRecord(block) || readHead(block).number !== number) throw invalid("block");
      return safe(block["timestamp"]) * 1_000;
    },
    transactionsOf: async (address, number) => {
      const block = await ask("eth_getBlockByNumber", tag(number), true);
      if (!isRecord(block) || !Array.isArray(block["transactions"])) throw invalid("block");
      return block["transactions"]
        .filter(isRecord)
        .flatMap((transaction) => [
          ...(hex(transaction["from"], 20) === address ? [readTransaction(transaction)] : []),
          ...authorizationsOf(address, transaction),
        ]);
    },
    transaction: async (txHash) => {
      const transaction = await ask("eth_getTransactionByHash", txHash);
      if (transaction === null) return null;
      if (!isRecord(transaction)) throw invalid("transaction");
      return readTransaction(transaction);
    },
    send: async (signedTx): Promise<SendAnswer> => {
      try {
        return { accepted: true, txHash: hex(await ask("eth_sendRawTransaction", signedTx), 32) };
      } catch (error) {
        if (error instanceof NodeError) return { accepted: false, message: error.message };
        throw error;
      }
    },
  };
  return chain;
}

function readHead(block: unknown): Head {
  if (!isRecord(block)) throw invalid("block");
  const baseFee = block["baseFeePerGas"];
  return {
    number: safe(block["number"]),
    hash: hex(block["hash"], 32),
    // Chains from before EIP-1559 have none.
    baseFeeWei: baseFee === undefined || baseFee === null ? 0n : quantity(baseFee),
  };
}

function readReceipt(receipt: unknown): Receipt {
  if (!isRecord(receipt)) throw invalid("receipt");
  const status = quantity(receipt["status"]);
  if (status > 1n) throw invalid("status");
  return {
    txHash: hex(receipt["transactionHash"], 32),
    from: hex(receipt["from"], 20),
    to: receipt["to"] === null ? null : hex(receipt["to"], 20),
    blockNumber: safe(receipt["blockNumber"]),
    blockHash: hex(receipt["blockHash"], 32),
    succeeded: status === 1n,
    gasWei: quantity(receipt["gasUsed"]) * quantity(receipt["effectiveGasPrice"]),
  };
}

function tag(block: number | "latest" | "pending"): string {
  return typeof block === "string" ? block : `0x${block.toString(16)}`;
}
