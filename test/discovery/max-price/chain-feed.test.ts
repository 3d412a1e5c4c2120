/** A price feed as it is on chain, and when it is read again. */
import { type FeedReading, PriceFeedSchedule, Rational, readPriceFeed } from "poolsim/discovery";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChainClient } from "../../../src/discovery/sources/chain/chain-client.js";
import { openChainClient } from "../../../src/discovery/sources/chain/rpc-chain-client.js";
import { type Anvil, startAnvil } from "../../support/chain/anvil.js";
import { deployPriceFeed } from "../../support/chain/price-feed.js";

describe("readPriceFeed, of a contract on a chain", () => {
  let chain: Anvil;
  let client: ChainClient;
  let feed: Awaited<ReturnType<typeof deployPriceFeed>>;
  beforeAll(async () => {
    chain = await startAnvil();
    client = openChainClient({ url: chain.url });
    feed = await deployPriceFeed(chain);
  });
  afterAll(async () => {
    await client.close();
    await chain.stop();
  });

  it("refuses one without a price, and what is no feed", async () => {
    const failing = { code: "PRICE_FEED" };
    await expect(readPriceFeed(client, feed.address)).rejects.toMatchObject(failing);
    await expect(readPriceFeed(client, `0x${"00".repeat(19)}01`)).rejects.toMatchObject(failing);
  });

  it("reads price, currencies and time exactly", async () => {
    await feed.say({ answer: 312_345_678_901n, updatedAt: 1_700_000_000 });
    expect(await readPriceFeed(client, feed.address)).toEqual({
      currencies: { base: "ETH", quote: "USD" },
      price: Rational.of(312_345_678_901n, 10n ** 8n),
      updatedAt: 1_700_000_000n,
    });
    await feed.say({ answer: 1n, decimals: 255, description: "usd/ETH ", updatedAt: 5 });
    expect(await readPriceFeed(client, feed.address)).toMatchObject({
      currencies: { base: "usd", quote: "ETH" },
      price: Rational.of(1n, 10n ** 255n),
    });
  });

  it("refuses a description of another form", async () => {
    await feed.say({ answer: 1n, description: "ETHUSD", updatedAt: 1 });
    await expect(readPriceFeed(client, feed.address)).rejects.toMatchObject({ code: "PRICE_FEED" });
  });
});

describe("PriceFeedSchedule", () => {
  const HOUR = 3_600_000;
  const reading = (price: bigint, updatedAt: bigint): FeedReading => ({
    currencies: { base: "ETH", quote: "USD" },
    price: Rational.of(price),
    updatedAt,
  });

  it("reads on full hours", () => {
    const schedule = new PriceFeedSchedule(10 * HOUR + 5, reading(1n, 1n));
    expect(schedule.isDue(11 * HOUR - 1)).toBe(false);
    expect(schedule.isDue(11 * HOUR)).toBe(true);
    expect(schedule.succeeded(11 * HOUR, reading(2n, 2n))).toBe(true);
    expect(schedule.isDue(12 * HOUR - 1)).toBe(false);
    expect(schedule.reading.price).toEqual(Rational.of(2n));
  });

  it("does not count a price that was not set later", () => {
    const schedule = new PriceFeedSchedule(0, reading(1n, 7n));
    expect(schedule.succeeded(HOUR, reading(2n, 7n))).toBe(false);
    expect(schedule.reading.price).toEqual(Rational.of(1n));
  });

  it("tries five times an hour, each time after a longer pause, and keeps the last price", () => {
    const schedule = new PriceFeedSchedule(0, reading(1n, 1n));
    const tries: number[] = [];
    for (let nowMs = HOUR; nowMs < 2 * HOUR + 100_000; nowMs += 1_000) {
      if (!schedule.isDue(nowMs)) continue;
      tries.push((nowMs - HOUR) / 1_000);
      schedule.failed(nowMs);
    }
    expect(tries).toEqual([0, 30, 90, 210, 450, 3_600, 3_630, 3_690]);
    expect(schedule.reading.price).toEqual(Rational.of(1n));
  });
});
