import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHOSEN } from "../../src/selection/selectors/selector.js";
import type { Session } from "../../src/selection/session.js";
import {
  isReusable,
  REMOVAL,
  refreshThreshold,
  type SessionPoolObserver,
  SWAP_REASON,
  suspensionPenalty,
} from "../../src/selection/session-pool.js";
import { pool, session, sessions } from "./sessions.js";

/** Writes down what a pool reports: event, session, code. */
function listener(): { readonly heard: unknown[]; readonly observer: SessionPoolObserver } {
  const heard: unknown[] = [];
  const tell =
    (event: string) =>
    (one: Session, ...codes: number[]) => {
      heard.push([event, one.id, ...codes]);
    };
  return {
    heard,
    observer: {
      selected: tell("selected"),
      swapped: tell("swapped"),
      cleared: tell("cleared"),
      orphaned: tell("orphaned"),
      removed: tell("removed"),
    },
  };
}

/** The session's segment is done, with this latency score. */
function finish(subject: ReturnType<typeof pool>, one: Session, latencyScore: number): void {
  one.latencyScore = latencyScore;
  subject.pool.complete(one);
}

const ids = (list: readonly Session[] | null) => list?.map(({ id }) => id) ?? null;

describe("penalty of a pool (S-5)", () => {
  it.each([
    [0, 0, 1],
    [1, 1, 1],
    [100, 100, 1],
    [8, 8, 1],
    [9, 8, 2],
    [16, 8, 2],
    [17, 8, 3],
    [20, 8, 3],
    [50, 8, 7],
  ])("size %i, asking for %i: %i", (poolSize, numOrchs, penalty) => {
    expect(suspensionPenalty(poolSize, numOrchs)).toBe(penalty);
  });
});

describe("worked timelines of suspension (after S-10)", () => {
  it.each([
    { size: 30, numOrchs: 30, times: 1, at: 1, values: [0] },
    { size: 9, numOrchs: 8, times: 1, at: 1, values: [2, 0] },
    { size: 20, numOrchs: 8, times: 1, at: 1, values: [3, 3, 0] },
    { size: 20, numOrchs: 8, times: 1, at: 2, values: [3, 0] },
    { size: 20, numOrchs: 8, times: 1, at: 3, values: [0] },
    { size: 50, numOrchs: 8, times: 1, at: 1, values: [7, 7, 7, 7, 7, 7, 0] },
    { size: 50, numOrchs: 8, times: 1, at: 5, values: [7, 7, 0] },
    { size: 50, numOrchs: 8, times: 1, at: 8, values: [0] },
    { size: 30, numOrchs: 30, times: 3, at: 1, values: [3, 3, 0] },
    { size: 30, numOrchs: 30, times: 3, at: 5, values: [0] },
  ])(
    "$size asking for $numOrchs, suspended $times times at count $at: $values",
    ({ size, numOrchs, times, at, values }) => {
      const subject = pool(sessions(1), { poolSize: size, numOrchs });
      const refresh = () => {
        expect(subject.pool.beginRefresh()).toBe(true);
        const value = subject.suspender.suspended(0);
        subject.pool.endRefresh(null);
        return value;
      };
      while (subject.suspender.count < at) refresh();
      for (let time = 0; time < times; time++) subject.pool.suspend(0);
      expect(values.map(refresh)).toEqual(values);
    },
  );
});

