import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Discovery } from "../../../src/discovery/live/discovery.js";
import type { PolledOrchestrator } from "../../../src/discovery/live/poll.js";
import { Suspender } from "../../../src/discovery/suspension.js";
import { eventually } from "../../support/eventually.js";
import { HandClock, listed, sourceOf } from "../../support/servers/live-discovery.js";
import {
  type Behaviour,
  OrchestratorServers,
  type TestOrchestrator,
} from "../../support/servers/orchestrator-server.js";

const RECIPIENT = `0x${"cd".repeat(20)}`;

let servers: OrchestratorServers;
beforeAll(async () => {
  servers = await OrchestratorServers.start();
});
afterAll(() => servers.close());

function start(behaviours: readonly Behaviour[]): Promise<TestOrchestrator[]> {
  return Promise.all(behaviours.map((behaviour) => servers.add(behaviour)));
}
const price = (pricePerUnit: bigint, pixelsPerUnit = 1n): Behaviour => ({
  kind: "answer",
  info: { priceInfo: { pricePerUnit, pixelsPerUnit } },
});

describe("streams", () => {
  it("have suspension lists of their own, one for each pool (S-1, S-4)", async () => {
    const all = await start([{ kind: "answer" }, { kind: "answer", delayMs: 50 }]);
    const endpoints = all.map(({ uri }) => listed({ uri, score: 1 }));
    const discovery = new Discovery({ source: sourceOf(endpoints), discoveryTimeoutMs: 3_000 });
    const [stream, other] = [discovery.stream(), discovery.stream()];
    const first = all[0]?.uri ?? "";
    stream.trusted.suspend(first, 2);
    const order = async (of: typeof stream) =>
      (await of.refresh("trusted", { wanted: 1 })).orchestrators.map(({ uri }) => uri);

    expect(await order(stream)).toEqual([all[1]?.uri]);
    expect(await order(other)).toEqual([first]);
    expect(await order(stream)).toEqual([all[1]?.uri]);
    // The third refresh is beyond the penalty of 2 (S-3).
    expect(await order(stream)).toEqual([first]);
    expect(stream.trusted.suspender.count).toBe(3);
    expect(stream.untrusted.suspender.count).toBe(0);
    discovery.close();
  });

  it("may bring a session pool's suspender with its handles", async () => {
    const all = await start([{ kind: "answer" }, { kind: "answer", delayMs: 50 }]);
    const source = sourceOf(all.map(({ uri }) => listed({ uri })));
    const discovery = new Discovery({ source, discoveryTimeoutMs: 3_000 });
    const suspender = new Suspender();
    suspender.suspend(7, 1);
    const handleOf = (uri: string) => (uri === all[0]?.uri ? 7 : null);
    const { orchestrators } = await discovery.discover({ suspensions: { suspender, handleOf } });
    expect(orchestrators.map(({ backfilled }) => backfilled)).toEqual([false, true]);
    discovery.close();
  });
});

