/** Which backups are kept. */
import { expect, it } from "vitest";
import { backupName, backupTime, superfluous } from "../../../src/pool/operate/jobs/retention.js";

const DAY_MS = 86_400_000;
const END_MS = Date.UTC(2026, 10, 29, 4);
/** Every six hours for 400 days. */
const names = Array.from({ length: 1_600 }, (_, back) => backupName(END_MS - back * (DAY_MS / 4)));

const keptOf = (retention: Parameters<typeof superfluous>[1]) => {
  const gone = new Set(superfluous(names, retention));
  return names.filter((name) => !gone.has(name));
};

it("keeps the newest, and the newest of each day, week and month", () => {
  expect(keptOf({ keep: 3 })).toEqual(names.slice(0, 3));
  const kept = keptOf({ keep: 1, daily: 3, weekly: 3, monthly: 3 });
  expect(kept).toEqual([
    "pool-20261129T040000Z.db",
    "pool-20261128T220000Z.db",
    "pool-20261127T220000Z.db",
    // Weeks begin on Monday, months on the first.
    "pool-20261122T220000Z.db",
    "pool-20261115T220000Z.db",
    "pool-20261031T220000Z.db",
    "pool-20260930T220000Z.db",
  ]);
  expect(keptOf({ keep: 1, monthly: 100 })).toHaveLength(14);
});

it("never takes the newest, nor what is no backup, and tells the oldest first", () => {
  expect(superfluous(["pool-20260101T000000Z.db"], { keep: 0 })).toEqual([]);
  const others = ["pool.db", "pool-20260101T000000Z.db.unfinished", "x/pool-20260101T000000Z.db"];
  expect(superfluous([...others, ...names.slice(0, 2)], { keep: 1 })).toEqual([names[1]]);
  expect(superfluous(names, { keep: 1 })).toEqual(names.slice(1).toReversed());
  expect(backupTime(names[0] ?? "")).toBe(END_MS);
});

it("never takes the one that was made just now, though others are dated later by a wrong clock", () => {
  const [ahead, further] = [backupName(END_MS + 300 * DAY_MS), backupName(END_MS + 301 * DAY_MS)];
  const [now = "", before = "", older = ""] = names;
  const all = [ahead, further, now, before, older];
  const rules = { keep: 2, daily: 2 };
  expect(superfluous(all, rules, now)).toEqual([ahead, further, older]);
  expect(superfluous(all, { keep: 1 }, now)).toEqual([ahead, further, older, before]);
  // The clock is behind now: what it makes is the newest all the same.
  const behind = backupName(0);
  expect(superfluous([behind, now, before], { keep: 2 }, behind)).toEqual([before]);
});
