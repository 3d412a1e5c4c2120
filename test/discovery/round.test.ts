import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Rejection } from "../../src/discovery/rejection.js";
import { DiscoveryRound } from "../../src/discovery/round.js";
import type { DiscoveryRoundOptions, RoundAnswer } from "../../src/discovery/round-words.js";
import { Suspender } from "../../src/discovery/suspension.js";

const REJECTED: Rejection = { rule: "D-21", reason: "blacklisted", detail: "" };

/** Who is asked, and what happens: after how long they answer, with which mishap. */
interface Endpoint {
  readonly ms: number;
  readonly kind?: "ok" | "rejected" | "failed" | "never";
  readonly nodes?: readonly number[];
  readonly transcoder?: number;
}

interface Play extends DiscoveryRoundOptions {
  readonly base: readonly number[];
  readonly wanted?: number;
  readonly suspender?: Suspender;
  readonly startAt?: number;
  readonly round?: DiscoveryRound;
  /** Extra calls of `timer`, which must not matter. */
  readonly wakeAt?: readonly number[];
  /** Answers that may be used and advertise nobody are told by `usable`. */
  readonly isBrief?: boolean;
}

/** The shell of a test: asks, waits for answers and timers in order of time. */
function play(world: Readonly<Record<number, Endpoint>>, how: Play) {
  const { base, wanted = base.length, suspender = null, startAt = 0 } = how;
  const round = how.round ?? new DiscoveryRound(how);
  const asked: number[] = [];
  const pending: { at: number; endpoint: number; ms: number }[] = [];
  const ask = (now: number) => {
    for (const endpoint of round.toAsk) {
      asked.push(endpoint);
      const { ms, kind } = world[endpoint] ?? { ms: 0, kind: "never" };
      if (kind !== "never") pending.push({ at: now + ms, endpoint, ms });
    }
    pending.sort((a, b) => a.at - b.at);
  };
  round.start(startAt, { endpoints: base, wanted, suspender });
  ask(startAt);
  const wakes = [...(how.wakeAt ?? [])].sort((a, b) => a - b);
  while (!round.done) {
    const next = pending[0];
    const deadline = Math.min(round.nextDeadline(), startAt + (wakes[0] ?? Infinity));
    if (next === undefined || deadline < next.at) {
      if (wakes.length > 0 && deadline === startAt + (wakes[0] ?? 0)) wakes.shift();
      round.timer(deadline);
      continue;
    }
    pending.shift();
    const { kind = "ok", nodes = [], transcoder = next.endpoint } = world[next.endpoint] ?? {};
    if (kind === "failed") {
      round.failure(next.at, next.endpoint);
    } else {
      const rejection = kind === "rejected" ? REJECTED : null;
      const answer: RoundAnswer = { transcoder, rejection, nodes };
      if (how.isBrief && rejection === null && nodes.length === 0) {
        const { at, endpoint, ms } = next;
        const one = { timeAt: () => at, askedAt: () => at - ms, uriAt: () => endpoint };
        round.usable(one, 0, transcoder);
      } else {
        round.response(next.at, next.endpoint, answer, next.ms);
      }
    }
    ask(next.at);
  }
  return {
    asked,
    elapsedMs: round.elapsedMs,
    endpoints: round.result().map(({ endpoint }) => endpoint),
    result: round.result(),
    rejected: round.rejected(),
    responses: round.responses,
  };
}

const ok = (ms: number): Endpoint => ({ ms });
const failed = (ms: number): Endpoint => ({ ms, kind: "failed" });
const never: Endpoint = { ms: 0, kind: "never" };

