/**
 * The parts of the on-chain source, put together. A module of its own, loaded at the first use:
 * ethers and the database driver take longer to load than everything else together.
 */
import { getAddress } from "ethers/address";
import type { SenderInfo } from "../../ticket-params.js";
import { BatchReader } from "./batch-reader.js";
import type { ChainClient, ChainOptions, Hex } from "./chain-client.js";
import { assertChainStore, ChainStore } from "./chain-store.js";
import { ChainSync, type SyncReport } from "./chain-sync.js";
import { resolveContracts } from "./contracts.js";
import type { ContractAddresses } from "./networks.js";
import type { OnChainSettings } from "./on-chain-settings.js";
import { openChainClient } from "./rpc-chain-client.js";
import { readSenderInfo } from "./sender-info.js";
import { TranscoderPool } from "./transcoder-pool.js";
import { TranscoderReader } from "./transcoder-reader.js";

/** What a source works with once its contracts are known. */
export interface OnChainRuntime {
  readonly store: ChainStore;
  readonly contracts: ContractAddresses;
  look(options: ChainOptions): Promise<SyncReport>;
  senderInfo(address: Hex, options: ChainOptions): Promise<SenderInfo>;
  /** See {@link TranscoderReader.withoutPool}. */
  readonly withoutPool: ReadonlySet<Hex>;
  /** @param pricePerPixel thousandths of a wei */
  recordPrice(address: Hex, pricePerPixel: bigint): void;
}

/** The node to ask: the caller's own client, or one over HTTP. */
export function chainClientOf({ chain, ethUrl, rpc }: OnChainSettings): ChainClient {
  return chain ?? openChainClient({ ...rpc, url: ethUrl ?? "" });
}

/**
 * Finds the contracts and opens the store.
 *
 * @throws RemoteError `CHAIN_…`, `SQLITE_…`, or the signal's reason
 */
export async function openRuntime(
  chain: ChainClient,
  settings: OnChainSettings,
  options: ChainOptions,
): Promise<OnChainRuntime> {
  assertChainStore(settings.storePath);
  const { goLivepeerQuirks, controller, aiServiceRegistry } = settings;
  const [chainId, contracts, [head]] = await Promise.all([
    chain.chainId(options),
    resolveContracts(chain, { controller, aiServiceRegistry }, options),
    chain.blocks(["latest"], options),
  ]);
  const identity = JSON.stringify([String(chainId), contracts, goLivepeerQuirks]);
  const store = new ChainStore({
    path: settings.storePath,
    identity,
    keepsOld: goLivepeerQuirks,
    reorgDepth: settings.reorgDepth,
    now: settings.now,
  });
  const batch = new BatchReader(chain, settings.batching);
  const { bondingManager, ticketBroker } = contracts;
  const { poolWalk: mode, maxMembers } = settings;
  const reader = new TranscoderReader(batch, contracts, !goLivepeerQuirks);
  const sync = new ChainSync({
    chain,
    contracts,
    store,
    pool: new TranscoderPool(chain, { bondingManager, maxMembers, mode }),
    reader,
    goLivepeerQuirks,
    maxCatchUpBlocks: settings.maxCatchUpBlocks,
    firstHead: head ?? null,
    random: settings.random,
    now: settings.now,
  });
  return {
    store,
    contracts,
    withoutPool: reader.withoutPool,
    recordPrice: (address, pricePerPixel) =>
      store.table.update({ ethereumAddr: getAddress(address), pricePerPixel }),
    look: (lookOptions) => sync.look(lookOptions),
    senderInfo: (address, readOptions) =>
      readSenderInfo(
        chain,
        { ticketBroker, address },
        store.tip()?.number ?? "latest",
        readOptions,
      ),
  };
}
