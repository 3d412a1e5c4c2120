/**
 * Many reads as of one block: in one call of Multicall3 where it exists, else in batches of
 * JSON-RPC, which the client sends one by one where the node takes no batches.
 */
import { RemoteError } from "../../../core/errors.js";
import type { ChainCall, ChainClient, ChainOptions, Hex } from "./chain-client.js";
import { decodeResult, multicallAbi } from "./livepeer-abi.js";

/** Where Multicall3 is on nearly every chain. */
const MULTICALL3: Hex = "0xca11bde05977b3631167028862be2a173976ca11";
/** Reads in one call: far from what nodes allow a call to cost. */
const CALLS_PER_MULTICALL = 150;

/** A read of a contract. */
export type ContractCall = ChainCall & { readonly to: Hex };

/** How to read: `auto` looks for Multicall3 once. */
export type BatchMode = "auto" | "multicall" | "jsonRpc";

/** Reads contracts, and remembers what the chain has. */
export class BatchReader {
  readonly #chain: ChainClient;
  #mode: BatchMode;

  constructor(chain: ChainClient, mode: BatchMode) {
    this.#chain = chain;
    this.#mode = mode;
  }

  /**
   * Answers in the order of the calls; null for each that failed by itself.
   *
   * @throws RemoteError `CHAIN_…`, or the signal's reason
   */
  async read(
    calls: readonly ContractCall[],
    block: number,
    options: ChainOptions = {},
  ): Promise<readonly (Hex | null)[]> {
    if (this.#mode === "jsonRpc") return await this.#chain.callEach(calls, block, options);
    try {
      const answers = await this.#aggregate(calls, block, options);
      this.#mode = "multicall";
      return answers;
    } catch (error) {
      const isMissing =
        error instanceof RemoteError &&
        (error.code === "CHAIN_ABI" || error.code === "CHAIN_REVERTED");
      if (this.#mode === "multicall" || !isMissing) throw error;
      this.#mode = "jsonRpc";
      return await this.#chain.callEach(calls, block, options);
    }
  }

  async #aggregate(
    calls: readonly ContractCall[],
    block: number,
    options: ChainOptions,
  ): Promise<readonly (Hex | null)[]> {
    const parts: ChainCall[] = [];
    for (let at = 0; at < calls.length; at += CALLS_PER_MULTICALL) {
      const part = calls
        .slice(at, at + CALLS_PER_MULTICALL)
        .map(({ to, data }) => ({ target: to, allowFailure: true, callData: data }));
      const data = multicallAbi.encodeFunctionData("aggregate3", [part]);
      parts.push({ to: MULTICALL3, data });
    }
    const answers = await Promise.all(parts.map((part) => this.#chain.call(part, block, options)));
    return answers.flatMap(readResults);
  }
}

function readResults(answer: Hex): readonly (Hex | null)[] {
  const [results] = decodeResult(multicallAbi, "aggregate3", answer);
  if (!Array.isArray(results)) return [];
  return results.map(([success, data]) => (success === true ? String(data) : null));
}
