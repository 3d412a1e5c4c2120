import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getAddress } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { Rational } from "../../../../src/core/rational.js";
import {
  OnChainSource,
  type OnChainSourceOptions,
} from "../../../../src/discovery/sources/chain/on-chain-source.js";
import { POOL_WALK_CODE } from "../../../../src/discovery/sources/chain/pool-walk-code.js";
import type { SourceListing } from "../../../../src/discovery/sources/source.js";
import { compile } from "./compile.js";
import {
  type LivepeerChain,
  MULTICALL3,
  orchestrator,
  serviceURI,
  stakeOf,
  startLivepeerChain,
} from "./livepeer-chain.js";
import { answerError, startRpcProxy } from "./rpc-proxy.js";

const NEVER = 2n ** 63n - 1n;
const LPT = 10n ** 18n;

let chain: LivepeerChain;
let empty: unknown;

beforeAll(async () => {
  chain = await startLivepeerChain();
  empty = await chain.rpc("evm_snapshot");
});
beforeEach(async () => {
  await chain.rpc("evm_revert", empty);
  empty = await chain.rpc("evm_snapshot");
});
afterAll(() => chain.stop());

function open(options: OnChainSourceOptions = {}): OnChainSource {
  const { controller } = chain;
  const source = new OnChainSource({
    ethUrl: chain.url,
    controller,
    pollingIntervalMs: 0,
    ...options,
  });
  onTestFinished(() => source.close());
  return source;
}

function temporaryPath(): string {
  const directory = mkdtempSync(join(tmpdir(), "poolsim-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, "store.sqlite3");
}

/** What a listing says of each, by number. */
function known({ endpoints }: SourceListing) {
  return endpoints
    .map(({ recipient, uri, stake, activationRound, deactivationRound }) => ({
      index: Number(BigInt(recipient ?? 0)) - 0xaaaa0000,
      uri,
      stake,
      rounds: [activationRound, deactivationRound],
    }))
    .sort((a, b) => a.index - b.index);
}

const indices = (listing: SourceListing) => known(listing).map(({ index }) => index);
const active = (index: number) => ({
  index,
  uri: serviceURI(index),
  stake: stakeOf(index),
  rounds: [1n, NEVER],
});
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

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
      await chain.register(100);
      const listing = await open({ poolWalk, batching, rpc: { batchSize } }).list();
      expect(known(listing)).toEqual(upTo(100).map(active));
      expect(listing.dropped).toEqual([]);
      expect(listing.staleBecause).toBeNull();
      expect(listing.endpoints[0]).toMatchObject({ score: 0, price: null, scheme: "https" });
    },
  );

  it("finds out that there is no Multicall3 and that code must be deployed", async () => {
    await chain.register(3);
    await chain.rpc("anvil_setCode", MULTICALL3, "0x");
    const proxy = await startRpcProxy(chain.url);
    proxy.intercept = (calls, response) =>
      calls.some(({ method, params: [call] }) => method === "eth_call" && !hasTarget(call)) &&
      answerError(calls, response, { code: -32602, message: "missing to" });
    const source = open({ ethUrl: proxy.url });
    expect(indices(await source.list())).toEqual([1, 2, 3]);
    const walks = () => proxy.requests.flat().filter(({ params: [call] }) => isDeployless(call));
    expect(walks()).toHaveLength(1);
  });

  it("reads a pool longer than one answer in pages", async () => {
    await chain.register(750);
    expect(indices(await open({ poolWalk: "oneCall" }).list())).toEqual(upTo(750));
  });

  it.each(["oneCall", "oneByOne"] as const)("ends a list without end, %s", async (poolWalk) => {
    await chain.register(3);
    await chain.send("BondingManager", "link", orchestrator(3), orchestrator(1));
    await expect(open({ poolWalk, maxMembers: 50 }).list()).rejects.toMatchObject({
      code: "CHAIN_POOL_UNBOUNDED",
    });
  });

  it("B-8: the stake is the round's; without one, it is the stake now", async () => {
    await chain.register(2);
    await chain.send("BondingManager", "setPool", orchestrator(1), 1n, 7n * LPT);
    await chain.send("BondingManager", "setPool", orchestrator(2), 1n, 0n);
    expect(known(await open().list()).map(({ stake }) => stake)).toEqual([700_000n, 200_000n]);
    expect(known(await open({ goLivepeerQuirks: true }).list()).map(({ stake }) => stake)).toEqual([
      700_000n,
      null,
    ]);
  });

  it("B-4: lists who is active in the round", async () => {
    await chain.register(3);
    await chain.send("BondingManager", "activate", orchestrator(4), 2n, LPT);
    await chain.send("BondingManager", "deactivate", orchestrator(2), 2n);
    const source = open();
    expect(indices(await source.list())).toEqual([1, 3]);
    expect(source.chainState()).toMatchObject({ lastInitializedRound: 1n });
  });

  it("a URI that is no UTF-8, no URI or huge harms nobody else", async () => {
    await chain.register(4);
    const bytes = (hex: string) => Buffer.from(hex, "hex").toString("latin1");
    await chain.send("ServiceRegistry", "setServiceURI", orchestrator(1), "1.2.3.4:8935");
    await chain.send("ServiceRegistry", "setServiceURI", orchestrator(2), `https://${bytes("01")}`);
    await chain.send(
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
    expect(() => new OnChainSource({ ethUrl: chain.url, network: "moon" })).toThrow(
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
  ] as const)("%s in less than %s %i ms", async (poolWalk, batching, limitMs) => {
    await chain.register(100);
    const proxy = await startRpcProxy(chain.url);
    proxy.latencyMs = 50;
    // What is loaded once per process is no part of reading.
    await open().list();
    const begun = performance.now();
    const listing = await open({ ethUrl: proxy.url, poolWalk, batching }).list();
    const tookMs = performance.now() - begun;
    expect(known(listing)).toEqual(upTo(100).map(active));
    expect(tookMs).toBeLessThan(limitMs);
  });
});

