/** One bounded HTTP request: total time, redirects and bytes are limited, and no socket outlives it. */
import type { Dispatcher } from "undici";
import { PoolsimError, RemoteError } from "../core/errors.js";
import { type HttpAgent, openHttpAgent } from "./http-agent.js";

export interface FetchBodyOptions {
  /** http or https. */
  readonly url: string;
  /** Sent with every request to the url's own origin, and to no other. */
  readonly headers: Readonly<Record<string, string>>;
  /** For everything together, redirects and body included. */
  readonly timeoutMs: number;
  /** POST has no body, and a redirect of it is a failure. @default GET */
  readonly method?: "GET" | "POST";
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** As Go's default client. */
const MAX_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Gets a body.
 *
 * @throws RemoteError `HTTP_TIMEOUT`, `HTTP_STATUS` (not 2xx), `HTTP_REDIRECTS` (more than 10, or to
 *   something other than http), `HTTP_TOO_LARGE` or `HTTP_TRANSPORT`; the signal's reason
 */
export async function fetchBody(options: FetchBodyOptions): Promise<Uint8Array> {
  const agent = await openHttpAgent();
  const { timeoutMs, signal } = options;
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(
      new RemoteError(`no complete answer within ${timeoutMs} ms`, { code: "HTTP_TIMEOUT" }),
    );
  }, timeoutMs);
  try {
    const ended = AbortSignal.any([signal, deadline.signal]);
    return await follow(agent, ended, options);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (deadline.signal.aborted) throw deadline.signal.reason;
    if (error instanceof PoolsimError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new RemoteError(why, { code: "HTTP_TRANSPORT", cause: error });
  } finally {
    clearTimeout(timer);
    await agent.close();
  }
}

async function follow(
  agent: HttpAgent,
  signal: AbortSignal,
  { url, headers, maxBytes, method = "GET" }: FetchBodyOptions,
): Promise<Uint8Array> {
  const { origin } = new URL(url);
  let target = new URL(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const own = target.origin === origin ? headers : {};
    const answer = await agent.request(target.href, { signal, headers: own, method });
    const location = answer.headers["location"];
    const isRedirect = method === "GET" && REDIRECTS.has(answer.statusCode);
    if (!isRedirect || typeof location !== "string") {
      return await readBody(answer, maxBytes);
    }
    answer.body.destroy();
    answer.body.on("error", () => {});
    target = redirectTarget(location, target);
  }
  throw new RemoteError(`more than ${MAX_REDIRECTS} redirects`, { code: "HTTP_REDIRECTS" });
}

function redirectTarget(location: string, from: URL): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : null;
  if (target === null || !/^https?:$/.test(target.protocol)) {
    throw new RemoteError(`a redirect to ${JSON.stringify(location.slice(0, 200))}`, {
      code: "HTTP_REDIRECTS",
    });
  }
  return target;
}

async function readBody(
  { statusCode, body }: Dispatcher.ResponseData,
  maxBytes: number,
): Promise<Uint8Array> {
  if (statusCode < 200 || statusCode > 299) {
    throw new RemoteError(`HTTP status ${statusCode}`, { code: "HTTP_STATUS" });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > maxBytes) {
      throw new RemoteError(`an answer of more than ${maxBytes} bytes`, { code: "HTTP_TOO_LARGE" });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
