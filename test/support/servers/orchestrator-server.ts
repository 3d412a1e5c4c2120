/**
 * Orchestrators for tests: real gRPC servers over TLS with certificates of their own making (G-16),
 * as many as wanted in one process, each on its own port. They are made with another gRPC
 * implementation than the client, and misbehave in every way that a stranger may.
 */
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { connect, createServer, type Server as NetServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type ConnectionInjector,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { generate } from "selfsigned";
import {
  type OrchestratorInfo,
  OrchestratorInfoSchema,
  type OrchestratorRequest,
  OrchestratorRequestSchema,
} from "../../../src/discovery/rpc/generated/lp_rpc_pb.js";

export type InfoInit = Exclude<MessageInitShape<typeof OrchestratorInfoSchema>, OrchestratorInfo>;

/** What an orchestrator does when it is asked. Plain data, to be sent to another process. */
export type Behaviour =
  /** Answers `delayMs` after the request, or at `atMs` after the epoch; by default at once. */
  | { kind: "answer"; info?: InfoInit; delayMs?: number; atMs?: number }
  /** Answers, or fails with a code, when it is {@link OrchestratorServers.release}d. */
  | { kind: "held"; code?: number }
  | { kind: "error"; code?: number; message?: string; delayMs?: number }
  /** Takes the request and never answers. */
  | { kind: "hang" }
  /** Takes the connection and says nothing: no TLS. */
  | { kind: "hang-tcp" }
  /** Shakes hands and says nothing: no HTTP/2. */
  | { kind: "hang-tls" }
  /** Closes the connection as soon as it is open. */
  | { kind: "reset" }
  /** Noise instead of TLS, of HTTP/2, of a protobuf message. */
  | { kind: "garbage-tcp" }
  | { kind: "garbage-tls" }
  | { kind: "garbage-message" }
  /** An ordinary web server. */
  | { kind: "http1" }
  /** A message of so many bytes. */
  | { kind: "huge"; bytes: number };

const RAW = ["hang-tcp", "hang-tls", "reset", "garbage-tcp", "garbage-tls", "http1"];

/** One of them. */
export interface TestOrchestrator {
  readonly uri: string;
  readonly scheme: string;
  readonly host: string;
  /** Requests so far, in order. */
  readonly requests: OrchestratorRequest[];
  /** Open connections, and all there ever were. */
  readonly connections: { open: number; total: number };
  behaviour: Behaviour;
  /** Body of its `GET /discovery`, of those without TLS; undefined = 404. */
  runners: string | undefined;
  /** Ends every connection; the next ones are served again. */
  disconnect(): void;
  close(): Promise<void>;
}

interface Keys {
  readonly key: string;
  readonly cert: string;
}

/** A certificate as orchestrators make one at start (G-16). */
export async function makeKeys(): Promise<Keys> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  return { key, cert };
}

/** An answer like those of the network: capabilities as one word, a price, ticket parameters. */
export function goodInfo(transcoder: string, info: InfoInit = {}): OrchestratorInfo {
  return create(OrchestratorInfoSchema, {
    transcoder,
    address: new Uint8Array(20).fill(0xab),
    priceInfo: { pricePerUnit: 500n, pixelsPerUnit: 1n },
    capabilities: { bitstring: [67_133_439n], version: "0.8.9" },
    authToken: { token: new Uint8Array(32).fill(1), sessionId: "5e551011", expiration: 1_900n },
    ticketParams: {
      recipient: new Uint8Array(20).fill(0xcd),
      faceValue: Uint8Array.of(4, 0x43, 0x64, 0xc5, 0xbb, 0, 0),
      winProb: new Uint8Array(30).fill(0x6f),
      recipientRandHash: new Uint8Array(32).fill(2),
      seed: Uint8Array.of(7),
      expirationBlock: Uint8Array.of(100),
      expirationParams: { creationRound: 9n, creationRoundBlockHash: new Uint8Array(32).fill(3) },
    },
    ...info,
  });
}

