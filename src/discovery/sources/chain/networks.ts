/** Where Livepeer's contracts are (C-1 … C-3), and which of them poolsim reads. */
import { InputError } from "../../../core/errors.js";
import type { Hex } from "./chain-client.js";

/** Addresses of the Controller by network name (C-1). */
export const CONTROLLERS: Readonly<Record<string, Hex>> = {
  /** The network in use, on Arbitrum One. */
  "arbitrum-one-mainnet": "0xd8e8328501e9645d16cf49539efc04f734606ee4",
  /** The former network on Ethereum. */
  mainnet: "0xf96d54e490317c557a967abfa5d6e33006be69b3",
  /** The former test network on Rinkeby. */
  rinkeby: "0x9a9827455911a858e55f07911904facc0d66027e",
  /** The former test network on Arbitrum. */
  "arbitrum-one-rinkeby": "0x9cec649179e2c7ab91688271bcd09fb707b3e574",
};

/** The ServiceRegistry of AI orchestrators, which the Controller does not know (C-3). */
export const AI_SERVICE_REGISTRY: Hex = "0x04c0b249740175999e5bf5c9ac1da92431ef34c5";

/** keccak256 of the contracts' names: the Controller's keys (C-2). */
export const CONTRACT_KEYS = {
  bondingManager: "0x2517d59a36a86548e38734e8ab416f42afff4bca78706a66ad65750dae7f9e37",
  serviceRegistry: "0x79c5d2a4a07754f4bacb0ffba18ac516030ee589ebc89db8627680c4d4cdb230",
  roundsManager: "0xe8438ea868df48e3fc21f2f087b993c9b1837dc0f6135064161ce7d7a1701fe8",
  ticketBroker: "0xbd1aa3e8d2464256d7fd3dcf645c16418d5d8c51d971f1ad7d57e7b1b5eee239",
} as const;

/** The contracts' addresses, lower case. */
export type ContractAddresses = Readonly<Record<keyof typeof CONTRACT_KEYS, Hex>>;

/**
 * The Controller to ask.
 *
 * @param network a name of {@link CONTROLLERS}; not looked at where `controller` is given
 * @param controller an address, go-livepeer's `-ethController`
 * @throws InputError (`NETWORK_UNKNOWN`) for another name, (`ADDRESS_INVALID`) for no address
 */
export function controllerOf({
  network,
  controller,
}: {
  readonly network?: string | undefined;
  readonly controller?: Hex | undefined;
}): Hex {
  if (controller !== undefined) {
    if (!/^0x[0-9a-fA-F]{40}$/.test(controller)) {
      throw new InputError(`${JSON.stringify(controller)} is no address`, {
        code: "ADDRESS_INVALID",
      });
    }
    return controller.toLowerCase();
  }
  const known = Object.entries(CONTROLLERS).find(([name]) => name === network)?.[1];
  if (known === undefined) {
    const names = Object.keys(CONTROLLERS).join(", ");
    throw new InputError(`the network ${JSON.stringify(network)} is not one of ${names}`, {
      code: "NETWORK_UNKNOWN",
    });
  }
  return known;
}
