/**
 * The Orchestrator service of one server over one connection. Loaded at the first request: the
 * simulator, which imports the cores of discovery, need not wait for gRPC.
 */
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { remoteText } from "../../io/remote-text.js";
import { type Connection, hangUp } from "./dial.js";
import {
  Orchestrator,
  type OrchestratorInfo,
  type OrchestratorRequest,
} from "./generated/lp_rpc_pb.js";
import { type OrchestratorQuestion, orchestratorRequest } from "./request.js";
import type { DialTarget } from "./target.js";

// The authority is set on each request (`dial` says why).
const BASE_URL = "https://orchestrator";

/** A connection with the client that speaks on it. */
export class Channel {
  readonly #client: Client<typeof Orchestrator>;
  readonly #connection: Connection;
  #calls = 0;
  #retired = false;

  /** @param maxMessageBytes of a message that is received; larger ones fail the call */
  constructor(target: DialTarget, connection: Connection, maxMessageBytes: number) {
    this.#connection = connection;
    const { session } = connection;
    session.unref();
    this.#client = createClient(
      Orchestrator,
      createGrpcTransport({
        baseUrl: BASE_URL,
        readMaxBytes: maxMessageBytes,
        // What is not asked for need not be unpacked: no compression bombs.
        acceptCompression: [],
        binaryOptions: { readUnknownFields: false },
        sessionManager: {
          authority: BASE_URL,
          request: async (method, path, headers, options) =>
            session.request(
              { ...headers, ":method": method, ":path": path, ":authority": target.authority },
              options,
            ),
          notifyResponseByteRead: () => {},
        },
      }),
    );
  }

  /** Whether a further call may be made. */
  get usable(): boolean {
    const { session } = this.#connection;
    return !this.#retired && !session.closed && !session.destroyed;
  }

  /** Calls back once when the server ends the connection or says that it is going to. */
  onEnd(callback: () => void): void {
    this.#connection.session.once("goaway", callback);
    this.#connection.session.once("close", callback);
  }

  /** Asks. Between requests an open channel does not keep the process alive. */
  async ask(question: OrchestratorQuestion, signal: AbortSignal): Promise<OrchestratorInfo> {
    const { session } = this.#connection;
    this.#calls += 1;
    session.ref();
    try {
      return await this.#client.getOrchestrator(messageOf(question), { signal });
    } finally {
      this.#calls -= 1;
      if (this.#calls === 0) {
        session.unref();
        if (this.#retired) this.close();
      }
    }
  }

  /** Closes it once the calls that are running on it have ended. */
  retire(): void {
    this.#retired = true;
    if (this.#calls === 0) this.close();
  }

  /** Closes it at once. */
  close(): void {
    this.#retired = true;
    hangUp(this.#connection);
  }
}

// All orchestrators of a discovery are asked the same.
const messages = new WeakMap<OrchestratorQuestion, OrchestratorRequest>();

function messageOf(question: OrchestratorQuestion): OrchestratorRequest {
  const message = messages.get(question) ?? orchestratorRequest(question);
  messages.set(question, message);
  return message;
}

/** The error of a call in words: the gRPC status and what the server said. */
export function describeFailure(error: unknown): string {
  const { code, rawMessage } = ConnectError.from(error);
  return `${Code[code]}: ${remoteText(rawMessage)}`;
}
