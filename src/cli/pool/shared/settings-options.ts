/** How the books are kept, as options of commands. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { instantOf } from "../../../core/instant.js";
import type { Rational } from "../../../core/rational.js";
import type { SchemeName } from "../../../pool/books/attribution/registry.js";
import type { CommissionRate } from "../../../pool/books/commission.js";
import { positiveSpan } from "../../shared/amount-values.js";
import { addLate, LateChoices } from "../../shared/late-options.js";
import { wholeNumber } from "../../shared/option-values.js";
import { part, weiAmount } from "./amounts.js";

const SCHEME_SETTINGS = "Settings of schemes:";

/** Constants of the schemes that split tickets; the schemes' own settings stand beside, by name. */
export interface WeightFlags {
  readonly renditions?: number;
}

export interface SchemeFlags {
  readonly commission: readonly CommissionRate[];
  readonly scheme?: SchemeName;
}

/** What nothing that arrives may be beyond. */
export interface LimitFlags {
  readonly jobCap?: bigint;
  readonly ticketCap?: bigint;
  readonly keyDayCap?: bigint;
  readonly jobPixelsCap?: number;
}

export interface SettingsFlags extends SchemeFlags, WeightFlags, LimitFlags {
  /** Ms. */
  readonly claimWindow?: number;
  readonly db: string;
  readonly json: boolean;
  readonly feeShare?: Rational;
}

/** `1/4`, `0.25:ai`, `0.2:transcode:eu-central`, `0.2@2026-02-01T00:00:00Z`. */
function commissionRate(text: string, before: readonly CommissionRate[]): CommissionRate[] {
  const [, rate, nodeType, region, from] =
    /^([^:@]+)(?::([^:@]*))?(?::([^:@]*))?(?:@(.+))?$/.exec(text) ?? [];
  if (rate === undefined) {
    throw new InvalidArgumentError("expected <part>[:nodeType[:region]][@time], e.g. 0.25:ai");
  }
  const fromMs = from === undefined ? 0 : instantOf(from, { isLoose: true });
  if (fromMs === null) {
    throw new InvalidArgumentError(`"${from}": expected a time such as 2026-02-01T00:00:00Z`);
  }
  if (nodeType !== undefined && !["", "transcode", "ai"].includes(nodeType)) {
    throw new InvalidArgumentError(`"${nodeType}": expected transcode or ai`);
  }
  const place = { nodeType: nodeType || null, region: region || null };
  return [...before, { rate: part(rate), fromMs, ...place }];
}

/** Rates as they are written, for what is no command line. @throws Error with what was expected */
export function commissionRates(texts: readonly string[]): readonly CommissionRate[] {
  return texts.reduce<CommissionRate[]>((before, text) => commissionRate(text, before), []);
}

async function schemeNames(): Promise<readonly string[]> {
  const { SCHEME_NAMES } = await import("../../../pool/books/attribution/registry.js");
  return SCHEME_NAMES;
}

/** What the first import may say, too. */
export function addSchemeOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--commission <part>",
        "what the operator keeps, <part>[:nodeType[:region]][@time] (repeatable)",
      )
        .argParser(commissionRate)
        .default([], "what the books say"),
    )
    .addOption(new LateChoices("--scheme <name>", "who gets what; default: per-job", schemeNames));
}

/** The settings of all attribution schemes, each once. */
async function addSchemeSettings(command: Command): Promise<void> {
  const { SCHEMES } = await import("../../../pool/books/attribution/registry.js");
  const { addSettingOptions } = await import("../../shared/setting-options.js");
  const listed = SCHEMES.map(({ name, settings }) => ({ name, settings: () => settings }));
  addSettingOptions(command, "attribution scheme", listed, {
    group: SCHEME_SETTINGS,
    isRead: true,
    isShared: true,
  });
}

export function addWeightOptions(command: Command): Command {
  addLate(command, addSchemeSettings);
  return command.addOption(
    new Option("--renditions <n>", "renditions of a job whose event does not say; default: 1")
      .argParser(wholeNumber(0, 1_000))
      .helpGroup(SCHEME_SETTINGS),
  );
}

export function addLimitOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--jobCap <amount>", "most that a job may earn; default: 1eth").argParser(
        weiAmount,
      ),
    )
    .addOption(
      new Option(
        "--ticketCap <amount>",
        "highest ticket where tickets are income; default: 10eth",
      ).argParser(weiAmount),
    )
    .addOption(
      new Option(
        "--keyDayCap <amount>",
        "most that a key's source may bring by the API on a day; default: 10eth",
      ).argParser(weiAmount),
    )
    .addOption(
      new Option(
        "--jobPixelsCap <n>",
        "most pixels of a job where work is paid; default: 10000000000000",
      ).argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
    );
}

export function addClaimOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--claimWindow <span>",
      "how long before or after an AI job its claim may be; default: 1h",
    ).argParser(positiveSpan),
  );
}

export function addFeeShareOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--feeShare <part>",
      "the delegators' part of everything, paid out of the commission; default: 0",
    ).argParser(part),
  );
}
