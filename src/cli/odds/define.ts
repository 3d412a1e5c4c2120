/** The command `odds`: options, help and examples. */
import { type Command, Option } from "commander";
import { examples, type Outcome, RULE_IDS } from "../shared/help.js";
import { settingOption } from "../shared/option-values.js";
import type { Terminal } from "../shared/terminal.js";
import type { OddsFlags } from "./run.js";

/** The flags of gateways, with go-livepeer's defaults. */
function gatewayOptions(): Option[] {
  return [
    new Option("--selectStakeWeight <w>", "weight of stake (L-13)").default("0.7"),
    new Option("--selectPriceWeight <w>", "weight of price").default("0"),
    new Option("--selectRandFreq <w>", "weight of chance").default("0.3"),
    new Option(
      "--selectPriceExpFactor <wei>",
      "price at which its weight falls to 1/e (L-12)",
    ).default("100"),
    new Option("--maxPricePerUnit <wei>", "most that a unit may cost; 0: any (R-2)").default("0"),
    new Option("--pixelsPerUnit <n>", "pixels of a unit").default("1"),
    new Option("--ignoreMaxPriceIfNeeded", "rather dear than nobody (R-5)").default(false),
  ];
}

export function addOdds(program: Command, terminal: Terminal, outcome: Outcome): void {
  const command = program
    .command("odds")
    .description("who is chosen how often at these stakes, prices and weights, without simulating")
    .argument(
      "[network]",
      "a network file: a table, or what discover --json wrote (default: packaged)",
    )
    .addOption(settingOption())
    .option("--json <file>", "write the odds as JSON to a file, or to stdout with -")
    .optionsGroup("Gateways:");
  for (const option of gatewayOptions()) command.addOption(option);
  command
    .addHelpText(
      "after",
      examples(
        ["poolsim odds", "the packaged network as it is"],
        ["poolsim odds --set pool.stakeLpt=50000 --set pool.price=200", "with your own in it"],
        ["poolsim odds --set pool.stakeShare=0.02 --maxPricePerUnit 300", "what it may cost"],
      ) + RULE_IDS,
    )
    .action(async (network: string | undefined, flags: OddsFlags) => {
      const { printOdds } = await import("./run.js");
      outcome.exitCode = printOdds(network, flags, terminal);
    });
}
