/** Livepeer's contracts, found by way of the Controller (C-2, C-3). */
import { RemoteError } from "../../../core/errors.js";
import type { ChainClient, ChainOptions, Hex } from "./chain-client.js";
import { controllerAbi, decodeAddress } from "./livepeer-abi.js";
import { AI_SERVICE_REGISTRY, CONTRACT_KEYS, type ContractAddresses } from "./networks.js";

const NOWHERE = `0x${"0".repeat(40)}`;

/**
 * Asks the Controller for the contracts that poolsim reads.
 *
 * @param controller its address
 * @param aiServiceRegistry whether the registry of AI orchestrators stands for the usual one (C-3)
 * @throws RemoteError (`CHAIN_CONTRACT_UNKNOWN`) when it does not know one, or is no Controller
 */
export async function resolveContracts(
  chain: ChainClient,
  {
    controller,
    aiServiceRegistry,
  }: { readonly controller: Hex; readonly aiServiceRegistry: boolean },
  options: ChainOptions = {},
): Promise<ContractAddresses> {
  const { bondingManager, serviceRegistry, roundsManager, ticketBroker } = CONTRACT_KEYS;
  const keys: readonly string[] = [bondingManager, serviceRegistry, roundsManager, ticketBroker];
  const answers = await chain.callEach(
    keys.map((key) => ({
      to: controller,
      data: controllerAbi.encodeFunctionData("getContract", [key]),
    })),
    "latest",
    options,
  );
  const address = (key: string): Hex => {
    const answer = answers[keys.indexOf(key)] ?? "0x";
    const found = answer === "0x" ? NOWHERE : decodeAddress(controllerAbi, "getContract", answer);
    if (found !== NOWHERE) return found;
    throw new RemoteError(`${controller} knows no contract ${key}: not Livepeer's Controller?`, {
      code: "CHAIN_CONTRACT_UNKNOWN",
    });
  };
  return {
    bondingManager: address(bondingManager),
    serviceRegistry: aiServiceRegistry ? AI_SERVICE_REGISTRY : address(serviceRegistry),
    roundsManager: address(roundsManager),
    ticketBroker: address(ticketBroker),
  };
}
