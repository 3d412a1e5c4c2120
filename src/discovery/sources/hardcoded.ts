/** The list that an operator writes by hand: go-livepeer's `-orchAddr` (D-2, D-3). */
import { checkText } from "../../core/checks.js";
import { PoolsimError } from "../../core/errors.js";
import { trimGoSpace } from "../../core/go-text.js";
import { orchestratorSourceEntry } from "./entry.js";
import { parseRequestUri } from "./request-uri.js";
import {
  assertOpen,
  bareEndpoint,
  type DroppedEntry,
  type ListOptions,
  type OrchestratorSource,
  type SourceEndpoint,
  type SourceListing,
} from "./source.js";

const DEFAULT_PORT = "8935";
const DEFAULT_HOST = "127.0.0.1";
/** Whoever the operator names is trusted (D-3). */
const SCORE = 1;

/**
 * Reads `-orchAddr` (D-2): items are trimmed; one without `:` gets port 8935, one that begins with
 * `:` the host 127.0.0.1, one that does not begin with `http` gets `https://`. So `http://host`
 * gets no port, and an empty item is `https://127.0.0.1:8935`.
 *
 * @param orchAddr items separated by commas
 * @returns items that do not parse are dropped
 */
export function parseOrchAddrs(orchAddr: string): {
  readonly endpoints: readonly SourceEndpoint[];
  readonly dropped: readonly DroppedEntry[];
} {
  const endpoints: SourceEndpoint[] = [];
  const dropped: DroppedEntry[] = [];
  for (const item of orchAddr.split(",")) {
    try {
      endpoints.push(bareEndpoint(parseRequestUri(withDefaults(trimGoSpace(item))), SCORE));
    } catch (error) {
      if (!(error instanceof PoolsimError)) throw error;
      dropped.push({ uri: item, recipient: null, rule: "D-2", detail: error.message });
    }
  }
  return { endpoints, dropped };
}

function withDefaults(item: string): string {
  const withPort = item.includes(":") ? item : `${item}:${DEFAULT_PORT}`;
  const withHost = withPort.startsWith(":") ? `${DEFAULT_HOST}${withPort}` : withPort;
  return withHost.startsWith("http") ? withHost : `https://${withHost}`;
}

/** The configured list. */
export interface HardcodedSourceOptions {
  /** As `-orchAddr`. Empty = no list, where D-5's empty pool object stands. */
  readonly orchAddr: string;
  /** What tells the time, in Unix ms; default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** A source that always answers with the same list. All entries have score 1 (D-3). */
export class HardcodedSource implements OrchestratorSource {
  /** Tells the kinds of sources apart. */
  readonly kind = "list";
  readonly usesBlocklist = true;
  readonly usesOnChainPredicate = false;
  readonly #list: Pick<SourceListing, "endpoints" | "dropped">;
  readonly #now: () => number;
  #closed = false;

  /** @throws InputError (`OPTION_INVALID`) where `orchAddr` is no text */
  constructor({ orchAddr, now = Date.now }: HardcodedSourceOptions) {
    if (orchAddr !== "") checkText({ orchAddr });
    this.#list = orchAddr === "" ? { endpoints: [], dropped: [] } : parseOrchAddrs(orchAddr);
    this.#now = now;
  }

  async list({ signal }: ListOptions = {}): Promise<SourceListing> {
    assertOpen(this.#closed);
    signal?.throwIfAborted();
    return { ...this.#list, confirmedAtMs: this.#now(), staleBecause: null };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}

export const listEntry = orchestratorSourceEntry({
  name: "list",
  description: "Those that are named, in their order (D-2).",
  settings: ({ z, text }) =>
    z.strictObject({ orchAddr: text("Those named here, separated by commas (D-2).", "list") }),
  label: () => "list of --orchAddr",
  create: ({ orchAddr }) => new HardcodedSource({ orchAddr }),
});
