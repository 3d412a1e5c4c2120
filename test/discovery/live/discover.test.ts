import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { jobCapabilities } from "../../../src/discovery/job-capabilities.js";
import { type DiscoverResult, discover } from "../../../src/discovery/live/discover.js";
import { explain, type OrchestratorReport } from "../../../src/discovery/live/explain.js";
import type { RoundProgress } from "../../../src/discovery/live/live-round.js";
import type { DiscoverOptions } from "../../../src/discovery/live/options.js";
import { Suspensions } from "../../../src/discovery/live/suspensions.js";
import type { TicketLimits } from "../../../src/discovery/ticket-params.js";
import { eventually } from "../../support/eventually.js";
import { HandClock, listed, PATIENT, sourceOf } from "../../support/servers/live-discovery.js";
import {
  type Behaviour,
  OrchestratorServers,
  type TestOrchestrator,
} from "../../support/servers/orchestrator-server.js";

let servers: OrchestratorServers;
beforeAll(async () => {
  servers = await OrchestratorServers.start();
});
afterAll(() => servers.close());

function start(behaviours: readonly Behaviour[]): Promise<TestOrchestrator[]> {
  return Promise.all(behaviours.map((behaviour) => servers.add(behaviour)));
}

const answers = (delayMs: number): Behaviour => ({ kind: "answer", delayMs });

function sourceWith(orchestrators: readonly TestOrchestrator[], scores: readonly number[] = []) {
  return sourceOf(
    orchestrators.map(({ uri }, index) => listed({ uri, score: scores[index] ?? 0 })),
  );
}

const uris = ({ orchestrators }: DiscoverResult): string[] => orchestrators.map(({ uri }) => uri);