describe("following the chain", () => {
  it("C-11 … C-13, C-15: applies each event, from a single block too (not C-7)", async () => {
    await chain.register(2);
    const source = open();
    await source.list();
    const look = async () => {
      const listing = await source.list();
      expect(known(listing)).toEqual(known(await open().list()));
      return known(listing);
    };
    await chain.send("ServiceRegistry", "setServiceURI", orchestrator(1), "https://new:1");
    expect((await look())[0]?.uri).toBe("https://new:1");
    await chain.send("BondingManager", "deactivate", orchestrator(2), 1n);
    expect((await look()).map(({ index }) => index)).toEqual([1]);
    await chain.send("ServiceRegistry", "setServiceURI", orchestrator(3), "https://three:1");
    await chain.send("BondingManager", "activate", orchestrator(3), 2n, 5n * LPT);
    expect(await look()).toHaveLength(1);
    await chain.send("BondingManager", "setPools", [orchestrator(1)], 2n, [9n * LPT]);
    await chain.send("RoundsManager", "startRound", 2n);
    expect(await look()).toEqual([
      { index: 1, uri: "https://new:1", stake: 900_000n, rounds: [1n, NEVER] },
      { index: 3, uri: "https://three:1", stake: 500_000n, rounds: [2n, NEVER] },
    ]);
    expect(source.chainState()?.lastInitializedRound).toBe(2n);
  });

  it("not C-9: events of one batch count in their order", async () => {
    await chain.register(1);
    const source = open();
    await source.list();
    for (const uri of ["https://a:1", "https://b:1", "https://c:1"]) {
      await chain.send("ServiceRegistry", "setServiceURI", orchestrator(1), uri);
    }
    await chain.send("BondingManager", "deactivate", orchestrator(1), 1n);
    await chain.send("BondingManager", "activate", orchestrator(1), 1n, LPT);
    expect(known(await source.list())).toMatchObject([{ uri: "https://c:1", rounds: [1n, NEVER] }]);
  });

  it("asks once per polling interval, and everybody at once only once", async () => {
    await chain.register(1);
    let now = 1_000;
    const proxy = await startRpcProxy(chain.url);
    const source = open({ ethUrl: proxy.url, pollingIntervalMs: 5_000, now: () => now });
    await Promise.all([source.list(), source.list(), source.list()]);
    const first = proxy.requests.length;
    now += 4_999;
    const { confirmedAtMs } = await source.list();
    expect(proxy.requests).toHaveLength(first);
    expect(confirmedAtMs).toBe(1_000);
    now += 1;
    expect((await source.list()).confirmedAtMs).toBe(6_000);
    expect(proxy.requests.length).toBeLessThan(2 * first);
  });

  it("watches until told to stop", async () => {
    const source = open({ pollingIntervalMs: 5 });
    const enough = new AbortController();
    let looks = 0;
    await source.watch({
      signal: enough.signal,
      onLook: () => {
        if (++looks === 3) enough.abort();
      },
    });
    expect(looks).toBe(3);
  });

  it("goes on from its store: events since then, not the whole pool", async () => {
    const storePath = temporaryPath();
    await chain.register(3);
    const first = open({ storePath });
    await first.list();
    first.recordPrice(orchestrator(1), Rational.of(7n, 2n));
    await first.close();
    await chain.mine(20);
    await chain.send("BondingManager", "deactivate", orchestrator(2), 1n);
    const second = open({ storePath });
    expect(await second.sync()).toMatchObject({ wholePool: false, events: 1 });
    const listing = await second.list();
    expect(indices(listing)).toEqual([1, 3]);
    expect(listing.endpoints[0]?.price).toEqual(Rational.of(7n, 2n));
    await second.close();

    await chain.mine(100);
    const late = open({ storePath, maxCatchUpBlocks: 50 });
    expect(await late.sync()).toMatchObject({ wholePool: true });
    expect(indices(await late.list())).toEqual([1, 3]);
    await late.close();

    const other = open({ storePath, goLivepeerQuirks: true });
    expect(await other.sync()).toMatchObject({ wholePool: true });
  });

  it("catches up over many ranges of blocks", async () => {
    await chain.register(1);
    const source = open({ rpc: { maxLogRange: 400 } });
    await source.list();
    for (const index of [2, 3]) {
      await chain.mine(1_600);
      await chain.send("BondingManager", "activate", orchestrator(index), 1n, LPT);
    }
    expect(await source.sync()).toMatchObject({ wholePool: false, events: 2 });
    expect(indices(await source.list())).toEqual([1, 2, 3]);
  });
});

