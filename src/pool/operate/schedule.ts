/**
 * Which job runs when. A pure state machine: it is told the time, what was asked for and how runs
 * ended, and says which runs begin. Whoever drives it keeps the time and the record of the runs.
 *
 * A run answers for a slot, the instant at which it was due. Of several slots that passed while
 * nobody looked only the last one is made up for; a slot is never answered for twice, but a run that
 * failed, or that a crash ended, is tried again.
 */
import { makeKey, uniform } from "../../core/random.js";
import type { RunOutcome, RunRow, RunTrigger } from "../books/store/store.js";
import { type Slots, slotsOf, type Timing } from "./timing.js";

/** What a job is, apart from what it does. */
export interface JobSpec {
  /** Its name, such as `close-round`. */
  readonly name: string;
  /** When it is due. */
  readonly timing: Timing;
  /** It begins up to so much after it is due, always the same for a slot, ms. @default 0 */
  readonly jitterMs?: number | undefined;
  /** How often it is tried again after a failure, 0 … 100. @default 3 */
  readonly retries?: number | undefined;
  /** Pause before the first retry, ms; it doubles with each, up to an hour. @default 30000 */
  readonly backOffMs?: number | undefined;
  /** A run that takes longer is stopped, ms. @default 3600000 */
  readonly timeoutMs?: number | undefined;
  /** A slot that comes while a run goes on is left out, or waits for its end. @default "skip" */
  readonly overlap?: "skip" | "wait" | undefined;
}

/** A run that is to begin now. */
export interface RunOrder {
  readonly job: string;
  readonly trigger: RunTrigger;
  /** When it was due, ms since 1970; for one that was asked for, when that was. */
  readonly dueMs: number;
  /** 1 for the first try. */
  readonly attempt: number;
  /** When it is stopped, ms since 1970. */
  readonly deadlineMs: number;
}

/** A slot that nobody answers for, because the run before was still going on. */
export interface SkippedSlot {
  readonly job: string;
  readonly dueMs: number;
}

/** The last run of a job that began, as the record of runs has it. */
export interface LastRun {
  readonly job: string;
  readonly dueMs: number;
  readonly attempt: number;
  readonly outcome: RunOutcome;
  /** When it ended, ms since 1970. */
  readonly endedMs: number;
}

/** The history that a schedule takes, of the record of runs: of those that go on nothing is known yet. */
export function lastRuns(runs: readonly RunRow[]): readonly LastRun[] {
  return runs.flatMap(({ job, dueMs, attempt, outcome, endedMs }) =>
    outcome === null || endedMs === null ? [] : [{ job, dueMs, attempt, outcome, endedMs }],
  );
}

/** What begins at an instant, and what does not. */
export interface Due {
  readonly begin: readonly RunOrder[];
  readonly skipped: readonly SkippedSlot[];
}

const BACK_OFF_MAX_MS = 3_600_000;
/** A slot that is answered for and further ahead than this was one of a wrong clock. */
const CLOCK_SET_MS = 3_600_000;

/** Tries of a slot, the first one included. */
export function triesOf({ retries = 3 }: JobSpec): number {
  return retries + 1;
}

/** Pause after a failed try, ms. */
export function pauseAfter({ backOffMs = 30_000 }: JobSpec, attempt: number): number {
  return Math.min(BACK_OFF_MAX_MS, backOffMs * 2 ** Math.min(attempt - 1, 20));
}

interface Waiting {
  readonly trigger: RunTrigger;
  readonly dueMs: number;
  readonly attempt: number;
  readonly beginMs: number;
}

/** One job: its slots, what waits to begin, and what goes on. */
class JobState {
  readonly spec: JobSpec;
  readonly #slots: Slots;
  /** Slots up to this one are answered for. */
  #answeredMs: number;
  #running: RunOrder | null = null;
  #waiting: Waiting | null = null;

  constructor(spec: JobSpec, last: LastRun | undefined, nowMs: number) {
    this.spec = spec;
    this.#slots = slotsOf(spec.timing);
    // Of a job that never ran nothing was missed; one that has an interval begins at once.
    this.#answeredMs = Math.min(nowMs, last?.dueMs ?? nowMs);
    if (last !== undefined) {
      this.#goOn(last, nowMs);
    } else if (spec.timing.kind === "every") {
      this.#waiting = { trigger: "schedule", dueMs: nowMs, attempt: 1, beginMs: nowMs };
    }
  }

