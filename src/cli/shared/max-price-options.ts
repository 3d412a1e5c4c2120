/** The options of highest prices, by go-livepeer's names. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { wholeNumber } from "./option-values.js";

/** A price as go-livepeer takes it, to be read where it is needed. */
export function priceText(text: string): string {
  if (text.length <= 200 && /^\d+(?:\.\d+)?(?:[A-z][A-z\d]*)?$/.test(text)) return text;
  throw new InvalidArgumentError("expected a price such as 1200, 0.000000001eth or 0.01USD");
}

/** Adds them to the group that was begun. */
export function addMaxPriceOptions(command: Command): void {
  command
    .addOption(
      new Option(
        "--maxPricePerUnit <price>",
        "most that a unit may cost: wei, eth, or a currency of the price feed; 0: any (R-2, A-79)",
      )
        .argParser(priceText)
        .default("0"),
    )
    .addOption(
      new Option("--pixelsPerUnit <n>", "pixels of a unit (R-2)")
        .argParser(wholeNumber(1, 1e15))
        .default(1, "1"),
    )
    .option(
      "--maxPricePerCapability <json>",
      "most that models may cost: JSON, or a file that holds it (A-80)",
    )
    .option(
      "--priceFeedAddr <address>",
      "contract that other currencies are converted by; default: ETH / USD on Arbitrum One (R-6)",
    );
}
