/** Whom an on-chain gateway chooses: the library's own chooser with the settings of a scenario. */
import { Rational } from "../../../core/rational.js";
import {
  createSelection,
  type PerformanceScores,
  RecipientChooser,
  type SelectionSetting,
} from "../../../selection/index.js";
import type { Market } from "../money/market.js";
import type { Run } from "../run.js";
import type { GatewaySettings } from "../world/world.js";

/** A gateway's general maximum price, wei per unit; null: any. */
export function generalMaxPrice({
  maxPricePerUnit,
  pixelsPerUnit,
}: Pick<GatewaySettings, "maxPricePerUnit" | "pixelsPerUnit">): Rational | null {
  const limit = Rational.parse(maxPricePerUnit);
  return limit.sign() === 0 ? null : limit.div(Rational.of(BigInt(pixelsPerUnit)));
}

/**
 * Makes the chooser of a gateway.
 *
 * @param options.scores that it reads, where it asks for any
 * @param options.selection another algorithm than the gateway's
 * @param options.maxPrice another maximum price than its general one
 */
export function recipientChooser(options: {
  readonly settings: GatewaySettings;
  readonly market: Market;
  readonly run: Run;
  readonly scores: PerformanceScores;
  readonly selection?: SelectionSetting;
  readonly maxPrice?: Rational | null;
}): RecipientChooser {
  const { settings, market, run, scores } = options;
  return new RecipientChooser({
    algorithm: createSelection(options.selection ?? settings.selection, {
      flags: {
        minPerfScore: settings.minPerfScore,
        stakeWeight: settings.selectStakeWeight,
        priceWeight: settings.selectPriceWeight,
        randWeight: settings.selectRandFreq,
        priceExpFactor: settings.selectPriceExpFactor,
        ignoreMaxPriceIfNeeded: settings.ignoreMaxPriceIfNeeded,
      },
    }),
    stakes: { readStakes: (recipients) => stakesOf(recipients, market, run.now) },
    perfScores: settings.minPerfScore > 0 ? scores : null,
    maxPrice: options.maxPrice ?? generalMaxPrice(settings),
  });
}

/** A list of one kind to V8, which a list that is mapped is not. */
function stakesOf(recipients: readonly number[], market: Market, nowMs: number): readonly number[] {
  const stakes = new Array<number>(recipients.length);
  for (let at = 0; at < stakes.length; at++) {
    stakes[at] = market.stakeAt(recipients[at] as number, nowMs);
  }
  return stakes;
}
