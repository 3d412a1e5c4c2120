/** The chain over JSON-RPC: values checked as they come in. */
import { checkNumber, checkWhole, TIMER_MS } from "../../../core/checks.js";
import { RemoteError } from "../../../core/errors.js";
import { NodeError, TooMuch } from "../../../io/json-rpc/chain-failures.js";
import { httpTransport } from "../../../io/json-rpc/http-transport.js";
import { JsonRpc, type RpcTransport, type SendOptions } from "../../../io/json-rpc/json-rpc.js";
import { complaintOf } from "../../../io/json-rpc/provider-words.js";
import { isRecord, type RpcAnswer } from "../../../io/json-rpc/rpc-answers.js";
import type {
  ChainBlock,
  ChainCall,
  ChainClient,
  ChainLog,
  ChainOptions,
  Hex,
  LogFilter,
} from "./chain-client.js";
import { LogReader } from "./log-reader.js";

/** Which node is asked, and within which limits. */
export interface RpcChainClientOptions {
  /** The node's JSON-RPC, http or https; go-livepeer's `-ethUrl`. */
  readonly url: string;
  /** Sent with each request, e.g. an API key. @default none */
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

/** @throws InputError (`OPTION_INVALID`) for numbers with which requests would not end, or not begin */
export function checkRpcOptions(options: Omit<RpcChainClientOptions, "url">): void {
  const { timeoutMs, backoffMs, maxBytes, ...counts } = options;
  const { batchSize, concurrency, attempts, maxLogRange, logConcurrency } = counts;
  checkNumber({ timeoutMs, backoffMs }, TIMER_MS);
  checkWhole({ maxBytes }, [1, Number.POSITIVE_INFINITY]);
  checkWhole({ batchSize, concurrency, attempts, maxLogRange, logConcurrency }, [
    1,
    Number.POSITIVE_INFINITY,
  ]);
}

/** For the events of one range, however often they are asked for. */
const LOGS_LIMIT_MS = 120_000;
/** A question about many blocks is given up sooner than one about a single block. */
const WIDE_SHARE = 8;
/** A node in trouble may be so because of how much it was asked. */
const DIVISIBLE_ATTEMPTS = 2;
const PATIENT: SendOptions = { patience: "everything" };

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
  readonly #logs: LogReader;

  constructor(transport: RpcTransport, close: () => Promise<void>, options: RpcChainClientOptions) {
    const { batchSize = 100, concurrency = 8, attempts = 6, backoffMs = 250 } = options;
    this.#rpc = new JsonRpc({ transport, batchSize, concurrency, attempts, backoffMs });
    this.#close = close;
    const { maxLogRange = 1_000, logConcurrency = 3, timeoutMs = 120_000 } = options;
    this.#logs = new LogReader({
      ask: (range, signal, sendOptions) => this.#logsOfRange(range, signal, sendOptions),
      maxRange: maxLogRange,
      concurrency: logConcurrency,
      wideLimitMs: Math.ceil(timeoutMs / WIDE_SHARE),
      limitMs: LOGS_LIMIT_MS,
    });
  }

  async chainId({ signal }: ChainOptions = {}): Promise<bigint> {
    const [answer] = await this.#rpc.send([{ method: "eth_chainId", params: [] }], signal, PATIENT);
    return quantity(resultOf(answer));
  }

  async call(
    call: ChainCall,
    block: number | "latest",
    { signal, isDivisible = false }: ChainOptions = {},
  ): Promise<Hex> {
    const options: SendOptions = isDivisible
      ? { patience: "notTooMuch", troubleAttempts: DIVISIBLE_ATTEMPTS }
      : PATIENT;
    const [answer] = await this.#rpc.send([callRequest(call, block)], signal, options);
    if (answer !== undefined && "error" in answer) {
      const { code, message } = answer.error;
      const complaint = complaintOf(answer.error);
      if (complaint === "tooMuch") throw new TooMuch(`the node's error ${code}: ${message}`);
      if (complaint !== "reverted") throw new NodeError(message, code);
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
      PATIENT,
    );
    // Only a contract that says no has no answer: a node that cannot tell has not said so.
    return answers.map((answer) =>
      "error" in answer && complaintOf(answer.error) === "reverted"
        ? null
        : bytes(resultOf(answer)),
    );
  }

  async blocks(
    which: readonly (number | "latest")[],
    { signal }: ChainOptions = {},
  ): Promise<readonly (ChainBlock | null)[]> {
    const answers = await this.#rpc.send(
      which.map((block) => ({ method: "eth_getBlockByNumber", params: [tag(block), false] })),
      signal,
      PATIENT,
    );
    return answers.map((answer) => {
      const result = resultOf(answer);
      return result === null ? null : readBlock(result);
    });
  }

  async logs(filter: LogFilter, { signal }: ChainOptions = {}): Promise<readonly ChainLog[]> {
    const logs = [...(await this.#logs.read(filter, signal))];
    return logs.sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
  }

  close(): Promise<void> {
    return this.#close();
  }

  async #logsOfRange(
    range: LogFilter,
    signal: AbortSignal,
    options: SendOptions,
  ): Promise<readonly ChainLog[]> {
    const [answer] = await this.#rpc.send([logsRequest(range)], signal, options);
    const result = resultOf(answer);
    if (!Array.isArray(result)) throw invalid("logs");
    return result.map((item) => readLog(item, range));
  }
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
    txHash: value["transactionHash"] === undefined ? null : word(value["transactionHash"]),
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
