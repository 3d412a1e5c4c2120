/** The chain over JSON-RPC: values checked as they come in, ranges of logs split where needed. */
import { RemoteError } from "../../../core/errors.js";
import type {
  ChainBlock,
  ChainCall,
  ChainClient,
  ChainLog,
  ChainOptions,
  Hex,
  LogFilter,
} from "./chain-client.js";
import { httpTransport } from "./http-transport.js";
import { isRecord, JsonRpc, type RpcAnswer, type RpcTransport } from "./json-rpc.js";

export interface RpcChainClientOptions {
  /** The node's JSON-RPC, http or https; go-livepeer's `-ethUrl`. */
  readonly url: string;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** For one HTTP request (C-5). @default 120000 */
  readonly timeoutMs?: number | undefined;
  /** Requests in a JSON-RPC batch; 1 = no batches. @default 100 */
  readonly batchSize?: number | undefined;
  /** HTTP requests at once. @default 8 */
  readonly concurrency?: number | undefined;
  /** Tries of a request that is rate-limited or that nobody answers. @default 6 */
  readonly attempts?: number | undefined;
  /** First pause between tries; doubles. @default 250 */
  readonly backoffMs?: number | undefined;
  /** A larger answer is refused. @default 33554432 */
  readonly maxBytes?: number | undefined;
  /** Blocks in one question for logs (C-6). @default 1000 */
  readonly maxLogRange?: number | undefined;
  /** Such questions at once (C-6). @default 3 */
  readonly logConcurrency?: number | undefined;
}

/** A node that does not know a method, or refuses its parameters, does so for any range. */
const HOPELESS_CODES: ReadonlySet<number> = new Set([-32601, -32700, -32600]);

/** A chain client over HTTP. Opens no connection yet. */
export function openChainClient(options: RpcChainClientOptions): ChainClient {
  const { url, headers = {}, timeoutMs = 120_000, maxBytes = 32 * 1024 * 1024 } = options;
  const maxConnections = options.concurrency ?? 8;
  const transport = httpTransport({ url, headers, timeoutMs, maxBytes, maxConnections });
  return new RpcChainClient(transport.send, () => transport.close(), options);
}

class RpcChainClient implements ChainClient {
  readonly #rpc: JsonRpc;
  readonly #close: () => Promise<void>;
  readonly #maxLogRange: number;
  readonly #logConcurrency: number;

  constructor(transport: RpcTransport, close: () => Promise<void>, options: RpcChainClientOptions) {
    const { batchSize = 100, concurrency = 8, attempts = 6, backoffMs = 250 } = options;
    this.#rpc = new JsonRpc({ transport, batchSize, concurrency, attempts, backoffMs });
    this.#close = close;
    this.#maxLogRange = options.maxLogRange ?? 1_000;
    this.#logConcurrency = options.logConcurrency ?? 3;
  }

  async chainId({ signal }: ChainOptions = {}): Promise<bigint> {
    const [answer] = await this.#rpc.send([{ method: "eth_chainId", params: [] }], signal);
    return quantity(resultOf(answer));
  }

  async call(
    call: ChainCall,
    block: number | "latest",
    { signal }: ChainOptions = {},
  ): Promise<Hex> {
    const [answer] = await this.#rpc.send([callRequest(call, block)], signal);
    if (answer !== undefined && "error" in answer) {
      const { code, message } = answer.error;
      throw new RemoteError(`the call failed: ${message} (${code})`, { code: "CHAIN_REVERTED" });
    }
    return bytes(resultOf(answer));
  }

