/** The command `webhook`: options, help and examples. */
import { type Command, Option } from "commander";
import { positiveSpan } from "../shared/amount-values.js";
import { EXIT_CODES, examples, type Outcome, RULE_IDS } from "../shared/help.js";
import { addKeyOptions } from "../shared/key-options.js";
import { addMaxPriceOptions } from "../shared/max-price-options.js";
import { TWO_DASHES } from "../shared/one-dash.js";
import { wholeNumber } from "../shared/option-values.js";
import { addSourceOptions } from "../shared/source-options.js";
import type { Terminal } from "../shared/terminal.js";
import type { WebhookFlags } from "./run.js";

export function addWebhook(program: Command, terminal: Terminal, outcome: Outcome): void {
  const command = program
    .command("webhook")
    .description("serve a list of orchestrators to gateways that are told -orchWebhookUrl");
  addSourceOptions(command, { isFromRequired: true });
  command
    .optionsGroup("The list:")
    .addOption(
      new Option(
        "--format <form>",
        "webhook: a list; signer: what a remote signer tells gateways, of orchestrators that are polled (A-72)",
      )
        .choices(["webhook", "signer"])
        .default("webhook"),
    )
    .option("--orchBlocklist <list>", "addresses left out, separated by commas", "")
    .option("--trusted <list>", "addresses or hosts with ports whose score is 1 (V-10)", "")
    .addOption(
      new Option(
        "--score <score>",
        "score of everybody else; default: what the source says",
      ).choices(["0", "1"]),
    )
    .addOption(
      new Option(
        "--refresh <span>",
        "time between readings of the source; default: 1m, of a subgraph 6h, with --format signer 25m",
      ).argParser(positiveSpan),
    )
    .addOption(
      new Option(
        "--maxAge <span>",
        "while the source fails its last list is served for so long, then 503; default: 1h, of a subgraph 12h",
      ).argParser(positiveSpan),
    )
    .optionsGroup("Polls of --format signer:");
  addMaxPriceOptions(command);
  addKeyOptions(command);
  command
    .option("--verifyCertificates", "refuse self-signed certificates (not go-livepeer)", false)
    .addOption(
      new Option("--concurrency <n>", "how many are asked at a time")
        .argParser(wholeNumber(1, 100_000))
        .default(256),
    )
    .optionsGroup("Server:")
    .addOption(
      new Option("--port <n>", "port; 0: any that is free")
        .argParser(wholeNumber(0, 65_535))
        .makeOptionMandatory(),
    )
    .option("--host <address>", "address to listen at", "127.0.0.1")
    .addHelpText(
      "after",
      examples(
        [
          "poolsim webhook --from onchain --network arbitrum-one-mainnet --ethUrl http://… --port 9999",
          "all that are registered",
        ],
        [
          "poolsim webhook --from nodeDb --nodeDb lpdb.sqlite3 --orchBlocklist 0x… --port 9999",
          "what a node knows, but for one",
        ],
        [
          "poolsim webhook --format signer --from onchain --network … --ethUrl … --port 9999",
          "what a remote signer tells",
        ],
        ["livepeer -gateway -orchWebhookUrl http://127.0.0.1:9999/ …", "a gateway that uses it"],
      ) +
        TWO_DASHES +
        RULE_IDS +
        EXIT_CODES,
    )
    .action(async (flags: WebhookFlags) => {
      const { serveWebhook } = await import("./run.js");
      outcome.exitCode = await serveWebhook(flags, terminal);
    });
}