describe("discover", () => {
  it("returns all who may be used, by latency (D-38)", async () => {
    const [slow, fast] = await start([answers(150), answers(0)]);
    if (slow === undefined || fast === undefined) throw new Error("unreachable");
    const result = await discover({ source: sourceWith([slow, fast]), discoveryTimeoutMs: 3_000 });
    expect(uris(result)).toEqual([fast.uri, slow.uri]);
    const [first, second] = result.orchestrators;
    expect(first).toMatchObject({ transcoder: fast.uri, backfilled: false, advertisedBy: null });
    expect(first?.price?.toString()).toBe("500/1");
    expect(second?.latencyMs).toBeGreaterThan(150);
  });

  it("returns at the M-th answer and hangs up on the others (D-27)", async () => {
    const all = await start([answers(0), answers(100), { kind: "hang" }, { kind: "hang-tcp" }]);
    const source = sourceWith(all);
    const result = await discover({ source, wanted: 2, discoveryTimeoutMs: 5_000 });
    expect(result.orchestrators).toHaveLength(2);
    expect(result.elapsedMs).toBeLessThan(5_000);
    await eventually(() =>
      expect(all.map(({ connections }) => connections.open)).toEqual([0, 0, 0, 0]),
    );
  });

  it("returns what there is when the attempt timer fires (D-30)", async () => {
    const source = sourceWith(await start([answers(0), { kind: "hang" }]));
    const clock = new HandClock();
    const onProgress = vi.fn();
    const found = discover({ source, discoveryTimeoutMs: 300, client: PATIENT, clock, onProgress });
    await eventually(() => expect(onProgress).toHaveBeenCalledTimes(1));
    clock.advance(300);
    const result = await found;
    expect(result.orchestrators).toHaveLength(1);
    expect(result.elapsedMs).toBe(300);
  });

  it("returns nothing and no error when nobody may be used (D-41)", async () => {
    const source = sourceWith(await start([{ kind: "error" }, { kind: "reset" }]));
    const { orchestrators, asked } = await discover({ source });
    expect(orchestrators).toEqual([]);
    expect(asked.map(({ rejection }) => rejection?.rule)).toEqual(["D-20", "D-20"]);
  });

  it("asks nobody of an empty source", async () => {
    const progress = vi.fn();
    const { orchestrators } = await discover({ source: sourceOf([]), onProgress: progress });
    expect(orchestrators).toEqual([]);
    expect(progress).not.toHaveBeenCalled();
  });

  it.each([
    ["trusted", [1]],
    ["untrusted", [0]],
    ["any", [0, 0.5, 1]],
  ] as const)("asks the %s pool only (D-7)", async (pool, expected) => {
    const source = sourceWith(await start([answers(0), answers(0), answers(0)]), [0, 0.5, 1]);
    const { orchestrators } = await discover({ source, pool, discoveryTimeoutMs: 3_000 });
    expect(orchestrators.map(({ score }) => score).sort()).toEqual(expected);
  });

  it("follows advertised nodes, which inherit the score (D-15 … D-18)", async () => {
    const [hidden] = await start([answers(0)]);
    const nodes = ["no uri", hidden?.uri ?? "", "https://never.asked:1"];
    const [known] = await start([{ kind: "answer", info: { nodes } }]);
    if (hidden === undefined || known === undefined) throw new Error("unreachable");
    const source = sourceWith([known], [1]);
    const result = await discover({ source, wanted: 2, extraNodes: 2, discoveryTimeoutMs: 3_000 });
    expect(uris(result).sort()).toEqual([hidden.uri, known.uri].sort());
    const found = result.orchestrators.find(({ uri }) => uri === hidden.uri);
    expect(found).toMatchObject({ score: 1, advertisedBy: known.uri, stake: null });
    expect(result.asked.map(({ uri }) => uri)).not.toContain("https://never.asked:1");
  });

  it("asks repeats each for itself (D-8)", async () => {
    const [one] = await start([answers(0)]);
    if (one === undefined) throw new Error("unreachable");
    const { orchestrators } = await discover({ source: sourceWith([one, one]) });
    expect(orchestrators).toHaveLength(2);
    expect(one.requests).toHaveLength(2);
  });

  it("asks no more at the same time than it may, and measures from the dial (D-11, D-13)", async () => {
    const all = await start(Array.from({ length: 10 }, () => answers(50)));
    let most = 0;
    const count = () => all.filter(({ connections }) => connections.open > 0).length;
    const timer = setInterval(() => {
      most = Math.max(most, count());
    }, 2);
    const source = sourceWith(all);
    const result = await discover({ source, concurrency: 2, discoveryTimeoutMs: 6_000 });
    clearInterval(timer);
    expect(result.orchestrators).toHaveLength(10);
    // Two that are asked, and two of which the server has not seen the end yet.
    expect(most).toBeLessThanOrEqual(4);
    expect(result.elapsedMs).toBeGreaterThan(250);
    const latencies = result.orchestrators.map(({ latencyMs }) => latencyMs);
    expect(Math.min(...latencies)).toBeLessThan(result.elapsedMs / 2);
  });

  it.each([0, -1, Number.NaN])("refuses a concurrency of %s", async (concurrency) => {
    const source = sourceOf([]);
    await expect(discover({ source, concurrency })).rejects.toMatchObject({ code: "CONCURRENCY" });
  });

  it("demotes suspended ones, and takes them where there are no others (D-28, D-39)", async () => {
    const all = await start([answers(0), answers(100)]);
    const [fast, slow] = all;
    const suspensions = new Suspensions();
    suspensions.suspend(fast?.uri ?? "", 2);
    const options = { source: sourceWith(all), suspensions, discoveryTimeoutMs: 3_000 };
    expect(uris(await discover({ ...options, wanted: 1 }))).toEqual([slow?.uri]);
    const both = await discover(options);
    expect(uris(both)).toEqual([slow?.uri, fast?.uri]);
    expect(both.orchestrators.map(({ backfilled }) => backfilled)).toEqual([false, true]);
  });

  it("tells its progress", async () => {
    const progress: RoundProgress[] = [];
    const source = sourceWith(await start([answers(0), { kind: "error" }]));
    await discover({ source, onProgress: (step) => progress.push(step) });
    expect(progress.map(({ settled }) => settled)).toEqual([1, 2]);
    expect(progress.map(({ asked }) => asked)).toEqual([2, 2]);
  });

  it("fails with what a progress callback throws, and releases what it holds", async () => {
    const all = await start([answers(0), { kind: "hang" }]);
    const onProgress = () => {
      throw new Error("no more");
    };
    await expect(discover({ source: sourceWith(all), onProgress })).rejects.toThrow("no more");
    await eventually(() => expect(all[1]?.connections.open).toBe(0));
  });

  it("ends when the signal says so, with its reason", async () => {
    const all = await start([{ kind: "hang" }]);
    const controller = new AbortController();
    const running = discover({ source: sourceWith(all), signal: controller.signal });
    await eventually(() => expect(all[0]?.requests).toHaveLength(1));
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    await eventually(() => expect(all[0]?.connections.open).toBe(0));
    await expect(
      discover({ source: sourceWith(all), signal: controller.signal }),
    ).rejects.toThrow();
  });
});

