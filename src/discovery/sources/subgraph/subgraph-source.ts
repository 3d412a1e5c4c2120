/**
 * The orchestrators that the Livepeer subgraph knows: the chain's list without a node of the chain,
 * as Livepeer's own hosted gateways get it.
 */
import { InputError, RemoteError } from "../../../core/errors.js";
import { openHttpAgent } from "../../../io/http-agent.js";
import { SharedTask } from "../shared-task.js";
import {
  assertOpen,
  type ListOptions,
  type OrchestratorSource,
  type SourceListing,
} from "../source.js";
import { endpointsOf } from "./endpoints.js";
import { postGraphql } from "./graphql-post.js";
import { PatientAsker } from "./patient-asker.js";
import { type OrchestratorRows, readOrchestrators } from "./read-orchestrators.js";
import { SubgraphEndpoint } from "./subgraph-endpoint.js";
import { withTimeLimit } from "./time-limit.js";

/** Which subgraph is asked, and within which limits. */
export interface SubgraphSourceOptions {
  /**
   * http or https, e.g. `https://gateway.thegraph.com/api/<key>/subgraphs/id/<id>`. No message shows
   * more of it than the host.
   */
  readonly url: string;
  /** Sent as a bearer token, for a URL without a key. @default none */
  readonly apiKey?: string | undefined;
  /**
   * Addresses that are dropped (D-21), as `parseOrchBlocklist` gives them. @default none
   */
  readonly blocklist?: readonly string[] | undefined;
  /** How long a list is good without asking again; 0 = always ask. @default 43200000 (12 hours) */
  readonly refreshMs?: number | undefined;
  /** After a failure the old list is given for so long without asking again. @default 60000 */
  readonly holdOffMs?: number | undefined;
  /** For a list, with all its pages and pauses. @default 30000 */
  readonly timeoutMs?: number | undefined;
  /** For a page; a slower one counts as failed. @default 10000 */
  readonly requestTimeoutMs?: number | undefined;
  /** Failures that are overcome for one list, such as 429 and 5xx. @default 4 */
  readonly retries?: number | undefined;
  /** Pause after the first failure; it doubles up to 8000 ms. @default 500 */
  readonly backoffMs?: number | undefined;
  /** Orchestrators per page, 1 to 1000. @default 1000 */
  readonly pageSize?: number | undefined;
  /** An answer with more bytes is a failure. @default 4194304 */
  readonly maxBytes?: number | undefined;
  /** A list with more orchestrators is a failure. @default 10000 */
  readonly maxEntries?: number | undefined;
  /** Unix ms; decides how old a list is. @default Date.now */
  readonly now?: (() => number) | undefined;
}

const MAX_BACKOFF_MS = 8_000;

/** Whole numbers: the default, the least and the most. Timers hold 31 bits. */
const NUMBERS = {
  refreshMs: [43_200_000, 0, Number.MAX_SAFE_INTEGER],
  holdOffMs: [60_000, 0, Number.MAX_SAFE_INTEGER],
  timeoutMs: [30_000, 1, 2 ** 31 - 1],
  requestTimeoutMs: [10_000, 1, 2 ** 31 - 1],
  retries: [4, 0, 100],
  backoffMs: [500, 0, MAX_BACKOFF_MS],
  pageSize: [1_000, 1, 1_000],
  maxBytes: [4 * 1024 * 1024, 1, 2 ** 29],
  maxEntries: [10_000, 0, 10_000_000],
} as const;

type NumberName = keyof typeof NUMBERS;
type Settings = Readonly<Record<NumberName, number>> & {
  readonly blocklist: readonly string[];
  readonly now: () => number;
};

type Snapshot = Omit<SourceListing, "staleBecause">;

/**
 * A subgraph. Lists the orchestrators that are active in the last initialised round (B-4), all as
 * untrusted, with their delegated stake as of the block that was read.
 */
export class SubgraphSource implements OrchestratorSource {
  /** Tells the kinds of sources apart. */
  readonly kind = "subgraph";
  readonly usesBlocklist = true;
  readonly usesOnChainPredicate = true;
  readonly #endpoint: SubgraphEndpoint;
  readonly #settings: Settings;
  readonly #refresh = new SharedTask((signal) => this.#fetch(signal));
  #snapshot: Snapshot | null = null;
  #failure: { readonly error: Error; readonly atMs: number } | null = null;
  #closed = false;

