/**
 * When streams begin: a Poisson process per gateway with 24 hourly factors, or fixed times. The
 * i-th stream of a gateway is the same in every variant: its draws are keyed by (gateway, i).
 */
import { InputError } from "../../../core/errors.js";
import { childK0, childK1, type RandomKey, uniform } from "../../../core/random.js";
import { drawPoisson } from "../../engine/distributions.js";
import type { DataFile } from "../../input.js";
import type { Scenario } from "../../scenario/schema.js";
import type { LengthModel } from "../world/lengths.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Factors by hour (UTC) of `hourly: evening`: quiet nights, 1.7 at the peak, 1 on average. */
const EVENING = [
  0.7, 0.6, 0.5, 0.5, 0.5, 0.5, 0.6, 0.7, 0.8, 0.9, 0.9, 1, 1, 1, 1, 1.1, 1.2, 1.4, 1.6, 1.7, 1.7,
  1.5, 1.2, 0.9,
].map((factor, _, all) => (factor * 24) / all.reduce((sum, value) => sum + value, 0));

/** A stream that will begin. */
export interface Arrival {
  readonly atMs: number;
  readonly lengthMs: number;
  /** Key of the stream's own draws. */
  readonly k0: number;
  readonly k1: number;
}

/** The hourly factors that a scenario asks for. */
export function hourlyFactors(hourly: Scenario["demand"]["hourly"]): readonly number[] {
  if (hourly === "flat") return new Array<number>(24).fill(1);
  return hourly === "evening" ? EVENING : hourly;
}

/** The streams of one gateway, in order of time. */
export interface ArrivalSource {
  /** The next stream, or undefined when there is none any more. */
  next(): Arrival | undefined;
}

/**
 * Random arrivals: those under way at time 0 first, then a Poisson process. Those under way have
 * begun at the rates of the hours before.
 *
 * @param options.ratePerMs mean rate of arrivals at factor 1
 * @param options.factors of the rate, by hour of the day
 * @param options.startMs time of day at time 0, ms after midnight; default: midnight
 * @param options.key key of this gateway
 */
export function poissonArrivals(options: {
  readonly ratePerMs: number;
  readonly factors: readonly number[];
  readonly startMs?: number;
  readonly lengths: LengthModel;
  readonly key: RandomKey;
}): ArrivalSource {
  const { ratePerMs, factors, startMs = 0, lengths, key } = options;
  const gapKey = { k0: childK0(key, 1), k1: childK1(key, 1) };
  const countKey = { k0: childK0(key, 2), k1: childK1(key, 2) };
  const streamKey = { k0: childK0(key, 3), k1: childK1(key, 3) };
  // As many as there would be at the largest rate; of these those count that the rate of the hour in
  // which they began has made (thinning).
  const largest = Math.max(...factors);
  const initial = drawPoisson(ratePerMs * lengths.meanMs * largest, (index) =>
    uniform(countKey.k0, countKey.k1, index),
  );
  const perDay = factors.reduce((sum, factor) => sum + factor, 0) * HOUR_MS * ratePerMs;
  let index = 0;
  /** Expected arrivals since midnight: the clock in which the process has rate 1. */
  let expected = countAt(startMs);
  return {
    next() {
      for (;;) {
        const number = index++;
        const k0 = childK0(streamKey, number);
        const k1 = childK1(streamKey, number);
        const u0 = uniform(k0, k1, -1);
        const u1 = uniform(k0, k1, -2);
        if (number >= initial) {
          if (perDay <= 0) return undefined;
          expected -= Math.log(uniform(gapKey.k0, gapKey.k1, number - initial));
          // What rounding puts before the start is at the start.
          const atMs = Math.max(0, timeOf(expected) - startMs);
          return { atMs, lengthMs: lengths.draw(u0, u1), k0, k1 };
        }
        const whole = lengths.met(u0, u1);
        const lengthMs = whole * uniform(k0, k1, -3);
        const factor = factorAt(startMs - (whole - lengthMs));
        if (uniform(k0, k1, -5) * largest < factor) return { atMs: 0, lengthMs, k0, k1 };
      }
    },
  };

  function factorAt(timeMs: number): number {
    const hour = Math.floor(timeMs / HOUR_MS) % 24;
    return factors[hour < 0 ? hour + 24 : hour] ?? 0;
  }

  function countAt(timeMs: number): number {
    const hours = Math.floor(timeMs / HOUR_MS);
    const whole = factors.slice(0, hours).reduce((sum, factor) => sum + factor, 0) * HOUR_MS;
    return (whole + (factors[hours] ?? 0) * (timeMs - hours * HOUR_MS)) * ratePerMs;
  }

  function timeOf(count: number): number {
    const days = Math.floor(count / perDay);
    let rest = count - days * perDay;
    for (let hour = 0; hour < 24; hour++) {
      const rate = (factors[hour] ?? 0) * ratePerMs;
      if (rest < rate * HOUR_MS) return days * DAY_MS + hour * HOUR_MS + rest / rate;
      rest -= rate * HOUR_MS;
    }
    return (days + 1) * DAY_MS;
  }
}

/** Fixed arrivals, in order of time. */
export function fixedArrivals(
  streams: readonly { readonly atMs: number; readonly lengthMs: number }[],
  key: RandomKey,
): ArrivalSource {
  const sorted = [...streams].sort((a, b) => a.atMs - b.atMs);
  let index = 0;
  return {
    next() {
      const stream = sorted[index];
      if (stream === undefined) return undefined;
      const number = index++;
      return { ...stream, k0: childK0(key, number), k1: childK1(key, number) };
    },
  };
}

/** A line of a demand trace. */
export interface TraceLine {
  readonly atMs: number;
  readonly lengthMs: number;
  readonly gateway: string;
}

const TRACE_LINES_MAX = 2_000_000;

/**
 * Reads a demand trace: CSV with the header `at_ms,length_ms,gateway`.
 *
 * @throws InputError (`TRACE_INVALID`) naming file, line and what was expected
 */
export function parseTrace({ name, text }: DataFile): readonly TraceLine[] {
  const lines = text.split(/\r?\n/);
  const fail = (line: number, message: string): never => {
    throw new InputError(`${name}:${line}:1: ${message}`, { code: "TRACE_INVALID" });
  };
  if (lines[0] !== "at_ms,length_ms,gateway")
    fail(1, "expected the header at_ms,length_ms,gateway");
  if (lines.length > TRACE_LINES_MAX)
    fail(TRACE_LINES_MAX, `expected at most ${TRACE_LINES_MAX} lines`);
  const streams: TraceLine[] = [];
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index];
    if (line === undefined || line === "") continue;
    const [at, length, gateway, more] = line.split(",");
    const atMs = Number(at);
    const lengthMs = Number(length);
    if (at === "" || !(atMs >= 0 && atMs <= 1e12))
      fail(index + 1, `at_ms is "${at}", expected a number from 0 to 1e12`);
    if (length === "" || !(lengthMs > 0 && lengthMs <= 1e10)) {
      fail(index + 1, `length_ms is "${length}", expected a number above 0, at most 1e10`);
    }
    if (gateway === undefined || gateway === "" || more !== undefined) {
      fail(index + 1, "expected three fields: at_ms,length_ms,gateway");
    } else {
      streams.push({ atMs, lengthMs, gateway });
    }
  }
  return streams;
}