describe("when a round ends", () => {
  it.each<[string, number, Endpoint[], number, number]>([
    ["all answer", 500, [ok(100), ok(200), ok(300)], 300, 3],
    ["one never answers", 500, [ok(100), ok(200), never], 500, 2],
    ["the first fire finds nobody, the second one", 500, [ok(600), never, never], 1000, 1],
    ["late answers wait for a fire", 500, [ok(1100), ok(1900), ok(2500)], 2000, 2],
    ["nobody answers", 500, [never, never, never], 6000, 0],
    ["all responded, two with errors", 500, [failed(100), failed(100), ok(3000)], 3000, 1],
    ["a timeout beyond the cut-off acts as 6 s", 8000, [ok(100), ok(200), never], 6000, 2],
  ])("worked case of section 2.5: %s", (_, discoveryTimeoutMs, answers, elapsedMs, count) => {
    const outcome = play({ ...answers }, { base: [0, 1, 2], discoveryTimeoutMs });
    expect([outcome.elapsedMs, outcome.result.length]).toEqual([elapsedMs, count]);
  });

  it.each([
    [500, [500, 1000, 2000, 4000]],
    [1000, [1000, 2000, 4000]],
    [2000, [2000, 4000]],
    [3000, [3000]],
    [4000, [4000]],
    [5000, [5000]],
    [6000, []],
    [8000, []],
  ])("D-30, D-31: fires of a timeout of %d ms, then the cut-off at 6 s", (timeout, fires) => {
    const round = new DiscoveryRound({ discoveryTimeoutMs: timeout });
    round.start(0, { endpoints: [0], wanted: 1, suspender: null });
    const deadlines: number[] = [];
    while (!round.done) {
      deadlines.push(round.nextDeadline());
      round.timer(round.nextDeadline());
    }
    expect(deadlines).toEqual([...fires, 6000]);
  });

  it("D-30: the interval stops doubling at the cut-off's length", () => {
    const round = new DiscoveryRound({ discoveryTimeoutMs: 10, cutoffMs: 35 });
    round.start(0, { endpoints: [0], wanted: 1, suspender: null });
    round.timer(20);
    expect(round.nextDeadline()).toBe(35);
  });

  it("D-27: M usable answers end it at once", () => {
    const outcome = play([ok(10), ok(20), ok(30)], { base: [0, 1, 2], wanted: 2 });
    expect(outcome).toMatchObject({ elapsedMs: 20, endpoints: [0, 1] });
  });

  it("D-10: M = 0 and N = 0 end it before anybody answers, without an error", () => {
    for (const how of [
      { base: [0], wanted: 0 },
      { base: [0], wanted: -3 },
      { base: [], wanted: 5 },
    ]) {
      expect(play([ok(10)], how)).toMatchObject({ elapsedMs: 0, endpoints: [], asked: [] });
    }
  });

  it("D-9: more than there are cannot be wanted", () => {
    expect(play([ok(10), ok(20)], { base: [0, 1], wanted: 50 }).elapsedMs).toBe(20);
  });

  it("D-35: with extra nodes, everyone having answered does not end it", () => {
    const how = { base: [0, 1], wanted: 2, extraNodes: 1 };
    expect(play([ok(10), failed(20)], how)).toMatchObject({ elapsedMs: 500, endpoints: [0] });
  });

  it("D-36: when all are suspended, only the cut-off or the last answer ends it", () => {
    const suspender = new Suspender();
    suspender.suspend(0, 2);
    expect(play([ok(10), never], { base: [0, 1], suspender })).toMatchObject({
      elapsedMs: 6000,
      endpoints: [0],
    });
    expect(play([ok(10), failed(700)], { base: [0, 1], suspender }).elapsedMs).toBe(700);
  });

  it("D-37: without a timeout the first success wins at once", () => {
    const outcome = play([failed(10), ok(40), ok(50)], {
      base: [0, 1, 2],
      discoveryTimeoutMs: 0,
    });
    expect(outcome).toMatchObject({ elapsedMs: 40, endpoints: [1] });
  });

  it("D-12: an answer after the end changes nothing", () => {
    const round = new DiscoveryRound();
    round.start(0, { endpoints: [0, 1], wanted: 1, suspender: null });
    round.response(10, 0, { transcoder: 0, rejection: null, nodes: [] }, 10);
    expect(round.response(20, 1, { transcoder: 1, rejection: null, nodes: [] }, 20)).toBe("done");
    expect(round.failure(30, 1)).toBe("done");
    expect([round.size, round.responses, round.elapsedMs]).toEqual([1, 1, 10]);
  });

  it("an answer fed late finds the timers before it fired", () => {
    const round = new DiscoveryRound();
    round.start(0, { endpoints: [0, 1], wanted: 2, suspender: null });
    round.response(100, 0, { transcoder: 0, rejection: null, nodes: [] }, 100);
    expect(round.response(900, 1, { transcoder: 1, rejection: null, nodes: [] }, 900)).toBe("done");
    expect([round.size, round.elapsedMs]).toEqual([1, 500]);
  });

  it("Infinity lets it run out", () => {
    const round = new DiscoveryRound();
    round.start(7, { endpoints: [0, 1], wanted: 2, suspender: null });
    expect(round.timer(Infinity)).toBe("done");
    expect(round.elapsedMs).toBe(6000);
  });

  it("refuses an answer of somebody who was not asked", () => {
    const round = new DiscoveryRound();
    round.start(0, { endpoints: [0], wanted: 1, suspender: null });
    expect(() => round.failure(1, 4)).toThrow(/only who was asked answers/);
  });
});

