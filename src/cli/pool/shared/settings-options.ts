/** How the books are kept, as options of commands. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { instantOf } from "../../../core/instant.js";
import type { Rational } from "../../../core/rational.js";
import type { SchemeName } from "../../../pool/books/attribution/registry.js";
import type { CommissionRate } from "../../../pool/books/commission.js";
import type { PoolLimits } from "../../../pool/books/limits.js";
import type { SettingsChange } from "../../../pool/books/settings.js";
import { positiveSpan } from "../../shared/amount-values.js";
import { LateChoices } from "../../shared/late-choices.js";
import { wholeNumber } from "../../shared/option-values.js";
import { exactNumber, part, weiAmount } from "./amounts.js";

/** Coefficients and constants of the schemes that split tickets. */
export interface WeightFlags {
  readonly weightDuration?: Rational;
  readonly weightPixels?: Rational;
  readonly weightRenditions?: Rational;
  readonly renditions?: number;
  readonly windowRounds?: number;
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

function weight(text: string): Rational {
  const value = exactNumber(text);
  if (value !== null && value.sign() >= 0) return value;
  throw new InvalidArgumentError("expected a number or fraction of at least 0");
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

export function addWeightOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--weightDuration <n>", "weight of a second; default: 1").argParser(weight),
    )
    .addOption(
      new Option("--weightPixels <n>", "weight of a pixel; default: 1/1000000").argParser(weight),
    )
    .addOption(
      new Option("--weightRenditions <n>", "weight of a rendition; default: 1").argParser(weight),
    )
    .addOption(
      new Option(
        "--renditions <n>",
        "renditions of a job whose event does not say; default: 1",
      ).argParser(wholeNumber(0, 1_000)),
    )
    .addOption(
      new Option("--windowRounds <n>", "rounds of the sliding window; default: 10").argParser(
        wholeNumber(1, 1_000),
      ),
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

/** The limits that were given; null: none. */
export function limitsOf(flags: LimitFlags): Partial<PoolLimits> | null {
  const { jobCap, ticketCap, keyDayCap, jobPixelsCap } = flags;
  const limits = {
    ...(jobCap === undefined ? {} : { jobCapWei: jobCap }),
    ...(ticketCap === undefined ? {} : { ticketCapWei: ticketCap }),
    ...(keyDayCap === undefined ? {} : { keyDayCapWei: keyDayCap }),
    ...(jobPixelsCap === undefined ? {} : { jobPixelsCap: BigInt(jobPixelsCap) }),
  };
  return Object.keys(limits).length === 0 ? null : limits;
}

export function addFeeShareOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--feeShare <part>",
      "the delegators' part of everything, paid out of the commission; default: 0",
    ).argParser(part),
  );
}

/** The coefficients that were given. */
export function weightsOf(flags: WeightFlags): NonNullable<SettingsChange["weights"]> {
  const { weightDuration, weightPixels, weightRenditions } = flags;
  return {
    ...(weightDuration === undefined ? {} : { duration: weightDuration }),
    ...(weightPixels === undefined ? {} : { pixels: weightPixels }),
    ...(weightRenditions === undefined ? {} : { renditions: weightRenditions }),
  };
}

/** What the options ask for; null: nothing. */
export function settingsChange(flags: SettingsFlags): SettingsChange | null {
  const { commission, scheme, feeShare, renditions, windowRounds, claimWindow } = flags;
  const weights = weightsOf(flags);
  const isNothing =
    commission.length === 0 &&
    Object.keys(weights).length === 0 &&
    [scheme, feeShare, renditions, windowRounds, claimWindow].every((value) => value === undefined);
  return isNothing
    ? null
    : {
        commission,
        scheme,
        feeShare,
        weights,
        renditions: renditions === undefined ? undefined : BigInt(renditions),
        windowRounds,
        claimWindowMs: claimWindow,
      };
}
