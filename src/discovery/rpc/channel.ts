/**
 * The Orchestrator service of one server over one connection. Loaded at the first request: the
 * simulator, which imports the cores of discovery, need not wait for gRPC.
 */
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import { createTransport } from "@connectrpc/connect/protocol-grpc";
import { createNodeHttpClient } from "@connectrpc/connect-node";
import { isPoolsimError } from "../../core/errors.js";
import { remoteText } from "../../io/remote-text.js";
import { type Connection, hangUp } from "./dial.js";
import { assertFewFields } from "./field-count.js";
import {
  Orchestrator,
  type OrchestratorInfo,
  OrchestratorInfoSchema,
  type OrchestratorRequest,
} from "./generated/lp_rpc_pb.js";
import { type OrchestratorQuestion, orchestratorRequest } from "./request.js";
import type { DialTarget } from "./target.js";

// The authority is set on each request (`dial` says why).
const BASE_URL = "https://orchestrator";
/** A byte of flags and the length of the message, which follows. */
const ENVELOPE_BYTES = 5;
/** Requests are no larger than what goes into an envelope, and none is compressed. */
const NO_LIMIT = 0xffffffff;

/** How large an answer may be; anything beyond fails the call. */
export interface MessageLimits {
  /** Bytes of the message. */
  readonly maxBytes: number;
  /** Entries of a list or map, see `assertFewFields`. */
  readonly maxEntries: number;
}

/** A connection with the client that speaks on it. */
export class Channel {
  readonly #client: Client<typeof Orchestrator>;
  readonly #connection: Connection;
  #calls = 0;
  #retired = false;

  constructor(target: DialTarget, connection: Connection, limits: MessageLimits) {
    this.#connection = connection;
    const { session } = connection;
    session.unref();
    this.#client = createClient(
      Orchestrator,
      createTransport({
        baseUrl: BASE_URL,
        readMaxBytes: limits.maxBytes,
        writeMaxBytes: NO_LIMIT,
        useBinaryFormat: true,
        interceptors: [],
        // What is not asked for need not be unpacked: no compression bombs.
        acceptCompression: [],
        sendCompression: null,
        compressMinBytes: NO_LIMIT,
        binaryOptions: { readUnknownFields: false },
        httpClient: counting(
          createNodeHttpClient({
            httpVersion: "2",
            sessionProvider: () => ({
              authority: BASE_URL,
              request: async (method, path, headers, options) =>
                session.request(
                  { ...headers, ":method": method, ":path": path, ":authority": target.authority },
                  options,
                ),
              notifyResponseByteRead: () => {},
            }),
          }),
          limits,
        ),
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
    } catch (error) {
      // What was thrown while the answer was read is its cause.
      const cause = error instanceof ConnectError ? error.cause : undefined;
      throw isPoolsimError(cause) ? cause : error;
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

/** Hands an answer over when all of it is there, and holds no more than it may. */
function counting(ask: UniversalClientFn, limits: MessageLimits): UniversalClientFn {
  return async (request) => {
    const response = await ask(request);
    return { ...response, body: counted(response.body, limits) };
  };
}

async function* counted(
  body: AsyncIterable<Uint8Array>,
  { maxBytes, maxEntries }: MessageLimits,
): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [];
  let left = ENVELOPE_BYTES + maxBytes;
  for await (const part of body) {
    left -= part.length;
    if (left < 0) {
      throw new ConnectError(`an answer of more than ${maxBytes} bytes`, Code.ResourceExhausted);
    }
    parts.push(part);
  }
  const whole = Buffer.concat(parts);
  // At the second message, which there may not be, whoever reads them stops.
  for (let at = 0, messages = 0; at + ENVELOPE_BYTES <= whole.length && messages < 2; messages++) {
    const start = at + ENVELOPE_BYTES;
    at = start + whole.readUInt32BE(at + 1);
    assertFewFields(whole.subarray(start, at), OrchestratorInfoSchema, maxEntries);
  }
  yield whole;
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
