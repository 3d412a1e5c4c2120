/** One question to a GraphQL server: an HTTP POST, bounded in time and size, and what it came to. */
import type { Dispatcher } from "undici";
import { PoolsimError, RemoteError } from "../../../core/errors.js";
import type { HttpAgent } from "../../../io/http-agent.js";
import type { SubgraphEndpoint } from "./subgraph-endpoint.js";
import { withTimeLimit } from "./time-limit.js";

/** What can be done about a failure. */
export type Remedy =
  | "none"
  /** Ask the same again later: too busy, broken connection, a node that lags behind. */
  | "repeat"
  /** Begin anew: the block that was asked about is not part of the chain any more. */
  | "restart";

/** The data, or why there are none. */
export type GraphqlAnswer =
  | { readonly data: unknown }
  | {
      readonly error: RemoteError;
      readonly remedy: Remedy;
      /** Not sooner than the server said; 0 = it said nothing. */
      readonly afterMs: number;
    };

export interface GraphqlQuestion {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface GraphqlPostOptions {
  readonly endpoint: SubgraphEndpoint;
  readonly agent: HttpAgent;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Unix ms. */
  readonly now: () => number;
}

const BUSY: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
/** The Graph has no codes for its errors: these are pieces of their texts. */
const REORGANISED = /no block with that hash|block not found|missing block/i;
const PASSING =
  /indexed up to|not yet available|unavailable|bad indexers|no (suitable )?indexers|time(d )?.?out|too many|rate limit|overloaded|internal|store error/i;

/**
 * Asks. Redirects are failures: they would take the key elsewhere.
 *
 * @returns failures too, with a {@link RemoteError} `HTTP_TIMEOUT`, `HTTP_STATUS`,
 *   `HTTP_TOO_LARGE`, `HTTP_TRANSPORT`, `SUBGRAPH_JSON` or `SUBGRAPH_GRAPHQL`
 * @throws the signal's reason
 */
export async function postGraphql(
  question: GraphqlQuestion,
  options: GraphqlPostOptions,
): Promise<GraphqlAnswer> {
  const { endpoint, signal, timeoutMs } = options;
  const timeout = failure("HTTP_TIMEOUT", `${endpoint.host} took more than ${timeoutMs} ms`);
  try {
    return await withTimeLimit((limited) => exchange(question, options, limited), {
      ms: timeoutMs,
      error: () => timeout,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error === timeout) return { error: timeout, remedy: "repeat", afterMs: 0 };
    if (error instanceof PoolsimError) throw error;
    // Without the cause: what a library attaches to its errors may show the URL.
    const why = endpoint.shown(error instanceof Error ? error.message : String(error));
    const broken = failure("HTTP_TRANSPORT", `${endpoint.host}: ${why}`);
    return { error: broken, remedy: "repeat", afterMs: 0 };
  }
}

async function exchange(
  question: GraphqlQuestion,
  { endpoint, agent, maxBytes, now }: GraphqlPostOptions,
  signal: AbortSignal,
): Promise<GraphqlAnswer> {
  const { href, headers } = endpoint.request();
  const answer = await agent.request(href, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(question),
    signal,
  });
  const body = await readBody(answer.body, maxBytes);
  const { statusCode } = answer;
  if (statusCode < 200 || statusCode > 299) {
    const hint = statusCode === 401 || statusCode === 403 ? ": is the API key right?" : "";
    return {
      error: failure("HTTP_STATUS", `${endpoint.host} answered HTTP ${statusCode}${hint}`),
      remedy: BUSY.has(statusCode) ? "repeat" : "none",
      afterMs: retryAfterMs(answer.headers["retry-after"], now()),
    };
  }
  if (body === null) {
    const why = `${endpoint.host} answered with more than ${maxBytes} bytes`;
    return { error: failure("HTTP_TOO_LARGE", why), remedy: "none", afterMs: 0 };
  }
  return readAnswer(body, endpoint);
}

/** The body, or null when it is too large. */
async function readBody(
  body: Dispatcher.ResponseData["body"],
  maxBytes: number,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    // Leaving the loop destroys the stream, and the connection with it.
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function readAnswer(body: Uint8Array, endpoint: SubgraphEndpoint): GraphqlAnswer {
  const answer = parseJson(body);
  if (typeof answer !== "object" || answer === null) {
    const why = `${endpoint.host} did not answer with a JSON object`;
    return { error: failure("SUBGRAPH_JSON", why), remedy: "none", afterMs: 0 };
  }
  // Data beside errors are incomplete: The Graph gives none unless asked to.
  if ("errors" in answer && answer.errors !== null) {
    const text = messagesOf(answer.errors);
    const remedy = REORGANISED.test(text) ? "restart" : PASSING.test(text) ? "repeat" : "none";
    const why = `${endpoint.host} answered with an error: ${endpoint.shown(text)}`;
    return { error: failure("SUBGRAPH_GRAPHQL", why), remedy, afterMs: 0 };
  }
  return { data: "data" in answer ? answer.data : undefined };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function messagesOf(errors: unknown): string {
  const list: readonly unknown[] = Array.isArray(errors) ? errors : [];
  const messages = list.slice(0, 3).map((error) => {
    const given = typeof error === "object" && error !== null && "message" in error;
    return given && typeof error.message === "string" ? error.message : "(no message)";
  });
  return messages.join("; ").slice(0, 10_000);
}

function retryAfterMs(header: string | string[] | undefined, nowMs: number): number {
  if (typeof header !== "string") return 0;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

function failure(code: string, message: string): RemoteError {
  return new RemoteError(message, { code });
}
