import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SWAP_REASON } from "../../src/selection/pool-observer.js";
import { CHOSEN } from "../../src/selection/selectors/selector.js";
import { finish, ids, listener, pool, session, sessions } from "../support/sim/sessions.js";

describe("wanting a refresh (M-11, M-19)", () => {
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

  it("with n ≤ 0 takes all that can be had [Q] (M-13)", () => {
    for (const n of [0, -1]) {
      const { pool: subject } = pool(sessions(3));
      expect(ids(subject.select(n, 0))).toEqual([0, 1, 2]);
      expect(subject.select(n, 0)).toBeNull();
    }
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

  it("does not reuse a session before its first segment is in flight [Q] (M-16)", () => {
    const { heard, observer } = listener();
    const { pool: subject } = pool(sessions(2), { observer });
    expect(subject.selectOne(0)?.id).toBe(0);
    expect(subject.selectOne(0)?.id).toBe(1);
    expect(heard).toContainEqual(["swapped", 0, SWAP_REASON.notMeasured]);
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
              const foreseen = one.pool.again(nowMs);
              const chosen = [
                one.pool.selectOne(nowMs),
                general.pool.select(1, nowMs)?.[0] ?? null,
              ];
              expect(chosen[0]?.id).toBe(chosen[1]?.id);
              // It promises the session in use, and that no refresh is wanted.
              if (foreseen !== null) {
                expect([chosen[0], one.pool.refreshWanted]).toEqual([foreseen, false]);
              }
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