  /** A slot that was begun and not done is tried again, unless a later one is due by now. */
  #goOn({ dueMs, attempt, outcome, endedMs }: LastRun, nowMs: number): void {
    const missedMs = this.#slots.lastUpTo(nowMs, this.#answeredMs);
    if (missedMs !== null) {
      this.#answeredMs = missedMs;
      this.#waiting = { trigger: "missed", dueMs: missedMs, attempt: 1, beginMs: nowMs };
      return;
    }
    if (outcome === "done" || attempt >= triesOf(this.spec)) return;
    const pauseMs =
      outcome === "failed" || outcome === "timed out" ? pauseAfter(this.spec, attempt) : 0;
    this.#waiting = {
      trigger: "retry",
      dueMs,
      attempt: attempt + 1,
      beginMs: Math.max(nowMs, endedMs + pauseMs),
    };
  }

  #jitterMs(dueMs: number): number {
    const { jitterMs = 0, name } = this.spec;
    if (jitterMs === 0) return 0;
    const letters = [...name].map((letter) => letter.codePointAt(0) ?? 0);
    const { k0, k1 } = makeKey(dueMs, ...letters);
    return Math.floor(jitterMs * uniform(k0, k1, 0));
  }

  ask(trigger: "asked" | "arrival", nowMs: number): void {
    // Whoever asks while something waits gets that, at once.
    const { dueMs = nowMs, attempt = 1 } = this.#waiting ?? {};
    this.#waiting = { trigger, dueMs, attempt, beginMs: nowMs };
  }

  due(nowMs: number): {
    readonly begin: RunOrder | null;
    readonly skipped: readonly SkippedSlot[];
  } {
    const skipped: SkippedSlot[] = [];
    if (this.#answeredMs - nowMs > CLOCK_SET_MS) this.#setBack(nowMs);
    const slotMs = this.#slots.lastUpTo(nowMs, this.#answeredMs);
    if (slotMs !== null) {
      const first = this.#slots.after(this.#answeredMs) ?? slotMs;
      this.#answeredMs = slotMs;
      const { overlap = "skip", name: job } = this.spec;
      if (this.#running !== null && overlap === "skip") {
        skipped.push({ job, dueMs: slotMs });
      } else {
        // A new slot takes the place of whatever waited for an older one.
        const trigger = first === slotMs ? "schedule" : "missed";
        const beginMs = slotMs + this.#jitterMs(slotMs);
        this.#waiting = { trigger, dueMs: slotMs, attempt: 1, beginMs };
      }
    }
    const waiting = this.#waiting;
    if (waiting === null || this.#running !== null || waiting.beginMs > nowMs) {
      return { begin: null, skipped };
    }
    this.#waiting = null;
    const { trigger, dueMs, attempt } = waiting;
    const { name: job, timeoutMs = 3_600_000 } = this.spec;
    const deadlineMs = nowMs + timeoutMs;
    this.#running = { job, trigger, dueMs, attempt, deadlineMs };
    return { begin: this.#running, skipped };
  }

  /** The clock was wrong, and is right now: what was put off until then is not. */
  #setBack(nowMs: number): void {
    this.#answeredMs = nowMs;
    const waiting = this.#waiting;
    if (waiting !== null && waiting.beginMs > nowMs) this.#waiting = { ...waiting, beginMs: nowMs };
  }

  ended(outcome: RunOutcome, nowMs: number): void {
    const ended = this.#running;
    this.#running = null;
    if (ended === null || this.#waiting !== null) return;
    const mayRetry = outcome === "failed" || outcome === "timed out";
    if (!mayRetry || ended.attempt >= triesOf(this.spec)) return;
    this.#waiting = {
      trigger: "retry",
      dueMs: ended.dueMs,
      attempt: ended.attempt + 1,
      beginMs: nowMs + pauseAfter(this.spec, ended.attempt),
    };
  }

  get running(): RunOrder | null {
    return this.#running;
  }

  /** When to look again, ms since 1970; null: only when something is asked for. */
  get wakeMs(): number | null {
    const slotMs = this.#slots.after(this.#answeredMs);
    const beginMs = this.#running === null ? (this.#waiting?.beginMs ?? null) : null;
    const all = [slotMs, beginMs, this.#running?.deadlineMs ?? null].filter((ms) => ms !== null);
    return all.length === 0 ? null : Math.min(...all);
  }

  /** When it begins next as far as is known now, ms since 1970; null: only when it is asked for. */
  get nextMs(): number | null {
    return this.#waiting?.beginMs ?? this.#slots.after(this.#answeredMs);
  }
}

/** All jobs of a pool. */
export class Schedule {
  readonly #jobs: ReadonlyMap<string, JobState>;

  /**
   * @param specs the jobs, each name once
   * @param history the last run of each job that ever ran
   * @param nowMs the time, ms since 1970
   * @throws InputError (`JOB_TIMING`) for an expression or a time zone that is none
   */
  constructor(specs: readonly JobSpec[], history: readonly LastRun[], nowMs: number) {
    const lastOf = new Map(history.map((run) => [run.job, run]));
    this.#jobs = new Map(
      specs.map((spec) => [spec.name, new JobState(spec, lastOf.get(spec.name), nowMs)]),
    );
  }

  /** The runs that begin now; each is to be followed by {@link ended}. */
  due(nowMs: number): Due {
    const all = [...this.#jobs.values()].map((job) => job.due(nowMs));
    return {
      begin: all.flatMap(({ begin }) => (begin === null ? [] : [begin])),
      skipped: all.flatMap(({ skipped }) => skipped),
    };
  }

  /**
   * A run is wanted now: by an operator, or because something arrived. Where one goes on already,
   * another follows it, as what it was asked for may be younger.
   *
   * @returns false where there is no such job
   */
  ask(job: string, trigger: "asked" | "arrival", nowMs: number): boolean {
    const state = this.#jobs.get(job);
    state?.ask(trigger, nowMs);
    return state !== undefined;
  }

  /** A run ended. */
  ended(job: string, outcome: RunOutcome, nowMs: number): void {
    this.#jobs.get(job)?.ended(outcome, nowMs);
  }

  /** Runs that take too long. */
  expired(nowMs: number): readonly RunOrder[] {
    return this.running.filter(({ deadlineMs }) => deadlineMs <= nowMs);
  }

  /** Runs that go on. */
  get running(): readonly RunOrder[] {
    return [...this.#jobs.values()].flatMap(({ running }) => (running === null ? [] : [running]));
  }

  /** When {@link due} or {@link expired} may have something to say next; null: never by itself. */
  get wakeMs(): number | null {
    const all = [...this.#jobs.values()].flatMap(({ wakeMs }) => wakeMs ?? []);
    return all.length === 0 ? null : Math.min(...all);
  }

  /** When each job begins next, ms since 1970; null: only when it is asked for. */
  get next(): ReadonlyMap<string, number | null> {
    return new Map([...this.#jobs].map(([name, { nextMs }]) => [name, nextMs]));
  }
}
