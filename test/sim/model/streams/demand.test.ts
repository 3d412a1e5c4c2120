import { describe, expect, test } from "vitest";
import { makeKey } from "../../../../src/core/random.js";
import {
  type Arrival,
  fixedArrivals,
  hourlyFactors,
  parseTrace,
  poissonArrivals,
} from "../../../../src/sim/model/streams/demand.js";
import { lengthModel } from "../../../../src/sim/model/world/lengths.js";
import { scenarioSchema } from "../../../../src/sim/scenario/schema.js";
import {
  estimated,
  IDEAL,
  metric,
  missBy,
  run,
  type Settings,
  scenario,
} from "../../../support/sim/runs.js";

const HOUR_MS = 3_600_000;
const flat = hourlyFactors("flat");

function lengths(length: Record<string, unknown>) {
  return lengthModel(scenarioSchema.parse({ name: "x", stream: { length } }).stream.length);
}

function until(endMs: number, options: Parameters<typeof poissonArrivals>[0]): readonly Arrival[] {
  const source = poissonArrivals(options);
  const arrivals: Arrival[] = [];
  for (;;) {
    const arrival = source.next();
    if (arrival === undefined || arrival.atMs > endMs) return arrivals;
    arrivals.push(arrival);
  }
}

describe("Poisson arrivals", () => {
  const model = lengths({ distribution: "mixture" });

  test("are stationary from the beginning: as many streams at time 0 as at any time", () => {
    const target = 12;
    const runs = 600;
    const times = [0, 60_000, 0.5 * model.meanMs, 4 * model.meanMs];
    const alive = times.map(() => 0);
    for (let run = 0; run < runs; run++) {
      const arrivals = until(4 * model.meanMs, {
        ratePerMs: target / model.meanMs,
        factors: flat,
        lengths: model,
        key: makeKey(1, run),
      });
      for (const [index, time] of times.entries()) {
        alive[index] =
          (alive[index] ?? 0) +
          arrivals.filter(({ atMs, lengthMs }) => atMs <= time && atMs + lengthMs > time).length;
      }
    }
    for (const count of alive) {
      expect(Math.abs(count / runs - target)).toBeLessThan(5 * Math.sqrt(target / runs));
    }
  });

  test("come at their rate, with exponential gaps", () => {
    const ratePerMs = 1 / 20_000;
    const times = until(1000 * HOUR_MS, {
      ratePerMs,
      factors: flat,
      lengths: lengths({ distribution: "constant", mean: "1m" }),
      key: makeKey(2),
    })
      .map(({ atMs }) => atMs)
      .filter((atMs) => atMs > 0);
    const expected = 1000 * HOUR_MS * ratePerMs;
    expect(Math.abs(times.length - expected)).toBeLessThan(5 * Math.sqrt(expected));
    const long = times.filter((atMs, index) => atMs - (times[index - 1] ?? 0) > 20_000).length;
    expect(Math.abs(long / times.length - Math.exp(-1))).toBeLessThan(
      (5 * 0.5) / Math.sqrt(expected),
    );
    expect(times.every((atMs, index) => atMs >= (times[index - 1] ?? 0))).toBe(true);
  });

  test("follow the hours of the day", () => {
    const factors = hourlyFactors("evening");
    const days = 60;
    const perHour = 50;
    const counts = new Array<number>(24).fill(0);
    const arrivals = until(days * 24 * HOUR_MS, {
      ratePerMs: perHour / HOUR_MS,
      factors,
      lengths: lengths({ distribution: "constant", mean: "1m" }),
      key: makeKey(3),
    });
    for (const { atMs } of arrivals) {
      const hour = Math.floor(atMs / HOUR_MS) % 24;
      counts[hour] = (counts[hour] ?? 0) + 1;
    }
    for (const [hour, count] of counts.entries()) {
      const expected = days * perHour * (factors[hour] ?? 0);
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected) + 10);
    }
  });

  test("those under way at the start have begun at the rates of the hours before", () => {
    // Streams of two hours: at 10 o'clock those of 8 to 10, which come at 3 and at 1 an hour.
    const factors = flat.map((_, hour) => (hour === 8 ? 3 : 1));
    let alive = 0;
    let long = 0;
    const runs = 2000;
    for (let run = 0; run < runs; run++) {
      const started = until(1, {
        ratePerMs: 1 / HOUR_MS,
        factors,
        startMs: 10 * HOUR_MS,
        lengths: lengths({ distribution: "constant", mean: "2h" }),
        key: makeKey(6, run),
      }).filter(({ atMs }) => atMs === 0);
      alive += started.length;
      // Those of the first hour have an hour left at the most.
      long += started.filter(({ lengthMs }) => lengthMs > HOUR_MS).length;
    }
    expect(Math.abs(alive / runs - 4)).toBeLessThan(5 * Math.sqrt(4 / runs));
    expect(Math.abs(long / runs - 1)).toBeLessThan(5 * Math.sqrt(1 / runs));
  });

  test("the day goes on from the hour at which it starts", () => {
    const factors = flat.map((_, hour) => (hour === 5 ? 24 : 0));
    const arrivals = until(30 * HOUR_MS, {
      ratePerMs: 10 / HOUR_MS,
      factors,
      startMs: 20.5 * HOUR_MS,
      lengths: lengths({ distribution: "constant", mean: "1m" }),
      key: makeKey(7),
    });
    expect(arrivals.length).toBeGreaterThan(150);
    for (const { atMs } of arrivals) {
      expect(Math.floor(((atMs + 20.5 * HOUR_MS) / HOUR_MS) % 24)).toBe(5);
    }
  });

  test("an hour of factor 0 has none", () => {
    const factors = flat.map((_, hour) => (hour === 5 ? 0 : 1));
    const arrivals = until(48 * HOUR_MS, {
      ratePerMs: 100 / HOUR_MS,
      factors,
      lengths: lengths({ distribution: "constant", mean: "1m" }),
      key: makeKey(4),
    });
    expect(arrivals.filter(({ atMs }) => Math.floor(atMs / HOUR_MS) % 24 === 5)).toEqual([]);
  });

  test("nobody comes at rate 0", () => {
    expect(
      until(HOUR_MS, { ratePerMs: 0, factors: flat, lengths: model, key: makeKey(1) }),
    ).toEqual([]);
  });

  test("the i-th stream has the same length and key whatever the demand", () => {
    const fresh = (ratePerMs: number) =>
      until(200 * HOUR_MS, { ratePerMs, factors: flat, lengths: model, key: makeKey(5) });
    const [few, many] = [fresh(1 / HOUR_MS), fresh(10 / HOUR_MS)];
    const keys = new Map(many.map((arrival) => [arrival.k0, arrival]));
    const later = few.slice(0, 100).filter(({ atMs }) => atMs > 0);
    for (const { k0, k1, lengthMs } of later) {
      const same = keys.get(k0);
      expect(same?.k1).toBe(k1);
      if ((same?.atMs ?? 0) > 0) expect(same?.lengthMs).toBe(lengthMs);
    }
  });
});