describe("reorganisations", () => {
  it("takes back what the chain dropped, and applies what came in its place", async () => {
    await chain.register(3);
    const source = open();
    await source.list();
    await chain.send("ServiceRegistry", "setServiceURI", orchestrator(1), "https://dropped:1");
    await chain.send("BondingManager", "deactivate", orchestrator(2), 1n);
    await chain.send("BondingManager", "activate", orchestrator(9), 1n, LPT);
    expect(indices(await source.list())).toEqual([1, 3, 9]);
    await chain.reorg(3);
    const report = await source.sync();
    expect(report).toMatchObject({ wholePool: false, senders: "all" });
    expect(report.blocksTakenBack).toBeGreaterThanOrEqual(3);
    expect(known(await source.list())).toEqual(upTo(3).map(active));
    await chain.send("BondingManager", "activate", orchestrator(4), 1n, 4n * LPT);
    expect(indices(await source.list())).toEqual([1, 2, 3, 4]);
  });

  it("of a round: stakes and round are those of the new chain", async () => {
    await chain.register(2);
    const source = open();
    await source.list();
    await chain.send("BondingManager", "setPools", upTo(2).map(orchestrator), 2n, [LPT, LPT]);
    await chain.send("RoundsManager", "startRound", 2n);
    expect(known(await source.list()).map(({ stake }) => stake)).toEqual([100_000n, 100_000n]);
    await chain.reorg(1);
    expect(known(await source.list())).toEqual(upTo(2).map(active));
    expect(source.chainState()?.lastInitializedRound).toBe(1n);
  });

  it("to a shorter chain", async () => {
    await chain.register(2);
    const source = open();
    await source.list();
    const before = await chain.rpc("evm_snapshot");
    await chain.send("BondingManager", "deactivate", orchestrator(1), 1n);
    await chain.mine(300);
    expect(indices(await source.list())).toEqual([2]);
    await chain.rpc("evm_revert", before);
    expect((await source.sync()).blocksTakenBack).toBe(301);
    expect(indices(await source.list())).toEqual([1, 2]);
  });

  it("deeper than the store reaches: the whole pool is read", async () => {
    await chain.register(2);
    const before = await chain.rpc("evm_snapshot");
    const storePath = temporaryPath();
    const source = open({ storePath, reorgDepth: 10 });
    await chain.mine(5);
    await source.list();
    for (let block = 0; block < 20; block++) {
      await chain.mine(1);
      await source.sync();
    }
    await chain.send("BondingManager", "deactivate", orchestrator(1), 1n);
    await source.sync();
    await chain.rpc("evm_revert", before);
    await chain.send("TicketBroker", "fund", orchestrator(1), 1n, 1n);
    await chain.mine(40);
    expect(await source.sync()).toMatchObject({ wholePool: true });
    expect(indices(await source.list())).toEqual([1, 2]);
  });

  it("whatever happens, it knows what a fresh reader reads", async () => {
    const who = fc.integer({ min: 1, max: 4 }).map(orchestrator);
    const uri = fc.constantFrom("https://a:1", "https://b:1", "");
    const operation = fc.oneof(
      fc.tuple(fc.constant("activate" as const), who, fc.integer({ min: 1, max: 3 })),
      // A fresh reader does not see who is out of the pool and active until the round's end.
      fc.tuple(fc.constant("deactivate" as const), who, fc.constant(1)),
      fc.tuple(fc.constant("uri" as const), who, uri),
      fc.tuple(fc.constant("round" as const), fc.integer({ min: 1, max: 3 })),
      fc.tuple(fc.constant("reorg" as const), fc.integer({ min: 1, max: 6 })),
      fc.tuple(fc.constant("look" as const)),
    );
    // A chain of its own: anvil keeps only so many past states to go back to.
    const own = await startLivepeerChain();
    onTestFinished(() => own.stop());
    const reader = () => open({ ethUrl: own.url, controller: own.controller });
    let snapshot = await own.rpc("evm_snapshot");
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 14 }), async (operations) => {
        await own.rpc("evm_revert", snapshot);
        snapshot = await own.rpc("evm_snapshot");
        await own.mine(3);
        await own.register(3);
        const source = reader();
        await source.list();
        // Registration takes three blocks; what lies before them is needed.
        let mined = 3;
        for (const [kind, a, b] of [...operations, ["look"] as const]) {
          if (kind !== "look" && kind !== "reorg") mined++;
          if (kind === "activate") await own.send("BondingManager", "activate", a, b, LPT);
          else if (kind === "deactivate") await own.send("BondingManager", "deactivate", a, b);
          else if (kind === "uri") await own.send("ServiceRegistry", "setServiceURI", a, b);
          else if (kind === "round") await own.send("RoundsManager", "startRound", a);
          else if (kind === "reorg") await own.reorg(Math.min(Number(a), mined));
          else expect(known(await source.list())).toEqual(known(await reader().list()));
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("goLivepeerQuirks", () => {
  const quirky = (options: OnChainSourceOptions = {}) =>
    open({ goLivepeerQuirks: true, ...options });

  it("C-7, C-8: loses what happens before its second look; waits for two blocks", async () => {
    await chain.register(3);
    const source = quirky();
    await source.sync();
    await chain.send("BondingManager", "deactivate", orchestrator(1), 1n);
    await source.sync();
    expect(indices(await source.list())).toEqual([1, 2, 3]);
    await chain.send("BondingManager", "deactivate", orchestrator(2), 1n);
    expect(indices(await source.list())).toEqual([1, 2, 3]);
    await chain.mine(1);
    expect(indices(await source.list())).toEqual([1, 3]);
  });

  it("C-9: blocks of a batch may count in the wrong order", async () => {
    await chain.register(1);
    const places = [0.9, 0.1];
    const source = quirky({ random: () => places.shift() ?? 0.5 });
    await source.sync();
    await source.sync();
    await chain.send("BondingManager", "deactivate", orchestrator(1), 1n);
    await chain.send("BondingManager", "activate", orchestrator(1), 1n, LPT);
    expect(indices(await source.list())).toEqual([]);
  });

  it("C-10: keeps what the chain has dropped", async () => {
    await chain.register(2);
    const source = quirky();
    await source.sync();
    await source.sync();
    await chain.send("BondingManager", "deactivate", orchestrator(1), 1n);
    await chain.mine(1);
    await source.sync();
    await chain.reorg(2);
    await chain.mine(3);
    expect(indices(await source.list())).toEqual([2]);
    expect(indices(await open().list())).toEqual([1, 2]);
  });

  it("C-14: sees a new URI only with an activation; B-2: never a blank one", async () => {
    await chain.register(2);
    const source = quirky();
    await source.sync();
    await source.sync();
    const change = (index: number, uri: string) =>
      chain.send("ServiceRegistry", "setServiceURI", orchestrator(index), uri);
    await change(1, "https://new:1");
    await change(2, "");
    const uris = async () => known(await source.list()).map(({ uri }) => uri);
    expect(await uris()).toEqual([serviceURI(1), serviceURI(2)]);
    await chain.send("BondingManager", "activate", orchestrator(1), 1n, LPT);
    await chain.send("BondingManager", "activate", orchestrator(2), 1n, LPT);
    expect(await uris()).toEqual(["https://new:1", serviceURI(2)]);
  });

  it("B-4: rows that were not touched for a day are not listed", async () => {
    await chain.register(1);
    let now = Date.UTC(2026, 0, 1);
    const source = quirky({ now: () => now });
    await source.sync();
    now += 86_400_000 + 1_000;
    expect(indices(await source.list())).toEqual([]);
    expect(indices(await open({ now: () => now }).list())).toEqual([1]);
  });
});

describe("nodes that fail", () => {
  const fast = { backoffMs: 1 };

  it("429: waits as told and tries again", async () => {
    await chain.register(5);
    const proxy = await startRpcProxy(chain.url);
    const refused = new Set<string>();
    proxy.intercept = (calls, response) => {
      const body = JSON.stringify(calls);
      if (refused.has(body)) return false;
      refused.add(body);
      response.writeHead(429, { "retry-after": "0" });
      response.end("slow down");
      return true;
    };
    const source = open({ ethUrl: proxy.url, batching: "jsonRpc", rpc: { ...fast, batchSize: 2 } });
    expect(indices(await source.list())).toEqual([1, 2, 3, 4, 5]);
    expect(refused.size).toBeGreaterThan(5);
  });

  it("429 and worse without end: fails with its code, or tells that the list is old", async () => {
    await chain.register(1);
    const proxy = await startRpcProxy(chain.url);
    const limit = { ...fast, attempts: 3 };
    const source = open({ ethUrl: proxy.url, rpc: limit });
    const known = await source.list();
    const failures = [
      [429, "", "CHAIN_RATE_LIMITED"],
      [503, "", "CHAIN_UNAVAILABLE"],
      [403, "no", "CHAIN_TRANSPORT"],
      [200, "<html>", "CHAIN_TRANSPORT"],
      [200, "{}", "CHAIN_TRANSPORT"],
    ] as const;
    for (const [status, body, code] of failures) {
      proxy.intercept = (_, response) => {
        response.writeHead(status);
        response.end(body);
        return true;
      };
      await expect(open({ ethUrl: proxy.url, rpc: limit }).list()).rejects.toMatchObject({ code });
      const listing = await source.list();
      expect(listing.endpoints).toEqual(known.endpoints);
      expect(listing.staleBecause).toMatchObject({ code });
    }
    proxy.intercept = (calls, response) =>
      answerError(calls, response, { code: -32005, message: "limit exceeded" });
    await expect(source.sync()).rejects.toMatchObject({ code: "CHAIN_RATE_LIMITED" });
    await expect(open({ ethUrl: "http://127.0.0.1:1", rpc: limit }).list()).rejects.toMatchObject({
      code: "CHAIN_UNAVAILABLE",
    });
  });

  it("limits on ranges of logs: splits them", async () => {
    await chain.register(2);
    const proxy = await startRpcProxy(chain.url);
    const source = open({ ethUrl: proxy.url });
    await source.list();
    await chain.mine(700);
    await chain.send("BondingManager", "deactivate", orchestrator(1), 1n);
    proxy.intercept = (calls, response) =>
      calls.some(
        ({ method, params: [filter] }) => method === "eth_getLogs" && blocksOf(filter) > 100,
      ) &&
      answerError(calls, response, {
        code: -32005,
        message: "query returned more than 10000 results",
      });
    expect(await source.sync()).toMatchObject({ wholePool: false, events: 1 });
    expect(indices(await source.list())).toEqual([2]);
    // An error for whatever range is not taken for a limit for ever.
    await chain.mine(700);
    proxy.intercept = (calls, response) =>
      calls.some(({ method }) => method === "eth_getLogs") &&
      answerError(calls, response, { code: -32000, message: "no logs today" });
    const before = proxy.requests.length;
    await expect(source.sync()).rejects.toMatchObject({ code: "CHAIN_RPC" });
    expect(proxy.requests.length - before).toBeLessThan(20);
  });

  it("no batches: asks singly, so many at once as allowed", async () => {
    await chain.register(10);
    const proxy = await startRpcProxy(chain.url);
    proxy.latencyMs = 2;
    proxy.intercept = (calls, response) => {
      if (calls.length === 1) return false;
      response.writeHead(400);
      response.end("batches are not supported");
      return true;
    };
    const rpc = { ...fast, concurrency: 3 };
    const source = open({ ethUrl: proxy.url, batching: "jsonRpc", rpc });
    expect(known(await source.list())).toEqual(upTo(10).map(active));
    expect(proxy.mostAtOnce).toBe(3);
    expect(proxy.requests.filter((calls) => calls.length > 1).length).toBeLessThanOrEqual(2);
  });

  it("a node that never answers: the signal, the limit or the end of the source end it", async () => {
    const proxy = await startRpcProxy(chain.url);
    proxy.intercept = () => true;
    const source = open({ ethUrl: proxy.url });
    const signal = AbortSignal.timeout(30);
    await expect(source.list({ signal })).rejects.toMatchObject({ name: "TimeoutError" });
    await expect(open({ ethUrl: proxy.url, rpc: { timeoutMs: 50 } }).list()).rejects.toMatchObject({
      code: "CHAIN_TIMEOUT",
    });
    const pending = expect(source.list()).rejects.toMatchObject({ code: "SOURCE_CLOSED" });
    await source.close();
    await pending;
    await expect(source.list()).rejects.toMatchObject({ code: "SOURCE_CLOSED" });
  });

  it("an endless answer is cut off", async () => {
    const proxy = await startRpcProxy(chain.url);
    proxy.intercept = (_, response) => {
      const send = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20))) {}
        if (!response.destroyed) response.once("drain", send);
      };
      send();
      return true;
    };
    await expect(
      open({ ethUrl: proxy.url, rpc: { maxBytes: 1_000_000 } }).list(),
    ).rejects.toMatchObject({ code: "CHAIN_TOO_LARGE" });
  });

  it("a chain that changes at every question is told from one that fails", async () => {
    await chain.register(1);
    const proxy = await startRpcProxy(chain.url);
    let asked = 0;
    const number = await chain.rpc("eth_blockNumber");
    proxy.intercept = (calls, response) => {
      if (!calls.every(({ method }) => method === "eth_getBlockByNumber")) return false;
      const word = (value: number) => `0x${value.toString(16).padStart(64, "0")}`;
      const answers = calls.map(({ id }) => ({
        id,
        result: { number, hash: word(++asked), parentHash: word(0) },
      }));
      response.end(JSON.stringify(answers.length === 1 ? answers[0] : answers));
      return true;
    };
    await expect(open({ ethUrl: proxy.url }).list()).rejects.toMatchObject({
      code: "CHAIN_UNSTABLE",
    });
  });
});

