/**
 * What every source of orchestrators has in common: a configured list, a webhook, the chain, the
 * subgraph and a node's database all answer with endpoints, a score each, and whatever else they
 * happen to know. What is asked of the endpoints afterwards is the same for all (D-8 …).
 */
import { InputError } from "../../core/errors.js";
import type { Rational } from "../../core/rational.js";

/** One place to ask (D-1), and what its source knows. Unknown is null, never 0. */
export interface SourceEndpoint {
  /** As go-livepeer writes the parsed URL (D-17 compares this text), e.g. `https://host:8935`. */
  readonly uri: string;
  /** Lower case, without `:`; empty if the URI has none. Only `http` is plain text. */
  readonly scheme: string;
  /** Host with port as written, e.g. `[::1]:8935`; empty if the URI has none: it cannot be dialled. */
  readonly host: string;
  /** 32-bit float: 1 = trusted, 0 = untrusted (V-10, D-7). */
  readonly score: number;
  /** The orchestrator's on-chain address, which tickets are paid to; lower-case hex with `0x`. */
  readonly recipient: string | null;
  /** In hundred-thousandths of an LPT (B-9): the unit that stakes are kept and compared in. */
  readonly stake: bigint | null;
  /** The price that the source knows, wei per pixel. */
  readonly price: Rational | null;
  /** First round in which it is active (B-4). */
  readonly activationRound: bigint | null;
  /** First round in which it is active no more (B-4). */
  readonly deactivationRound: bigint | null;
}

/** An entry that the source had and that is not an endpoint. */
export interface DroppedEntry {
  /** As the source had it. */
  readonly uri: string;
  /** The entry's address; null when it has none. */
  readonly recipient: string | null;
  /** The rule that drops it, e.g. `D-2`. */
  readonly rule: string;
  /** What is wrong with it, in words. */
  readonly detail: string;
}

/** What a source answered. */
export interface SourceListing {
  /** In the source's order; equal URIs are not merged (D-8). */
  readonly endpoints: readonly SourceEndpoint[];
  /** Entries that cannot be used, with the reason of each. */
  readonly dropped: readonly DroppedEntry[];
  /** Unix ms when the source last confirmed this list. */
  readonly confirmedAtMs: number;
  /** Why the list is an old one: the refresh that failed (W-8); null = the list is current. */
  readonly staleBecause: Error | null;
}

/** What reading a source may be told. */
export interface ListOptions {
  /** Ends the wait: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A source of orchestrators. */
export interface OrchestratorSource {
  /** Which kind it is, by the name in the registry, such as `webhook`. */
  readonly kind: string;
  /** Whether `-orchBlocklist` counts for its endpoints: not for webhooks (B-16, W-13). */
  readonly usesBlocklist: boolean;
  /** Whether answers must satisfy the on-chain predicate (B-13) in discovery. */
  readonly usesOnChainPredicate: boolean;

  /**
   * The orchestrators that it knows now.
   *
   * @throws InputError | RemoteError with a code of the source's own, or the signal's reason
   */
  list(options?: ListOptions): Promise<SourceListing>;

  /** Releases sockets, timers and files. Safe to call twice; nothing may be asked afterwards. */
  close(): Promise<void>;
}

/** An endpoint of which only the URI and the score are known. */
export function bareEndpoint(
  { uri, scheme, host }: Pick<SourceEndpoint, "uri" | "scheme" | "host">,
  score: number,
): SourceEndpoint {
  return {
    uri,
    scheme,
    host,
    score,
    recipient: null,
    stake: null,
    price: null,
    activationRound: null,
    deactivationRound: null,
  };
}

/**
 * For the start of `list`: refuses a closed source.
 *
 * @throws InputError (`SOURCE_CLOSED`)
 */
export function assertOpen(closed: boolean): void {
  if (closed) throw new InputError("the source is closed", { code: "SOURCE_CLOSED" });
}
