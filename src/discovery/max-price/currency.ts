/** From an amount in some currency to wei, by a price feed (A-79, A-82, A-83; R-6). */
import { InputError, PoolsimError, RemoteError } from "../../core/errors.js";
import { lowerCase, trimGoSpace, upperCase } from "../../core/go-text.js";
import { Rational } from "../../core/rational.js";

const WEI_PER_ETH = Rational.of(10n ** 18n);
const PRICE_TEXT = /^(\d+(?:\.\d+)?)([A-z][A-z\d]*)?$/;
/** More would be more digits than any contract has. */
const MAX_DECIMALS = 255;

/** An amount and what it is in, as options spell them. */
export interface CurrencyAmount {
  /** At least 0. */
  readonly amount: Rational;
  /** As written; empty = wei. */
  readonly currency: string;
}

/**
 * Reads a price as `-maxPricePerUnit` takes it: `1200`, `0.5eth`, `0.01USD`. There is no
 * exponent: `1e3` is 1 of the currency `e3`.
 *
 * @throws InputError (`PRICE_TEXT`)
 */
export function parsePricePerUnit(text: string): CurrencyAmount {
  const [, amount, currency = ""] = PRICE_TEXT.exec(text) ?? [];
  if (amount === undefined) {
    throw new InputError(
      `${JSON.stringify(text.slice(0, 60))} is no price: expected a number without sign or exponent, and a currency or none, such as 1200, 0.5eth or 0.01USD`,
      { code: "PRICE_TEXT" },
    );
  }
  return { amount: Rational.parse(amount), currency };
}

/** The two currencies of a price feed. */
export interface CurrencyPair {
  /** What one of is priced, e.g. ETH. */
  readonly base: string;
  /** What it is priced in, e.g. USD. */
  readonly quote: string;
}

/**
 * Reads the description of a price feed's contract, `BASE / QUOTE`.
 *
 * @throws RemoteError (`PRICE_FEED`)
 */
export function parseFeedDescription(description: string): CurrencyPair {
  const [base, quote, ...more] = description.split("/");
  if (base === undefined || quote === undefined || more.length > 0) {
    throw new RemoteError(
      `the price feed's description ${JSON.stringify(description.slice(0, 60))} is not of the form BASE / QUOTE`,
      { code: "PRICE_FEED" },
    );
  }
  return { base: trimGoSpace(base), quote: trimGoSpace(quote) };
}

/**
 * The price that a feed's contract answers.
 *
 * @param answer of `latestRoundData`
 * @param decimals of the contract, 0 … 255
 * @throws RemoteError (`PRICE_FEED`)
 */
export function feedPrice(answer: bigint, decimals: number): Rational {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > MAX_DECIMALS) {
    throw new RemoteError(`a price feed with ${decimals} decimals`, { code: "PRICE_FEED" });
  }
  return Rational.of(answer, 10n ** BigInt(decimals));
}

/** What is known of a price feed. Reading either may throw what went wrong with it. */
export interface PriceFeed {
  /** See {@link parseFeedDescription}. */
  readonly currencies: () => CurrencyPair;
  /** The latest price: how many of the quote one of the base costs. */
  readonly price: () => Rational;
}

/** Which side of a feed ETH is on. */
type EthSide = "base" | "quote";

/**
 * A price of the gateway's or orchestrator's own in wei, which follows the price feed if it is in a
 * currency that needs one.
 */
export class AutoConvertedPrice {
  readonly #amount: Rational;
  readonly #side: EthSide | null;
  #value: Rational;

  /**
   * @param price the amount and its currency; empty, `wei` and `eth` in any case need no feed
   * @param feed null = there is none
   * @throws InputError (`PRICE_CURRENCY`) for a currency that the feed does not have, or without
   *   feed; RemoteError (`PRICE_FEED`) for one that cannot be read, or whose price is 0
   */
  constructor({ amount, currency }: CurrencyAmount, feed: PriceFeed | null) {
    const unit = lowerCase(currency);
    if (unit === "" || unit === "wei" || unit === "eth") {
      this.#amount = amount;
      this.#side = null;
      this.#value = unit === "eth" ? amount.mul(WEI_PER_ETH) : amount;
      return;
    }
    if (feed === null) {
      throw new InputError(
        `a price in ${currency} needs a price feed (-priceFeedAddr), and there is none`,
        { code: "PRICE_CURRENCY" },
      );
    }
    this.#amount = amount;
    this.#side = ethSide(reading(feed.currencies, "currencies"), currency);
    this.#value = this.#converted(reading(feed.price, "price"));
  }

  /** Wei. */
  get value(): Rational {
    return this.#value;
  }

  /**
   * The feed announces a price: the value is computed anew, of the original amount.
   *
   * @param price of the feed
   * @throws RemoteError (`PRICE_FEED`) for 0, which nothing can be divided by; the value stays
   * @returns the value
   */
  update(price: Rational): Rational {
    if (this.#side !== null) this.#value = this.#converted(price);
    return this.#value;
  }

  #converted(price: Rational): Rational {
    const wei = this.#amount.mul(WEI_PER_ETH);
    if (this.#side === "quote") return wei.mul(price);
    if (price.sign() !== 0) return wei.div(price);
    throw new RemoteError("the price feed says that ETH costs nothing", { code: "PRICE_FEED" });
  }
}

function ethSide({ base, quote }: CurrencyPair, currency: string): EthSide {
  const [above, below, wanted] = [upperCase(base), upperCase(quote), upperCase(currency)];
  for (const needed of ["ETH", wanted]) {
    if (above === needed || below === needed) continue;
    throw new InputError(`the price feed ${above}/${below} does not have ${needed}`, {
      code: "PRICE_CURRENCY",
    });
  }
  return above === "ETH" ? "base" : "quote";
}

function reading<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof PoolsimError) throw cause;
    throw new RemoteError(`the price feed's ${what} cannot be read: ${cause}`, {
      code: "PRICE_FEED",
      cause,
    });
  }
}