  /**
   * Asks nothing yet.
   *
   * @throws InputError `SUBGRAPH_URL`, `SUBGRAPH_KEY`, or `SUBGRAPH_OPTION` for a number out of range
   */
  constructor(options: SubgraphSourceOptions) {
    this.#endpoint = new SubgraphEndpoint(options.url, options.apiKey ?? null);
    this.#settings = settingsOf(options);
  }

  /**
   * The list of the last 12 hours, or a new one. When the subgraph fails, the last list it gave is
   * returned with the reason in `staleBecause`.
   *
   * @throws RemoteError when it fails and there is no earlier list: `HTTP_TIMEOUT`, `HTTP_STATUS`,
   *   `HTTP_TOO_LARGE`, `HTTP_TRANSPORT`, `SUBGRAPH_JSON` (no JSON object), `SUBGRAPH_GRAPHQL` (the
   *   server's own errors), `SUBGRAPH_INVALID` (not the data that were asked for), `SUBGRAPH_BLOCK`
   *   (pages of different blocks) or `SUBGRAPH_TOO_MANY`
   * @throws InputError (`SOURCE_CLOSED`), or the signal's reason
   */
  async list({ signal }: ListOptions = {}): Promise<SourceListing> {
    assertOpen(this.#closed);
    signal?.throwIfAborted();
    const { now, refreshMs, holdOffMs } = this.#settings;
    const known = this.#snapshot;
    if (known !== null) {
      if (now() - known.confirmedAtMs < refreshMs) return { ...known, staleBecause: null };
      const failed = this.#failure;
      if (failed !== null && now() - failed.atMs < holdOffMs) {
        return { ...known, staleBecause: failed.error };
      }
    }
    try {
      return { ...(await this.#refresh.run(signal)), staleBecause: null };
    } catch (error) {
      if (signal?.aborted || this.#closed || known === null) throw error;
      if (!(error instanceof Error)) throw error;
      return { ...known, staleBecause: error };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#refresh.abort(new InputError("the source is closed", { code: "SOURCE_CLOSED" }));
  }

  async #fetch(signal: AbortSignal): Promise<Snapshot> {
    const { now, timeoutMs, blocklist } = this.#settings;
    const confirmedAtMs = now();
    const error = (): RemoteError =>
      new RemoteError(`${this.#endpoint.host} gave no complete list within ${timeoutMs} ms`, {
        code: "HTTP_TIMEOUT",
      });
    try {
      const read = await withTimeLimit((limited) => this.#read(limited), {
        ms: timeoutMs,
        error,
        signal,
      });
      this.#snapshot = { ...endpointsOf(read, blocklist), confirmedAtMs };
      this.#failure = null;
      return this.#snapshot;
    } catch (failure) {
      if (failure instanceof Error && !signal.aborted)
        this.#failure = { error: failure, atMs: now() };
      throw failure;
    }
  }

  async #read(signal: AbortSignal): Promise<OrchestratorRows> {
    const { requestTimeoutMs, maxBytes, now, ...settings } = this.#settings;
    const agent = await openHttpAgent();
    const post = { endpoint: this.#endpoint, agent, maxBytes, signal, now };
    const asker = new PatientAsker({
      ...settings,
      post: (question) => postGraphql(question, { ...post, timeoutMs: requestTimeoutMs }),
      maxBackoffMs: MAX_BACKOFF_MS,
      signal,
    });
    try {
      return await readOrchestrators(asker, settings);
    } finally {
      await agent.close();
    }
  }
}

function settingsOf(options: SubgraphSourceOptions): Settings {
  const number = (name: NumberName): number => {
    const [standard, least, most] = NUMBERS[name];
    const value = options[name] ?? standard;
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InputError(`${name} must be a whole number from ${least} to ${most}, not ${value}`, {
      code: "SUBGRAPH_OPTION",
    });
  };
  return {
    blocklist: options.blocklist ?? [],
    refreshMs: number("refreshMs"),
    holdOffMs: number("holdOffMs"),
    timeoutMs: number("timeoutMs"),
    requestTimeoutMs: number("requestTimeoutMs"),
    retries: number("retries"),
    backoffMs: number("backoffMs"),
    pageSize: number("pageSize"),
    maxBytes: number("maxBytes"),
    maxEntries: number("maxEntries"),
    now: options.now ?? Date.now,
  };
}
