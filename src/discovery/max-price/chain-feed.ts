/** A price feed's contract on chain: what it says, and when it is read again. */
import { type PoolsimError, RemoteError } from "../../core/errors.js";
import type { Rational } from "../../core/rational.js";
import type { ChainClient, ChainOptions, Hex } from "../sources/chain/chain-client.js";
import { type CurrencyPair, feedPrice, parseFeedDescription } from "./currency.js";

/** `-priceFeedAddr` where it is not given: ETH in USD on Arbitrum One. */
export const PRICE_FEED_ADDRESS: Hex = "0x639fe6ab55c921f74e7fac1ee960c0b6293ba612";

/** What a feed said. */
export interface FeedReading {
  /** Its two currencies. */
  readonly currencies: CurrencyPair;
  /** How many of the quote one of the base costs. */
  readonly price: Rational;
  /** When the price was set, Unix seconds by the contract. */
  readonly updatedAt: bigint;
}

const FUNCTIONS = [
  "function decimals() view returns (uint8)",
  "function description() view returns (string)",
  `function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt,
    uint256 updatedAt, uint80 answeredInRound)`,
];

/**
 * Reads a feed as it is now.
 *
 * @param chain the node that is asked
 * @param address of the contract
 * @param options `signal` gives up
 * @throws RemoteError (`PRICE_FEED`) for a contract that is no such feed; `CHAIN_…`; the signal's
 *   reason
 */
export async function readPriceFeed(
  chain: ChainClient,
  address: Hex,
  options: ChainOptions = {},
): Promise<FeedReading> {
  const { Interface } = await import("ethers/abi");
  const abi = new Interface(FUNCTIONS);
  const names = ["decimals", "description", "latestRoundData"] as const;
  const calls = names.map((name) => ({ to: address, data: abi.encodeFunctionData(name) }));
  const answers = await chain.callEach(calls, "latest", options);
  const [decimals, description, round] = names.map((name, at) => {
    const answer = answers[at] ?? null;
    if (answer === null) throw notAFeed(address, `it refuses ${name}()`);
    try {
      return [...abi.decodeFunctionResult(name, answer)];
    } catch (cause) {
      throw notAFeed(address, `it does not answer ${name}() as a feed does`, cause);
    }
  });
  return {
    currencies: parseFeedDescription(String(description?.[0])),
    price: feedPrice(BigInt(round?.[1]), Number(decimals?.[0])),
    updatedAt: BigInt(round?.[3]),
  };
}

function notAFeed(address: Hex, why: string, cause?: unknown): PoolsimError {
  return new RemoteError(`${address} is no price feed: ${why}`, { code: "PRICE_FEED", cause });
}

/** How often a feed is read: on every full hour (UTC), ms. */
export const PRICE_FEED_INTERVAL_MS = 3_600_000;
const TRIES = 5;
const FIRST_PAUSE_MS = 30_000;

/**
 * When a feed is read, and which price counts. A pure core: the caller reads it when
 * {@link isDue} says so, and tells what came of it.
 */
export class PriceFeedSchedule {
  #reading: FeedReading;
  #dueMs: number;
  #failures = 0;

  /**
   * @param nowMs Unix ms
   * @param first what the first reading said; a node that cannot have it does not start
   */
  constructor(nowMs: number, first: FeedReading) {
    this.#reading = first;
    this.#dueMs = nextHour(nowMs);
  }

  /** What counts: of readings that fail the last one stays, however old it is. */
  get reading(): FeedReading {
    return this.#reading;
  }

  /** Whether it is to be read now. */
  isDue(nowMs: number): boolean {
    return nowMs >= this.#dueMs;
  }

  /**
   * It was read.
   *
   * @returns whether the price counts from now on: not if it was not set later than the one before
   */
  succeeded(nowMs: number, reading: FeedReading): boolean {
    this.#failures = 0;
    this.#dueMs = nextHour(nowMs);
    if (reading.updatedAt <= this.#reading.updatedAt) return false;
    this.#reading = reading;
    return true;
  }

  /** It could not be read: five tries an hour, after 30, 60, 120 and 240 s. */
  failed(nowMs: number): void {
    this.#failures += 1;
    if (this.#failures < TRIES) {
      this.#dueMs = nowMs + FIRST_PAUSE_MS * 2 ** (this.#failures - 1);
      return;
    }
    this.#failures = 0;
    this.#dueMs = nextHour(nowMs);
  }
}

function nextHour(nowMs: number): number {
  return (Math.floor(nowMs / PRICE_FEED_INTERVAL_MS) + 1) * PRICE_FEED_INTERVAL_MS;
}
