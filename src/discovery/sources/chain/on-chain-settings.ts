/** How the source of orchestrators on chain is set. */
import { checkNumber, checkObject, checkWhole, TIMER_MS } from "../../../core/checks.js";
import { InputError } from "../../../core/errors.js";
import type { BatchMode } from "./batch-reader.js";
import type { ChainClient, Hex } from "./chain-client.js";
import { controllerOf } from "./networks.js";
import { checkRpcOptions, type RpcChainClientOptions } from "./rpc-chain-client.js";
import type { WalkMode } from "./transcoder-pool.js";

/** Which chain is read, and how. */
export interface OnChainSourceOptions {
  /** The node's JSON-RPC, http or https; go-livepeer's `-ethUrl`. Or give `chain`. */
  readonly ethUrl?: string | undefined;
  /** Another way to the chain. The caller closes it. */
  readonly chain?: ChainClient | undefined;
  /** Limits of the HTTP client. */
  readonly rpc?: Omit<RpcChainClientOptions, "url"> | undefined;
  /** `arbitrum-one-mainnet` or another of C-1. Or give `controller`. */
  readonly network?: string | undefined;
  /** Address of the Controller; go-livepeer's `-ethController`. */
  readonly controller?: Hex | undefined;
  /** The registry of AI orchestrators instead of the usual one (C-3). @default false */
  readonly aiServiceRegistry?: boolean | undefined;
  /** A SQLite file that outlives the process. @default ":memory:" */
  readonly storePath?: string | undefined;
  /** How long what was read is good without asking again (C-6). @default 5000 */
  readonly pollingIntervalMs?: number | undefined;
  /** Errs where go-livepeer's watchers and table do: B-2, C-7 … C-10, C-14. @default false */
  readonly goLivepeerQuirks?: boolean | undefined;
  /** How the pool is walked. @default "auto" */
  readonly poolWalk?: WalkMode | undefined;
  /** How many reads are put together. @default "auto" */
  readonly batching?: BatchMode | undefined;
  /** Most members of the pool that are read; a longer pool is refused. @default 10000 */
  readonly maxMembers?: number | undefined;
  /** Blocks that can be taken back; deeper reorganisations read the whole pool. @default 10000 */
  readonly reorgDepth?: number | undefined;
  /** More new blocks than these, and the whole pool is read. @default 50000 */
  readonly maxCatchUpBlocks?: number | undefined;
  /** Uniform in [0, 1), for C-9. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** What tells the time, in Unix ms. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** The options with their defaults. */
export interface OnChainSettings
  extends Pick<OnChainSourceOptions, "ethUrl" | "chain" | "rpc">,
    Defaulted {}

type Defaulted = {
  readonly [Name in Exclude<
    keyof OnChainSourceOptions,
    "ethUrl" | "chain" | "rpc" | "network"
  >]-?: NonNullable<OnChainSourceOptions[Name]>;
};

/**
 * Fills in what is not given.
 *
 * @throws InputError `NETWORK_UNKNOWN`, `ADDRESS_INVALID`, `OPTION_INVALID`, or `ETH_URL` without a
 *   node to ask
 */
export function onChainSettings(options: OnChainSourceOptions): OnChainSettings {
  checkObject({ options });
  const { ethUrl, chain, pollingIntervalMs, maxMembers, reorgDepth, maxCatchUpBlocks } = options;
  checkNumber({ pollingIntervalMs }, TIMER_MS);
  checkWhole({ maxMembers, reorgDepth, maxCatchUpBlocks }, [0, Number.POSITIVE_INFINITY]);
  checkRpcOptions(options.rpc ?? {});
  const isUrl = ethUrl !== undefined && /^https?:/.test(ethUrl) && URL.canParse(ethUrl);
  if (chain === undefined && !isUrl) {
    throw new InputError(`the node must be an http or https URL, not ${JSON.stringify(ethUrl)}`, {
      code: "ETH_URL",
    });
  }
  return {
    ethUrl,
    chain,
    rpc: options.rpc,
    controller: controllerOf(options),
    aiServiceRegistry: options.aiServiceRegistry ?? false,
    storePath: options.storePath ?? ":memory:",
    pollingIntervalMs: options.pollingIntervalMs ?? 5_000,
    goLivepeerQuirks: options.goLivepeerQuirks ?? false,
    poolWalk: options.poolWalk ?? "auto",
    batching: options.batching ?? "auto",
    maxMembers: options.maxMembers ?? 10_000,
    reorgDepth: options.reorgDepth ?? 10_000,
    maxCatchUpBlocks: options.maxCatchUpBlocks ?? 50_000,
    random: options.random ?? Math.random,
    now: options.now ?? Date.now,
  };
}
