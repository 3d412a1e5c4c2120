import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  NO_SESSION,
  ORCHESTRATOR_BUSY,
  ORCHESTRATOR_CAPPED,
  OrchestratorSessions,
  sessionSlot,
} from "../../../src/pool/orchestrator/sessions.js";

/** A segment that arrives and takes `takesMs`, its end stated ahead. */
function segment(sessions: OrchestratorSessions, session: number, atMs: number, takesMs = 500) {
  const handle = sessions.accept(session, atMs);
  if (handle >= 0) sessions.finish(handle, sessions.beginMs(handle, atMs) + takesMs);
  return handle;
}

describe("capacity (O-6, O-8)", () => {
  it("counts an auth session from its first segment, not from discovery", () => {
    const sessions = new OrchestratorSessions({ maxSessions: 1 });
    expect(sessions.isCapped(NO_SESSION, 0)).toBe(false);
    expect(sessions.openCount(0)).toBe(0);
    segment(sessions, NO_SESSION, 0);
    expect(sessions.openCount(0)).toBe(1);
  });

  it("when full, refuses discovery for everybody but serves the sessions it has", () => {
    const sessions = new OrchestratorSessions({ maxSessions: 2 });
    const known = segment(sessions, NO_SESSION, 0);
    segment(sessions, NO_SESSION, 0);
    expect(sessions.isCapped(NO_SESSION, 1)).toBe(true);
    expect(sessions.isCapped(known, 1)).toBe(false);
    expect(segment(sessions, NO_SESSION, 1)).toBe(ORCHESTRATOR_CAPPED);
    expect(segment(sessions, known, 2000)).toBe(known);
  });

  it("has 10 slots by default (O-7)", () => {
    const sessions = new OrchestratorSessions();
    for (let n = 0; n < 10; n++) expect(segment(sessions, NO_SESSION, 0)).toBeGreaterThanOrEqual(0);
    expect(segment(sessions, NO_SESSION, 0)).toBe(ORCHESTRATOR_CAPPED);
  });

  it("treats the handle of a closed session as an unknown id, also after its slot went on", () => {
    const sessions = new OrchestratorSessions({ maxSessions: 1 });
    const first = segment(sessions, NO_SESSION, 0);
    sessions.end(first, 1000);
    const second = segment(sessions, NO_SESSION, 1000);
    expect(sessionSlot(second)).toBe(sessionSlot(first));
    expect(sessions.isOpen(first, 1000)).toBe(false);
    expect(sessions.accept(first, 1001)).toBe(ORCHESTRATOR_CAPPED);
    expect(sessions.end(first, 1001)).toBe(false);
    expect(sessions.isOpen(second, 1001)).toBe(true);
  });

  it.each([-1, 1.5, Number.NaN, 65_537])("refuses %d as MaxSessions", (maxSessions) => {
    expect(() => new OrchestratorSessions({ maxSessions })).toThrow(/maxSessions/);
  });
});

describe("MaxSessions auto (O-7)", () => {
  it("is the capacity of the workers: none, all are capped", () => {
    const sessions = new OrchestratorSessions({ maxSessions: "auto" });
    expect(sessions.isCapped(NO_SESSION, 0)).toBe(true);
    sessions.workerRegistering(0, 2);
    sessions.workerRegistering(2, 3);
    expect(sessions.maxSessions).toBe(5);
    sessions.workerLeft(3);
    expect(sessions.maxSessions).toBe(3);
  });

  it("under-counts two workers that register before either is listed", () => {
    const sessions = new OrchestratorSessions({ maxSessions: "auto" });
    sessions.workerRegistering(0, 2);
    sessions.workerRegistering(0, 3);
    expect(sessions.maxSessions).toBe(3);
  });

  it("stays 0 for ever off-chain", () => {
    const sessions = new OrchestratorSessions({ maxSessions: "auto", onChain: false });
    sessions.workerRegistering(0, 5);
    expect(sessions.isCapped(NO_SESSION, 0)).toBe(true);
  });

  it("a fixed number is not touched by workers", () => {
    const sessions = new OrchestratorSessions({ maxSessions: 4 });
    sessions.workerRegistering(0, 50);
    sessions.workerLeft(0);
    expect(sessions.maxSessions).toBe(4);
  });

  it("keeps the sessions it has when it shrinks below them", () => {
    const sessions = new OrchestratorSessions({ maxSessions: "auto" });
    sessions.workerRegistering(0, 1);
    const known = segment(sessions, NO_SESSION, 0);
    sessions.workerLeft(0);
    expect(segment(sessions, known, 2000)).toBe(known);
    expect(sessions.isCapped(NO_SESSION, 2000)).toBe(true);
  });
});

