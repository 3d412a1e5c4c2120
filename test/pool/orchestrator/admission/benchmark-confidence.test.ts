/**
 * Admission by the usual 30 segments a session says the same as by 300, for several kinds of workers and
 * limits. `POOLSIM_BENCHES=200 POOLSIM_BENCHES_FIRST=5001` tries so many of each kind, from that seed on.
 */
import { describe, expect, it } from "vitest";
import { makeKey, normalQuantile, uniform } from "../../../../src/core/random.js";
import { judgeBenchmark } from "../../../../src/pool/orchestrator/admission/benchmark.js";
import { benchmarkFigures } from "../../../../src/pool/orchestrator/admission/benchmark-figures.js";

const BENCHES = Number(process.env["POOLSIM_BENCHES"] ?? 20);
const FIRST = Number(process.env["POOLSIM_BENCHES_FIRST"] ?? 1);
const SESSIONS_MAX = 8;
const NEAR = 0.1;
const LIMITS_MS = [300, 800, 2000] as const;

/** A worker, and the limit that it is held against. */
interface Made {
  readonly limitMs: number;
  readonly aloneMs: number;
  /** By how much longer each further session makes all of them take. */
  readonly slope: number;
  /** Deviation of the logarithm between segments, and between sessions. */
  readonly spread: number;
  readonly between: number;
  /** A session's first segment takes longer by so much of the time alone. */
  readonly warmup: number;
  /** Share of segments that take `slowTimes` as long, and of those that never come. */
  readonly slow: number;
  readonly slowTimes: number;
  readonly failing: number;
}

/** Draws of one worker, from 0 to 1. */
type Draw = (index: number) => number;

/** What is special in a kind; the rest is as in the first. */
const KINDS: readonly {
  readonly name: string;
  readonly made: (u: Draw) => Partial<Made>;
  /** Its one session at one at a time decides, however long it is: two of 300 segments differ as often. */
  readonly isUneven?: true;
}[] = [
  { name: "usual", made: () => ({}) },
  { name: "jittery", made: (u) => ({ spread: 0.25 + 0.15 * u(2) }) },
  { name: "of uneven sessions", made: (u) => ({ between: 0.1 + 0.1 * u(3) }), isUneven: true },
  { name: "cold at first", made: (u) => ({ warmup: 0.5 + 2 * u(5) }) },
  { name: "with a tail", made: (u) => ({ slow: 0.03 + 0.02 * u(5), slowTimes: 2 + 2 * u(6) }) },
  { name: "that fails now and then", made: (u) => ({ failing: u(5) < 0.5 ? 0.0003 : 0.06 }) },
  { name: "flat, then steep", made: (u) => ({ slope: u(1) < 0.5 ? 0.02 : 1.2 }) },
];

const levelMs = ({ aloneMs, slope }: Made, sessions: number) =>
  aloneMs * (1 + slope * (sessions - 1));

/** The standard normal distribution, by its inverse. */
function normalShare(z: number): number {
  let [low, high] = [1e-12, 1 - 1e-12];
  while (high - low > 1e-7) {
    const middle = (low + high) / 2;
    if (normalQuantile(middle) < z) low = middle;
    else high = middle;
  }
  return low;
}

/** From the level to the true 99th percentile, on the logarithm; Infinity: too many never come. */
function reachOf({ spread, between, slow, slowTimes, failing }: Made): number {
  if (failing > 0.01) return Number.POSITIVE_INFINITY;
  const deviation = Math.hypot(spread, between);
  const share = (log: number) =>
    (1 - slow) * normalShare(log / deviation) +
    slow * normalShare((log - Math.log(slowTimes)) / deviation);
  let [low, high] = [0, 5];
  while (high - low > 1e-3) {
    const middle = (low + high) / 2;
    if ((1 - failing) * share(middle) < 0.99) low = middle;
    else high = middle;
  }
  return low;
}

/** True 99th percentiles, of warm segments and of first ones at each number of sessions, ÷ the limit. */
function tailsOf(worker: Made): number[] {
  const { aloneMs, warmup, limitMs } = worker;
  const reach = reachOf(worker);
  return Array.from({ length: SESSIONS_MAX }, (_, index) => index + 1).flatMap((sessions) => {
    const warmMs = levelMs(worker, sessions) * Math.exp(reach);
    return [warmMs / limitMs, (warmMs + warmup * aloneMs) / limitMs];
  });
}