describe("who is asked", () => {
  it("D-8: an endpoint listed twice is asked and counted twice", () => {
    const outcome = play([ok(10)], { base: [0, 0] });
    expect(outcome).toMatchObject({ asked: [0, 0], endpoints: [0, 0], responses: 2 });
  });

  it("D-16, D-17: of the first few advertised nodes, those not seen yet; seen ones use up slots", () => {
    const world = { 0: { ms: 10, nodes: [1, 0, 5, 6] }, 1: { ms: 20, nodes: [5, 7, 8, 9] } };
    const outcome = play(world, { base: [0, 1], wanted: 8, extraNodes: 3 });
    expect(outcome.asked).toEqual([0, 1, 5, 7, 8]);
  });

  it("D-15: nodes of a followed node are not followed", () => {
    const world = { 0: { ms: 10, nodes: [1] }, 1: { ms: 10, nodes: [2] } };
    expect(play(world, { base: [0], wanted: 2, extraNodes: 1 }).asked).toEqual([0, 1]);
  });

  it("D-13, D-18: a followed node counts from its asking, with the source whose score it has", () => {
    const world = { 0: { ms: 100, nodes: [1] }, 1: ok(30) };
    const outcome = play(world, { base: [0], wanted: 2, extraNodes: 1 });
    expect(outcome).toMatchObject({ elapsedMs: 130, endpoints: [1, 0] });
    expect(outcome.result[0]).toMatchObject({ latencyMs: 30, source: 0 });
  });

  it("D-19, X-15: nodes of a rejected answer are followed, those of a failed one are not", () => {
    const world: Record<number, Endpoint> = {
      0: { ms: 10, kind: "rejected", nodes: [2] },
      1: { ms: 10, kind: "failed", nodes: [3] },
    };
    expect(play(world, { base: [0, 1], extraNodes: 1 }).asked).toEqual([0, 1, 2]);
  });
});

describe("the result", () => {
  it("D-38: by latency, equal ones in order of arrival", () => {
    const world = { 0: { ms: 50, nodes: [3] }, 1: ok(60), 2: ok(50), 3: ok(50) };
    const outcome = play(world, { base: [0, 1, 2], wanted: 4, extraNodes: 1 });
    expect(outcome.endpoints).toEqual([0, 2, 3, 1]);
  });

  it("D-28, D-39, D-40: suspended ones fill up by penalty, not by latency", () => {
    const suspender = new Suspender();
    for (const [transcoder, penalty] of [
      [0, 3],
      [1, 1],
      [2, 3],
    ] as const) {
      suspender.suspend(transcoder, penalty);
    }
    const outcome = play([ok(10), ok(20), ok(5), ok(30)], {
      base: [0, 1, 2, 3],
      wanted: 3,
      suspender,
    });
    expect(outcome.result.map(({ endpoint, backfilled }) => [endpoint, backfilled])).toEqual([
      [3, false],
      [1, true],
      [2, true],
    ]);
  });

  it("D-28: the suspender is asked by the transcoder reported, not by the endpoint", () => {
    const suspender = new Suspender();
    suspender.suspend(77, 1);
    const outcome = play([{ ms: 10, transcoder: 77 }], { base: [0], suspender });
    expect(outcome.result).toMatchObject([{ endpoint: 0, transcoder: 77, backfilled: true }]);
  });

  it("D-20, D-29: says who was rejected and why", () => {
    const outcome = play([{ ms: 10, kind: "rejected" }, failed(20)], { base: [0, 1] });
    expect(outcome).toMatchObject({
      elapsedMs: 20,
      responses: 2,
      rejected: [
        { endpoint: 0, rejection: REJECTED },
        { endpoint: 1, rejection: { rule: "D-20", reason: "rpc-error" } },
      ],
    });
  });
});