describe("who may not be used", () => {
  const limits: TicketLimits = {
    maxTicketEV: Rational.of(3_000_000_000_000n),
    maxTotalEV: Rational.of(20_000_000_000_000n),
    depositMultiplier: 1n,
    lastInitializedRound: 9n,
    lastSeenL1Block: 50n,
    sender: { deposit: 10n ** 18n, withdrawRound: 0n, reserveFundsRemaining: 1n },
  };

  async function rejection(behaviour: Behaviour, options: Partial<DiscoverOptions> = {}) {
    const { source = sourceWith(await start([behaviour])), ...rest } = options;
    const { asked } = await discover({ source, ...rest });
    return asked[0]?.rejection?.rule;
  }
  const answer = (info: object): Behaviour => ({ kind: "answer", info });

  it("is told with the rule", async () => {
    const blocked = `0x${"ab".repeat(20)},0x${"cd".repeat(20)}`;
    expect(await rejection(answers(0), { orchBlocklist: blocked })).toBe("D-21");
    // The default flag is one empty entry, which an address of no bytes matches.
    expect(await rejection(answer({ address: new Uint8Array() }))).toBe("D-21");
    expect(await rejection(answer({ capabilities: undefined }))).toBe("D-23");
    expect(await rejection(answer({ transcoder: "" }))).toBe("D-25");
    expect(await rejection(answers(0), { orchMinLivepeerVersion: "0.9.0" })).toBe("K-9");
    const job = jobCapabilities({ profiles: [{ encoder: "h265" }] });
    expect(await rejection(answers(0), { job })).toBe("K-6");
    expect(await rejection(answers(0))).toBeUndefined();
  });

  it("on chain: whoever has no acceptable ticket parameters or price (B-13, P-6)", async () => {
    const onChain = async (behaviour: Behaviour, now: Partial<TicketLimits> = {}) => {
      const all = await start([behaviour]);
      const endpoints = all.map(({ uri }) => listed({ uri }));
      const source = sourceOf(endpoints, { kind: "onchain", usesOnChainPredicate: true });
      return rejection(behaviour, { source, ticketLimits: () => ({ ...limits, ...now }) });
    };
    expect(await onChain(answers(0))).toBeUndefined();
    expect(await onChain(answer({ ticketParams: undefined }))).toBe("P-6");
    expect(await onChain(answer({ priceInfo: undefined }))).toBe("B-13");
    expect(await onChain(answers(0), { lastSeenL1Block: 99n })).toBe("P-6");
    expect(await onChain(answers(0), { sender: null })).toBe("P-6");
  });

  it("on chain: needs to know what is demanded", async () => {
    const source = sourceOf([], { kind: "onchain", usesOnChainPredicate: true });
    await expect(discover({ source })).rejects.toMatchObject({ code: "TICKET_LIMITS_MISSING" });
  });

  it("is not blocked in a webhook's list (B-16, W-13)", async () => {
    const all = await start([answers(0)]);
    const source = sourceOf(
      all.map(({ uri }) => listed({ uri })),
      { usesBlocklist: false },
    );
    expect(await rejection(answers(0), { source, orchBlocklist: "ab".repeat(20) })).toBeUndefined();
  });

  it("for its price is found all the same, and said to be passed over (D-26, L-10)", async () => {
    const source = sourceWith(await start([answers(0)]));
    const { orchestrators } = await discover({ source, maxPrice: Rational.of(499n) });
    expect(orchestrators[0]?.priceRejection).toMatchObject({ rule: "L-10" });
    const dearer = await discover({ source, maxPrice: Rational.of(500n) });
    expect(dearer.orchestrators[0]?.priceRejection).toBeNull();
  });
});

