/**
 * Many reads as of one block: in one call of Multicall3 where it exists, else in batches of
 * JSON-RPC, which the client sends one by one where the node takes no batches.
 */
import { RemoteError } from "../../../core/errors.js";
import { mayBeTooMuch } from "../../../io/json-rpc/chain-failures.js";
import type { ChainCall, ChainClient, ChainOptions, Hex } from "./chain-client.js";
import { decodeResult, multicallAbi } from "./livepeer-abi.js";

/** Where Multicall3 is on nearly every chain. */
const MULTICALL3: Hex = "0xca11bde05977b3631167028862be2a173976ca11";
/** Reads in one call: far from what most nodes allow a call to cost. */
const CALLS_PER_MULTICALL = 150;
/** What says that there is no Multicall3, or no running of it; not that a node is overloaded. */
const MISSING: ReadonlySet<string> = new Set(["CHAIN_ABI", "CHAIN_REVERTED", "CHAIN_RPC"]);

/** A read of a contract. */
export type ContractCall = ChainCall & { readonly to: Hex };

/** How to read: `auto` looks for Multicall3 once. */
export type BatchMode = "auto" | "multicall" | "jsonRpc";

/** Reads contracts, and remembers what the chain has. */
export class BatchReader {
  readonly #chain: ChainClient;
  #mode: BatchMode;
  #callsAtOnce = CALLS_PER_MULTICALL;
  /** The node has answered so many at once. */
  #isProven = false;

  constructor(chain: ChainClient, mode: BatchMode) {
    this.#chain = chain;
    this.#mode = mode;
  }

  /**
   * Answers in the order of the calls; null for each that its contract refuses. A node that finds
   * them too much is asked for half as many at once.
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
      const isMissing = error instanceof RemoteError && MISSING.has(error.code);
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
    const answers: (Hex | null)[] = [];
    while (answers.length < calls.length) {
      const rest = calls.slice(answers.length);
      const size = this.#callsAtOnce;
      // One goes ahead, where it is not known yet how many the node takes.
      const count = this.#isProven ? Math.ceil(rest.length / size) : 1;
      const parts = Array.from({ length: count }, (_, at) =>
        rest.slice(at * size, (at + 1) * size),
      );
      const found = await Promise.all(parts.map((part) => this.#readPart(part, block, options)));
      const refused = found.indexOf(null);
      this.#isProven = refused < 0;
      const good = refused < 0 ? found : found.slice(0, refused);
      answers.push(...good.flatMap((part) => part ?? []));
      if (refused < 0) continue;
      this.#callsAtOnce = Math.ceil((parts[refused]?.length ?? 1) / 2);
    }
    return answers;
  }

  /** Null when it is too much at once. */
  async #readPart(
    part: readonly ContractCall[],
    block: number,
    options: ChainOptions,
  ): Promise<readonly (Hex | null)[] | null> {
    const aggregated = part.map(({ to, data }) => {
      return { target: to, allowFailure: true, callData: data };
    });
    const data = multicallAbi.encodeFunctionData("aggregate3", [aggregated]);
    const isDivisible = part.length > 1;
    try {
      const call = { to: MULTICALL3, data };
      const answer = await this.#chain.call(call, block, { ...options, isDivisible });
      return readResults(answer, part.length);
    } catch (error) {
      if (isDivisible && mayBeTooMuch(error)) return null;
      throw error;
    }
  }
}

function readResults(answer: Hex, count: number): readonly (Hex | null)[] {
  const [results] = decodeResult(multicallAbi, "aggregate3", answer);
  if (!Array.isArray(results) || results.length !== count) {
    throw new RemoteError(`not ${count} results of Multicall3`, { code: "CHAIN_ABI" });
  }
  return results.map(([success, data]) => (success === true ? String(data) : null));
}
