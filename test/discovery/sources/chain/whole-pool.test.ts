import { describe, expect, it } from "vitest";
import { OnChainSource } from "../../../../src/discovery/sources/chain/on-chain-source.js";
import { POOL_WALK_CODE } from "../../../../src/discovery/sources/chain/pool-walk-code.js";
import { compile } from "../../../support/chain/compile.js";
import { MULTICALL3, orchestrator, serviceURI } from "../../../support/chain/livepeer-chain.js";
import {
  active,
  indices,
  known,
  LPT,
  upTo,
  useChain,
} from "../../../support/chain/on-chain-setup.js";
import {
  answerError,
  hasTarget,
  isDeployless,
  startRpcProxy,
} from "../../../support/chain/rpc-proxy.js";

const { chain, open } = useChain();

describe("reading the whole pool", () => {
  it("the checked-in code of the walk is what its source compiles to", () => {
    const file = new URL("../../../../src/discovery/sources/chain/pool-walk.sol", import.meta.url);
    expect(compile(file)["PoolWalk"]?.bytecode).toBe(POOL_WALK_CODE);
  });

  it.each([
    ["auto", "auto", 100],
    ["oneCall", "multicall", 100],
    ["oneCall", "jsonRpc", 100],
    ["oneByOne", "multicall", 100],
    ["oneByOne", "jsonRpc", 100],
    ["oneByOne", "jsonRpc", 1],
  ] as const)(
    "walk %s, reads %s, batches of %i: all 100",
    async (poolWalk, batching, batchSize) => {
      await chain().register(100);
      const listing = await open({ poolWalk, batching, rpc: { batchSize } }).list();
      expect(known(listing)).toEqual(upTo(100).map(active));
      expect(listing.dropped).toEqual([]);
      expect(listing.staleBecause).toBeNull();
      expect(listing.endpoints[0]).toMatchObject({ score: 0, price: null, scheme: "https" });
    },
  );

  it("finds out that there is no Multicall3 and that code must be deployed", async () => {
    await chain().register(3);
    await chain().rpc("anvil_setCode", MULTICALL3, "0x");
    const proxy = await startRpcProxy(chain().url);
    proxy.intercept = (calls, response) =>
      calls.some(({ method, params: [call] }) => method === "eth_call" && !hasTarget(call)) &&
      answerError(calls, response, { code: -32602, message: "missing to" });
    const source = open({ ethUrl: proxy.url });
    expect(indices(await source.list())).toEqual([1, 2, 3]);
    const walks = () => proxy.requests.flat().filter(({ params: [call] }) => isDeployless(call));
    expect(walks()).toHaveLength(1);
  });

  it("reads a pool longer than one answer in pages", async () => {
    await chain().register(750);
    expect(indices(await open({ poolWalk: "oneCall" }).list())).toEqual(upTo(750));
  });

  it.each(["oneCall", "oneByOne"] as const)("ends a list without end, %s", async (poolWalk) => {
    await chain().register(3);
    await chain().send("BondingManager", "link", orchestrator(3), orchestrator(1));
    await expect(open({ poolWalk, maxMembers: 50 }).list()).rejects.toMatchObject({
      code: "CHAIN_POOL_UNBOUNDED",
    });
  });

  it("B-8: the stake is the round's; without one, it is the stake now", async () => {
    await chain().register(2);
    await chain().send("BondingManager", "setPool", orchestrator(1), 1n, 7n * LPT);
    await chain().send("BondingManager", "setPool", orchestrator(2), 1n, 0n);
    expect(known(await open().list()).map(({ stake }) => stake)).toEqual([700_000n, 200_000n]);
    expect(known(await open({ goLivepeerQuirks: true }).list()).map(({ stake }) => stake)).toEqual([
      700_000n,
      null,
    ]);
  });

  it("B-4: lists who is active in the round", async () => {
    await chain().register(3);
    await chain().send("BondingManager", "activate", orchestrator(4), 2n, LPT);
    await chain().send("BondingManager", "deactivate", orchestrator(2), 2n);
    const source = open();
    expect(indices(await source.list())).toEqual([1, 3]);
    expect(source.chainState()).toMatchObject({ lastInitializedRound: 1n });
  });

  it("a URI that is no UTF-8, no URI or huge harms nobody else", async () => {
    await chain().register(4);
    const bytes = (hex: string) => Buffer.from(hex, "hex").toString("latin1");
    await chain().send("ServiceRegistry", "setServiceURI", orchestrator(1), "1.2.3.4:8935");
    await chain().send(
      "ServiceRegistry",
      "setServiceURI",
      orchestrator(2),
      `https://${bytes("01")}`,
    );
    await chain().send(
      "ServiceRegistry",
      "setServiceURI",
      orchestrator(3),
      `https://${"x".repeat(20_000)}`,
    );
    const { endpoints, dropped } = await open().list();
    expect(endpoints.map(({ host }) => host.length)).toEqual([20_000, serviceURI(4).length - 8]);
    expect(dropped.map(({ recipient, rule }) => [Number(recipient) - 0xaaaa0000, rule])).toEqual([
      [1, "B-12"],
      [2, "B-12"],
    ]);
  });

  it("C-1, C-2: needs a known network, and a Controller there", async () => {
    const code = (code: string) => expect.objectContaining({ code });
    expect(() => new OnChainSource({ ethUrl: chain().url, network: "moon" })).toThrow(
      code("NETWORK_UNKNOWN"),
    );
    expect(() => open({ controller: "0x1" })).toThrow(code("ADDRESS_INVALID"));
    expect(() => open({ ethUrl: "ftp://a" })).toThrow(code("ETH_URL"));
    await expect(open({ controller: orchestrator(1) }).list()).rejects.toMatchObject({
      code: "CHAIN_CONTRACT_UNKNOWN",
    });
  });
});

describe("bar: a pool of 100 from a chain with 50 ms latency", () => {
  it.each([
    ["oneCall", "auto", 1_000],
    ["oneByOne", "jsonRpc", 10_000],
  ] as const)("%s, %s, in less than %i ms", async (poolWalk, batching, limitMs) => {
    await chain().register(100);
    const proxy = await startRpcProxy(chain().url);
    const listing = await open({ ethUrl: proxy.url, poolWalk, batching }).list();
    expect(known(listing)).toEqual(upTo(100).map(active));
    expect(proxy.roundTrips).toBeGreaterThan(0);
    expect(50 * proxy.roundTrips).toBeLessThan(limitMs);
  });
});
