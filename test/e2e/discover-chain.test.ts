/** `poolsim discover` where gateways choose by stake and price: databases, a chain, a subgraph. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encryptKeystoreJsonSync, Wallet } from "ethers";
import { describe, expect, it, onTestFinished } from "vitest";
import { startLivepeerChain } from "../support/chain/livepeer-chain.js";
import { deployPriceFeed } from "../support/chain/price-feed.js";
import {
  discovered,
  hexOf,
  type NodeRow,
  payableTo,
  temporaryFolder,
  verdicts,
  writeNodeDb,
} from "../support/cli/discover-command.js";
import { inProcess } from "../support/cli/in-process.js";
import type { InfoInit, TestOrchestrator } from "../support/servers/orchestrator-server.js";
import { orchestratorsOfTest } from "../support/servers/orchestrators-of-test.js";
import { block, startSubgraphServer, transcoder } from "../support/servers/subgraph-server.js";
import { respond, startWebhookServer } from "../support/servers/webhook-server.js";

const orchestrators = orchestratorsOfTest();

/** One that answers. */
function good(info: InfoInit = {}, delayMs = 0): Promise<TestOrchestrator> {
  return orchestrators.add({ kind: "answer", info, delayMs });
}

/** A database with these orchestrators. */
function nodeDb(rows: readonly NodeRow[]): string {
  const path = join(temporaryFolder(), "lpdb.sqlite3");
  writeNodeDb(path, rows);
  return path;
}

