/** The Orchestrator service of one server over one connection. */
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { type Connection, hangUp } from "./dial.js";
import { Orchestrator } from "./generated/lp_rpc_pb.js";
import type { DialTarget } from "./target.js";

// The authority is set on each request (`dial` says why).
const BASE_URL = "https://orchestrator";

/** A connection with the client that speaks on it. */
export class Channel {
  readonly client: Client<typeof Orchestrator>;
  readonly #connection: Connection;
  #calls = 0;
  #retired = false;

  /** @param maxMessageBytes of a message that is received; larger ones fail the call */
  constructor(target: DialTarget, connection: Connection, maxMessageBytes: number) {
    this.#connection = connection;
    const { session } = connection;
    session.unref();
    this.client = createClient(
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

  /** Runs a call. Between calls an open channel does not keep the process alive. */
  async call<T>(run: (client: Client<typeof Orchestrator>) => Promise<T>): Promise<T> {
    const { session } = this.#connection;
    this.#calls += 1;
    session.ref();
    try {
      return await run(this.client);
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
