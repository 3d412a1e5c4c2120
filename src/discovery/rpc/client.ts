/**
 * Asks one orchestrator (`GetOrchestrator`, G-1). Every limit is the caller's to set, and nobody
 * who is asked can cost more than the limits say: time, bytes, sockets.
 */
import { setMaxListeners } from "node:events";
import { LRUCache } from "lru-cache";
import { checkChoice, checkNumber, checkObject, checkWhole, TIMER_MS } from "../../core/checks.js";
import { isPoolsimError, RemoteError } from "../../core/errors.js";
import type { CertificatePins } from "./certificate-pins.js";
import type { Channel } from "./channel.js";
import { type AnswerLimits, decodeAnswer, MAX_ENTRIES, type OrchestratorAnswer } from "./decode.js";
import { dial } from "./dial.js";
import { type HostLookup, lookupInParallel } from "./lookup.js";
import type { OrchestratorQuestion } from "./request.js";
import { RequestLimit, unlessAborted } from "./request-limit.js";
import { type DialTarget, type DialUri, dialTarget } from "./target.js";

/** How orchestrators are asked. */
export interface OrchestratorClientOptions extends AnswerLimits {
  /**
   * `fresh` opens a connection for every request and closes it afterwards, as
   *   go-livepeer does (G-15): latency includes the handshakes (D-13). `pooled` keeps connections
   *   open for the next request to the same server: faster, and latency is that of the request
   *   alone wherever one is open. @default "fresh"
   */
  readonly mode?: "fresh" | "pooled" | undefined;
  /** Ms until a connection must be open (G-18). @default 3000 */
  readonly connectLimitMs?: number | undefined;
  /** Ms until a request must be answered, from the dial. @default 8000 */
  readonly requestLimitMs?: number | undefined;
  /** Bytes of a whole answer, as go-livepeer; honest ones have some thousands. @default 4194304 */
  readonly maxMessageBytes?: number | undefined;
  /** Whether an authority must have signed for the host's name (G-14). @default false */
  readonly verifyCertificates?: boolean | undefined;
  /** Remembers certificates and reports other ones. @default null */
  readonly certificatePins?: CertificatePins | null | undefined;
  /** Open connections in `pooled` mode; the longest unused go first. @default 1024 */
  readonly maxChannels?: number | undefined;
  /** Ms after which an unused connection is closed in `pooled` mode. @default 600000 */
  readonly idleLimitMs?: number | undefined;
  /** How the names of hosts are looked up. @default {@link lookupInParallel} */
  readonly lookup?: HostLookup | undefined;
}

/** The default limits of {@link OrchestratorClientOptions}. */
const DEFAULTS = {
  connectLimitMs: 3_000,
  requestLimitMs: 8_000,
  maxMessageBytes: 4 * 1024 * 1024,
  maxChannels: 1_024,
  idleLimitMs: 600_000,
} as const;

/** The list of connections takes its room at once. */
const CHANNELS_MAX = 1_000_000;

/** Whoever asks orchestrators: an {@link OrchestratorClient}, or what stands in for it. */
export interface OrchestratorAsker {
  /** See {@link OrchestratorClient.getOrchestrator}; rejects with an Error. */
  getOrchestrator(
    endpoint: DialUri,
    question: OrchestratorQuestion,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<OrchestratorAnswer>;
  /** Is called before a round: what takes time once and is nobody's latency. */
  prepare?(): Promise<void>;
}

/** A limit that is no number would be none. */
function checkClient(options: OrchestratorClientOptions): void {
  checkObject({ options });
  const { mode, connectLimitMs, requestLimitMs, idleLimitMs } = options;
  const { maxMessageBytes, maxEntries, maxTextLength, maxChannels } = options;
  checkChoice({ mode }, ["fresh", "pooled"]);
  checkNumber({ connectLimitMs, requestLimitMs }, TIMER_MS);
  checkWhole({ idleLimitMs }, [1, TIMER_MS[1]]);
  checkWhole({ maxMessageBytes, maxEntries, maxTextLength }, [0, Number.POSITIVE_INFINITY]);
  checkWhole({ maxChannels }, [1, CHANNELS_MAX]);
}

/** Asks orchestrators, many at a time. */
export class OrchestratorClient implements OrchestratorAsker {
  readonly #options: OrchestratorClientOptions;
  readonly #pool: LRUCache<string, Promise<Channel>> | null;
  readonly #closed = new AbortController();