describe("explain", () => {
  const of = (reports: readonly OrchestratorReport[], orchestrator: TestOrchestrator | undefined) =>
    reports.find(({ uri }) => uri === orchestrator?.uri);

  it("tells of everybody what came of it, and waits for those who are too slow", async () => {
    const all = await start([
      answers(0),
      { kind: "held" },
      { kind: "hang" },
      { kind: "error", message: "OrchestratorCapped" },
      { kind: "answer", info: { capabilities: { bitstring: [1n], capacities: { 0: 4 } } } },
      answers(0),
      { kind: "held", code: 2 },
    ]);
    const recipient = `0x${"cd".repeat(20)}`;
    const endpoints = all.map(({ uri }, index) =>
      listed({ uri, score: index === 5 ? -1 : 0, recipient, stake: 77n }),
    );
    const dropped = { uri: "::", recipient: null, rule: "D-2", detail: "no URI" };
    const source = sourceOf(endpoints, {
      list: async () => ({ endpoints, dropped: [dropped], confirmedAtMs: 0, staleBecause: null }),
    });
    const clock = new HandClock();
    const onProgress = vi.fn();
    const limits = { discoveryTimeoutMs: 400, patienceMs: 1_200, client: PATIENT };
    const telling = explain({ source, ...limits, clock, onProgress });
    await eventually(() => expect(onProgress).toHaveBeenCalledTimes(3));
    await eventually(() => expect(servers.held).toHaveLength(2));
    clock.advance(400);
    for (const host of servers.held) servers.release(host);
    await eventually(() => expect(onProgress).toHaveBeenCalledTimes(5));
    clock.advance(1_200);
    const told = await telling;
    expect(told.elapsedMs).toBeCloseTo(400, 6);
    expect(told.found.map(({ uri }) => uri)).toEqual([all[0]?.uri]);
    expect(of(told.reports, all[0])).toMatchObject({
      verdict: "found",
      rejection: null,
      place: 0,
      address: `0x${"ab".repeat(20)}`,
      recipient,
      stake: 77n,
      version: "0.8.9",
    });
    expect(of(told.reports, all[0])?.price?.toString()).toBe("500/1");
    expect(of(told.reports, all[1])).toMatchObject({
      verdict: "eligible",
      rejection: { rule: "D-30", reason: "late" },
      place: null,
    });
    expect(of(told.reports, all[2])).toMatchObject({
      verdict: "rejected",
      rejection: { rule: "D-12" },
    });
    expect(of(told.reports, all[3])?.rejection).toMatchObject({
      rule: "D-20",
      detail: expect.stringContaining("OrchestratorCapped"),
    });
    expect(of(told.reports, all[4])).toMatchObject({
      rejection: { rule: "K-6" },
      capabilities: [0],
      capacities: new Map([[0, 4]]),
    });
    expect(of(told.reports, all[5])?.rejection).toMatchObject({ rule: "D-7", reason: "score" });
    expect(of(told.reports, all[6])?.rejection).toMatchObject({ rule: "D-20" });
    expect(told.reports.find(({ uri }) => uri === "::")?.rejection).toMatchObject({ rule: "D-2" });
    expect(told.interrupted).toBe(false);
  });

  it("tells who was not needed, and who is suspended (D-27, D-28)", async () => {
    const all = await start([answers(0), answers(300), answers(0)]);
    const suspensions = new Suspensions();
    suspensions.suspend(all[2]?.uri ?? "", 1);
    const source = sourceWith(all);
    const options = { source, suspensions, discoveryTimeoutMs: 3_000, wanted: 1 };
    const { reports } = await explain(options);
    expect(of(reports, all[1])?.rejection).toMatchObject({ rule: "D-27", reason: "not-needed" });
    expect(["D-27", "D-28"]).toContain(of(reports, all[2])?.rejection?.rule);
  });

  it("A-16, A-17: gives reasons for AI jobs, too", async () => {
    const told = (constraints: object | undefined): Behaviour => ({
      kind: "answer",
      info: { capabilities: { bitstring: [1n << 27n], version: "0.9.1", ...constraints } },
    });
    const models = (capability: number) => ({
      constraints: { PerCapability: { [capability]: { models: { m: { warm: true } } } } },
    });
    const all = await start([told(models(27)), told(models(28)), told({})]);
    const model = { warm: false, capacity: 0, runnerVersion: "" };
    const perCapability = new Map([[27, new Map([["m", model]])]]);
    const job = { bitstring: [1n << 27n], minVersion: "", perCapability };
    const { reports } = await explain({ source: sourceWith(all), job });
    const reasons = new Map(reports.map(({ uri, rejection }) => [uri, rejection]));
    expect(all.map(({ uri }) => reasons.get(uri))).toEqual([
      null,
      expect.objectContaining({ rule: "A-16", reason: "model-missing" }),
      expect.objectContaining({ rule: "A-17", reason: "constraints-missing" }),
    ]);
  });

  it("rejects whom selection passes over for the price, and keeps its place (L-10)", async () => {
    const source = sourceWith(await start([answers(0)]));
    const { reports } = await explain({ source, maxPrice: Rational.of(1n) });
    expect(reports[0]).toMatchObject({
      verdict: "rejected",
      place: 0,
      rejection: { rule: "L-10" },
    });
  });

  it("tells what is known when it is interrupted", async () => {
    const all = await start([answers(0), { kind: "hang" }]);
    const controller = new AbortController();
    const { reports, interrupted } = await explain({
      source: sourceWith(all),
      signal: controller.signal,
      discoveryTimeoutMs: 5_000,
      onProgress: () => controller.abort(),
    });
    expect(interrupted).toBe(true);
    expect(of(reports, all[0])).toMatchObject({ verdict: "found" });
    expect(of(reports, all[1])?.rejection?.detail).toContain("given up");
    await eventually(() => expect(all[1]?.connections.open).toBe(0));
  });
});
