import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JobSpec, type LastRun, Schedule } from "../../../src/pool/operate/schedule.js";

const MINUTE = 60_000;
const every = (ms: number, more: Partial<JobSpec> = {}): JobSpec => ({
  name: "import",
  timing: { kind: "every", ms },
  ...more,
});
/** It has run: what comes next is its interval's. */
const ran = (dueMs = 0): readonly LastRun[] => [
  { job: "import", dueMs, attempt: 1, outcome: "done", endedMs: dueMs },
];
const begun = (schedule: Schedule, nowMs: number) =>
  schedule
    .due(nowMs)
    .begin.map(({ job, trigger, dueMs, attempt }) => ({ job, trigger, dueMs, attempt }));

describe("a job", () => {
  it("begins when it is due, once", () => {
    const schedule = new Schedule([every(MINUTE)], ran(), 30_000);
    expect(schedule.wakeMs).toBe(MINUTE);
    expect(begun(schedule, MINUTE - 1)).toEqual([]);
    expect(begun(schedule, MINUTE)).toEqual([
      { job: "import", trigger: "schedule", dueMs: MINUTE, attempt: 1 },
    ]);
    expect(begun(schedule, MINUTE)).toEqual([]);
    schedule.ended("import", "done", MINUTE + 5);
    expect(begun(schedule, MINUTE + 6)).toEqual([]);
    expect(schedule.next.get("import")).toBe(2 * MINUTE);
  });

  it("that has an interval begins at once if it never ran", () => {
    const schedule = new Schedule([every(MINUTE)], [], 30_000);
    expect(begun(schedule, 30_000)).toEqual([
      { job: "import", trigger: "schedule", dueMs: 30_000, attempt: 1 },
    ]);
    schedule.ended("import", "done", 30_001);
    expect(schedule.next.get("import")).toBe(MINUTE);
  });

  it("makes up for several that were missed by one run", () => {
    const last: LastRun = { job: "import", dueMs: 0, attempt: 1, outcome: "done", endedMs: 1 };
    const schedule = new Schedule([every(MINUTE)], [last], 10.5 * MINUTE);
    expect(begun(schedule, 10.5 * MINUTE)).toEqual([
      { job: "import", trigger: "missed", dueMs: 10 * MINUTE, attempt: 1 },
    ]);
    schedule.ended("import", "done", 10.6 * MINUTE);
    expect(begun(schedule, 10.7 * MINUTE)).toEqual([]);
  });

  it("does so too when the process slept", () => {
    const schedule = new Schedule([every(MINUTE)], ran(), 0);
    expect(begun(schedule, 10.5 * MINUTE)).toMatchObject([
      { trigger: "missed", dueMs: 10 * MINUTE },
    ]);
  });

  it("is tried again after longer and longer pauses, and not for ever", () => {
    const schedule = new Schedule(
      [every(1_000 * MINUTE, { retries: 2, backOffMs: 100 })],
      ran(),
      0,
    );
    schedule.ask("import", "asked", 1);
    const tries: unknown[] = [];
    let now = 1;
    for (let again = 0; again < 5; again++) {
      tries.push(...begun(schedule, now).map(({ trigger, attempt }) => [now, trigger, attempt]));
      schedule.ended("import", "failed", now);
      now = Math.min(schedule.wakeMs ?? now, 1_000);
    }
    expect(tries).toEqual([
      [1, "asked", 1],
      [101, "retry", 2],
      [301, "retry", 3],
    ]);
  });

  it("a slot that comes while a run goes on is left out, or waits", () => {
    const skips = new Schedule([every(MINUTE)], ran(), 0);
    begun(skips, MINUTE);
    expect(skips.due(2 * MINUTE)).toEqual({
      begin: [],
      skipped: [{ job: "import", dueMs: 2 * MINUTE }],
    });
    skips.ended("import", "done", 2 * MINUTE + 1);
    expect(begun(skips, 2 * MINUTE + 1)).toEqual([]);

    const waits = new Schedule([every(MINUTE, { overlap: "wait" })], ran(), 0);
    begun(waits, MINUTE);
    expect(waits.due(2 * MINUTE)).toEqual({ begin: [], skipped: [] });
    waits.ended("import", "done", 2 * MINUTE + 1);
    expect(begun(waits, 2 * MINUTE + 1)).toMatchObject([{ dueMs: 2 * MINUTE }]);
  });

  it("asked for while it runs, runs again afterwards", () => {
    const schedule = new Schedule([every(1_000 * MINUTE)], ran(), 0);
    schedule.ask("import", "asked", 5);
    begun(schedule, 5);
    schedule.ask("import", "arrival", 6);
    expect(begun(schedule, 7)).toEqual([]);
    schedule.ended("import", "done", 8);
    expect(begun(schedule, 8)).toMatchObject([{ trigger: "arrival", dueMs: 6 }]);
    expect(schedule.ask("no such job", "asked", 9)).toBe(false);
  });

  it("has a jitter that is the same again, and never more than that", () => {
    const spec = every(MINUTE, { jitterMs: 10_000 });
    const beginning = (): number => {
      const schedule = new Schedule([spec], ran(), 0);
      schedule.due(MINUTE);
      return schedule.next.get("import") ?? 0;
    };
    expect(beginning()).toBe(beginning());
    expect(beginning()).toBeGreaterThan(MINUTE);
    expect(beginning()).toBeLessThan(MINUTE + 10_000);
  });

  it("says which runs take too long", () => {
    const schedule = new Schedule([every(MINUTE, { timeoutMs: 500 })], ran(), 0);
    begun(schedule, MINUTE);
    expect(schedule.expired(MINUTE + 499)).toEqual([]);
    expect(schedule.wakeMs).toBe(MINUTE + 500);
    expect(schedule.expired(MINUTE + 500)).toMatchObject([{ job: "import" }]);
  });
});