  async callEach(
    calls: readonly ChainCall[],
    block: number | "latest",
    { signal }: ChainOptions = {},
  ): Promise<readonly (Hex | null)[]> {
    const answers = await this.#rpc.send(
      calls.map((call) => callRequest(call, block)),
      signal,
    );
    return answers.map((answer) => ("error" in answer ? null : bytes(answer.result)));
  }

  async blocks(
    which: readonly (number | "latest")[],
    { signal }: ChainOptions = {},
  ): Promise<readonly (ChainBlock | null)[]> {
    const answers = await this.#rpc.send(
      which.map((block) => ({ method: "eth_getBlockByNumber", params: [tag(block), false] })),
      signal,
    );
    return answers.map((answer) => {
      const result = resultOf(answer);
      return result === null ? null : readBlock(result);
    });
  }

  async logs(filter: LogFilter, { signal }: ChainOptions = {}): Promise<readonly ChainLog[]> {
    const ranges: LogFilter[] = [];
    for (let from = filter.fromBlock; from <= filter.toBlock; from += this.#maxLogRange) {
      const toBlock = Math.min(filter.toBlock, from + this.#maxLogRange - 1);
      ranges.push({ ...filter, fromBlock: from, toBlock });
    }
    const found = new Array<readonly ChainLog[]>(ranges.length);
    const failed = new AbortController();
    const ended = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
    let next = 0;
    const read = async (): Promise<void> => {
      for (let at = next++; at < ranges.length; at = next++) {
        const range = ranges[at];
        if (range !== undefined) found[at] = await this.#logsOfRange(range, ended);
      }
    };
    try {
      await Promise.all(Array.from({ length: this.#logConcurrency }, read));
    } catch (error) {
      failed.abort(error);
      throw error;
    }
    return found.flat().sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
  }

  close(): Promise<void> {
    return this.#close();
  }

  async #logsOfRange(range: LogFilter, signal: AbortSignal): Promise<readonly ChainLog[]> {
    const { fromBlock, toBlock } = range;
    try {
      const [answer] = await this.#rpc.send([logsRequest(range)], signal);
      const result = resultOf(answer);
      if (!Array.isArray(result)) throw invalid("logs");
      return result.map((item) => readLog(item, range));
    } catch (error) {
      if (fromBlock >= toBlock || !mayBeTooLarge(error)) throw error;
      // Nodes have many words for too large a range: any error of theirs is taken for one, and
      // one that has another cause comes again for a single block.
      const middle = Math.floor((fromBlock + toBlock) / 2);
      const first = await this.#logsOfRange({ ...range, toBlock: middle }, signal);
      const second = await this.#logsOfRange({ ...range, fromBlock: middle + 1 }, signal);
      return [...first, ...second];
    }
  }
}

/** A node's own error, kept with its number. */
class NodeError extends RemoteError {
  readonly nodeCode: number;

  constructor(message: string, nodeCode: number) {
    super(`the node's error ${nodeCode}: ${message}`, { code: "CHAIN_RPC" });
    this.nodeCode = nodeCode;
  }
}

function mayBeTooLarge(error: unknown): boolean {
  if (error instanceof NodeError) return !HOPELESS_CODES.has(error.nodeCode);
  return error instanceof RemoteError && error.code === "CHAIN_TOO_LARGE";
}

function callRequest(call: ChainCall, block: number | "latest") {
  const { to, data } = call;
  return { method: "eth_call", params: [to === undefined ? { data } : { to, data }, tag(block)] };
}

function logsRequest({ addresses, topics, fromBlock, toBlock }: LogFilter) {
  const address = addresses.length > 0 ? { address: addresses } : {};
  const range = { fromBlock: tag(fromBlock), toBlock: tag(toBlock) };
  return { method: "eth_getLogs", params: [{ ...address, topics: [topics], ...range }] };
}

function tag(block: number | "latest"): string {
  return block === "latest" ? block : `0x${block.toString(16)}`;
}

function resultOf(answer: RpcAnswer | undefined): unknown {
  if (answer === undefined) throw invalid("no answer");
  if ("error" in answer) throw new NodeError(answer.error.message, answer.error.code);
  return answer.result;
}

function readBlock(value: unknown): ChainBlock {
  if (!isRecord(value)) throw invalid("block");
  const number = blockNumber(value["number"]);
  const l1 = value["l1BlockNumber"];
  return {
    number,
    hash: word(value["hash"]),
    parentHash: word(value["parentHash"]),
    l1BlockNumber: l1 === undefined || l1 === null ? BigInt(number) : quantity(l1),
  };
}

function readLog(value: unknown, { fromBlock, toBlock }: LogFilter): ChainLog {
  if (!isRecord(value) || !Array.isArray(value["topics"])) throw invalid("log");
  const number = blockNumber(value["blockNumber"]);
  if (number < fromBlock || number > toBlock) throw invalid("log outside of the range");
  return {
    address: bytes(value["address"]),
    topics: value["topics"].map(word),
    data: bytes(value["data"]),
    blockNumber: number,
    blockHash: word(value["blockHash"]),
    logIndex: Number(quantity(value["logIndex"])),
  };
}

function blockNumber(value: unknown): number {
  const number = Number(quantity(value));
  if (!Number.isSafeInteger(number)) throw invalid("block number");
  return number;
}

function quantity(value: unknown): bigint {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{1,64}$/.test(value)) throw invalid("quantity");
  return BigInt(value);
}

function word(value: unknown): Hex {
  const hex = bytes(value);
  if (hex.length !== 66) throw invalid("32 bytes");
  return hex;
}

function bytes(value: unknown): Hex {
  if (typeof value !== "string" || value.length % 2 !== 0 || !/^0x[0-9a-fA-F]*$/.test(value)) {
    throw invalid("bytes");
  }
  return value.toLowerCase();
}

function invalid(what: string): RemoteError {
  return new RemoteError(`the node's answer is not valid: ${what}`, { code: "CHAIN_TRANSPORT" });
}