test("the evening's factors have mean 1 and a peak of 1.7 times the mean", () => {
  const factors = hourlyFactors("evening");
  expect(factors.reduce((sum, factor) => sum + factor, 0)).toBeCloseTo(24, 9);
  expect(Math.max(...factors)).toBeCloseTo(1.7, 1);
  expect(Math.min(...factors)).toBeCloseTo(0.5, 1);
});

test("fixed streams come in order of time, each with a key of its own", () => {
  const source = fixedArrivals(
    [
      { atMs: 500, lengthMs: 2 },
      { atMs: 100, lengthMs: 1 },
    ],
    makeKey(1),
  );
  const [a, b] = [source.next(), source.next()];
  expect([a?.atMs, b?.atMs]).toEqual([100, 500]);
  expect(a?.k0).not.toBe(b?.k0);
  expect(source.next()).toBeUndefined();
});

describe("a trace file", () => {
  const parse = (text: string) => parseTrace({ name: "trace.csv", text });

  test("gives its streams", () => {
    expect(parse("at_ms,length_ms,gateway\n0,60000,FRA\r\n1.5,2,NYC\n\n")).toEqual([
      { atMs: 0, lengthMs: 60_000, gateway: "FRA" },
      { atMs: 1.5, lengthMs: 2, gateway: "NYC" },
    ]);
  });

  test.each([
    ["at,length\n", "trace.csv:1:1: expected the header"],
    ["at_ms,length_ms,gateway\n-1,5,FRA\n", 'trace.csv:2:1: at_ms is "-1"'],
    ["at_ms,length_ms,gateway\n,5,FRA\n", 'trace.csv:2:1: at_ms is ""'],
    ["at_ms,length_ms,gateway\n1,0,FRA\n", 'trace.csv:2:1: length_ms is "0"'],
    ["at_ms,length_ms,gateway\n1,NaN,FRA\n", 'trace.csv:2:1: length_ms is "NaN"'],
    ["at_ms,length_ms,gateway\n1,5\n", "trace.csv:2:1: expected three fields"],
    ["at_ms,length_ms,gateway\n1,5,FRA,x\n", "trace.csv:2:1: expected three fields"],
  ])("%j is refused with a position", (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});

describe("a run that is no whole number of days", () => {
  const counted = (replication: number, over: Settings = {}) =>
    metric(
      run(
        scenario(IDEAL, {
          warmup: "0s",
          duration: "3h",
          demand: { streamsPerDay: 240, hourly: "evening" },
          stream: { segmentMs: 60_000, length: { distribution: "constant", mean: "1m" } },
          orchestrators: [
            {
              name: "o",
              region: "FRA",
              stakeLpt: 1,
              backend: { type: "measured", roundTripMs: 100 },
            },
          ],
          ...over,
        }),
        { replication },
      ),
      "network.streams",
    );

  test("begins at an hour that is drawn: all replications together are the day", () => {
    const found = estimated(Array.from({ length: 200 }, (_, replication) => counted(replication)));
    expect(missBy(found, 30)).toBeLessThan(4);
    // Busy and quiet hours both occur: more spread than that of a Poisson count.
    expect(found.error * Math.sqrt(200)).toBeGreaterThan(1.4 * Math.sqrt(30));
  });

  test("the same hour in every variant", () => {
    const other = { gateway: { discoveryTimeout: "1s" } };
    for (const replication of [0, 1, 2])
      expect(counted(replication, other)).toBe(counted(replication));
  });
});
