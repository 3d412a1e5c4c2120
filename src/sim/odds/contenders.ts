/** Who stands in a network file, as those who can be chosen; and the operator's own among them. */
import { InputError } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import type { DataFile } from "../input.js";
import { readNetwork } from "../network/read-network.js";
import { parseRegions } from "../network/regions.js";
import { packagedData } from "../scenario/packaged-data.js";
import type { Contender } from "./odds.js";

/** What is said of the operator's own. */
export interface OwnSettings {
  /** Name or address: of one in the file, whose stake and price it has, or a new one. */
  readonly name?: string | undefined;
  readonly stakeLpt?: Rational | undefined;
  /** Share of all stake, its own included, at least 0 and below 1. */
  readonly stakeShare?: Rational | undefined;
  /** Wei per pixel. */
  readonly price?: Rational | undefined;
}

function packaged(name: "network.csv" | "regions.csv" | "rtt.csv"): DataFile {
  return { name, text: packagedData(name) };
}

function medianPrice(all: readonly Contender[]): Rational {
  const prices = all.map(({ price }) => price).sort((a, b) => a.compare(b));
  return prices[Math.floor(prices.length / 2)] ?? Rational.of(0n);
}

/**
 * Reads the file, and takes the operator's own out of it.
 *
 * @param network a table or a discovery; null: the packaged one
 * @param own null: nobody's in particular
 * @throws InputError (`DATA_FILE_INVALID`), (`ODDS`) for one of its own without a stake
 */
export function contenders(
  network: DataFile | null,
  own: OwnSettings | null,
): { readonly others: readonly Contender[]; readonly pool: Contender | null } {
  const regions = parseRegions(packaged("regions.csv"), packaged("rtt.csv"));
  const file = network ?? packaged("network.csv");
  const { orchestrators } = readNetwork(
    { network: file, packagedNetwork: packaged("network.csv") },
    regions,
  );
  const all = orchestrators.map((one) => ({
    address: one.address,
    name: one.name ?? one.address,
    stakeLpt: one.stakeLpt,
    price: Rational.of(one.pricePerUnit, one.pixelsPerUnit),
  }));
  if (own === null) return { others: all, pool: null };
  const wanted = own.name?.toLowerCase();
  const known = all.find(
    ({ address, name }) => address === wanted || name.toLowerCase() === wanted,
  );
  const others = all.filter((one) => one !== known);
  const sum = others.reduce((total, { stakeLpt }) => total.add(stakeLpt), Rational.of(0n));
  const one = Rational.of(1n);
  const byShare =
    own.stakeShare === undefined ? undefined : sum.mul(own.stakeShare).div(one.sub(own.stakeShare));
  const stakeLpt = own.stakeLpt ?? byShare ?? known?.stakeLpt;
  if (stakeLpt === undefined) {
    const who = own.name === undefined ? "" : `${own.name} is not in ${file.name}: `;
    throw new InputError(
      `${who}expected its stake, --set pool.stakeLpt=<LPT> or --set pool.stakeShare=<share>`,
      { code: "ODDS" },
    );
  }
  const price = own.price ?? known?.price ?? medianPrice(all);
  return { others, pool: { name: known?.name ?? own.name ?? "pool", stakeLpt, price } };
}
