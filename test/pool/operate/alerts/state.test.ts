/** Alerts begin and end once, in order, at most so many in an hour, whatever receivers do. */
import { describe, expect, it } from "vitest";
import {
  type AlertFacts,
  type Condition,
  conditionsOf,
} from "../../../../src/pool/operate/alerts/conditions.js";
import { messageOf } from "../../../../src/pool/operate/alerts/message.js";
import {
  type AlertState,
  failedNotice,
  NO_ALERTS,
  nextNotice,
  observe,
  toldNotice,
} from "../../../../src/pool/operate/alerts/state.js";

const T = Date.UTC(2026, 10, 29);
const MINUTE = 60_000;
const stuck: Condition = { kind: "payoutStuck", subject: "payout 1", text: "stuck", afterMs: 0 };
const see = (state: AlertState, atMs: number, ...conditions: readonly Condition[]) =>
  observe(state, conditions, { receivers: ["a"], nowMs: atMs });
const phases = ({ waiting }: AlertState) =>
  waiting.map(({ phase, subject }) => `${phase} ${subject}`);

describe("Alerts", () => {
  it("tell a beginning and an end, once each, and a new beginning after that", () => {
    let state = see(NO_ALERTS, T, stuck, stuck);
    state = see(state, T + 1, stuck);
    expect(phases(state)).toEqual(["begin payout 1"]);
    const [first] = state.waiting;
    if (first === undefined) throw new Error("nothing to tell");
    state = toldNotice(state, first, T + 2);
    state = see(state, T + 3);
    state = see(state, T + 4);
    state = see(state, T + 5, stuck);
    expect(phases(state)).toEqual(["end payout 1", "begin payout 1"]);
    expect(new Set([first, ...state.waiting].map(({ id }) => id)).size).toBe(3);
  });

  it("are nothing if it was over before it lasted, or before its beginning was told", () => {
    const slow = { ...stuck, afterMs: 10 * MINUTE };
    let state = see(NO_ALERTS, T, slow);
    state = see(state, T + 9 * MINUTE);
    expect(phases(state)).toEqual([]);
    state = see(state, T + 10 * MINUTE, slow);
    state = see(state, T + 20 * MINUTE, slow);
    expect(phases(state)).toEqual(["begin payout 1"]);
    expect(phases(see(state, T + 21 * MINUTE))).toEqual([]);
  });

  it("wait for a receiver that fails: longer each time, in order, and are given up after a day", () => {
    const other = { ...stuck, subject: "payout 2" };
    let state = see(NO_ALERTS, T, stuck, other);
    const limits = { perHour: 100 };
    let [atMs, tries] = [T, 0];
    for (; state.waiting.length === 2; atMs += MINUTE) {
      const notice = nextNotice(state, "a", { ...limits, nowMs: atMs });
      if (notice === null) continue;
      expect(notice.subject).toBe("payout 1");
      state = failedNotice(state, notice, { nowMs: atMs, afterMs: tries === 0 ? 1e9 : 0 });
      tries++;
    }
    expect([tries > 20, tries < 40, atMs - T >= 24 * 60 * MINUTE]).toEqual([true, true, true]);
    expect(nextNotice(state, "a", { ...limits, nowMs: atMs })?.subject).toBe("payout 2");
  });

  it("are at most so many in an hour; the rest waits", () => {
    const many = Array.from({ length: 10 }, (_, at) => ({ ...stuck, subject: `payout ${at}` }));
    let state = see(NO_ALERTS, T, ...many);
    const told: number[] = [];
    for (let atMs = T; atMs < T + 4 * 60 * MINUTE; atMs += MINUTE) {
      const notice = nextNotice(state, "a", { perHour: 3, nowMs: atMs });
      if (notice === null) continue;
      told.push(atMs);
      state = toldNotice(state, notice, atMs);
    }
    expect(told).toHaveLength(10);
    for (const atMs of told) {
      expect(told.filter((one) => one >= atMs && one < atMs + 60 * MINUTE).length).toBeLessThan(4);
    }
  });
});

