/** The command `discover`: options, help and examples. */
import type { Command } from "commander";
import { EXIT_CODES, examples, type Outcome, RULE_IDS } from "../shared/help.js";
import { TWO_DASHES } from "../shared/one-dash.js";
import type { Terminal } from "../shared/terminal.js";
import type { DiscoverFlags } from "./flags.js";
import { addDiscoverOptions } from "./options.js";

export function addDiscover(program: Command, terminal: Terminal, outcome: Outcome): void {
  const command = program
    .command("discover")
    .description("ask real orchestrators and explain what a gateway makes of each");
  addDiscoverOptions(command);
  command
    .addHelpText(
      "after",
      examples(
        ["poolsim discover --orchAddr host1:8935,host2:8935", "these two"],
        ["poolsim discover --orchWebhookUrl https://… --maxPricePerUnit 1200", "within a price"],
        [
          "poolsim discover --network arbitrum-one-mainnet --ethUrl http://…",
          "all that are registered on chain",
        ],
        [
          "poolsim discover --nodeDb ~/.lpData/…/lpdb.sqlite3 --watch",
          "what a node knows, again and again",
        ],
        ["poolsim discover --orchAddr host:8935 --json > found.json", "a scenario's network.file"],
      ) +
        TWO_DASHES +
        RULE_IDS +
        EXIT_CODES,
    )
    .action(async (flags: DiscoverFlags) => {
      const { discoverOrchestrators } = await import("./run.js");
      outcome.exitCode = await discoverOrchestrators(flags, terminal);
    });
}