describe("a refresh (M-5 … M-9)", () => {
  it("is refused while another runs and after the stream's end, without being counted", () => {
    const { pool: subject, suspender } = pool(sessions(2));
    expect(suspender.count).toBe(1);
    expect(subject.beginRefresh()).toBe(true);
    expect(subject.refreshing).toBe(true);
    expect(subject.beginRefresh()).toBe(false);
    subject.endRefresh(null);
    expect(subject.refreshing).toBe(false);
    subject.cleanup();
    expect(subject.beginRefresh()).toBe(false);
    expect(suspender.count).toBe(2);
  });

  it("counts even if discovery fails or finds nobody [Q] (M-9)", () => {
    const { pool: subject, selector, suspender } = pool(sessions(2));
    for (const outcome of [null, []]) {
      subject.beginRefresh();
      subject.endRefresh(outcome);
    }
    expect(suspender.count).toBe(3);
    expect(selector.size).toBe(2);
  });

  it("adds only sessions of transcoders that are not in the map, in order (M-8)", () => {
    const { pool: subject, selector } = pool(sessions(2));
    subject.beginRefresh();
    const [again, other, twice] = [1, 5, 5].map((transcoder, at) =>
      session(10 + at, { transcoder }),
    );
    if (!again || !other || !twice) throw new Error("three were made");
    subject.endRefresh([again, other, twice]);
    expect(ids(selector.unknown)).toEqual([0, 1, 11]);
    expect([again.mapped, other.mapped, twice.mapped]).toEqual([false, true, false]);
    expect([...subject.sessMap.keys()]).toEqual([0, 1, 5]);
  });

  it("that outlives the stream is dropped (M-8)", () => {
    const { pool: subject, selector } = pool(sessions(1));
    subject.beginRefresh();
    subject.cleanup();
    subject.endRefresh([session(3)]);
    expect(selector.size).toBe(0);
    expect(subject.sessMap.size).toBe(0);
  });

  it("ends only after it has begun", () => {
    expect(() => pool([]).pool.endRefresh([])).toThrow(
      expect.objectContaining({ code: "INVARIANT" }),
    );
  });
});

describe("refresh threshold (M-11, M-19)", () => {
  it.each([
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [8, 4],
    [15, 8],
    [16, 8],
    [100, 8],
  ])("asking for %i: %i", (numOrchs, threshold) => {
    expect(refreshThreshold(numOrchs)).toBe(threshold);
  });

  it("with one orchestrator, every segment wants a refresh but the first [Q] (M-19)", () => {
    const { pool: subject } = pool(sessions(1));
    const wanted = [0, 2_000, 4_000].map((nowMs) => {
      const one = subject.selectOne(nowMs);
      one?.pushSegInFlight(nowMs, 2_100);
      return subject.refreshWanted;
    });
    expect(wanted).toEqual([false, true, true]);
  });

  it("with two orchestrators one remains, and no segment wants a refresh (M-19)", () => {
    const { pool: subject } = pool(sessions(2));
    for (const nowMs of [0, 2_000, 4_000]) {
      subject.selectOne(nowMs)?.pushSegInFlight(nowMs, 2_100);
      expect(subject.refreshWanted).toBe(false);
    }
  });
});

describe("reuse of a session (M-14 … M-16)", () => {
  it.each([
    [0, false],
    [0.001, true],
    [1.0, true],
    [1.001, false],
  ])("with nothing in flight and a latency score of %d: %s", (latencyScore, reusable) => {
    expect(isReusable(session(0, { latencyScore }), 0, 1)).toBe(reusable);
    expect(isReusable(session(0, { latencyScore }), 0, 2)).toBe(reusable);
  });

  it.each([
    [2_000, 1, 2_000],
    [1_200, 1, 1_200],
    [1_000.000001, 1, 1_000.000001],
    [1_000, 1, 1_500],
    [400, 1, 1_500],
    [2_000, 2, 4_000],
    [600, 2, 1_200],
    [500, 2, 1_500],
  ] as const)(
    "with a segment of %d ms in flight, multiplier %i: less than %d ms [Q] (M-15)",
    (durationMs, multiplier, limitMs) => {
      const one = session(0, { latencyScore: 5 });
      one.pushSegInFlight(10_000, durationMs);
      one.pushSegInFlight(90_000, 1);
      expect(isReusable(one, 10_000 + limitMs - 1e-6, multiplier)).toBe(true);
      expect(isReusable(one, 10_000 + limitMs, multiplier)).toBe(false);
    },
  );

  it("does not happen before the first segment is in flight [Q] (M-16)", () => {
    const { heard, observer } = listener();
    const { pool: subject } = pool(sessions(2), { observer });
    expect(subject.selectOne(0)?.id).toBe(0);
    expect(subject.selectOne(0)?.id).toBe(1);
    expect(heard).toContainEqual(["swapped", 0, SWAP_REASON.notMeasured]);
  });
});

