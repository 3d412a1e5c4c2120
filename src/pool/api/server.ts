/** The API on a socket: HTTPS, or HTTP on loopback only; bounded, and gone when it is told to. */
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import { isIP } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { InputError } from "../../core/errors.js";
import type { PoolApi } from "./app.js";
import type { ServerCertificate } from "./certificate.js";

export interface PoolServerOptions {
  readonly api: PoolApi;
  /** Address to listen at. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** null: plain HTTP, on loopback only. */
  readonly tls: ServerCertificate | null;
}

/** A server that listens. */
export interface PoolServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Takes no more connections, lets requests under way end, and cuts what lasts longer. */
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 1_024;
const HEADER_BYTES_MAX = 8_192;
/** From the connection to the end of the request. */
const REQUEST_LIMIT_MS = 10_000;
const HEADERS_LIMIT_MS = 5_000;
const HANDSHAKE_LIMIT_MS = 5_000;
const IDLE_LIMIT_MS = 15_000;
const CHECK_INTERVAL_MS = 1_000;
const CLOSE_LIMIT_MS = 5_000;
const CLOSE_CHECK_MS = 20;

/** Whether a host is this machine and no other. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith("127.");
  return host === "::1" || host === "localhost";
}

/**
 * Starts it.
 *
 * @throws InputError (`PLAIN_HTTP`) without TLS elsewhere than on loopback; (`LISTEN`) when it
 *   cannot listen there; (`TLS_CERTIFICATE`) for a key or certificate that does not fit
 */
export async function servePoolApi(options: PoolServerOptions): Promise<PoolServer> {
  const { api, host, port, tls } = options;
  if (tls === null && !isLoopback(host)) {
    throw new InputError(`--host ${host}: plain HTTP is served on loopback only`, {
      code: "PLAIN_HTTP",
    });
  }
  const server = createNodeServer(api, tls);
  server.maxConnections = CONNECTIONS_MAX;
  await listening(server, host, port);
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `${tls === null ? "http" : "https"}://${name}:${bound}`,
    port: bound,
    close: async () => {
      api.stopping();
      await closed(server);
    },
  };
}

function createNodeServer(api: PoolApi, tls: ServerCertificate | null): HttpServer | HttpsServer {
  const limits = {
    maxHeaderSize: HEADER_BYTES_MAX,
    requestTimeout: REQUEST_LIMIT_MS,
    headersTimeout: HEADERS_LIMIT_MS,
    keepAliveTimeout: IDLE_LIMIT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
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

async function listening(server: HttpServer, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      const message = `--host ${host} --port ${port}: cannot listen there (${error.message})`;
      reject(new InputError(message, { code: "LISTEN", cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

async function closed(server: HttpServer): Promise<void> {
  const limit = setTimeout(() => server.closeAllConnections(), CLOSE_LIMIT_MS);
  // Those that were under way are kept alive by their clients once they are answered.
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_CHECK_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearInterval(idle);
  clearTimeout(limit);
}
