/** The command `pool serve`: options, help and examples. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT_CODES, examples, type Outcome } from "../../shared/help.js";
import { wholeNumber } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import type { ServeFlags } from "./run.js";

function regionName(text: string): string {
  if (/^[\w.-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError("expected 1 to 64 of A-Z a-z 0-9 _ . -");
}

export function addServe(pool: Command, terminal: Terminal, outcome: Outcome): void {
  pool
    .command("serve")
    .description("serve the pool's API: orchestrators write, everybody reads")
    .requiredOption("--db <file>", "the pool's books")
    .requiredOption(
      "--keys <file>",
      "keys that sign writes, as JSON; readable by its owner only; SIGHUP reads it again",
    )
    .addOption(
      new Option("--region <name>", "region of jobs whose orchestrator names none")
        .argParser(regionName)
        .default("default"),
    )
    .option("--admission <file>", "admission rules, YAML as in scenarios; default: everyone")
    .optionsGroup("Server:")
    .addOption(
      new Option("--port <n>", "port; 0: any that is free")
        .argParser(wholeNumber(0, 65_535))
        .default(8_443),
    )
    .option("--host <address>", "address to listen at", "127.0.0.1")
    .option("--dnsName <name>", "name of the self-signed certificate; default: --host")
    .option("--tlsCert <file>", "certificate, PEM; with --tlsKey instead of a self-signed one")
    .option("--tlsKey <file>", "its key, PEM")
    .option("--plain", "HTTP without TLS, on loopback only", false)
    .optionsGroup("Page:")
    .addOption(
      new Option("--page <state>", "the page at /, and the endpoints that it reads")
        .choices(["on", "off"])
        .default("on"),
    )
    .option("--readerToken <file>", "token that reading needs; default: everybody may read")
    .option("--operatorToken <file>", "token with which the page shows what is the operator's")
    .optionsGroup("Limits:")
    .addOption(
      new Option("--readRate <n>", "reads per second of each client")
        .argParser(wholeNumber(1, 1_000_000))
        .default(50),
    )
    .addOption(
      new Option("--writeRate <n>", "writes per second of each orchestrator")
        .argParser(wholeNumber(1, 1_000_000))
        .default(2_000),
    )
    .addOption(
      new Option("--logLevel <level>", "least severity in the log, JSON lines on stdout")
        .choices(["debug", "info", "warn", "error", "silent"])
        .default("info"),
    )
    .addHelpText(
      "after",
      examples(
        [
          "poolsim pool serve --db pool.db --keys keys.json --host 0.0.0.0 --dnsName pool.example.org",
          "HTTPS",
        ],
        ["poolsim pool serve --db pool.db --keys keys.json --plain", "behind a proxy"],
      ) + EXIT_CODES,
    )
    .action(async (flags: ServeFlags) => {
      const { poolServe } = await import("./run.js");
      outcome.exitCode = await poolServe(flags, terminal);
    });
}
