/** Admission by the usual 30 segments a session says the same as by 300. */
import { describe, expect, it } from "vitest";
import { makeKey, normalQuantile, uniform } from "../../../../src/core/random.js";
import { judgeBenchmark } from "../../../../src/pool/orchestrator/admission/benchmark.js";
import { benchmarkFigures } from "../../../../src/pool/orchestrator/admission/benchmark-figures.js";

const LIMIT_MS = 800;
const SESSIONS_MAX = 8;
const NEAR = 0.1;
const Z99 = normalQuantile(0.99);

/** A worker: its time alone, how it slows down, and its spread between segments and sessions. */
interface Made {
  readonly aloneMs: number;
  readonly slope: number;
  readonly spread: number;
  readonly between: number;
}

const levelMs = ({ aloneMs, slope }: Made, sessions: number) =>
  aloneMs * (1 + slope * (sessions - 1));

/** The true 99th percentile. */
function p99Ms(worker: Made, sessions: number): number {
  const { spread, between } = worker;
  return levelMs(worker, sessions) * Math.exp(Z99 * Math.hypot(spread, between));
}

function bench(worker: Made, perSession: number, seed: number) {
  let draws = 0;
  const { k0, k1 } = makeKey(seed, perSession);
  const normal = () => normalQuantile(uniform(k0, k1, draws++));
  const runs = Array.from({ length: SESSIONS_MAX }, (_, index) => {
    const sessions = index + 1;
    const segments = Array.from({ length: sessions }, () => worker.between * normal()).flatMap(
      (factor) =>
        Array.from({ length: perSession }, (_unused, segment) => ({
          cold: segment === 0,
          downloadMs: 0,
          transcodeMs: levelMs(worker, sessions) * Math.exp(factor + worker.spread * normal()),
          uploadMs: 0,
        })),
    );
    return { sessions, segments };
  });
  return judgeBenchmark(
    benchmarkFigures({ runs, latenciesMs: [] }),
    { limitMs: LIMIT_MS },
    SESSIONS_MAX,
  );
}

/** Workers no number of sessions of which is within a tenth of the limit. */
function* clearWorkers(): Generator<Made> {
  const { k0, k1 } = makeKey(4711);
  for (let draw = 0; ; draw += 4) {
    const u = (offset: number) => uniform(k0, k1, draw + offset);
    const worker = {
      aloneMs: 100 + 900 * u(0),
      slope: 0.25 + 0.75 * u(1),
      spread: 0.05 + 0.15 * u(2),
      between: 0.05 * u(3),
    };
    const isNear = Array.from({ length: SESSIONS_MAX }, (_, index) => index + 1).some(
      (sessions) => Math.abs(p99Ms(worker, sessions) / LIMIT_MS - 1) <= NEAR,
    );
    if (!isNear) yield worker;
  }
}

describe("admission by a benchmark", () => {
  it("of 30 segments a session is that of 300, in 95 of 100 that are a tenth from the limit", () => {
    let same = 0;
    let refused = 0;
    let seed = 0;
    for (const worker of clearWorkers()) {
      if (seed++ === 100) break;
      const few = bench(worker, 30, seed);
      const many = bench(worker, 300, seed);
      if (few.maxSessions === many.maxSessions) same++;
      if (!many.admitted) refused++;
    }
    // Both answers occur.
    expect(refused).toBeGreaterThan(10);
    expect(refused).toBeLessThan(90);
    expect(same).toBeGreaterThanOrEqual(95);
  });
});
