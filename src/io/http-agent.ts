/**
 * HTTP requests that end with their signal at any instant. Those of undici alone don't while their
 * connection is being made: a server that takes connections and says nothing, not even its part of TLS,
 * holds them, and the process, for ever.
 */
import { Socket } from "node:net";
import type { Dispatcher } from "undici";

/** What is asked, besides the URL. */
type HttpRequestOptions = Omit<
  Dispatcher.RequestOptions,
  "origin" | "path" | "method" | "signal"
> & {
  /** @default GET */
  readonly method?: Dispatcher.HttpMethod;
  readonly signal: AbortSignal | null;
};

/** Keeps connections until it is closed. */
export interface HttpAgent {
  /**
   * Asks.
   *
   * @throws the signal's reason; what undici throws
   */
  request(url: string | URL, options: HttpRequestOptions): Promise<Dispatcher.ResponseData>;
  /** Ends all connections, also those that are being made. */
  close(): Promise<void>;
}

/** Makes one; connections open when they are needed. */
export async function openHttpAgent({
  connections = null,
  connectMs = 0,
}: {
  /** Most to one server; null: as many as there are requests. @default null */
  readonly connections?: number | null;
  /** How long a connection may take to be made; 0: as long as the signals allow. @default 0 */
  readonly connectMs?: number;
} = {}): Promise<HttpAgent> {
  const { Agent, buildConnector } = await import("undici");
  const connect = buildConnector({ timeout: connectMs });
  /** Each with the server that it is made to. */
  const connecting = new Map<Socket, string>();
  const agent = new Agent({
    connections,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) => {
      // Its type does not say so.
      const socket: unknown = connect(options, (...result) => {
        if (socket instanceof Socket) connecting.delete(socket);
        callback(...result);
      });
      if (socket instanceof Socket) connecting.set(socket, `${options.protocol}//${options.host}`);
    },
  });
  /** Whoever else waits for one of them is told, and may ask again. */
  const hangUp = (origin: string | null): void => {
    for (const [socket, to] of connecting) {
      if (origin !== null && to !== origin) continue;
      socket.destroy(new Error("the connection was not made in time"));
    }
  };
  return {
    request: async (url, options) => {
      const { signal } = options;
      signal?.throwIfAborted();
      const { origin, pathname, search } = new URL(url);
      const onAbort = (): void => hangUp(origin);
      signal?.addEventListener("abort", onAbort);
      try {
        const method = options.method ?? "GET";
        return await agent.request({ ...options, method, origin, path: `${pathname}${search}` });
      } catch (error) {
        throw signal?.aborted ? signal.reason : error;
      } finally {
        signal?.removeEventListener("abort", onAbort);
      }
    },
    close: async () => {
      const ended = agent.destroy();
      hangUp(null);
      await ended;
    },
  };
}

/** How long whoever has no agent of his own waits for a connection. */
const CONNECT_MS = 10_000;
let shared: Promise<HttpAgent> | undefined;

/** {@link HttpAgent.request} over connections that the whole process shares. */
export async function httpRequest(
  url: string | URL,
  options: HttpRequestOptions,
): Promise<Dispatcher.ResponseData> {
  shared ??= openHttpAgent({ connectMs: CONNECT_MS });
  return await (await shared).request(url, options);
}
