/** JSON-RPC over HTTP with undici: connections are kept and limited, answers bounded. */
import { PoolsimError, RemoteError } from "../../core/errors.js";
import { type HttpAgent, openHttpAgent } from "../http-agent.js";
import { RateLimited, TooMuch, Unchangeable } from "./chain-failures.js";
import type { RpcTransport } from "./json-rpc.js";
import { pauseInWords } from "./provider-words.js";
import { excerpt } from "./rpc-answers.js";

export interface HttpTransportOptions {
  /** http or https. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For one request with its answer. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly maxConnections: number;
}

/** A transport and the end of it. */
export interface HttpTransport {
  readonly send: RpcTransport;
  close(): Promise<void>;
}

/** Makes a transport; connections open, and the client is loaded, when they are needed. */
export function httpTransport(options: HttpTransportOptions): HttpTransport {
  let client: Promise<HttpAgent> | undefined;
  let isClosed = false;
  const opened = (): Promise<HttpAgent> => {
    if (isClosed) throw unanswered(new Error("the transport is closed"));
    client ??= openHttpAgent({ connections: options.maxConnections });
    return client;
  };
  return {
    // The time that loading takes is not the node's.
    send: async (body, signal) => exchange(await opened(), body, options, signal),
    close: async () => {
      isClosed = true;
      await (await client)?.close();
    },
  };
}

async function exchange(
  client: HttpAgent,
  body: string,
  { url, headers, timeoutMs, maxBytes }: HttpTransportOptions,
  signal?: AbortSignal,
): Promise<string> {
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    const text = `the node did not answer within ${timeoutMs} ms`;
    deadline.abort(new RemoteError(text, { code: "CHAIN_TIMEOUT" }));
  }, timeoutMs);
  const ended = signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal;
  try {
    const answer = await client.request(url, {
      method: "POST",
      signal: ended,
      headers: { ...headers, "content-type": "application/json" },
      body,
    });
    const text = await readText(answer.body, maxBytes);
    assertStatus(answer.statusCode, answer.headers["retry-after"], text);
    return text;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (deadline.signal.aborted) throw deadline.signal.reason;
    if (error instanceof PoolsimError) throw error;
    throw unanswered(error);
  } finally {
    clearTimeout(timer);
  }
}

async function readText(body: AsyncIterable<unknown>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > maxBytes) {
      throw new RemoteError(`an answer of more than ${maxBytes} bytes`, {
        code: "CHAIN_TOO_LARGE",
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString("utf8");
}

/** Names that do not resolve, connections that are refused, certificates that do not fit. */
const NOBODY_THERE =
  /^(?:ENOTFOUND|EAI_|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EPROTO|CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_|UND_ERR_CONNECT)/;

function unanswered(cause: unknown): RemoteError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const Kind = NOBODY_THERE.test(code) ? Unchangeable : RemoteError;
  return new Kind(`no answer: ${why || code}`, { code: "CHAIN_UNAVAILABLE", cause });
}

/** Too large; the node, or the gateway before it, was too slow. */
const TOO_MUCH: ReadonlySet<number> = new Set([408, 413, 504, 522, 524]);
const NOT_LET_IN: ReadonlySet<number> = new Set([401, 403, 407]);

function assertStatus(status: number, retryAfter: unknown, text: string): void {
  if (status >= 200 && status <= 299) return;
  const words = `HTTP status ${status}: ${excerpt(text)}`;
  if (status === 429) throw new RateLimited(words, readPause(retryAfter) ?? pauseInWords(text));
  if (NOT_LET_IN.has(status)) throw new Unchangeable(words, { code: "CHAIN_TRANSPORT" });
  // JSON-RPC errors may come with any status; what is not JSON is the server's own failure.
  if (status < 500 && /^\s*[[{]/.test(text)) return;
  if (TOO_MUCH.has(status)) throw new TooMuch(words);
  throw new RemoteError(words, {
    code: status >= 500 ? "CHAIN_UNAVAILABLE" : "CHAIN_TRANSPORT",
  });
}

/** `Retry-After` in seconds or as a date; null when there is none. */
function readPause(retryAfter: unknown): number | null {
  if (typeof retryAfter !== "string") return null;
  if (/^\d{1,6}$/.test(retryAfter.trim())) return Number(retryAfter) * 1_000;
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}
