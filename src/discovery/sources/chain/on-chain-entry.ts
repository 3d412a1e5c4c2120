/** The kind of source that the chain is; what reads it is loaded with the first one. */
import { InputError } from "../../../core/errors.js";
import { orchestratorSourceEntry, originOf } from "../entry.js";

const OFFCHAIN = "offchain";

export const onChainEntry = orchestratorSourceEntry({
  name: "onchain",
  description: "All that are registered on chain (C-1); stakes and rounds for other sources too.",
  settings: ({ z, text }) =>
    z.strictObject({
      ethUrl: text("JSON-RPC of an Ethereum node.", "url"),
      network: text(
        "Those registered on chain, e.g. arbitrum-one-mainnet; needs --ethUrl.",
        "name",
      ).optional(),
      ethController: text(
        "Controller contract, by default the network's (C-1).",
        "address",
      ).optional(),
      aiServiceRegistry: z
        .boolean()
        .default(false)
        .meta({ description: "The registry of AI orchestrators (C-3)." }),
      chainStore: text(
        "Remember what was read of the chain in this SQLite file.",
        "file",
      ).optional(),
    }),
  label: ({ ethUrl }) => `chain by ${originOf(ethUrl)}`,
  create: async ({ ethUrl, network = OFFCHAIN, ethController, aiServiceRegistry, chainStore }) => {
    if (network === OFFCHAIN && ethController === undefined) {
      throw new InputError(
        "--ethUrl: expected --network too, e.g. --network arbitrum-one-mainnet",
        { code: "USAGE" },
      );
    }
    const { OnChainSource } = await import("./on-chain-source.js");
    return new OnChainSource({
      ethUrl,
      ...(ethController === undefined ? { network } : { controller: ethController }),
      aiServiceRegistry,
      storePath: chainStore,
    });
  },
});