describe("selection (M-10 … M-17)", () => {
  it("finds nobody and wants nothing where the pool has size 0 (M-10)", () => {
    const { pool: subject } = pool(sessions(3), { poolSize: 0, numOrchs: 10 });
    expect(subject.selectOne(0)).toBeNull();
    expect(subject.select(2, 0)).toBeNull();
    expect(subject.refreshWanted).toBe(false);
  });

  it("stays with the last session, then asks the selector, then doubles the limit (M-12)", () => {
    const { heard, observer } = listener();
    const { pool: subject } = pool(sessions(2), { observer });
    subject.selectOne(0)?.pushSegInFlight(0, 2_000);
    expect(subject.selectOne(1_999)?.id).toBe(0);
    const second = subject.selectOne(2_000);
    second?.pushSegInFlight(2_000, 2_000);
    expect(subject.selectOne(4_000)).toBe(second);
    expect(subject.selectOne(6_000)).toBeNull();
    expect(heard).toEqual([
      ["selected", 0, CHOSEN.unknown],
      ["selected", 0, CHOSEN.last],
      ["selected", 1, CHOSEN.unknown],
      ["swapped", 0, SWAP_REASON.inFlightTooLong],
      ["selected", 1, CHOSEN.lastDoubled],
      ["cleared", 1, SWAP_REASON.inFlightTooLong],
    ]);
    expect(subject.swaps).toBe(1);
  });

  it("gives up when nobody is left, and forgets the last session (M-17)", () => {
    const { pool: subject } = pool(sessions(1));
    subject.selectOne(0)?.pushSegInFlight(0, 2_000);
    expect(subject.selectOne(4_000)).toBeNull();
    expect(subject.lastSess).toEqual([]);
    expect(subject.swaps).toBe(0);
  });

  it("takes several, none of them twice from the last ones", () => {
    const { pool: subject } = pool(sessions(5));
    const three = subject.select(3, 0);
    expect(ids(three)).toEqual([0, 1, 2]);
    for (const one of three ?? []) one.pushSegInFlight(0, 2_000);
    expect(ids(subject.select(4, 1_000))).toEqual([0, 1, 2, 3]);
    expect(ids(subject.select(9, 1_500))).toEqual([0, 1, 2, 4]);
    expect(ids(subject.lastSess)).toEqual([0, 1, 2, 4]);
  });

  it("swaps the good ones that are not needed, which orphans the idle of them (M-17, M-18)", () => {
    const { heard, observer } = listener();
    const subject = pool(sessions(2), { observer });
    for (const one of subject.pool.select(2, 0) ?? []) {
      one.pushSegInFlight(0, 2_000);
      finish(subject, one, 0.5);
    }
    subject.pool.selectOne(2_000);
    expect(heard.slice(-2)).toEqual([
      ["swapped", 1, SWAP_REASON.notNeeded],
      ["orphaned", 1],
    ]);
  });

  it("skips a session whose transcoder was removed (M-13)", () => {
    const { heard, observer } = listener();
    const all = sessions(3);
    const { pool: subject, selector } = pool(all, { observer });
    const first = subject.selectOne(0);
    first?.pushSegInFlight(0, 2_000);
    for (const one of all.slice(0, 2)) subject.remove(one);
    expect(selector.size).toBe(2);
    expect(subject.selectOne(1_000)?.id).toBe(2);
    expect(first?.segsInFlight).toBe(0);
    expect(subject.swaps).toBe(1);
    expect(heard).toContainEqual(["swapped", 0, SWAP_REASON.removed]);
  });

  it("looks for the transcoder, not for the object (M-13)", () => {
    const all = sessions(2);
    const { pool: subject } = pool(all);
    const first = subject.selectOne(0);
    first?.pushSegInFlight(0, 2_000);
    subject.remove(session(9, { transcoder: 0 }));
    subject.beginRefresh();
    subject.endRefresh([session(8, { transcoder: 0 })]);
    expect(subject.selectOne(1_000)).toBe(first);
  });
});