function bench(worker: Made, perSession: number, seed: number) {
  const { aloneMs, spread, between, slow, slowTimes, failing, warmup } = worker;
  let draws = 0;
  const { k0, k1 } = makeKey(seed, perSession);
  const next = () => uniform(k0, k1, draws++);
  const normal = () => normalQuantile(next());
  const runs = Array.from({ length: SESSIONS_MAX }, (_, index) => {
    const sessions = index + 1;
    const segments = Array.from({ length: sessions }, () => between * normal()).flatMap((factor) =>
      Array.from({ length: perSession }, (_unused, segment) => {
        const times = next() < slow ? slowTimes : 1;
        const warmMs = levelMs(worker, sessions) * times * Math.exp(factor + spread * normal());
        const transcodeMs = warmMs + (segment === 0 ? warmup * aloneMs : 0);
        return {
          cold: segment === 0,
          downloadMs: 0,
          transcodeMs: next() < failing ? Number.POSITIVE_INFINITY : transcodeMs,
          uploadMs: 0,
        };
      }),
    );
    return { sessions, segments };
  });
  return judgeBenchmark(
    benchmarkFigures({ runs, latenciesMs: [] }),
    { limitMs: worker.limitMs },
    SESSIONS_MAX,
  );
}

/** Workers no number of sessions of which is within a tenth of the limit; every other one is to be refused. */
function clearWorkers(made: (u: Draw) => Partial<Made>): Made[] {
  const workers: Made[] = [];
  const { k0, k1 } = makeKey(4711, FIRST);
  for (let draw = 0; workers.length < BENCHES; draw += 8) {
    const u = (offset: number) => uniform(k0, k1, draw + offset);
    const limitMs = LIMITS_MS[Math.floor(LIMITS_MS.length * u(4))] ?? 800;
    const worker: Made = {
      limitMs,
      aloneMs: limitMs * (0.05 + 1.2 * u(0)),
      slope: 0.25 + 0.75 * u(1),
      spread: 0.05 + 0.15 * u(2),
      between: 0.05 * u(3),
      warmup: 0,
      slow: 0,
      slowTimes: 1,
      failing: 0,
      ...made(u),
    };
    const tails = tailsOf(worker);
    const isAdmitted = tails.slice(0, 2).every((tail) => tail <= 1);
    const isNear = tails.some((tail) => Math.abs(tail - 1) <= NEAR);
    if (!isNear && isAdmitted === (workers.length % 2 === 0)) workers.push(worker);
  }
  return workers;
}

describe("admission by a benchmark of 30 segments a session", () => {
  it.each(KINDS)(
    "is that of 300, of workers $name a tenth from the limit",
    ({ name, made, isUneven }) => {
      let sameAdmission = 0;
      let sameSessions = 0;
      let refused = 0;
      let sameAgain = 0;
      for (const [index, worker] of clearWorkers(made).entries()) {
        const few = bench(worker, 30, FIRST + index);
        const many = bench(worker, 300, FIRST + index);
        if (few.admitted === many.admitted) sameAdmission++;
        if (few.maxSessions === many.maxSessions) sameSessions++;
        if (!many.admitted) refused++;
        const again = bench(worker, 300, FIRST + 100_000 + index);
        if (again.maxSessions === many.maxSessions) sameAgain++;
      }
      if (process.env["POOLSIM_BENCHES"] !== undefined) {
        process.stdout.write(
          `${name}: of ${BENCHES} admission is the same in ${sameAdmission}, sessions too in ${sameSessions} (of two of 300 in ${sameAgain}); ${refused} refused\n`,
        );
      }
      // Both answers occur.
      expect(refused).toBeGreaterThan(0.05 * BENCHES);
      expect(refused).toBeLessThan(0.95 * BENCHES);
      const least = isUneven === true ? 0.95 * sameAgain : 0.95 * BENCHES;
      expect(sameAdmission).toBeGreaterThanOrEqual(least);
      expect(sameSessions).toBeGreaterThanOrEqual(least);
    },
  );
});
