/** go-livepeer's flags of selection. */

/**
 * What happens to a candidate without a known price that passed the filters, which it can only
 * where no maximum price applies (L-16: go-livepeer crashes).
 *
 * - `drop`: it cannot be selected, as is the case wherever a maximum price applies.
 * - `noPriceWeight`: it stays, with a price term of 0; stake and chance still count for it.
 */
export type MissingPrice = "drop" | "noPriceWeight";

/** go-livepeer's selection flags. The three weights add up to 1 (L-17). */
export interface ProbabilityOptions {
  /** `-minPerfScore`: lowest performance score; ≤ 0 = no filter. @default 0 */
  readonly minPerfScore?: number | undefined;
  /** Weight of the stake, `-selectStakeWeight`. @default 0.7 */
  readonly stakeWeight?: number | undefined;
  /** Weight of the price, `-selectPriceWeight`. @default 0 */
  readonly priceWeight?: number | undefined;
  /** Weight of chance, `-selectRandFreq`. @default 0.3 */
  readonly randWeight?: number | undefined;
  /** `-selectPriceExpFactor`, wei per pixel. @default 100 */
  readonly priceExpFactor?: number | undefined;
  /** `-ignoreMaxPriceIfNeeded`. @default false */
  readonly ignoreMaxPriceIfNeeded?: boolean | undefined;
  /** Instead of the crash of L-16. @default "drop" */
  readonly missingPrice?: MissingPrice | undefined;
}