describe("completion (M-20 … M-22)", () => {
  it("takes one segment out of flight, and nothing else happens while others are (M-21)", () => {
    const subject = pool(sessions(1));
    const one = subject.pool.selectOne(0);
    if (one === null) throw new Error("there is one");
    one.pushSegInFlight(0, 2_000);
    one.pushSegInFlight(1_000, 2_000);
    finish(subject, one, 1.7);
    expect(one.segsInFlight).toBe(1);
    expect(subject.selector.size).toBe(0);
    finish(subject, one, 1.7);
    expect(ids(subject.selector.knownHeap)).toEqual([0]);
  });

  it.each([
    [0.5, []],
    [1.0, []],
    [1.001, [0]],
    [0, [0]],
  ])("with a latency score of %d puts %j into the known heap (M-22)", (latencyScore, heap) => {
    const subject = pool(sessions(1));
    const one = subject.pool.selectOne(0);
    if (one === null) throw new Error("there is one");
    one.pushSegInFlight(0, 2_000);
    finish(subject, one, latencyScore);
    expect(ids(subject.selector.knownHeap)).toEqual(heap);
  });

  it("of a session that is not the map's entry does nothing (M-20)", () => {
    const subject = pool(sessions(1));
    const stranger = session(7, { transcoder: 0 });
    stranger.pushSegInFlight(0, 2_000);
    finish(subject, stranger, 2);
    expect(stranger.segsInFlight).toBe(1);
    expect(subject.selector.knownHeap).toEqual([]);
  });

  it("orphans a good session that was swapped away in flight [Q] (M-18)", () => {
    const { heard, observer } = listener();
    const subject = pool(sessions(2), { observer });
    const first = subject.pool.selectOne(0);
    if (first === null) throw new Error("there are two");
    first.pushSegInFlight(0, 2_000);
    subject.pool.selectOne(2_500);
    finish(subject, first, 0.9);
    expect(heard.at(-1)).toEqual(["orphaned", 0]);
    subject.pool.beginRefresh();
    subject.pool.endRefresh([session(5, { transcoder: 0 })]);
    expect(ids(subject.selector.unknown)).toEqual([]);
    expect(subject.pool.sessMap.get(0)).toBe(first);
  });

  it("of a slow one that was swapped away returns it to the selector: no orphan", () => {
    const { heard, observer } = listener();
    const subject = pool(sessions(2), { observer });
    const first = subject.pool.selectOne(0);
    if (first === null) throw new Error("there are two");
    first.pushSegInFlight(0, 2_000);
    subject.pool.selectOne(2_500);
    finish(subject, first, 1.2);
    expect(ids(subject.selector.knownHeap)).toEqual([0]);
    expect(heard.filter((event) => String(event).startsWith("orphaned"))).toEqual([]);
  });
});

describe("removal (M-23 … M-25)", () => {
  it("goes by transcoder, even if another session has its place [Q] (M-23)", () => {
    const { heard, observer } = listener();
    const { pool: subject } = pool(sessions(1), { observer });
    const entry = subject.sessMap.get(0);
    expect(subject.remove(session(7, { transcoder: 0 }))).toBe(REMOVAL.removed);
    expect(subject.sessMap.size).toBe(0);
    expect(entry?.mapped).toBe(false);
    expect(heard).toEqual([["removed", 7]]);
  });

  it("with suspension suspends first, by the pool's penalty", () => {
    const all = sessions(1);
    const { pool: subject, suspender } = pool(all, { poolSize: 20, numOrchs: 8 });
    for (const one of all) subject.suspendAndRemove(one);
    expect(suspender.suspended(0)).toBe(3);
    expect(subject.sessMap.size).toBe(0);
  });

  it.each([
    ["fail", REMOVAL.requestFails, 1],
    ["crash", REMOVAL.processDies, 1],
    ["ignore", REMOVAL.removed, 0],
  ] as const)(
    "without a payment sender, mode %s: suspended; outcome %i; %i stay (M-24)",
    (removalWithoutSender, outcome, stay) => {
      const all = sessions(1);
      const made = pool(all, { poolSize: 9, numOrchs: 8, hasSender: false, removalWithoutSender });
      expect(all.map((one) => made.pool.suspendAndRemove(one))).toEqual([outcome]);
      expect(made.pool.sessMap.size).toBe(stay);
      expect(made.suspender.suspended(0)).toBe(2);
    },
  );

  it("without a payment sender fails the request unless told otherwise", () => {
    const { pool: subject } = pool(sessions(1), { hasSender: false });
    expect(subject.remove(session(0))).toBe(REMOVAL.requestFails);
  });
});