const CALM: AlertFacts = {
  workers: [],
  jobs: [],
  quarantine: 0,
  open: [],
  undone: [],
  backupAtMs: undefined,
  diskFree: null,
  betterRule: null,
};
const LIMITS = {
  offlineMs: 15 * MINUTE,
  behindMs: 15 * MINUTE,
  stuckMs: 60 * MINUTE,
  backupAgeMs: 26 * 60 * MINUTE,
  diskFree: 0.05,
};
const found = (facts: Partial<AlertFacts>, quarantineBefore = 0) =>
  conditionsOf({ ...CALM, ...facts }, LIMITS, { quarantineBefore, nowMs: T }).map(
    ({ kind, subject }) => `${kind} ${subject}`,
  );
const ended = (job: string, error: string, log = "") => ({
  jobs: [{ job, outcome: "failed", error, log, endedMs: T }],
});
const w = { address: "0xa", name: null, isOnline: false };

it.each<[string, Partial<AlertFacts>, readonly string[]]>([
  ["nothing", {}, []],
  [
    "a worker that went",
    { workers: [{ ...w, lastClosedMs: T - 15 * MINUTE }] },
    ["workerOffline 0xa"],
  ],
  ["one that just went", { workers: [{ ...w, lastClosedMs: T - 14 * MINUTE }] }, []],
  ["one that left long ago", { workers: [{ ...w, lastClosedMs: T - 8 * 1440 * MINUTE }] }, []],
  ["one that is there", { workers: [{ ...w, isOnline: true, lastClosedMs: 1 }] }, []],
  [
    "sources",
    ended("import", "could not be read: a, b-2; 3 new of others"),
    ["sourceBehind a", "sourceBehind b-2"],
  ],
  ["books that can't be written", ended("import", "SQLITE_FULL"), ["jobFailed import"]],
  ["a stop", ended("payouts", "nonces 3 are not known"), ["payoutFailed payouts"]],
  [
    "a short wallet",
    ended("payouts", "x", "hindered walletShort 0xa\nhindered walletShort 0xb\n"),
    ["walletShort payouts"],
  ],
  ["gas", ended("payouts", "x", "hindered gasTooExpensive 0xa\n"), ["gasAboveCap payouts"]],
  ["approval", ended("payouts", "x", "hindered notApproved 0xa\n"), ["approvalWaits payouts"]],
  ["other reasons", ended("payouts", "x", "hindered dayCap 0xa\n"), ["payoutFailed payouts"]],
  ["wrong books", ended("verify", "the books are wrong"), ["verifyFailed verify"]],
  ["another job", ended("close-round", "no"), ["jobFailed close-round"]],
  [
    "a stuck payout",
    { open: [{ id: 3, address: "0xa", createdAtMs: T - 60 * MINUTE }] },
    ["payoutStuck payout 3"],
  ],
  ["a reorganisation", { undone: [{ payout: "4", atMs: T - MINUTE }] }, ["paymentUndone payout 4"]],
  ["an old one", { undone: [{ payout: "4", atMs: T - 25 * 60 * MINUTE }] }, []],
  ["quarantine", { quarantine: 1 }, ["quarantineGrows quarantine"]],
  ["an old backup", { backupAtMs: T - 26 * 60 * MINUTE }, ["backupOld backup"]],
  ["a backup", { backupAtMs: T - 25 * 60 * MINUTE }, []],
  ["a full disk", { diskFree: 0.049 }, ["diskFull disk"]],
  ["a better rule", { betterRule: "700 ms" }, ["ruleBetter rule"]],
])("Of %s", (_, facts, expected) => {
  expect(found(facts)).toEqual(expected);
});

it("What waited in quarantine before is no news", () => {
  expect(found({ quarantine: 3 }, 3)).toEqual([]);
});

it("Names call nobody and are no links", () => {
  const notice = {
    kind: "workerOffline",
    subject: "0xa",
    id: "1",
    phase: "begin",
    to: "a",
  } as const;
  const text = "<!channel> @everyone [x](http://y) & `z`";
  const whole = { ...notice, text, sinceMs: T, atMs: T, tries: 0, nextMs: T };
  expect(messageOf(whole, "slack", "p.db")).toEqual({
    text: "ALERT workerOffline: &lt;!channel&gt; @everyone [x](http://y) &amp; `z` [p.db]",
  });
  expect(messageOf(whole, "discord", "p.db")).toMatchObject({
    content: expect.stringContaining("\\@everyone \\[x\\]\\(http"),
    allowed_mentions: { parse: [] },
  });
  expect(messageOf(whole, "json", "p.db")).toMatchObject({
    text,
    phase: "begin",
    at: "2026-11-29T00:00:00Z",
  });
});
