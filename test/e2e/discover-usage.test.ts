/** What `poolsim discover` says to a command line that is wrong. */
import { describe, expect, it } from "vitest";
import { inProcess } from "../support/cli/in-process.js";

describe("wrong usage of discover is one line on stderr and exit code 2", () => {
  it.each([
    [
      [],
      "expected a source: --orchAddr, --orchWebhookUrl, --remoteSignerUrl, --subgraphUrl, --nodeDb,",
    ],
    [["--orchAddr", "a", "--nodeDb", "b"], "--orchAddr and --nodeDb: expected one source"],
    [
      ["--network", "arbitrum-one-mainnet"],
      "--network arbitrum-one-mainnet: expected --ethUrl too",
    ],
    [["--ethUrl", "http://127.0.0.1:1"], "--ethUrl: expected --network too"],
    [["--ethUrl", "http://127.0.0.1:1", "--network", "x"], 'the network "x" is not one of'],
    [["--ethUrl", "ftp://x", "--network", "mainnet"], "must be an http or https URL"],
    [["--orchWebhookUrl", "ftp://x"], "the webhook must be an http or https URL"],
    [["--nodeDb", "no-such-file"], "no-such-file"],
    [
      ["--orchAddr", "a", "--orchAdr", "b"],
      "unknown option '--orchAdr' (Did you mean --orchAddr?)",
    ],
    [["--orchAddr", "a", "--discoveryTimeout", "fast"], "expected a span of time"],
    [["--orchAddr", "a", "--maxPricePerUnit", "-1"], "expected a price such as 1200"],
    [
      ["--orchAddr", "a", "--network", "mainnet", "--maxPricePerUnit", "1usd"],
      "-maxPricePerUnit: a price in usd needs a price feed",
    ],
    [
      [
        "--orchAddr",
        "a",
        "--maxPricePerCapability",
        '{"capabilities_prices":[{"pipeline":"x","price_per_unit":1}]}',
      ],
      'names the pipeline "x", which is none',
    ],
    [["--orchAddr", "a", "--priceFeedAddr", "0x1"], "--priceFeedAddr 0x1: expected an address"],
    [["--orchAddr", "a", "--maxTicketEV", "much"], "expected a number or fraction of at least 0"],
    [["--orchAddr", "a", "--depositMultiplier", "0"], "expected a whole number from 1"],
    [["--orchAddr", "a", "--pixelFormat", "420-12"], 'pixel format "420-12" cannot be decoded'],
    [
      ["--orchAddr", "a", "--pipeline", "magic"],
      "--pipeline magic: expected one of text-to-image,",
    ],
    [["--orchAddr", "a", "--pipeline", "byoc"], "--pipeline byoc: not offered, as gateways choose"],
    [["--orchAddr", "a", "--modelId", "x"], "--modelId and --warm: expected --pipeline too"],
    [["--orchAddr", "a", "--ethAcctAddr", "0x1"], "--ethAcctAddr 0x1: expected an address"],
    [["--orchAddr", "a", "--ethKeystorePath", "none"], "--ethKeystorePath none: no such file"],
    [["--orchAddr", "a", "--region", "FRA"], "expected both or neither (L-18)"],
    [
      ["--orchAddr", "a", "--json", "no/such.json"],
      "--json no/such.json: its folder does not exist",
    ],
    [
      ["--orchAddr", "a", "--network", "mainnet", "--selectStakeWeight", "0.9"],
      "the weights of stake (0.9), price (0) and chance (0.3) add up to 1.2, expected 1",
    ],
  ])("%j", async (args, says) => {
    const { exitCode, stdout, stderr } = await inProcess("discover", ...args);
    expect(stderr).toContain(says);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  });
});