describe("C-17: a sender's funds", () => {
  it("are read once, and again when an event, a round or a reorganisation changes them", async () => {
    const sender = getAddress(orchestrator(77));
    const proxy = await startRpcProxy(chain.url);
    const source = open({ ethUrl: proxy.url });
    const nothing = { deposit: 0n, withdrawRound: 0n, reserveFundsRemaining: 0n };
    expect(await source.senderInfo(sender)).toEqual(nothing);
    await chain.send("TicketBroker", "fund", sender, 5n, 7n);
    const funded = { deposit: 5n, withdrawRound: 0n, reserveFundsRemaining: 7n };
    expect(await source.senderInfo(sender)).toEqual(funded);
    await chain.send("TicketBroker", "unlock", orchestrator(78), 9n);
    const reads = () =>
      proxy.requests.flat().filter(({ params: [call] }) => hasSelector(call, "0xe1a589da")).length;
    const before = reads();
    expect(await source.senderInfo(sender)).toEqual(funded);
    expect(reads()).toBe(before);
    await chain.send("TicketBroker", "unlock", sender, 9n);
    expect(await source.senderInfo(sender)).toEqual({ ...funded, withdrawRound: 9n });
    await chain.reorg(1);
    expect(await source.senderInfo(sender)).toEqual(funded);
  });
});

function entry(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function hasTarget(call: unknown): boolean {
  return entry(call, "to") !== undefined;
}

function isDeployless(call: unknown): boolean {
  return String(entry(call, "data")).startsWith(POOL_WALK_CODE.slice(0, 20));
}

function hasSelector(call: unknown, selector: string): boolean {
  return String(entry(call, "data")).startsWith(selector);
}

function blocksOf(filter: unknown): number {
  return Number(entry(filter, "toBlock")) - Number(entry(filter, "fromBlock")) + 1;
}