describe("queue (O-9)", () => {
  it("handles one segment at a time, in order", () => {
    const sessions = new OrchestratorSessions();
    const session = segment(sessions, NO_SESSION, 0, 3000);
    expect(sessions.accept(session, 2000)).toBe(session);
    expect(sessions.beginMs(session, 2000)).toBe(3000);
    sessions.finish(session, 6000);
    expect(sessions.accept(session, 7000)).toBe(session);
    expect(sessions.beginMs(session, 7000)).toBe(7000);
  });

  it("is busy with 1 running and 4 waiting", () => {
    const sessions = new OrchestratorSessions();
    const session = segment(sessions, NO_SESSION, 0, 10_000);
    for (let n = 0; n < 4; n++) expect(segment(sessions, session, 100, 10_000)).toBe(session);
    expect(sessions.inHand(session, 9999)).toBe(5);
    expect(sessions.accept(session, 9999)).toBe(ORCHESTRATOR_BUSY);
    expect(sessions.accept(session, 10_000)).toBe(session);
  });

  it("a refused segment is not counted", () => {
    const sessions = new OrchestratorSessions({ queueLength: 0 });
    const session = segment(sessions, NO_SESSION, 0, 1000);
    expect(sessions.accept(session, 500)).toBe(ORCHESTRATOR_BUSY);
    expect(sessions.segments(session)).toBe(1);
  });

  it("does not know when to begin while the end before is not known", () => {
    const sessions = new OrchestratorSessions();
    const session = sessions.accept(NO_SESSION, 0);
    sessions.accept(session, 2000);
    expect(sessions.beginMs(session, 2000)).toBe(Number.POSITIVE_INFINITY);
    sessions.finish(session, 2500);
    expect(sessions.beginMs(session, 2000)).toBe(2500);
  });

  it("does not let segments end out of order or twice", () => {
    const sessions = new OrchestratorSessions();
    const session = segment(sessions, NO_SESSION, 0, 3000);
    expect(() => sessions.finish(session, 4000)).toThrow(/once/);
    sessions.accept(session, 100);
    expect(() => sessions.finish(session, 2999)).toThrow(/in order/);
  });
});

describe("closing (O-10)", () => {
  it("frees the slot after 70 s without a new segment, and says when and why", () => {
    const closed: [number, number, string][] = [];
    const onClose = (...close: [number, number, string]) => closed.push(close);
    const sessions = new OrchestratorSessions({ maxSessions: 1, onClose });
    const session = segment(sessions, NO_SESSION, 0, 500);
    expect(sessions.isCapped(NO_SESSION, 70_499)).toBe(true);
    expect(sessions.isCapped(NO_SESSION, 70_500)).toBe(false);
    expect(closed).toEqual([[session, 70_500, "idle"]]);
  });

  it("a new segment starts the 70 s over", () => {
    const sessions = new OrchestratorSessions();
    const session = segment(sessions, NO_SESSION, 0, 500);
    segment(sessions, session, 60_000, 500);
    expect(sessions.openCount(130_499)).toBe(1);
    expect(sessions.openCount(130_500)).toBe(0);
  });

  it("does not close a session whose segment is still worked on", () => {
    const sessions = new OrchestratorSessions();
    const session = sessions.accept(NO_SESSION, 0);
    expect(sessions.openCount(500_000)).toBe(1);
    sessions.finish(session, 500_000);
    expect(sessions.nextDeadline()).toBe(570_000);
    expect(sessions.openCount(570_000)).toBe(0);
  });

  it("EndTranscodingSession frees the slot at once", () => {
    const closed: string[] = [];
    const sessions = new OrchestratorSessions({
      maxSessions: 1,
      onClose: (...c) => closed.push(c[2]),
    });
    const session = segment(sessions, NO_SESSION, 0);
    expect(sessions.end(session, 2000)).toBe(true);
    expect(sessions.isCapped(NO_SESSION, 2000)).toBe(false);
    expect(closed).toEqual(["ended"]);
    // The segment in hand ends later; nobody minds.
    sessions.finish(session, 3000);
  });

  it("knows the next deadline, and none when no session is open", () => {
    const sessions = new OrchestratorSessions();
    expect(sessions.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    const late = segment(sessions, NO_SESSION, 0, 500);
    segment(sessions, NO_SESSION, 1000, 500);
    segment(sessions, late, 5000, 500);
    expect(sessions.nextDeadline()).toBe(71_500);
    sessions.expire(71_500);
    expect(sessions.nextDeadline()).toBe(75_500);
  });
});

/** The same rules, the plain way: a map of arrays, everything looked at every time. */
class Plain {
  readonly closed: string[] = [];
  readonly #open = new Map<number, number[]>();
  readonly #max: number;
  constructor(max: number) {
    this.#max = max;
  }
  expire(now: number): void {
    const due = [...this.#open].map(([id, ends]) => ({ id, at: Math.max(...ends) + 70_000 }));
    for (const { id, at } of due.filter((d) => d.at <= now).sort((a, b) => a.at - b.at)) {
      this.#open.delete(id);
      this.closed.push(`${id} idle ${at}`);
    }
  }
  segment(id: number, now: number, takes: number): string {
    this.expire(now);
    const ends = this.#open.get(id);
    if (ends === undefined && this.#open.size >= this.#max) return "capped";
    if ((ends ?? []).filter((end) => end > now).length > 4) return "busy";
    const begin = Math.max(now, ...(ends ?? []));
    this.#open.set(id, [...(ends ?? []), begin + takes]);
    return `begins ${begin}`;
  }
  end(id: number, now: number): void {
    this.expire(now);
    if (this.#open.delete(id)) this.closed.push(`${id} ended ${now}`);
  }
  get size(): number {
    return this.#open.size;
  }
}

it("law: does what the plain form does, whatever arrives", () => {
  const step = fc.record({
    waitMs: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 90_000 })),
    id: fc.integer({ min: 0, max: 7 }),
    takesMs: fc.integer({ min: 1, max: 9000 }),
    ends: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5 }), fc.array(step, { maxLength: 80 }), (max, steps) => {
      const plain = new Plain(max);
      const closed: string[] = [];
      const handles = new Map<number, number>();
      const ids = new Map<number, number>();
      const sessions = new OrchestratorSessions({
        maxSessions: max,
        onClose: (handle, at, cause) => closed.push(`${ids.get(handle)} ${cause} ${at}`),
      });
      let now = 0;
      // Fractions, so that no two sessions run out at the same instant.
      for (const [index, { waitMs, id, takesMs, ends }] of steps.entries()) {
        now += waitMs + 1 / (index + 2);
        const handle = handles.get(id) ?? NO_SESSION;
        if (ends) {
          sessions.end(handle, now);
          plain.end(id, now);
        } else {
          const accepted = sessions.accept(handle, now);
          let result = accepted === ORCHESTRATOR_CAPPED ? "capped" : "busy";
          if (accepted >= 0) {
            handles.set(id, accepted);
            ids.set(accepted, id);
            const begin = sessions.beginMs(accepted, now);
            sessions.finish(accepted, begin + takesMs);
            result = `begins ${begin}`;
          }
          expect(result).toBe(plain.segment(id, now, takesMs));
        }
        expect(sessions.openCount(now)).toBe(plain.size);
        expect(plain.size).toBeLessThanOrEqual(max);
      }
      for (let due = sessions.nextDeadline(); due < Infinity; due = sessions.nextDeadline()) {
        sessions.expire(due);
      }
      plain.expire(now + 1e9);
      expect(closed).toEqual(plain.closed);
    }),
  );
});

