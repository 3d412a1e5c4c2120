/**
 * Each condition begins once and ends once, whatever happens while it goes on: restarts, looks that come
 * late, clocks that are set forward and back.
 */
import { expect, it } from "vitest";
import { makeKey, uniform } from "../../../../src/core/random.js";
import {
  ALERT_KINDS,
  type AlertFacts,
  type AlertKind,
  conditionsOf,
} from "../../../../src/pool/operate/alerts/conditions.js";
import {
  type AlertState,
  isBegun,
  NO_ALERTS,
  nextNotice,
  observe,
  quarantineOf,
  toldNotice,
} from "../../../../src/pool/operate/alerts/state.js";

const T = Date.UTC(2026, 10, 29);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LIMITS = {
  offlineMs: 15 * MINUTE,
  behindMs: 15 * MINUTE,
  stuckMs: HOUR,
  backupAgeMs: 26 * HOUR,
  diskFree: 0.05,
};
const CALM: AlertFacts = {
  workers: [{ address: "0xa", name: null, isOnline: true, lastClosedMs: null }],
  jobs: [],
  quarantine: 2,
  open: [],
  undone: [],
  backupAtMs: T + 100 * HOUR,
  diskFree: 0.5,
  betterRule: null,
};
const ended = (job: string, error: string, log = ""): Partial<AlertFacts> => ({
  jobs: [{ job, outcome: "failed", error, log, endedMs: T }],
});

/** What makes each so: as of T, and what the pool is like afterwards. */
const CASES: Readonly<
  Record<AlertKind, { readonly so: Partial<AlertFacts>; readonly after?: Partial<AlertFacts> }>
> = {
  workerOffline: {
    so: { workers: [{ address: "0xa", name: null, isOnline: false, lastClosedMs: T }] },
    after: { workers: [{ address: "0xa", name: null, isOnline: true, lastClosedMs: T }] },
  },
  sourceBehind: { so: ended("import", "could not be read: a; 3 new of others") },
  quarantineGrows: { so: { quarantine: 3 } },
  payoutFailed: { so: ended("payouts", "nonces 3 are not known") },
  payoutStuck: { so: { open: [{ id: 1, address: "0xa", createdAtMs: T }] } },
  walletShort: { so: ended("payouts", "x", "hindered walletShort 0xa") },
  gasAboveCap: { so: ended("payouts", "x", "hindered gasTooExpensive 0xa") },
  approvalWaits: { so: ended("payouts", "x", "hindered notApproved 0xa") },
  // It ends by the time alone, a day later.
  paymentUndone: {
    so: { undone: [{ payout: "1", atMs: T + 30 * HOUR }] },
    after: { undone: [{ payout: "1", atMs: T + 30 * HOUR }] },
  },
  verifyFailed: { so: ended("verify", "the books are wrong") },
  backupOld: { so: { backupAtMs: T }, after: { backupAtMs: T + 200 * HOUR } },
  diskFull: { so: { diskFree: 0.01 } },
  ruleBetter: { so: { betterRule: "700 ms" } },
  jobFailed: { so: ended("close-round", "no") },
};
const kinds = Object.keys(ALERT_KINDS).filter((kind): kind is AlertKind => kind in CASES);

class Pool {
  state: AlertState = NO_ALERTS;
  readonly told: string[] = [];

  look(facts: AlertFacts, nowMs: number): void {
    // As a restart leaves it.
    const kept: AlertState = JSON.parse(JSON.stringify(this.state));
    const before = quarantineOf(kept, facts.quarantine);
    const conditions = conditionsOf(facts, LIMITS, {
      quarantineBefore: before.quarantine ?? 0,
      nowMs,
      isBegun: (condition) => isBegun(before, condition),
    });
    this.state = observe(before, conditions, { receivers: ["phone"], nowMs });
    for (;;) {
      const notice = nextNotice(this.state, "phone", { perHour: 30, nowMs });
      if (notice === null) return;
      this.told.push(`${notice.phase} ${notice.kind} ${notice.subject}`);
      this.state = toldNotice(this.state, notice, nowMs);
    }
  }
}

it("knows a case of each kind", () => {
  expect(kinds).toEqual(Object.keys(ALERT_KINDS));
});

it.each(kinds)("%s begins once and ends once, however clocks are set meanwhile", (kind) => {
  const { so, after = {} } = CASES[kind];
  const { k0, k1 } = makeKey(7, kinds.indexOf(kind));
  let draws = 0;
  const draw = (end: number) => Math.floor(uniform(k0, k1, draws++) * end);
  const pool = new Pool();
  pool.look(CALM, T - HOUR);
  // For two days, looked at every so often; the clock is up to two days off, back and forth.
  for (let atMs = T; atMs < T + 54 * HOUR; atMs += HOUR) {
    const isSet = atMs > T + 31 * HOUR && draw(3) === 0;
    const setMs = isSet ? (draw(2) === 0 ? -draw(30) * HOUR : draw(10) * HOUR) : 0;
    pool.look({ ...CALM, ...so }, atMs + setMs);
  }
  // What ends is over, also for a clock that is set back then.
  const over = { ...CALM, ...after };
  for (const hours of [60, 61, 20, 35, 50, 62, 63]) pool.look(over, T + hours * HOUR);
  const about = pool.told.filter((line) => line.split(" ")[1] === kind);
  const [begin = "", ...rest] = about;
  expect(about).toHaveLength(2);
  expect(begin).toMatch(/^begin /);
  expect(rest).toEqual([begin.replace("begin", "end")]);
  expect(pool.told).toEqual(about);
});

it("a clock that is set back keeps no notice from being told", () => {
  const pool = new Pool();
  pool.look(CALM, T);
  pool.look({ ...CALM, diskFree: 0.01 }, T + 48 * HOUR);
  pool.look(CALM, T);
  pool.look({ ...CALM, diskFree: 0.01 }, T + MINUTE);
  expect(pool.told).toEqual(["begin diskFull disk", "end diskFull disk", "begin diskFull disk"]);
});