describe("after a crash", () => {
  const interrupted = (attempt: number): LastRun => ({
    job: "import",
    dueMs: MINUTE,
    attempt,
    outcome: "interrupted",
    endedMs: MINUTE + 7,
  });

  it("what it ended is tried again, as often as any failure", () => {
    const schedule = new Schedule([every(MINUTE)], [interrupted(1)], MINUTE + 10);
    expect(begun(schedule, MINUTE + 10)).toMatchObject([
      { trigger: "retry", dueMs: MINUTE, attempt: 2 },
    ]);
    const hopeless = new Schedule([every(MINUTE)], [interrupted(4)], MINUTE + 10);
    expect(begun(hopeless, MINUTE + 10)).toEqual([]);
  });

  it("a later slot takes its place", () => {
    const schedule = new Schedule([every(MINUTE)], [interrupted(1)], 3.5 * MINUTE);
    expect(begun(schedule, 3.5 * MINUTE)).toMatchObject([
      { trigger: "missed", dueMs: 3 * MINUTE, attempt: 1 },
    ]);
    schedule.ended("import", "done", 3.6 * MINUTE);
    expect(begun(schedule, 3.7 * MINUTE)).toEqual([]);
  });
});

describe("whatever happens", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 200_000 }) }),
    fc.record({ kind: fc.constant("kill" as const), ms: fc.integer({ min: 1, max: 500_000 }) }),
    fc.record({
      kind: fc.constant("end" as const),
      outcome: fc.constantFrom("done" as const, "failed" as const),
    }),
    fc.record({ kind: fc.constant("ask" as const) }),
  );

  it("no slot is answered for twice, none is done twice, and one run goes on at a time", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, isWaiting) => {
        const spec = every(MINUTE, { overlap: isWaiting ? "wait" : "skip", retries: 2 });
        let now = 1;
        let last: LastRun | undefined;
        let going: LastRun | undefined;
        let schedule = new Schedule([spec], ran(), now);
        const tries = new Map<string, number>();
        const look = (): void => {
          for (const { dueMs, attempt, trigger } of schedule.due(now).begin) {
            expect(going).toBeUndefined();
            expect(attempt).toBeLessThanOrEqual(3);
            const isSlot = trigger !== "asked";
            if (isSlot && trigger !== "retry") {
              expect(dueMs % MINUTE).toBe(0);
              expect(tries.get(`${dueMs}`)).toBeUndefined();
            }
            tries.set(`${dueMs}`, attempt);
            going = { job: "import", dueMs, attempt, outcome: "interrupted", endedMs: now };
          }
        };
        for (const one of steps) {
          if (one.kind === "wait") now += one.ms;
          if (one.kind === "ask") schedule.ask("import", "asked", now);
          if (one.kind === "end" && going !== undefined) {
            schedule.ended("import", one.outcome, now);
            last = { ...going, outcome: one.outcome, endedMs: now };
            going = undefined;
          }
          if (one.kind === "kill") {
            last = going ?? last;
            going = undefined;
            now += one.ms;
            schedule = new Schedule([spec], last === undefined ? ran() : [last], now);
          }
          look();
        }
      }),
    );
  });
});