describe("discover on an on-chain network", () => {
  it("shows where segments go, and who leaves; byoc is no pipeline to choose", async () => {
    const elsewhere = await good({ ...payableTo(1), transcoder: "https://segments.example:8935" });
    const staying = await good(payableTo(2));
    const path = nodeDb([
      { uri: elsewhere.uri, address: hexOf(1), stake: 1n },
      { uri: staying.uri, address: hexOf(2), stake: 1n },
    ]);
    const { stdout } = await inProcess("discover", "--nodeDb", path, "--patience", "700ms");
    expect(stdout.replaceAll(/\s+/g, " ").match(/segments go to \S+/g)).toEqual([
      "segments go to https://segments.example:8935",
    ]);
    expect(stdout).not.toContain("leaves in round");
    const { stderr } = await inProcess("discover", "--nodeDb", path, "--pipeline", "magic");
    expect(stderr).toContain("expected one of text-to-image");
    expect(stderr).not.toContain("byoc");
  });

  it("L-13: tells the chance of being the first choice, by stake, price and luck", async () => {
    const rich = await good({
      ...payableTo(1),
      priceInfo: { pricePerUnit: 100n, pixelsPerUnit: 1n },
    });
    const cheap = await good({
      ...payableTo(2),
      priceInfo: { pricePerUnit: 0n, pixelsPerUnit: 1n },
    });
    const twin = await good(
      { ...payableTo(2), priceInfo: { pricePerUnit: 0n, pixelsPerUnit: 1n } },
      80,
    );
    const dear = await good({
      ...payableTo(3),
      priceInfo: { pricePerUnit: 2001n, pixelsPerUnit: 2n },
    });
    const path = nodeDb([
      { uri: rich.uri, address: hexOf(1), stake: 300_000n },
      { uri: cheap.uri, address: hexOf(2), stake: 100_000n },
      { uri: dear.uri, address: hexOf(3), stake: 900_000n },
      { uri: twin.uri, address: hexOf(4), stake: 0n },
    ]);
    const weights = ["0.5", "0.3", "0.2"] as const;
    const found = await discovered(
      ...["--nodeDb", path, "--maxPricePerUnit", "1000"],
      ...["--selectStakeWeight", weights[0], "--selectPriceWeight", weights[1]],
      ...["--selectRandFreq", weights[2]],
    );
    const prices = Math.exp(-1) + 1;
    const [ofRich, ofCheap] = [
      0.5 * 0.75 + 0.3 * (Math.exp(-1) / prices) + 0.2 / 2,
      0.5 * 0.25 + 0.3 * (1 / prices) + 0.2 / 2,
    ];
    expect(found.onChain).toBe(true);
    expect(
      found.orchestrators.map(({ uri, selectionProbability }) => [uri, selectionProbability]),
    ).toEqual([
      [rich.uri, expect.closeTo(ofRich, 12)],
      [cheap.uri, expect.closeTo(ofCheap, 12)],
      // L-6, L-7: nodes of one recipient are one candidate.
      [twin.uri, null],
      [dear.uri, null],
    ]);
    expect(ofRich + ofCheap).toBeCloseTo(1, 12);
    expect(verdicts(found)).toMatchObject({ [dear.uri]: "rejected L-10 price-above-max" });
    expect(found.orchestrators[0]).toMatchObject({ stakeLpt: "3.00000", recipient: hexOf(1) });
  });

  it("B-13, P-6: ticket parameters must be acceptable", async () => {
    const none = await good({});
    const dear = await good({
      ...payableTo(2),
      ticketParams: { ...payableTo(2).ticketParams, faceValue: new Uint8Array(7).fill(0xff) },
    });
    const path = nodeDb([
      { uri: none.uri, address: hexOf(1), stake: 1n },
      { uri: dear.uri, address: hexOf(2), stake: 1n },
    ]);
    none.behaviour = { kind: "answer", info: { ticketParams: undefined } };
    const found = await discovered("--nodeDb", path);
    expect(verdicts(found)).toEqual({
      [none.uri]: "rejected P-6 ticket-params",
      [dear.uri]: "rejected P-6 ticket-params",
    });
    expect(found.orchestrators.map(({ rejection }) => rejection?.detail)).toEqual([
      "other: there are no ticket parameters",
      expect.stringMatching(/^other: a ticket is worth [\d.]+ wei, more than 3000000000000/),
    ]);
  });

  it("R-6, A-80: prices in a feed's currency, and of single models", async () => {
    const chain = await startLivepeerChain();
    onTestFinished(() => chain.stop());
    const feed = await deployPriceFeed(chain);
    await feed.say({ answer: 200_000_000_000n, updatedAt: 1 });
    const model = {
      bitstring: [67_133_439n | (1n << 27n)],
      constraints: { PerCapability: { 27: { models: { m: { warm: true } } } } },
    };
    // 1 USD for 10^12 pixels, at 2000 USD for 1 ETH, is 500 wei for one.
    const [fair, dear] = await Promise.all(
      [500n, 501n].map((pricePerUnit, at) =>
        good({
          ...payableTo(at + 1),
          capabilities: model,
          priceInfo: { pricePerUnit, pixelsPerUnit: 1n },
        }),
      ),
    );
    if (fair === undefined || dear === undefined) throw new Error("two were asked for");
    const path = nodeDb([
      { uri: fair.uri, address: hexOf(1), stake: 1n },
      { uri: dear.uri, address: hexOf(2), stake: 1n },
    ]);
    const onChain = ["--nodeDb", path, "--ethUrl", chain.url, "--ethController", chain.controller];
    const priced = [...onChain, "--priceFeedAddr", feed.address];
    const unit = ["--pixelsPerUnit", String(10 ** 12)];
    const above = { [dear.uri]: "rejected L-10 price-above-max" };
    const job = ["--pipeline", "text-to-image", "--modelId", "m"];
    const byUnit = await discovered(...priced, "--maxPricePerUnit", "1USD", ...unit, ...job);
    expect(verdicts(byUnit)).toEqual({ [fair.uri]: "found", ...above });

    const capabilities = (price: unknown) =>
      JSON.stringify({
        capabilities_prices: [{ pipeline: "text-to-image", model_id: "m", ...Object(price) }],
      });
    const file = join(temporaryFolder(), "prices.json");
    writeFileSync(
      file,
      capabilities({ price_per_unit: 1, pixels_per_unit: 1e12, currency: "usd" }),
    );
    const byModel = await discovered(...priced, "--maxPricePerCapability", file, ...job);
    expect(verdicts(byModel)).toEqual({ [fair.uri]: "found", ...above });

    // One null, and none of them counts.
    const broken = capabilities({ price_per_unit: null });
    const { stdout } = await inProcess(
      "discover",
      ...onChain,
      "--maxPricePerCapability",
      broken,
      ...job,
    );
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "Note: a gateway ignores all prices of capabilities (A-80): -maxPricePerCapability has null at",
    );
    expect(stdout).toContain("2 orchestrators, 2 eligible");

    await feed.say({ answer: 1n, description: "ETH / EUR", updatedAt: 2 });
    const { exitCode, stderr } = await inProcess(
      "discover",
      ...priced,
      "--maxPricePerUnit",
      "1USD",
    );
    expect(stderr).toContain("the price feed ETH/EUR does not have USD");
    expect(exitCode).toBe(2);
  });

  it("L-9: passes over low performance scores", async () => {
    const tested = await good(payableTo(1));
    const bad = await good(payableTo(2));
    const scores = {
      [hexOf(1)]: { FRA: { score: 0.9 } },
      [hexOf(2)]: { FRA: { score: 0.2 }, LAX: { score: 1 } },
    };
    const { url } = await startWebhookServer(respond(JSON.stringify(scores)));
    const path = nodeDb([
      { uri: tested.uri, address: hexOf(1), stake: 1n },
      { uri: bad.uri, address: hexOf(2), stake: 1n },
    ]);
    const found = await discovered(
      ...["--nodeDb", path, "--minPerfScore", "0.7"],
      ...["--orchPerfStatsUrl", url, "--region", "fra"],
    );
    expect(verdicts(found)).toEqual({
      [tested.uri]: "found",
      [bad.uri]: "rejected L-9 performance-score",
    });
  });

  it("G-4: signs with a keystore's key", async () => {
    const folder = temporaryFolder();
    const { address, privateKey } = Wallet.createRandom();
    const scrypt = { N: 2, r: 1, p: 1 };
    const key = encryptKeystoreJsonSync({ address, privateKey }, "secret words", { scrypt });
    writeFileSync(join(folder, "UTC--key"), key, { mode: 0o600 });
    writeFileSync(join(folder, "password"), "secret words\n", { mode: 0o600 });
    const one = await good();
    const account = ["--ethKeystorePath", folder, "--ethAcctAddr", address];
    const password = ["--ethPassword", join(folder, "password")];
    const { exitCode } = await inProcess(
      "discover",
      "--orchAddr",
      one.uri,
      ...account,
      ...password,
    );
    expect(exitCode).toBe(0);
    const [request] = one.requests;
    expect(Buffer.from(request?.address ?? []).toString("hex")).toBe(
      address.slice(2).toLowerCase(),
    );
    expect(request?.sig.length).toBe(65);

    const wrong = await inProcess(
      "discover",
      "--orchAddr",
      one.uri,
      ...account,
      "--ethPassword",
      "other",
    );
    expect(wrong).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `--ethKeystorePath ${folder}: the password does not open it\n`,
    });
  });

  it("B-12, P-6: lists the chain's pool, with a gateway's real deposit and reserve", async () => {
    const chain = await startLivepeerChain();
    onTestFinished(() => chain.stop());
    const big = await good(payableTo(1));
    const small = await good(payableTo(2), 50);
    const who = [hexOf(1), hexOf(2), hexOf(3)];
    const stakes = [30n, 10n, 60n].map((lpt) => lpt * 10n ** 18n);
    await chain.send("BondingManager", "activateMany", who, 1n, stakes);
    await chain.send("BondingManager", "setPools", who, 1n, stakes);
    const uris = [big.uri, small.uri, "1.2.3.4:8935"];
    await chain.send("ServiceRegistry", "setMany", who, uris);
    const node = ["--ethUrl", chain.url, "--ethController", chain.controller];
    const gateway = ["--ethAcctAddr", hexOf(9)];

    const poor = await discovered(...node, ...gateway);
    expect(verdicts(poor)).toEqual({
      [big.uri]: "rejected P-6 ticket-params",
      [small.uri]: "rejected P-6 ticket-params",
      "1.2.3.4:8935": "rejected B-12 not-listed",
    });
    expect(poor.orchestrators[0]?.rejection?.detail).toContain("the gateway has no reserve");

    await chain.send("TicketBroker", "fund", hexOf(9), 10n ** 18n, 10n ** 18n);
    const funded = await discovered(...node, ...gateway);
    expect(funded.source.kind).toBe("onchain");
    expect(
      funded.orchestrators.map((one) => [one.uri, one.stakeLpt, one.selectionProbability]),
    ).toEqual([
      [big.uri, "30.00000", expect.closeTo(0.7 * 0.75 + 0.15, 12)],
      [small.uri, "10.00000", expect.closeTo(0.7 * 0.25 + 0.15, 12)],
      ["1.2.3.4:8935", null, null],
    ]);

    // L-6: a list of one's own, on the same chain: its stakes count.
    const list = await discovered("--orchAddr", `${small.uri},${big.uri}`, ...node, ...gateway);
    expect(list.orchestrators.map((one) => [one.uri, one.stakeLpt])).toEqual([
      [big.uri, "30.00000"],
      [small.uri, "10.00000"],
    ]);

    // B-8: not rewarded in this round yet, so that a fresh gateway would know no stake.
    await chain.send("BondingManager", "setPool", hexOf(2), 1n, 0n);
    const store = ["--chainStore", join(temporaryFolder(), "chain.sqlite3"), "--patience", "700ms"];
    const words = async () => {
      const { stdout } = await inProcess("discover", ...node, ...gateway, ...store);
      return stdout.replaceAll(/\s+/g, " ");
    };
    expect(await words()).toContain("Note: 1 of 2 stakes are total stakes");
    // C-11: followed by its event, it stays until its round is over.
    await chain.send("BondingManager", "deactivate", hexOf(1), 2n);
    expect((await words()).match(/leaves in round \d+/g)).toEqual(["leaves in round 2"]);
  });

  it("lists what a subgraph knows, and shows no more of its URL than the origin", async () => {
    const one = await good(payableTo(1));
    const row = transcoder(1, { id: hexOf(1), serviceURI: one.uri, totalStake: "12.5" });
    const { url } = await startSubgraphServer(block(1, [row]));
    const { exitCode, stdout, stderr } = await inProcess("discover", "--subgraphUrl", url);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^subgraph of http:\/\/127\.0\.0\.1:\d+\n1 orchestrator, 1 eligible;/);
    expect(stdout).toContain(` 1. ${one.uri}  100.0 %`);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(`${hexOf(1)} · signs as`);
    expect(stdout).toContain("stake 12.5 LPT");
    expect(stdout).toContain("Note: stakes of a subgraph are total stakes");
    expect(stdout).not.toContain("5ec2e7");
  });

  it("says what was assumed where neither chain nor account is known", async () => {
    const one = await good(payableTo(1));
    const path = nodeDb([{ uri: one.uri, address: hexOf(1), stake: 1n }]);
    const { stdout } = await inProcess("discover", "--nodeDb", path);
    const words = stdout.replaceAll(/\s+/g, " ");
    expect(words).toContain("Note: ticket parameters were held neither against the chain's block");
    expect(words).toContain("Note: requests were not signed");
    expect((await inProcess("discover", "--nodeDb", path, "--quiet")).stdout).not.toContain(
      "Note:",
    );
  });
});
