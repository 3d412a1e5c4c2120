/**
 * How big a scenario is: what would need more memory or time than anybody has is refused before
 * it starts. Settings that poolsim computes itself (load × 2, peak tests) are not held against it.
 */

import type { Finding, Path } from "../../config/problem.js";
import { grouped } from "../../core/wording.js";
import type { SimulationInput } from "../input.js";
import { parseTrace } from "../model/streams/demand.js";
import { lengthModel } from "../model/world/lengths.js";
import { streamKinds } from "../model/world/stream-kinds.js";
import { warmUpMs } from "../model/world/warm-up.js";
import { mostAtATime } from "./at-a-time.js";
import { WAYS_OF_DEMAND } from "./missing-findings.js";
import type { Scenario } from "./schema.js";

/** A stream costs some 100 KB while it lasts: its sessions with all orchestrators. */
export const STREAMS_AT_A_TIME_MAX = 10_000;
/** Hours of work; what is beyond is a slip of the hand. */
const STREAMS_MAX = 1e8;
const SEGMENTS_MAX = 5e9;
/**
 * Test segments of one orchestrator in one region. A usual network has about a hundred orchestrators
 * and ten regions.
 */
const TEST_SEGMENTS_MAX = 1e8;
/** AI requests of one kind of job: an hour of work. */
const REQUESTS_MAX = 1e9;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const PAYOUT_INTERVAL_MIN_MS = 1000;
/** Shorter times up or down would make a run schedule millions of events. */
const UP_MIN_MS = 1000;

function atLeast(foundMs: number, leastMs: number): string {
  return `found ${foundMs} ms, expected at least ${leastMs} ms`;
}

function count(value: number): string {
  return grouped(Math.round(value));
}

/** Mean number of streams at a time, where demand is random. */
export function streamsAtATime(scenario: Scenario): number {
  return streamKinds(scenario).reduce((sum, { atATime }) => sum + atATime, 0);
}

/** What is beyond them of AI jobs. */
function aiSizeFindings(scenario: Scenario): readonly Finding[] {
  const { ai, assumptions, duration } = scenario;
  const spanMs = warmUpMs(scenario) + duration;
  for (const [index, job] of (ai?.jobs ?? []).entries()) {
    const { requestsPerSecond = 0, streamsPerHour = 0, length } = job;
    const requests = (requestsPerSecond * assumptions.loadScale * spanMs) / 1000;
    if (requests > REQUESTS_MAX) {
      const text = `about ${count(requests / 1e6)} million requests per replication, expected at most ${count(REQUESTS_MAX / 1e6)} million`;
      return [{ path: ["ai", "jobs", index, "requestsPerSecond"], text }];
    }
    const meanMs = length === undefined ? 0 : lengthModel(length).meanMs;
    const atATime = (streamsPerHour * assumptions.loadScale * meanMs) / HOUR_MS;
    if (atATime > STREAMS_AT_A_TIME_MAX) {
      const text = `about ${count(atATime)} streams at a time, expected at most ${count(STREAMS_AT_A_TIME_MAX)}`;
      return [{ path: ["ai", "jobs", index, "streamsPerHour"], text }];
    }
  }
  return [];
}

/** What is beyond any machine's memory or anybody's patience, in a scenario otherwise right. */
export function sizeFindings({ scenario, data }: SimulationInput): readonly Finding[] {
  const { demand, assumptions, duration, warmup, decision, tester } = scenario;
  if (duration === 0) {
    return [{ path: ["duration"], text: "found 0 ms, expected some time to count" }];
  }
  const { payoutInterval = PAYOUT_INTERVAL_MIN_MS } = scenario.orchestrator?.economics ?? {};
  if (payoutInterval < PAYOUT_INTERVAL_MIN_MS) {
    const text = atLeast(payoutInterval, PAYOUT_INTERVAL_MIN_MS);
    return [{ path: ["orchestrator", "economics", "payoutInterval"], text }];
  }
  for (const [index, { up = UP_MIN_MS }] of scenario.workers.entries()) {
    if (up >= UP_MIN_MS) continue;
    return [{ path: ["workers", index, "up"], text: atLeast(up, UP_MIN_MS) }];
  }
  if (assumptions.meanDown < UP_MIN_MS) {
    const text = atLeast(assumptions.meanDown, UP_MIN_MS);
    return [{ path: ["assumptions", "meanDown"], text }];
  }
  const ofAI = aiSizeFindings(scenario);
  if (ofAI.length > 0) return ofAI;
  const kinds = streamKinds(scenario);
  const way = WAYS_OF_DEMAND.find((one) => demand[one] !== undefined);
  const lengthPath: Path = ["stream", "length", "mean"];
  const testSegments = ((tester?.testsPerDay ?? 0) * (tester?.segments ?? 0) * duration) / DAY_MS;
  if (testSegments > TEST_SEGMENTS_MAX) {
    const text = `about ${count(testSegments / 1e6)} million segments for each orchestrator and region, expected at most ${count(TEST_SEGMENTS_MAX / 1e6)} million`;
    return [{ path: ["tester", "testsPerDay"], text }];
  }
  if (way === "arrivals" || way === "trace") {
    const streams =
      data.trace === undefined
        ? (demand.arrivals ?? []).map(({ at, length }) => ({ atMs: at, lengthMs: length }))
        : parseTrace(data.trace);
    const most = mostAtATime(streams, (warmup ?? 0) + duration);
    if (most <= STREAMS_AT_A_TIME_MAX) return [];
    const text = `${count(most)} streams at a time, expected at most ${count(STREAMS_AT_A_TIME_MAX)}`;
    return [{ path: ["demand", way], text }];
  }
  if (way === undefined) return [];
  if (kinds.some(({ lengths }) => lengths.meanMs === 0)) {
    return [{ path: lengthPath, text: "found 0 ms, expected a length" }];
  }
  const atATime = streamsAtATime(scenario);
  if (atATime > STREAMS_AT_A_TIME_MAX) {
    const text = `about ${count(atATime)} streams at a time, expected at most ${count(STREAMS_AT_A_TIME_MAX)}`;
    return [{ path: ["demand", way], text }];
  }
  const spanMs = warmUpMs(scenario) + duration;
  const peak = atATime * (decision?.peakFactor ?? 1);
  if (peak > 2 * STREAMS_AT_A_TIME_MAX) {
    const text = `about ${count(peak)} streams at a time in the peak test, expected at most ${count(2 * STREAMS_AT_A_TIME_MAX)}`;
    return [{ path: ["decision", "peakFactor"], text }];
  }
  const segments = kinds.reduce((sum, one) => sum + (one.atATime * spanMs) / one.segmentMs, 0);
  if (segments > SEGMENTS_MAX) {
    const text = `about ${count(segments / 1e9)} billion segments per replication, expected at most ${count(SEGMENTS_MAX / 1e9)} billion`;
    return [{ path: ["duration"], text }];
  }
  const streams = kinds.reduce((sum, one) => sum + (one.atATime * spanMs) / one.lengths.meanMs, 0);
  if (streams > STREAMS_MAX) {
    const text = `about ${count(streams / 1e6)} million streams per replication, expected at most ${count(STREAMS_MAX / 1e6)} million`;
    return [{ path: lengthPath, text }];
  }
  return [];
}