describe("the stream's end (M-26)", () => {
  it("hands out every session of the map, used or not, and empties the pool for good", () => {
    const subject = pool(sessions(3));
    const used = subject.pool.selectOne(0);
    used?.pushSegInFlight(0, 2_000);
    expect(ids(subject.pool.cleanup())).toEqual([0, 1, 2]);
    expect(subject.pool.finished).toBe(true);
    expect(subject.selector.size).toBe(0);
    expect(subject.pool.lastSess).toEqual([]);
    expect(subject.pool.selectOne(1_000)).toBeNull();
    expect(subject.pool.cleanup()).toEqual([]);
    if (used !== null) finish(subject, used, 2);
    expect(subject.selector.size).toBe(0);
  });
});

describe("selectOne", () => {
  it("decides as select does for one, whatever happened before", () => {
    const which = fc.nat({ max: 5 });
    const operation = fc.oneof(
      fc.record({ op: fc.constant("advance" as const), ms: fc.nat({ max: 3_000 }) }),
      fc.record({
        op: fc.constant("segment" as const),
        durationMs: fc.integer({ min: 1, max: 4_000 }),
      }),
      fc.record({
        op: fc.constant("complete" as const),
        which,
        latencyScore: fc.constantFrom(0, 0.4, 1, 1.3),
      }),
      fc.record({ op: fc.constantFrom("remove" as const, "refresh" as const), which }),
    );
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 80 }),
        fc.nat({ max: 6 }),
        (operations, size) => {
          const [one, general] = [listener(), listener()].map((hearing) => ({
            ...hearing,
            made: [...sessions(size)],
            ...pool([], { poolSize: size, numOrchs: size, observer: hearing.observer }),
          }));
          if (!one || !general) throw new Error("two were made");
          const both = [one, general];
          for (const { pool: subject, made } of both) {
            subject.beginRefresh();
            subject.endRefresh(made);
          }
          let nowMs = 0;
          for (const op of operations) {
            if (op.op === "advance") nowMs += op.ms;
            if (op.op === "segment") {
              const chosen = [
                one.pool.selectOne(nowMs),
                general.pool.select(1, nowMs)?.[0] ?? null,
              ];
              expect(chosen[0]?.id).toBe(chosen[1]?.id);
              for (const each of chosen) each?.pushSegInFlight(nowMs, op.durationMs);
            }
            for (const side of both) {
              const { pool: subject, made } = side;
              const target = "which" in op ? made[op.which % Math.max(1, made.length)] : undefined;
              if (op.op === "complete" && target) finish(side, target, op.latencyScore);
              if (op.op === "remove" && target) subject.remove(target);
              if (op.op === "refresh" && target && subject.beginRefresh()) {
                const fresh = session(made.length, { transcoder: target.transcoder });
                made.push(fresh);
                subject.endRefresh([fresh]);
              }
            }
            expect(one.pool.refreshWanted).toBe(general.pool.refreshWanted);
            expect(one.heard).toEqual(general.heard);
            expect(ids(one.pool.lastSess)).toEqual(ids(general.pool.lastSess));
            expect(ids(one.selector.knownHeap)).toEqual(ids(general.selector.knownHeap));
          }
          expect(one.pool.swaps).toBe(general.pool.swaps);
        },
      ),
    );
  });
});
