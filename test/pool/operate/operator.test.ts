import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { RemoteError } from "../../../src/core/errors.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import type { Clock } from "../../../src/pool/operate/clock.js";
import type { Job } from "../../../src/pool/operate/job.js";
import { Operator, type OperatorEvent } from "../../../src/pool/operate/operator.js";

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), "poolsim-operator-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Time passes where somebody waits for it, and nobody else has anything to do. */
class FakeClock implements Clock {
  #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly wait = async (untilMs: number, signal: AbortSignal): Promise<void> => {
    for (let turn = 0; turn < 20 && !signal.aborted; turn++) await Promise.resolve();
    if (!signal.aborted) this.#nowMs = Math.max(this.#nowMs, untilMs);
  };
}

let store: SqlitePoolStore;
let files = 0;
beforeEach(() => {
  store = new SqlitePoolStore({ path: join(folder, `${++files}.db`) });
  // They ran before: what comes next is their interval's.
  for (const name of ["import", "payouts"]) {
    const id = store.runs.begin({
      job: name,
      trigger: "schedule",
      dueMs: 0,
      attempt: 1,
      startedMs: 0,
    });
    store.runs.end(id, { endedMs: 0, outcome: "done", counts: {}, error: null, log: "" });
  }
  return () => store.close();
});

function job(run: Job["run"], more: Partial<Job> = {}): Job {
  return {
    name: "import",
    description: "Enters events.",
    timing: { kind: "every", ms: MINUTE },
    run,
    ...more,
  };
}

/** Runs jobs until something has happened so often. */
async function operate(
  jobs: readonly Job[],
  {
    until,
    nowMs = 1,
    graceMs,
    prepare = () => {},
  }: {
    readonly until: (event: OperatorEvent, count: number) => boolean;
    readonly nowMs?: number;
    readonly graceMs?: number;
    readonly prepare?: (operator: Operator) => void;
  },
): Promise<readonly OperatorEvent[]> {
  const stop = new AbortController();
  const events: OperatorEvent[] = [];
  const operator = new Operator({
    jobs,
    runs: store.runs,
    clock: new FakeClock(nowMs),
    graceMs,
    onEvent: (event) => {
      events.push(event);
      if (until(event, events.length)) stop.abort();
    },
  });
  prepare(operator);
  await operator.run(stop.signal);
  return events;
}

const recorded = () =>
  store.runs
    .list()
    .toReversed()
    .filter(({ dueMs }) => dueMs > 0)
    .map(({ job, trigger, dueMs, attempt, outcome, error }) =>
      error === null
        ? [job, trigger, dueMs, attempt, outcome]
        : [job, trigger, dueMs, attempt, outcome, error],
    );

describe("an operator", () => {
  it("does a job when it is due, and keeps what it did and said", async () => {
    const work = job(async ({ say }) => {
      say("two files");
      return { recorded: 2 };
    });
    await operate([work], { until: (_, count) => count === 6 });
    expect(recorded()).toEqual([
      ["import", "schedule", MINUTE, 1, "done"],
      ["import", "schedule", 2 * MINUTE, 1, "done"],
      ["import", "schedule", 3 * MINUTE, 1, "done"],
    ]);
    expect(store.runs.list()[0]).toMatchObject({ counts: { recorded: 2 }, log: "two files\n" });
  });

  it("tries again what failed, and no failure of a job is another's", async () => {
    let tries = 0;
    const fails = job(
      async () => {
        if (++tries < 3) throw new Error("the server is down");
        return {};
      },
      { name: "payouts", backOffMs: 1_000 },
    );
    await operate([fails, job(async () => ({}))], {
      until: (event) => event.kind === "ended" && event.order.job === "payouts" && tries === 3,
    });
    expect(recorded().filter(([name]) => name === "payouts")).toEqual([
      ["payouts", "schedule", MINUTE, 1, "failed", "the server is down"],
      ["payouts", "retry", MINUTE, 2, "failed", "the server is down"],
      ["payouts", "retry", MINUTE, 3, "done"],
    ]);
    expect(recorded().filter(([name]) => name === "import")).toEqual([
      ["import", "schedule", MINUTE, 1, "done"],
    ]);
  });

  it("stops a run that takes too long", async () => {
    const endless = job(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
      { timeoutMs: 5_000, retries: 0 },
    );
    await operate([endless], { until: ({ kind }) => kind === "ended" });
    expect(recorded()).toEqual([
      ["import", "schedule", MINUTE, 1, "timed out", "it took too long"],
    ]);
  });

  it("waits for what goes on when it is to end; the next one does it again", async () => {
    const stops = job(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new Error("told to stop")));
        }),
    );
    await operate([stops], { until: ({ kind }) => kind === "begun" });
    expect(recorded()).toEqual([["import", "schedule", MINUTE, 1, "stopped", "told to stop"]]);
    await operate([job(async () => ({}))], {
      nowMs: MINUTE + 5,
      until: ({ kind }) => kind === "ended",
    });
    expect(recorded().slice(1)).toEqual([["import", "retry", MINUTE, 2, "done"]]);
  });

  it("tells what a process that died left open", async () => {
    store.runs.begin({ job: "import", trigger: "schedule", dueMs: 1, attempt: 1, startedMs: 2 });
    await operate([job(async () => ({}))], {
      nowMs: 10 * MINUTE,
      until: ({ kind }) => kind === "ended",
    });
    expect(recorded()).toEqual([
      ["import", "schedule", 1, 1, "interrupted", "the process ended while it ran"],
      ["import", "missed", 10 * MINUTE, 1, "done"],
    ]);
  });

  it("begins what is asked for, and what arrives", async () => {
    const watched = job(async () => ({}), {
      name: "watched",
      timing: { kind: "asked" },
      watch: async (arrived) => arrived(),
    });
    await operate([watched], { until: ({ kind }) => kind === "ended" });
    expect(recorded()).toEqual([["watched", "arrival", 1, 1, "done"]]);
    const asked = job(async () => ({}), { name: "asked", timing: { kind: "asked" } });
    await operate([asked], {
      until: ({ kind }) => kind === "ended",
      prepare: (operator) => {
        expect(operator.ask("asked")).toBe(true);
        expect(operator.ask("nothing")).toBe(false);
      },
    });
    expect(recorded()[1]).toEqual(["asked", "asked", 1, 1, "done"]);
  });

  it("gives up where the books are not in their place any more", async () => {
    const replaced = job(async () => {
      throw new RemoteError("another file took its place", { code: "DATABASE_REPLACED" });
    });
    await expect(operate([replaced], { until: () => false })).rejects.toThrow(
      "another file took its place",
    );
  });

  it("leaves out a slot while a run goes on, and says so", async () => {
    let release = (): void => {};
    const slow = job(
      () =>
        new Promise((resolve) => {
          release = () => resolve({});
        }),
      { timeoutMs: 10 * MINUTE },
    );
    await operate([slow], {
      until: (event) => {
        if (event.kind === "skipped") release();
        return event.kind === "ended";
      },
    });
    expect(recorded()).toEqual([
      ["import", "schedule", MINUTE, 1, "done"],
      ["import", "schedule", 2 * MINUTE, 1, "skipped", "the run before was still going on"],
    ]);
  });
});
