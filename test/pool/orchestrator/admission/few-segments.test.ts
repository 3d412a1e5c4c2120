/** 30 segments a session, as livepeer_bench has them, admit whom 300 admit: the short form of 900 benches. */
import { expect, it } from "vitest";
import { makeKey, normalQuantile, uniform } from "../../../../src/core/random.js";
import { judgeBenchmark } from "../../../../src/pool/orchestrator/admission/benchmark.js";
import { benchmarkFigures } from "../../../../src/pool/orchestrator/admission/benchmark-figures.js";

const LIMIT_MS = 800;
const BENCHES = 100;

/** A worker drawn by its number: its mean times at 1, 2, 4 and 6 sessions, and its spreads. */
function drawn(bench: number) {
  const { k0, k1 } = makeKey(9, bench);
  let draws = 0;
  const next = () => uniform(k0, k1, draws++);
  const normal = () => normalQuantile(next());
  const aloneMs = 150 + 700 * next();
  const spread = 0.05 + 0.2 * next();
  const between = 0.1 * next();
  const slope = 0.1 + 0.4 * next();
  const levels = [1, 2, 4, 6].map((sessions) => {
    return { sessions, meanMs: aloneMs * (1 + slope * (sessions - 1)) };
  });
  const sigma = Math.hypot(spread, between);
  const isClear = levels.every(({ meanMs }) => {
    const p99 = meanMs * Math.exp(sigma * normalQuantile(0.99));
    return Math.abs(p99 / LIMIT_MS - 1) > 0.1;
  });
  const decision = (segments: number) => {
    const runs = levels.map(({ sessions, meanMs }) => ({
      sessions,
      segments: Array.from({ length: sessions }, () => {
        const ofSession = Math.exp(between * normal());
        return Array.from({ length: segments }, (_, segment) => ({
          cold: segment === 0,
          downloadMs: 0,
          transcodeMs: meanMs * ofSession * Math.exp(spread * normal()),
          uploadMs: 0,
        }));
      }).flat(),
    }));
    const measured = benchmarkFigures({ runs, latenciesMs: [] });
    return judgeBenchmark(measured, { limitMs: LIMIT_MS }, 6).maxSessions;
  };
  return { isClear, decision };
}

it("30 segments a session admit whom 300 admit, with as many sessions, in 95 of 100 benches", () => {
  let benches = 0;
  let same = 0;
  let admitted = 0;
  for (let bench = 0; benches < BENCHES; bench++) {
    const { isClear, decision } = drawn(bench);
    if (!isClear) continue;
    benches++;
    const [few, many] = [decision(30), decision(300)];
    if (few === many) same++;
    if (many > 0) admitted++;
  }
  // Neither everybody nor nobody.
  expect(admitted).toBeGreaterThan(20);
  expect(admitted).toBeLessThan(BENCHES);
  expect(same).toBeGreaterThanOrEqual(0.95 * BENCHES);
});
