import { describe, expect, it } from "vitest";
import { REMOVAL } from "../../src/selection/session-pool.js";
import { finish, ids, listener, pool, session, sessions } from "../support/sim/sessions.js";

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