it("keeps no trace of closed sessions: slots are used again", () => {
  const sessions = new OrchestratorSessions({ maxSessions: 3 });
  let largest = 0;
  for (let n = 0; n < 10_000; n++) {
    largest = Math.max(largest, sessionSlot(segment(sessions, NO_SESSION, n * 30_000)));
  }
  expect(largest).toBeLessThan(3);
});

describe("segments known ahead", () => {
  it("leave what they would have left one by one, seen at any instant", () => {
    const closes: string[] = [];
    const make = () =>
      new OrchestratorSessions({
        maxSessions: 3,
        onClose: (session, atMs, cause) => closes.push(`${session} ${atMs} ${cause}`),
      });
    const [ahead, stepwise] = [make(), make()];
    const [one, same] = [ahead, stepwise].map((sessions) => segment(sessions, NO_SESSION, 0));
    if (one === undefined || same === undefined) throw new Error("both accept a first segment");
    // At 0.6 s three more are known: at 60, 120 and 180 s, half a second each.
    ahead.foresee(one, 3, 180_500);
    for (const atMs of [60_000, 120_000, 180_000]) {
      expect(ahead.isOpen(one, atMs - 1)).toBe(true);
      expect(stepwise.isOpen(same, atMs - 1)).toBe(true);
      segment(stepwise, same, atMs);
      expect(ahead.openCount(atMs)).toBe(stepwise.openCount(atMs));
    }
    expect(ahead.segments(one)).toBe(stepwise.segments(same));
    expect(segment(ahead, one, 181_000)).toBe(segment(stepwise, same, 181_000));
    for (const sessions of [ahead, stepwise]) sessions.expire(251_500);
    expect(closes).toEqual([`${one} 251500 idle`, `${same} 251500 idle`]);
  });

  it("come when those before them have ended, and only to an open session", () => {
    const sessions = new OrchestratorSessions();
    const open = sessions.accept(NO_SESSION, 0);
    expect(() => sessions.foresee(open, 1, 900)).toThrow("have ended");
    sessions.finish(open, 500);
    expect(() => sessions.foresee(open, 1, 400)).toThrow("in order");
    expect(() => sessions.foresee(open + 1, 1, 900)).toThrow("only an open session");
  });
});