describe("laws", () => {
  const endpoint = fc.record({
    ms: fc.integer({ min: 0, max: 7000 }),
    kind: fc.constantFrom("ok", "ok", "ok", "rejected", "failed", "never"),
    nodes: fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 4 }),
    transcoder: fc.integer({ min: 0, max: 5 }),
  });
  const setting = fc.record({
    world: fc.array(endpoint, { minLength: 12, maxLength: 12 }),
    base: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 }),
    wanted: fc.integer({ min: -1, max: 8 }),
    extraNodes: fc.integer({ min: 0, max: 3 }),
    discoveryTimeoutMs: fc.constantFrom(0, 200, 500, 3000, 8000),
    penalties: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 6 }),
    wakeAt: fc.array(fc.integer({ min: 0, max: 7000 }), { maxLength: 5 }),
  });
  const suspenderOf = (penalties: readonly number[]) => {
    const suspender = new Suspender();
    penalties.forEach((penalty, transcoder) => {
      suspender.suspend(transcoder, penalty);
    });
    return suspender;
  };

  it("D-31, D-38, D-39, D-42: bounded, sorted, back-fill last", () => {
    fc.assert(
      fc.property(setting, ({ world, penalties, wakeAt: _, ...how }) => {
        const suspender = suspenderOf(penalties);
        const { result, elapsedMs } = play({ ...world }, { ...how, suspender });
        expect(result.length).toBeLessThanOrEqual(Math.max(0, how.wanted));
        expect(elapsedMs).toBeLessThanOrEqual(6000);
        const backfill = result.findIndex(({ backfilled }) => backfilled);
        const found = backfill < 0 ? result : result.slice(0, backfill);
        const filled = backfill < 0 ? [] : result.slice(backfill);
        const latencies = found.map(({ latencyMs }) => latencyMs);
        expect(latencies).toEqual([...latencies].sort((a, b) => a - b));
        expect(filled.every(({ backfilled }) => backfilled)).toBe(true);
        const values = filled.map(({ transcoder }) => suspender.suspended(transcoder));
        expect(values).toEqual([...values].sort((a, b) => a - b));
      }),
    );
  });

  it("an answer that may be used is the same without an object", () => {
    fc.assert(
      fc.property(setting, ({ world, penalties, wakeAt: _, ...how }) => {
        const usual = play({ ...world }, { ...how, suspender: suspenderOf(penalties) });
        const suspender = suspenderOf(penalties);
        expect(play({ ...world }, { ...how, suspender, isBrief: true })).toEqual(usual);
      }),
    );
  });

  it("waking it needlessly, a later start and a used object make no difference", () => {
    const used = new Map<string, DiscoveryRound>();
    fc.assert(
      fc.property(setting, ({ world, penalties, wakeAt, ...how }) => {
        const once = play({ ...world }, { ...how, suspender: suspenderOf(penalties) });
        const key = `${how.extraNodes} ${how.discoveryTimeoutMs}`;
        const round = used.get(key) ?? new DiscoveryRound(how);
        used.set(key, round);
        const again = play(
          { ...world },
          { ...how, suspender: suspenderOf(penalties), wakeAt, round, startAt: 2 ** 20 },
        );
        expect(again).toEqual(once);
      }),
    );
  });
});

it("refuses numbers with which a round would not end", () => {
  const refused = expect.objectContaining({ code: "DISCOVERY_OPTIONS" });
  for (const options of [
    { discoveryTimeoutMs: Number.NaN },
    { cutoffMs: -1 },
    { cutoffMs: Number.NaN },
    { cutoffMs: Number.POSITIVE_INFINITY },
    { extraNodes: Number.NaN },
    { extraNodes: 0.5 },
  ]) {
    expect(() => new DiscoveryRound(options), JSON.stringify(options)).toThrow(refused);
  }
  expect(new DiscoveryRound({ discoveryTimeoutMs: -5, extraNodes: -1 }).done).toBe(true);
});
