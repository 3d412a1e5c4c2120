/** A small HTTP server for one answer: bounded, and gone when it is told to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { InputError } from "../../core/errors.js";
import type { WebhookAnswer } from "./entries.js";

export interface AnswerServerOptions {
  readonly host: string;
  /** 0 = any that is free. */
  readonly port: number;
  /** What is answered now; null = no list is young enough: 503. */
  readonly answer: () => WebhookAnswer | null;
  /** Where it is answered; a remote signer's path takes `caps`. @default / */
  readonly path?: string;
  /** What a POST is answered, by its path. @default none is taken */
  readonly posts?: ReadonlyMap<string, Buffer>;
  /** Is told what fails while it listens, e.g. no more connections can be taken. */
  readonly onFailure: (error: Error) => void;
}

/** A server that listens. */
export interface AnswerServer {
  readonly url: string;
  /** Takes no more connections, lets answers under way end, and cuts what lasts longer. */
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 512;
const HEADER_BYTES_MAX = 8_192;
/** From the connection to the end of the request. */
const REQUEST_LIMIT_MS = 5_000;
const IDLE_LIMIT_MS = 5_000;
const REQUESTS_PER_CONNECTION_MAX = 1_000;
const CLOSE_LIMIT_MS = 2_000;
const RETRY_AFTER_S = 10;
/** What a signer says whose table is empty. */
const EMPTY = Buffer.from('{"error":{"message":"cache empty"}}\n');
const TOO_OLD = Buffer.from("the list of orchestrators is too old\n");

/**
 * Starts it.
 *
 * @throws InputError (`LISTEN`) when it cannot listen there
 */
export async function serveAnswer(options: AnswerServerOptions): Promise<AnswerServer> {
  const { host, port, answer, path = "/", posts = new Map() } = options;
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      requestTimeout: REQUEST_LIMIT_MS,
      headersTimeout: REQUEST_LIMIT_MS,
      keepAliveTimeout: IDLE_LIMIT_MS,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => respond(request, response, { answer: answer(), path, posts }),
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION_MAX;
  await listening(server, host, port);
  server.on("error", options.onFailure);
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  const name = host.includes(":") ? `[${host}]` : host;
  return { url: `http://${name}:${bound}${path}`, close: () => closed(server) };
}

function respond(
  request: IncomingMessage,
  response: ServerResponse,
  {
    answer,
    path,
    posts,
  }: Required<Pick<AnswerServerOptions, "path" | "posts">> & {
    readonly answer: WebhookAnswer | null;
  },
): void {
  // Nobody has anything to tell: bodies are neither read nor waited for.
  const hasBody =
    request.headers["transfer-encoding"] !== undefined ||
    (request.headers["content-length"] ?? "0") !== "0";
  if (hasBody) response.setHeader("Connection", "close");
  const { method, url = "" } = request;
  const posted = method === "POST" ? posts.get(url) : undefined;
  if (posted !== undefined) {
    response.writeHead(200, {
      "Content-Type": "application/json",
      "Content-Length": posted.length,
    });
    response.end(posted);
    return;
  }
  if (method !== "GET" && method !== "HEAD") {
    response.writeHead(405, { Allow: "GET, HEAD", "Content-Length": 0 }).end();
    return;
  }
  const mark = url.indexOf("?");
  const query = mark < 0 ? "" : url.slice(mark + 1);
  if ((mark < 0 ? url : url.slice(0, mark)) !== path) {
    response.writeHead(404, { "Content-Length": 0 }).end();
    return;
  }
  if (answer === null) {
    response.writeHead(503, {
      "Content-Type": "text/plain",
      "Content-Length": TOO_OLD.length,
      "Retry-After": RETRY_AFTER_S,
    });
    response.end(method === "HEAD" ? undefined : TOO_OLD);
    return;
  }
  const selected = answer.select?.(new URLSearchParams(query).getAll("caps"));
  if (selected === null) {
    response.writeHead(503, { "Content-Type": "application/json", "Content-Length": EMPTY.length });
    response.end(method === "HEAD" ? undefined : EMPTY);
    return;
  }
  const { body, tag } = selected ?? answer;
  response.writeHead(200, {
    "Content-Type": "application/json",
    "Content-Length": body.length,
    "Last-Modified": new Date(answer.confirmedAtMs).toUTCString(),
    "Cache-Control": "no-cache",
    ETag: `"${tag}"`,
  });
  response.end(method === "HEAD" ? undefined : body);
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onError = (error: Error): void => {
      const message = `--host ${host} --port ${port}: cannot listen there (${error.message})`;
      reject(new InputError(message, { code: "LISTEN", cause: error }));
    };
    server.once("error", onError);
    server.listen(port, host, () => {
      server.off("error", onError);
      resolve();
    });
  });
}

async function closed(server: Server): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_LIMIT_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}
