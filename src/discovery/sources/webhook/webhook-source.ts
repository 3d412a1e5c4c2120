/**
 * The list that a web server gives: go-livepeer's `-orchWebhookUrl` (W-1 … W-16).
 *
 * What only harms the reference process is left out: requests are shared instead of doubled
 * (W-10), nothing is locked while orchestrators are asked (W-14), a source without a first answer
 * throws instead of crashing (W-15), redirects do not take extra headers to another origin, and
 * the answer is bounded.
 */
import { checkNumber, checkObject, checkWhole, TIMER_MS } from "../../../core/checks.js";
import { InputError, RemoteError } from "../../../core/errors.js";
import { fetchBody } from "../../../io/fetch-body.js";
import { SharedTask } from "../shared-task.js";
import {
  assertOpen,
  type ListOptions,
  type OrchestratorSource,
  type SourceListing,
} from "../source.js";
import { parseWebhookList, type WebhookList } from "./webhook-list.js";

/** Which webhook is asked, and within which limits. */
export interface WebhookSourceOptions {
  /** http or https (W-2). */
  readonly url: string;
  /** Sent along, as with a remote signer's list (W-1). @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** For a request with redirects and body (W-1). @default 3000 */
  readonly timeoutMs?: number | undefined;
  /** How long a list is good without asking again (W-6). @default 60000 */
  readonly refreshMs?: number | undefined;
  /** An answer with more bytes is a failure. @default 4194304 */
  readonly maxBytes?: number | undefined;
  /** An answer with more entries is a failure. @default 10000 */
  readonly maxEntries?: number | undefined;
  /** What tells the time, in Unix ms. @default Date.now */
  readonly now?: (() => number) | undefined;
}

type Settings = {
  readonly [Name in keyof WebhookSourceOptions]-?: NonNullable<WebhookSourceOptions[Name]>;
};

interface Snapshot {
  readonly list: WebhookList;
  readonly bodyHash: string;
  readonly confirmedAtMs: number;
}

/** A webhook. Missing scores are 0, untrusted (W-11); no block list counts for it (W-13). */
export class WebhookSource implements OrchestratorSource {
  /** Tells the kinds of sources apart. */
  readonly kind = "webhook";
  readonly usesBlocklist = false;
  readonly usesOnChainPredicate = false;
  readonly #options: Settings;
  readonly #refresh = new SharedTask((signal) => this.#fetch(signal));
  #snapshot: Snapshot | null = null;
  #closed = false;

  /**
   * Asks nothing yet.
   *
   * @throws InputError (`WEBHOOK_URL`) when the URL is not http or https (W-2); (`OPTION_INVALID`)
   */
  constructor(options: WebhookSourceOptions) {
    checkObject({ options });
    const { url, timeoutMs, refreshMs, maxBytes, maxEntries } = options;
    checkNumber({ timeoutMs }, TIMER_MS);
    checkNumber({ refreshMs }, [0, Number.POSITIVE_INFINITY]);
    checkWhole({ maxBytes, maxEntries }, [0, Number.POSITIVE_INFINITY]);
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new InputError(`the webhook must be an http or https URL, not ${JSON.stringify(url)}`, {
        code: "WEBHOOK_URL",
      });
    }
    this.#options = {
      url,
      headers: options.headers ?? {},
      timeoutMs: options.timeoutMs ?? 3_000,
      refreshMs: options.refreshMs ?? 60_000,
      maxBytes: options.maxBytes ?? 4 * 1024 * 1024,
      maxEntries: options.maxEntries ?? 10_000,
      now: options.now ?? Date.now,
    };
  }

  /**
   * The list of the last minute, or a new one. When the webhook fails, the last list it gave is
   * returned with the reason in `staleBecause`, and the next call tries again (W-8). As long as
   * the answer's bytes are the same, so are the `endpoints` (W-7).
   *
   * @throws RemoteError when it fails and there is no earlier list: `WEBHOOK_JSON`,
   *   `WEBHOOK_TOO_MANY`, or `HTTP_TIMEOUT`, `HTTP_STATUS`, `HTTP_REDIRECTS`, `HTTP_TOO_LARGE`,
   *   `HTTP_TRANSPORT`
   * @throws InputError (`SOURCE_CLOSED`), or the signal's reason
   */
  async list({ signal }: ListOptions = {}): Promise<SourceListing> {
    assertOpen(this.#closed);
    signal?.throwIfAborted();
    const known = this.#snapshot;
    if (known !== null && this.#options.now() - known.confirmedAtMs < this.#options.refreshMs) {
      return listing(known, null);
    }
    try {
      return listing(await this.#refresh.run(signal), null);
    } catch (error) {
      if (signal?.aborted || this.#closed || known === null) throw error;
      if (!(error instanceof Error)) throw error;
      return listing(known, error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#refresh.abort(new InputError("the source is closed", { code: "SOURCE_CLOSED" }));
  }

  async #fetch(signal: AbortSignal): Promise<Snapshot> {
    const body = await fetchBody({ ...this.#options, signal });
    const { keccak256 } = await import("ethers/crypto");
    const bodyHash = keccak256(body);
    const known = this.#snapshot;
    const list = known?.bodyHash === bodyHash ? known.list : this.#parse(body);
    this.#snapshot = { list, bodyHash, confirmedAtMs: this.#options.now() };
    return this.#snapshot;
  }

  #parse(body: Uint8Array): WebhookList {
    const list = parseWebhookList(body);
    const entries = list.endpoints.length + list.dropped.length;
    if (entries > this.#options.maxEntries) {
      throw new RemoteError(`${entries} entries, more than ${this.#options.maxEntries}`, {
        code: "WEBHOOK_TOO_MANY",
      });
    }
    return list;
  }
}

function listing({ list, confirmedAtMs }: Snapshot, staleBecause: Error | null): SourceListing {
  return { ...list, confirmedAtMs, staleBecause };
}
