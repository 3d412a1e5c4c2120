import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { Rational } from "../../../../src/core/rational.js";
import { orchestrator, startLivepeerChain } from "../../../support/chain/livepeer-chain.js";
import {
  active,
  indices,
  known,
  LPT,
  NEVER,
  temporaryPath,
  upTo,
  useChain,
} from "../../../support/chain/on-chain-setup.js";
import { startRpcProxy } from "../../../support/chain/rpc-proxy.js";

const { chain, open } = useChain();

describe("following the chain", () => {
  it("C-11 … C-13, C-15: applies each event, from a single block too (not C-7)", async () => {
    await chain().register(2);
    const source = open();
    await source.list();
    const look = async () => {
      const listing = await source.list();
      expect(known(listing)).toEqual(known(await open().list()));
      return known(listing);
    };
    await chain().send("ServiceRegistry", "setServiceURI", orchestrator(1), "https://new:1");
    expect((await look())[0]?.uri).toBe("https://new:1");
    await chain().send("BondingManager", "deactivate", orchestrator(2), 1n);
    expect((await look()).map(({ index }) => index)).toEqual([1]);
    await chain().send("ServiceRegistry", "setServiceURI", orchestrator(3), "https://three:1");
    await chain().send("BondingManager", "activate", orchestrator(3), 2n, 5n * LPT);
    expect(await look()).toHaveLength(1);
    await chain().send("BondingManager", "setPools", [orchestrator(1)], 2n, [9n * LPT]);
    await chain().send("RoundsManager", "startRound", 2n);
    expect(await look()).toEqual([
      { index: 1, uri: "https://new:1", stake: 900_000n, rounds: [1n, NEVER] },
      { index: 3, uri: "https://three:1", stake: 500_000n, rounds: [2n, NEVER] },
    ]);
    expect(source.chainState()?.lastInitializedRound).toBe(2n);
  });

  it("not C-9: events of one batch count in their order", async () => {
    await chain().register(1);
    const source = open();
    await source.list();
    for (const uri of ["https://a:1", "https://b:1", "https://c:1"]) {
      await chain().send("ServiceRegistry", "setServiceURI", orchestrator(1), uri);
    }
    await chain().send("BondingManager", "deactivate", orchestrator(1), 1n);
    await chain().send("BondingManager", "activate", orchestrator(1), 1n, LPT);
    expect(known(await source.list())).toMatchObject([{ uri: "https://c:1", rounds: [1n, NEVER] }]);
  });

  it("asks once per polling interval, and everybody at once only once", async () => {
    await chain().register(1);
    let now = 1_000;
    const proxy = await startRpcProxy(chain().url);
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
    await chain().register(3);
    const first = open({ storePath });
    await first.list();
    first.recordPrice(orchestrator(1), Rational.of(7n, 2n));
    await first.close();
    await chain().mine(20);
    await chain().send("BondingManager", "deactivate", orchestrator(2), 1n);
    const second = open({ storePath });
    expect(await second.sync()).toMatchObject({ wholePool: false, events: 1 });
    const listing = await second.list();
    expect(indices(listing)).toEqual([1, 3]);
    expect(listing.endpoints[0]?.price).toEqual(Rational.of(7n, 2n));
    await second.close();

    await chain().mine(100);
    const late = open({ storePath, maxCatchUpBlocks: 50 });
    expect(await late.sync()).toMatchObject({ wholePool: true });
    expect(indices(await late.list())).toEqual([1, 3]);
    await late.close();

    const other = open({ storePath, goLivepeerQuirks: true });
    expect(await other.sync()).toMatchObject({ wholePool: true });
  });

  it("catches up over many ranges of blocks", async () => {
    await chain().register(1);
    const source = open({ rpc: { maxLogRange: 100 } });
    await source.list();
    for (const index of [2, 3]) {
      await chain().mine(400);
      await chain().send("BondingManager", "activate", orchestrator(index), 1n, LPT);
    }
    expect(await source.sync()).toMatchObject({ wholePool: false, events: 2 });
    expect(indices(await source.list())).toEqual([1, 2, 3]);
  });
});

describe("reorganisations", () => {
  it("takes back what the chain dropped, and applies what came in its place", async () => {
    await chain().register(3);
    const source = open();
    await source.list();
    await chain().send("ServiceRegistry", "setServiceURI", orchestrator(1), "https://dropped:1");
    await chain().send("BondingManager", "deactivate", orchestrator(2), 1n);
    await chain().send("BondingManager", "activate", orchestrator(9), 1n, LPT);
    expect(indices(await source.list())).toEqual([1, 3, 9]);
    await chain().reorg(3);
    const report = await source.sync();
    expect(report).toMatchObject({ wholePool: false, senders: "all" });
    expect(report.blocksTakenBack).toBeGreaterThanOrEqual(3);
    expect(known(await source.list())).toEqual(upTo(3).map(active));
    await chain().send("BondingManager", "activate", orchestrator(4), 1n, 4n * LPT);
    expect(indices(await source.list())).toEqual([1, 2, 3, 4]);
  });

  it("of a round: stakes and round are those of the new chain", async () => {
    await chain().register(2);
    const source = open();
    await source.list();
    await chain().send("BondingManager", "setPools", upTo(2).map(orchestrator), 2n, [LPT, LPT]);
    await chain().send("RoundsManager", "startRound", 2n);
    expect(known(await source.list()).map(({ stake }) => stake)).toEqual([100_000n, 100_000n]);
    await chain().reorg(1);
    expect(known(await source.list())).toEqual(upTo(2).map(active));
    expect(source.chainState()?.lastInitializedRound).toBe(1n);
  });

  it("to a shorter chain", async () => {
    await chain().register(2);
    const source = open();
    await source.list();
    const before = await chain().rpc("evm_snapshot");
    await chain().send("BondingManager", "deactivate", orchestrator(1), 1n);
    await chain().mine(300);
    expect(indices(await source.list())).toEqual([2]);
    await chain().rpc("evm_revert", before);
    expect((await source.sync()).blocksTakenBack).toBe(301);
    expect(indices(await source.list())).toEqual([1, 2]);
  });

  it("deeper than the store reaches: the whole pool is read", async () => {
    await chain().register(2);
    const before = await chain().rpc("evm_snapshot");
    const storePath = temporaryPath();
    const source = open({ storePath, reorgDepth: 10 });
    await chain().mine(5);
    await source.list();
    for (let block = 0; block < 20; block++) {
      await chain().mine(1);
      await source.sync();
    }
    await chain().send("BondingManager", "deactivate", orchestrator(1), 1n);
    await source.sync();
    await chain().rpc("evm_revert", before);
    await chain().send("TicketBroker", "fund", orchestrator(1), 1n, 1n);
    await chain().mine(40);
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
