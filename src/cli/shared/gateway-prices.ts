/** The highest prices that the command line sets, in any currency, as a gateway reads them. */
import { readFileSync, statSync } from "node:fs";
import { InputError, isPoolsimError } from "../../core/errors.js";
import {
  type ChainClient,
  globalMaxPrice,
  type MaxPrices,
  PRICE_FEED_ADDRESS,
  type PriceFeed,
  PriceFeedSchedule,
  type Rational,
  readMaxPrices,
  readPriceFeed,
} from "../../discovery/index.js";

/** What is told of prices. */
export interface MaxPriceFlags {
  /** A price with or without a currency; 0 = any. */
  readonly maxPricePerUnit: string;
  readonly pixelsPerUnit: number;
  /** JSON, or a file that holds it. */
  readonly maxPricePerCapability?: string;
  readonly priceFeedAddr?: string;
  /** JSON-RPC of the node that knows the feed. */
  readonly ethUrl?: string;
}

const FILE_BYTES_MAX = 1_048_576;

interface Followed {
  readonly chain: ChainClient;
  readonly address: string;
  readonly schedule: PriceFeedSchedule;
}

/** The prices now, and what follows them. */
export class GatewayPrices {
  readonly #options: Parameters<typeof readMaxPrices>[0];
  readonly #feed: Followed | null;
  #prices: MaxPrices;
  /** Why all prices of capabilities are ignored; null = they are not. */
  readonly ignored: string | null;
  /** Why the price of the feed is an old one; null = it is not. */
  failure: string | null = null;

  private constructor(options: Parameters<typeof readMaxPrices>[0], feed: Followed | null) {
    this.#options = options;
    this.#feed = feed;
    const { prices, ignored } = readMaxPrices({ ...options, feed: snapshot(feed) });
    this.#prices = prices;
    this.ignored = ignored?.message ?? null;
  }

  /**
   * Reads the flags, and the price feed where one is needed.
   *
   * @param isRead whether gateways read these prices, as they do on chain only: otherwise no
   *   feed is asked
   * @throws InputError (`MAX_PRICE`, `USAGE`) for what a gateway does not start with; RemoteError
   *   (`PRICE_FEED`, `CHAIN_…`) for a feed that cannot be read; the signal's reason
   */
  static async open(
    flags: MaxPriceFlags,
    isRead: boolean,
    signal: AbortSignal,
  ): Promise<GatewayPrices> {
    const options = {
      maxPricePerUnit: flags.maxPricePerUnit,
      pixelsPerUnit: String(flags.pixelsPerUnit),
      maxPricePerCapability: textOrFile(flags.maxPricePerCapability ?? ""),
    };
    const address = flags.priceFeedAddr ?? PRICE_FEED_ADDRESS;
    if (!/^0x[0-9a-f]{40}$/i.test(address)) {
      throw new InputError(
        `--priceFeedAddr ${address}: expected an address: 0x and 40 hex digits`,
        {
          code: "USAGE",
        },
      );
    }
    const missing = missingCurrency(options);
    if (missing === null) return new GatewayPrices(options, null);
    if (!isRead) return new GatewayPrices({}, null);
    const { ethUrl } = flags;
    if (ethUrl === undefined) {
      throw new InputError(`${missing}; expected --ethUrl, by which the feed is read (R-6)`, {
        code: "USAGE",
      });
    }
    const { openChainClient } = await import("../../discovery/sources/chain/rpc-chain-client.js");
    const chain = openChainClient({ url: ethUrl });
    try {
      const first = await readPriceFeed(chain, address, { signal });
      const schedule = new PriceFeedSchedule(Date.now(), first);
      return new GatewayPrices(options, { chain, address, schedule });
    } catch (error) {
      await chain.close();
      throw error;
    }
  }

  /** Wei per unit by model, by capability, the global maximum among them. */
  get prices(): MaxPrices {
    return this.#prices;
  }

  /** The maximum of everything without one of its own; null = any price. */
  get global(): Rational | null {
    return globalMaxPrice(this.#prices);
  }

  /** What a reader has to know of them. */
  get notes(): readonly string[] {
    const { ignored, failure } = this;
    return [
      ...(ignored === null
        ? []
        : [`a gateway ignores all prices of capabilities (A-80): ${ignored}`]),
      ...(failure === null ? [] : [`the price of the feed is an old one (R-6): ${failure}`]),
    ];
  }

  /**
   * Reads the feed again if it is time; of one that fails the last price stays.
   *
   * @param nowMs Unix ms
   * @throws the signal's reason
   */
  async follow(nowMs: number, signal: AbortSignal): Promise<void> {
    const feed = this.#feed;
    if (feed === null || !feed.schedule.isDue(nowMs)) return;
    try {
      const reading = await readPriceFeed(feed.chain, feed.address, { signal });
      this.failure = null;
      if (!feed.schedule.succeeded(nowMs, reading)) return;
      this.#prices = readMaxPrices({ ...this.#options, feed: snapshot(feed) }).prices;
    } catch (error) {
      if (signal.aborted || !isPoolsimError(error)) throw error;
      feed.schedule.failed(nowMs);
      this.failure = error.message;
    }
  }

  async close(): Promise<void> {
    await this.#feed?.chain.close();
  }
}

function snapshot(feed: Followed | null): PriceFeed | null {
  if (feed === null) return null;
  const { schedule } = feed;
  return { currencies: () => schedule.reading.currencies, price: () => schedule.reading.price };
}

/** What is said of a price whose currency only a feed knows; null = there is none. */
function missingCurrency(options: Parameters<typeof readMaxPrices>[0]): string | null {
  try {
    readMaxPrices(options);
    return null;
  } catch (error) {
    const { cause } = error as Error;
    if (isPoolsimError(cause) && cause.code === "PRICE_CURRENCY") return (error as Error).message;
    throw error;
  }
}

/** What the option says, or what the file holds that it names. @throws InputError (`USAGE`) */
function textOrFile(text: string): string {
  const found = text === "" || text.length > 4096 ? undefined : statOf(text);
  if (found === undefined || !found.isFile() || found.size === 0) return text;
  if (found.size > FILE_BYTES_MAX) {
    throw new InputError(
      `--maxPricePerCapability ${text}: the file has ${found.size} bytes, expected at most ${FILE_BYTES_MAX}`,
      { code: "USAGE" },
    );
  }
  try {
    return readFileSync(text, "utf8").trim();
  } catch (cause) {
    throw new InputError(`--maxPricePerCapability ${text}: the file cannot be read`, {
      code: "USAGE",
      cause,
    });
  }
}

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A text that no file can be called by.
    return undefined;
  }
}