function toBytes(info: OrchestratorInfo): Buffer {
  return Buffer.from(toBinary(OrchestratorInfoSchema, info));
}

/** Many orchestrators behind one gRPC server. */
export class OrchestratorServers {
  /** Of `atMs`: wall-clock ms, equal in all processes of a machine. */
  epoch = 0;
  /** When answers were sent, in order: wall-clock ms. */
  readonly sentAt: number[] = [];
  readonly keys: Keys;
  readonly #grpc = new Server({
    "grpc.max_send_message_length": -1,
    // Otherwise its timers outlive it.
    "grpc.max_connection_idle_ms": 2 ** 30,
  });
  readonly #tls: ConnectionInjector;
  readonly #plain: ConnectionInjector;
  /** What shares the port with gRPC, where there is no TLS: runners by HTTP/1.1. */
  readonly #http: HttpServer;
  /** Takes over the connections that turn out to be gRPC. */
  readonly #inner: NetServer;
  readonly #orchestrators = new Map<string, TestOrchestrator>();
  /** What answers requests that are held, by host. */
  readonly #held = new Map<string, () => void>();

  private constructor(keys: Keys) {
    this.keys = keys;
    this.#grpc.register(
      "/net.Orchestrator/GetOrchestrator",
      (call: ServerUnaryCall<OrchestratorRequest, Buffer>, reply: sendUnaryData<Buffer>) =>
        this.#serve(call, reply),
      (message: Buffer) => message,
      (bytes: Buffer) => fromBinary(OrchestratorRequestSchema, new Uint8Array(bytes)),
      "unary",
    );
    const pair = [{ private_key: Buffer.from(keys.key), cert_chain: Buffer.from(keys.cert) }];
    const tls = ServerCredentials.createSsl(null, pair, false);
    this.#tls = this.#grpc.createConnectionInjector(tls);
    this.#plain = this.#grpc.createConnectionInjector(ServerCredentials.createInsecure());
    this.#inner = createServer((socket) => {
      socket.on("error", () => {});
      this.#plain.injectConnection(socket);
    });
    this.#http = createHttpServer((request, response) => {
      const { runners } = this.#orchestrators.get(request.headers.host ?? "") ?? {};
      const body = request.url === "/discovery" ? runners : undefined;
      response
        .writeHead(body === undefined ? 404 : 200)
        .end(body ?? "live runners are not supported");
    });
  }

  static async start(keys?: Keys): Promise<OrchestratorServers> {
    const servers = new OrchestratorServers(keys ?? (await makeKeys()));
    await new Promise<void>((resolve) => servers.#inner.listen(0, "127.0.0.1", resolve));
    return servers;
  }

  /** Adds an orchestrator; `plain` is without TLS (G-14). */
  async add(
    behaviour: Behaviour = { kind: "answer" },
    { plain = false } = {},
  ): Promise<TestOrchestrator> {
    const connections = { open: 0, total: 0 };
    const sockets = new Set<Socket>();
    const listener = createServer((socket) => {
      connections.total += 1;
      connections.open += 1;
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        connections.open -= 1;
        sockets.delete(socket);
      });
      this.#connected(socket, orchestrator.behaviour, plain);
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${portOf(listener)}`;
    const scheme = plain ? "http" : "https";
    const disconnect = (): void => {
      for (const socket of sockets) socket.destroy();
    };
    const orchestrator: TestOrchestrator = {
      uri: `${scheme}://${host}`,
      scheme,
      host,
      requests: [],
      connections,
      behaviour,
      runners: undefined,
      disconnect,
      close: async () => {
        this.#orchestrators.delete(host);
        disconnect();
        await new Promise((resolve) => listener.close(resolve));
      },
    };
    this.#orchestrators.set(host, orchestrator);
    return orchestrator;
  }

  /** Hosts whose requests are held. */
  get held(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** Answers the request that is held at a host. */
  release(host: string): void {
    this.#held.get(host)?.();
    this.#held.delete(host);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#orchestrators.values()].map((one) => one.close()));
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#inner.close(resolve));
    this.#tls.destroy();
    this.#plain.destroy();
    this.#grpc.forceShutdown();
  }

  #connected(socket: Socket, behaviour: Behaviour, plain: boolean): void {
    if (!RAW.includes(behaviour.kind)) {
      if (plain) this.#sniff(socket);
      else this.#tls.injectConnection(socket);
      return;
    }
    if (behaviour.kind === "reset") socket.destroy();
    if (behaviour.kind === "hang-tcp") socket.resume();
    if (behaviour.kind === "garbage-tcp") socket.resume().end(noise(4_096));
    if (behaviour.kind === "hang-tls") this.#secure(socket, () => {});
    if (behaviour.kind === "garbage-tls")
      this.#secure(socket, (secure) => secure.end(noise(4_096)));
    if (behaviour.kind === "http1") {
      const page = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
      this.#secure(socket, (secure) => secure.end(page));
    }
  }

  /** Real ones tell HTTP/1.1 from gRPC on one port; so does this, by the first bytes. */
  #sniff(socket: Socket): void {
    socket.once("data", (first: Buffer) => {
      socket.pause();
      if (first.toString("latin1", 0, 4) === "GET ") {
        socket.unshift(first);
        this.#http.emit("connection", socket);
        socket.resume();
        return;
      }
      const inner = connect(portOf(this.#inner), "127.0.0.1");
      inner.on("error", () => {});
      inner.on("close", () => socket.destroy());
      socket.on("close", () => inner.destroy());
      inner.write(first);
      socket.pipe(inner).pipe(socket);
    });
  }

  #secure(socket: Socket, then: (secure: Socket) => void): void {
    const server = createTlsServer({ ...this.keys, ALPNProtocols: ["h2"] }, (secure) => {
      secure.on("error", () => {});
      // What is not read does not end.
      secure.resume();
      then(secure);
    });
    server.emit("connection", socket);
  }

  #serve(call: ServerUnaryCall<OrchestratorRequest, Buffer>, reply: sendUnaryData<Buffer>): void {
    const orchestrator = this.#orchestrators.get(call.getHost());
    if (orchestrator === undefined) {
      reply({ code: status.NOT_FOUND, details: `nobody at ${call.getHost()}` });
      return;
    }
    orchestrator.requests.push(call.request);
    const { behaviour, uri } = orchestrator;
    if (behaviour.kind === "answer") {
      const { delayMs = 0, atMs } = behaviour;
      // A-85: only who asks without a job is told of hardware and models' prices.
      const { capabilities } = call.request;
      const told = capabilities === undefined ? {} : { hardware: [], capabilitiesPrices: [] };
      const message = toBytes(goodInfo(uri, { ...behaviour.info, ...told }));
      const wait = atMs === undefined ? delayMs : this.epoch + atMs - wallClockMs();
      later(wait, () => {
        if (call.cancelled) return;
        this.sentAt.push(wallClockMs());
        reply(null, message);
      });
    }
    if (behaviour.kind === "held") {
      const { code } = behaviour;
      this.#held.set(call.getHost(), () => {
        if (code === undefined) reply(null, toBytes(goodInfo(uri)));
        else reply({ code, details: "OrchestratorCapped" });
      });
    }
    if (behaviour.kind === "error") {
      const { code = status.UNKNOWN, message = "OrchestratorCapped", delayMs = 0 } = behaviour;
      later(delayMs, () => reply({ code, details: message }));
    }
    if (behaviour.kind === "garbage-message") reply(null, noise(200));
    if (behaviour.kind === "huge") reply(null, Buffer.alloc(behaviour.bytes, 0x0a));
  }
}

/** Ms since 1970 with fractions, the same in every process of this machine. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}

function later(ms: number, then: () => void): void {
  if (ms <= 0) then();
  else setTimeout(then, ms);
}

/** Bytes that begin like no protocol. */
function noise(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 197 + 255) % 256));
}

function portOf(server: NetServer): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it has no port");
  return address.port;
}
