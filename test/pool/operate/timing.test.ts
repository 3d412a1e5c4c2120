import { describe, expect, it } from "vitest";
import { slotsOf, type Timing } from "../../../src/pool/operate/timing.js";

const at = (text: string): number => Date.parse(text);
const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const berlin = (pattern: string): Timing => ({ kind: "cron", pattern, timeZone: "Europe/Berlin" });

describe("a cron expression in a time zone", () => {
  const slots = slotsOf(berlin("30 2 * * *"));

  it("is due at the local time", () => {
    expect(iso(slots.after(at("2026-01-10T12:00:00Z")))).toBe("2026-01-11T01:30:00.000Z");
    expect(iso(slots.after(at("2026-07-10T12:00:00Z")))).toBe("2026-07-11T00:30:00.000Z");
  });

  it("is due at the end of an hour that is left out, and once in an hour that comes twice", () => {
    expect(iso(slots.after(at("2026-03-28T12:00:00Z")))).toBe("2026-03-29T01:00:00.000Z");
    expect(iso(slots.after(at("2026-10-24T12:00:00Z")))).toBe("2026-10-25T00:30:00.000Z");
    expect(iso(slots.after(at("2026-10-25T00:30:00Z")))).toBe("2026-10-26T01:30:00.000Z");
  });

  it("knows the last one of a time in which nobody looked", () => {
    const since = at("2026-01-01T00:00:00Z");
    expect(iso(slots.lastUpTo(at("2026-02-01T00:00:00Z"), since))).toBe("2026-01-31T01:30:00.000Z");
    expect(slots.lastUpTo(at("2026-01-01T01:29:59Z"), since)).toBeNull();
    expect(iso(slots.lastUpTo(at("2026-01-01T01:30:00Z"), since))).toBe("2026-01-01T01:30:00.000Z");
  });

  it("finds it after years as after days, also where it is due each second", () => {
    const often = slotsOf(berlin("* * * * * *"));
    expect(iso(often.lastUpTo(at("2026-05-01T00:00:00Z"), 0))).toBe("2026-05-01T00:00:00.000Z");
    const leap = slotsOf(berlin("0 0 29 2 *"));
    expect(iso(leap.lastUpTo(at("2026-05-01T00:00:00Z"), 0))).toBe("2024-02-28T23:00:00.000Z");
  });
});

describe("an interval", () => {
  const slots = slotsOf({ kind: "every", ms: 60_000 });

  it("is due at its multiples, whenever the process began", () => {
    expect(slots.after(0)).toBe(60_000);
    expect(slots.after(59_999)).toBe(60_000);
    expect(slots.after(60_000)).toBe(120_000);
    expect(slots.lastUpTo(300_001, 60_000)).toBe(300_000);
    expect(slots.lastUpTo(119_999, 60_000)).toBeNull();
  });
});

describe("a timing is refused", () => {
  it.each<[Timing, string]>([
    [berlin("61 * * * *"), 'cron: found "61 * * * *": Invalid value for minute: 61'],
    [berlin("1 2 3"), 'cron: found "1 2 3", expected five fields such as "30 3 * * *"'],
    [berlin(""), 'cron: found "", expected five fields such as "30 3 * * *"'],
    [berlin("0 0 30 2 *"), 'cron: found "0 0 30 2 *", which never comes'],
    [
      { kind: "cron", pattern: "0 0 * * *", timeZone: "Mars/Olympus" },
      'timeZone: found "Mars/Olympus", expected one such as Europe/Berlin',
    ],
    [{ kind: "every", ms: 10 }, "every: found 10 ms, expected a second at least"],
  ])("%j", (timing, message) => {
    expect(() => slotsOf(timing)).toThrow(
      expect.objectContaining({ code: "JOB_TIMING", message: expect.stringContaining(message) }),
    );
  });
});