  /**
   * @param options see {@link OrchestratorClientOptions}
   * @throws InputError (`OPTION_INVALID`) for numbers out of their range
   */
  constructor(options: OrchestratorClientOptions = {}) {
    checkClient(options);
    // Every request listens to it.
    setMaxListeners(0, this.#closed.signal);
    this.#options = { ...options, lookup: options.lookup ?? lookupInParallel() };
    this.#pool =
      options.mode === "pooled"
        ? new LRUCache({
            max: options.maxChannels ?? DEFAULTS.maxChannels,
            ttl: options.idleLimitMs ?? DEFAULTS.idleLimitMs,
            ttlAutopurge: true,
            updateAgeOnGet: true,
            dispose: (channel) => {
              channel.then((open) => open.retire()).catch(() => {});
            },
          })
        : null;
  }

  /**
   * Asks one orchestrator.
   *
   * @param endpoint where
   * @param question as whom and for which job; may be the same object for all
   * @param options `signal` gives up: the socket is released, and the call rejects with its reason
   * @throws InputError (`URI_UNDIALLABLE`); RemoteError with code `DIAL_TIMEOUT`, `DIAL_FAILED`,
   *   `CERTIFICATE_CHANGED`, `RPC_TIMEOUT`, `RPC_FAILED` (an error answer, or something that is no
   *   answer), `ANSWER_TOO_LARGE`, `CLIENT_CLOSED`
   */
  async getOrchestrator(
    endpoint: DialUri,
    question: OrchestratorQuestion,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<OrchestratorAnswer> {
    await loadWire();
    signal?.throwIfAborted();
    const target = dialTarget(endpoint);
    const limitMs = this.#options.requestLimitMs ?? DEFAULTS.requestLimitMs;
    const parents = signal === undefined ? [this.#closed.signal] : [this.#closed.signal, signal];
    const limit = new RequestLimit(limitMs, target.authority, parents);
    try {
      return await (this.#pool === null
        ? this.#askFresh(target, question, limit.signal)
        : this.#askPooled(this.#pool, target, question, limit.signal));
    } catch (error) {
      if (limit.signal.aborted) throw limit.signal.reason;
      throw await toRemoteError(error, target);
    } finally {
      limit.end();
    }
  }

  /** Loads what the first request needs, which otherwise takes that request's time. */
  async prepare(): Promise<void> {
    await loadWire();
  }

  /** Closes every connection and fails what still runs (`CLIENT_CLOSED`). */
  close(): void {
    this.#closed.abort(new RemoteError("the client was closed", { code: "CLIENT_CLOSED" }));
    this.#pool?.clear();
  }

  async #askFresh(target: DialTarget, question: OrchestratorQuestion, signal: AbortSignal) {
    const channel = await this.#open(target, signal);
    try {
      return await this.#ask(channel, question, signal);
    } finally {
      channel.close();
    }
  }

  async #askPooled(
    pool: LRUCache<string, Promise<Channel>>,
    target: DialTarget,
    question: OrchestratorQuestion,
    signal: AbortSignal,
  ) {
    const kept = pool.get(target.key);
    if (kept !== undefined) {
      const channel = await unlessAborted(kept, signal);
      if (channel.usable) {
        try {
          return await this.#ask(channel, question, signal);
        } catch (error) {
          // The server may have closed it just before the request: that is worth another dial.
          if (channel.usable || signal.aborted) throw error;
        }
      }
      if (pool.peek(target.key) === kept) pool.delete(target.key);
    }
    return this.#ask(await this.#openPooled(pool, target, signal), question, signal);
  }

  /** Others who want the same server meanwhile wait for this dial, and fail or dial with it. */
  async #openPooled(
    pool: LRUCache<string, Promise<Channel>>,
    target: DialTarget,
    signal: AbortSignal,
  ): Promise<Channel> {
    const opening = pool.get(target.key) ?? this.#open(target, this.#closed.signal);
    pool.set(target.key, opening);
    const forget = (): void => {
      if (pool.peek(target.key) === opening) pool.delete(target.key);
    };
    opening.then((channel) => channel.onEnd(forget), forget);
    return unlessAborted(opening, signal);
  }

  async #open(target: DialTarget, signal: AbortSignal): Promise<Channel> {
    const { connectLimitMs = DEFAULTS.connectLimitMs, certificatePins = null } = this.#options;
    const connection = await dial(target, {
      connectLimitMs,
      verifyCertificates: this.#options.verifyCertificates ?? false,
      pins: certificatePins,
      lookup: this.#options.lookup ?? lookupInParallel(),
      signal,
    });
    const { Channel } = await loadWire();
    const { maxMessageBytes, maxEntries } = this.#options;
    return new Channel(target, connection, {
      maxBytes: maxMessageBytes ?? DEFAULTS.maxMessageBytes,
      maxEntries: maxEntries ?? MAX_ENTRIES,
    });
  }

  async #ask(channel: Channel, question: OrchestratorQuestion, signal: AbortSignal) {
    return decodeAnswer(await channel.ask(question, signal), this.#options);
  }
}

/** Loaded before the first dial, so that no latency includes it. */
let wire: Promise<typeof import("./channel.js")> | null = null;

function loadWire(): Promise<typeof import("./channel.js")> {
  wire ??= import("./channel.js");
  return wire;
}

async function toRemoteError(error: unknown, target: DialTarget): Promise<unknown> {
  if (isPoolsimError(error)) return error;
  const { describeFailure } = await loadWire();
  const message = `${target.authority}: ${describeFailure(error)}`;
  return new RemoteError(message, { code: "RPC_FAILED", cause: error });
}
