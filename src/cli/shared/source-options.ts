/** The options that say where orchestrators come from, by go-livepeer's names where it has them. */
import type { Command } from "commander";

/** Where orchestrators come from. */
export function addSourceOptions(command: Command): void {
  command
    .optionsGroup("Source, one of them:")
    .option("--orchAddr <list>", "these, separated by commas (D-2)")
    .option("--orchWebhookUrl <url>", "the list that a web server gives (W-1)")
    .option(
      "--network <name>",
      "those registered on chain, e.g. arbitrum-one-mainnet; needs --ethUrl",
    )
    .option("--subgraphUrl <url>", "those that a Livepeer subgraph knows")
    .option("--nodeDb <file>", "those in the lpdb.sqlite3 of a go-livepeer node; it is only read")
    .optionsGroup("Chain:")
    .option("--ethUrl <url>", "JSON-RPC of an Ethereum node")
    .option("--ethController <address>", "Controller contract, default: the network's (C-1)")
    .option("--aiServiceRegistry", "the registry of AI orchestrators (C-3)", false)
    .option("--chainStore <file>", "remember what was read of the chain in this SQLite file");
}