describe("a poll (B-10, B-11)", () => {
  it("asks everybody without capabilities and keeps who tells address and price", async () => {
    const all = await start([
      price(1_234n, 1_000n),
      { kind: "answer", info: { address: new Uint8Array() } },
      { kind: "answer", info: { priceInfo: undefined } },
      price(5n, 0n),
      { kind: "error" },
    ]);
    const polled: (readonly PolledOrchestrator[])[] = [];
    const discovery = new Discovery({
      source: sourceOf(all.map(({ uri }, index) => listed({ uri, score: index - 1 }))),
      onPoll: (network) => polled.push(network),
    });
    expect(discovery.network).toEqual([]);
    const network = await discovery.poll();
    expect(network.map(({ uri }) => uri)).toEqual([all[0]?.uri]);
    expect(discovery.network).toBe(network);
    expect(polled).toEqual([network]);
    expect(all.map(({ requests }) => requests[0]?.capabilities)).toEqual(Array(5).fill(undefined));
    expect(discovery.priceOf(RECIPIENT)?.toString()).toBe("617/500");
    discovery.close();
  });

  it("keeps the price that was known where the new one is 0 (B-11)", async () => {
    const [one] = await start([price(7n)]);
    if (one === undefined) throw new Error("unreachable");
    const discovery = new Discovery({ source: sourceOf([listed({ uri: one.uri })]) });
    expect(discovery.priceOf(RECIPIENT)).toBeNull();
    await discovery.poll();
    one.behaviour = price(0n);
    await discovery.poll();
    expect(discovery.priceOf(RECIPIENT)?.toString()).toBe("7/1");
    one.behaviour = price(9n);
    await discovery.poll();
    expect(discovery.priceOf(RECIPIENT)?.toString()).toBe("9/1");
    discovery.close();
  });

  it("collects answers for its time and no longer, and follows advertised nodes", async () => {
    const [hidden] = await start([price(1n)]);
    const all = await start([
      { kind: "answer", info: { nodes: [hidden?.uri ?? ""] } },
      { kind: "hang" },
    ]);
    const source = sourceOf(all.map(({ uri }) => listed({ uri })));
    const clock = new HandClock();
    const discovery = new Discovery({ source, collectMs: 1_000, extraNodes: 1, clock });
    const polled = discovery.poll();
    const answered = { total: 1, open: 0 };
    await eventually(() => {
      expect([hidden, all[0]].map((one) => one?.connections)).toEqual([answered, answered]);
    });
    expect(all[1]?.connections.open).toBe(1);
    clock.advance(1_000);
    const network = await polled;
    expect(network.map(({ uri }) => uri).sort()).toEqual([hidden?.uri, all[0]?.uri].sort());
    discovery.close();
    await eventually(() => expect(all[1]?.connections.open).toBe(0));
  });

  it("tells what orchestrators tell only without a job: hardware and prices (G-8)", async () => {
    const [one] = await start([
      {
        kind: "answer",
        info: {
          hardware: [
            { pipeline: "llm", modelId: "m", gpuInfo: { 0: { id: "a", memoryTotal: 24n } } },
          ],
          capabilitiesPrices: [{ pricePerUnit: 3n, pixelsPerUnit: 1n, capability: 33 }],
        },
      },
    ]);
    const discovery = new Discovery({ source: sourceOf([listed({ uri: one?.uri ?? "" })]) });
    const [polled] = await discovery.poll();
    expect(polled?.answer.hardware[0]).toMatchObject({ pipeline: "llm", gpus: [{ id: "a" }] });
    expect(polled?.answer.capabilitiesPrices[0]).toMatchObject({
      capability: 33,
      pricePerUnit: 3n,
    });
    discovery.close();
  });

  it("supplies https:// to on-chain URIs, which discovery does not (B-12)", async () => {
    const [one] = await start([price(1n)]);
    const host = one?.host ?? "";
    const dropped = [{ uri: host, recipient: null, rule: "B-12", detail: "" }];
    const source = sourceOf([], {
      usesOnChainPredicate: true,
      list: async () => ({ endpoints: [], dropped, confirmedAtMs: 0, staleBecause: null }),
    });
    const discovery = new Discovery({ source });
    expect((await discovery.poll()).map(({ uri }) => uri)).toEqual([`https://${host}`]);
    discovery.close();
  });

  it("is repeated at every interval until it is closed, and failures are told", async () => {
    const [one] = await start([price(1n)]);
    let fail = false;
    const endpoints = [listed({ uri: one?.uri ?? "" })];
    const source = sourceOf(endpoints, {
      list: async () => {
        if (fail) throw new Error("source is down");
        return { endpoints, dropped: [], confirmedAtMs: 0, staleBecause: null };
      },
    });
    const onPoll = vi.fn();
    const onPollFailed = vi.fn();
    const discovery = new Discovery({ source, pollIntervalMs: 60, onPoll, onPollFailed });
    discovery.startPolling();
    await eventually(() => expect(onPoll.mock.calls.length).toBeGreaterThan(1));
    fail = true;
    await eventually(() => expect(onPollFailed).toHaveBeenCalled());
    expect(discovery.network).toHaveLength(1);
    fail = false;
    await eventually(() => expect(onPoll.mock.calls.length).toBeGreaterThan(3));
    discovery.close();
    await expect(discovery.poll()).rejects.toMatchObject({ code: "DISCOVERY_CLOSED" });
    await expect(discovery.discover()).rejects.toMatchObject({ code: "DISCOVERY_CLOSED" });
  });
});
