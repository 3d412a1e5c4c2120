/** The API on a socket: HTTPS, or HTTP on loopback only; bounded, and gone when it is told to. */

import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import { isIP, type Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { checkNumber, checkObject, checkText, checkWhole, TIMER_MS } from "../../core/checks.js";
import { InputError } from "../../core/errors.js";
import type { PoolApi } from "./api-options.js";
import type { ServerCertificate } from "./certificate.js";
import { clientOf } from "./rate-limit.js";

/** Where and how the API is served. */
export interface PoolServerOptions {
  /** What answers the requests. */
  readonly api: PoolApi;
  /** Address to listen at. */
  readonly host: string;
  /** Port to listen at; 0: any that is free. */
  readonly port: number;
  /** null: plain HTTP, on loopback only. */
  readonly tls: ServerCertificate | null;
  /** Bounds that differ from the defaults. */
  readonly limits?: Partial<ServerLimits> | undefined;
}

/** What one connection, one client and all of them may take. */
export interface ServerLimits {
  /** Connections that are open at a time, of all clients. @default 1_024 */
  readonly connections: number;
  /**
   * Of one client: an IPv4 address or an IPv6 /64.
   * @default 256; without TLS as many as there may be, as one proxy speaks for everybody
   */
  readonly connectionsPerClient: number;
  /** From the connection to the end of the headers, ms. @default 5_000 */
  readonly headersMs: number;
  /** From the connection to the end of the request, ms. @default 10_000 */
  readonly requestMs: number;
  /** Without a byte either way, ms, e.g. of a client that does not read. @default 30_000 */
  readonly silenceMs: number;
  /** For requests under way when the server stops, ms. @default 5_000 */
  readonly stopMs: number;
}

/** A server that listens. */
export interface PoolServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** The port that it listens at. */
  readonly port: number;
  /** Connections that are open now. */
  connections(): number;
  /** Takes no more connections, lets requests under way end, and cuts what lasts longer. */
  close(): Promise<void>;
}

const LIMITS: ServerLimits = {
  connections: 1_024,
  connectionsPerClient: 256,
  headersMs: 5_000,
  requestMs: 10_000,
  silenceMs: 30_000,
  stopMs: 5_000,
};
const HEADER_BYTES_MAX = 8_192;
const HANDSHAKE_LIMIT_MS = 5_000;
const IDLE_LIMIT_MS = 15_000;
const CHECK_INTERVAL_MAX_MS = 1_000;
const CLOSE_CHECK_MS = 20;

/** Whether a host is this machine and no other. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith("127.");
  return host === "::1" || host === "localhost";
}

/**
 * Starts a server that answers by the API.
 *
 * @throws InputError (`PLAIN_HTTP`) without TLS elsewhere than on loopback; (`LISTEN`) when it
 *   cannot listen there; (`TLS_CERTIFICATE`) for a key or certificate that does not fit;
 *   (`OPTION_INVALID`) for a port or a limit that is none
 */
export async function servePoolApi(options: PoolServerOptions): Promise<PoolServer> {
  checkObject({ options });
  const { api, host, port, tls } = options;
  checkObject({ api }, "stopping");
  checkText({ host });
  if (tls === null && !isLoopback(host)) {
    throw new InputError(`--host ${host}: plain HTTP is served on loopback only`, {
      code: "PLAIN_HTTP",
    });
  }
  const perClient = tls === null ? { connectionsPerClient: Number.POSITIVE_INFINITY } : {};
  const limits = limitsOf({ ...perClient, ...options.limits });
  checkWhole({ port }, [0, 65_535]);
  const server = createNodeServer({ api, tls, limits });
  server.maxConnections = limits.connections;
  server.setTimeout(limits.silenceMs);
  const open = limitClients(server, limits.connectionsPerClient);
  await listening(server, host, port);
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `${tls === null ? "http" : "https"}://${name}:${bound}`,
    port: bound,
    connections: () => [...open.values()].reduce((sum, count) => sum + count, 0),
    close: async () => {
      api.stopping();
      await closed(server, limits.stopMs);
    },
  };
}

/** @throws InputError (`OPTION_INVALID`) for numbers with which the server would fail, or bound nothing */
function limitsOf(given: Partial<ServerLimits>): ServerLimits {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  const limits: ServerLimits = { ...LIMITS, ...Object.fromEntries(said) };
  const { connections, connectionsPerClient, headersMs, requestMs, silenceMs, stopMs } = limits;
  checkWhole({ connections, connectionsPerClient }, [1, Number.POSITIVE_INFINITY]);
  checkWhole({ headersMs, requestMs, silenceMs }, TIMER_MS);
  checkNumber({ stopMs }, TIMER_MS);
  return limits;
}

function createNodeServer({
  api,
  tls,
  limits: { headersMs, requestMs },
}: {
  readonly api: PoolApi;
  readonly tls: ServerCertificate | null;
  readonly limits: ServerLimits;
}): HttpServer | HttpsServer {
  const limits = {
    maxHeaderSize: HEADER_BYTES_MAX,
    requestTimeout: requestMs,
    headersTimeout: headersMs,
    keepAliveTimeout: IDLE_LIMIT_MS,
    connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MAX_MS, headersMs),
  };
  const listener = getRequestListener(api.fetch, {
    overrideGlobalObjects: false,
    // What is no request at all; its message may have parts of the request.
    errorHandler: () =>
      new Response('{"error":{"code":"BAD_REQUEST","message":"this is not a request"}}', {
        status: 400,
        headers: { "Content-Type": "application/json; charset=utf-8" },
      }),
  });
  const onRequest = (...[request, response]: Parameters<typeof listener>): void => {
    void listener(request, response);
  };
  if (tls === null) return createHttpServer(limits, onRequest);
  try {
    return createHttpsServer(
      {
        ...limits,
        ...tls,
        minVersion: "TLSv1.2",
        handshakeTimeout: HANDSHAKE_LIMIT_MS,
      },
      onRequest,
    );
  } catch (error) {
    throw new InputError("the TLS key and certificate do not fit or cannot be read", {
      code: "TLS_CERTIFICATE",
      cause: error,
    });
  }
}

/** One client can't take all connections. Returns how many each has. */
function limitClients(server: HttpServer, connectionsMax: number): ReadonlyMap<string, number> {
  const open = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const client = clientOf(socket.remoteAddress);
    const count = (open.get(client) ?? 0) + 1;
    open.set(client, count);
    socket.once("close", () => {
      const left = (open.get(client) ?? 1) - 1;
      if (left > 0) open.set(client, left);
      else open.delete(client);
    });
    if (count > connectionsMax) socket.destroy();
  });
  return open;
}

async function listening(server: HttpServer, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      const message = `--host ${host} --port ${port}: cannot listen there (${error.message})`;
      reject(new InputError(message, { code: "LISTEN", cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

async function closed(server: HttpServer, limitMs: number): Promise<void> {
  const limit = setTimeout(() => server.closeAllConnections(), limitMs);
  // Those that were under way are kept alive by their clients once they are answered.
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_CHECK_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearInterval(idle);
  clearTimeout(limit);
}
