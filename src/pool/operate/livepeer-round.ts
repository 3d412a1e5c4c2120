/** The round that Livepeer's chain is in, from a node's JSON-RPC (C-2, C-15). */
import { resolveContracts } from "../../discovery/sources/chain/contracts.js";
import { decodeUint, roundsManagerAbi } from "../../discovery/sources/chain/livepeer-abi.js";
import { controllerOf } from "../../discovery/sources/chain/networks.js";
import { openChainClient } from "../../discovery/sources/chain/rpc-chain-client.js";

/** Which chain is asked. */
export interface RoundSource {
  /** The node's JSON-RPC, http or https. */
  readonly ethUrl: string;
  /** Livepeer's Controller there. @default that of Arbitrum One */
  readonly ethController?: string | undefined;
}

/**
 * Asks for the round that was initialised last. A round is only left when somebody initialises the
 * next one, so what comes before it is over.
 *
 * @throws RemoteError (`CHAIN_…`) when the node does not answer, or knows no such contract; the
 *   signal's reason
 */
export async function livepeerRound(
  { ethUrl, ethController }: RoundSource,
  signal: AbortSignal,
): Promise<number> {
  const chain = openChainClient({ url: ethUrl, timeoutMs: 20_000, attempts: 3 });
  try {
    const controller = controllerOf({ network: "arbitrum-one-mainnet", controller: ethController });
    const contracts = await resolveContracts(
      chain,
      { controller, aiServiceRegistry: false },
      { signal },
    );
    const name = "lastInitializedRound";
    const data = roundsManagerAbi.encodeFunctionData(name);
    const answer = await chain.call({ to: contracts.roundsManager, data }, "latest", { signal });
    return Number(decodeUint(roundsManagerAbi, name, answer));
  } finally {
    await chain.close();
  }
}
