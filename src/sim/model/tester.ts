/**
 * The public leaderboard's tester: a few tests a day from each region to each orchestrator, which
 * is the test stream's only choice. Scores are successRate × (1 − e^(−duration ÷ round trip)), the
 * mean of a day's tests (V-12).
 */
import { childK0, childK1, makeKey, uniform } from "../../core/random.js";
import { hashName } from "../engine/distributions.js";
import { learnNumbers } from "../engine/number-fields.js";
import type { GatewayRuntime } from "./discovery/gateway.js";
import { ENTITY } from "./draws.js";
import { type Probe, type Segment, Stream } from "./entities.js";
import { EVENT } from "./events.js";
import type { Run } from "./run.js";
import type { Segments } from "./segment/segments.js";
import { mostRenditions } from "./world/renditions.js";

const DAY_MS = 86_400_000;
/** Tests of one orchestrator lie within so long of each other, ms (a public tester's schedule). */
const TOGETHER_MS = 100_000;
/** Where an orchestrator's tests from all regions lie; regions' own draws are not negative. */
const TOGETHER_DRAW = -1;

/** Sums over tests. */
export class TestTotals {
  tests = 0;
  sent = 0;
  received = 0;
  /** Tests of which something came back, and the sum of their mean round trips, ms. */
  answered = 0;
  roundTripsMs = 0;

  /** Mean over tests of the mean round trip of what came back; 0 when nothing did. */
  get roundTripMs(): number {
    return this.answered === 0 ? 0 : this.roundTripsMs / this.answered;
  }
}

learnNumbers(new TestTotals());

/** One pair of tester and orchestrator, and its test under way. */
export class Test implements Probe {
  readonly site: number;
  readonly orchestrator: number;
  readonly endpoints: readonly number[];
  readonly segments: number;
  readonly #run: Run;
  readonly #slowStartRtts: number;
  /** Over the counted time. */
  readonly totals = new TestTotals();
  /** Scores of a day's tests, and when each ended. */
  readonly #scores: { readonly atMs: number; readonly score: number }[] = [];
  /** Their mean, undefined without a test; and when the first of them ended, which is forgotten first. */
  #mean: number | undefined;
  #firstMs = Number.POSITIVE_INFINITY;
  #sent = 0;
  #over = 0;
  #received = 0;
  #roundTripMs = 0;
  #durationMs = 0;
  tests = 0;
  /** Between its beginning and its last segment's end. */
  isUnderWay = false;

  constructor(options: {
    readonly run: Run;
    readonly site: number;
    readonly orchestrator: number;
    readonly endpoints: readonly number[];
    readonly segments: number;
    readonly slowStartRtts: number;
  }) {
    this.#run = options.run;
    this.site = options.site;
    this.orchestrator = options.orchestrator;
    this.endpoints = options.endpoints;
    this.segments = options.segments;
    this.#slowStartRtts = options.slowStartRtts;
  }

  begin(): void {
    this.tests++;
    this.isUnderWay = true;
    this.#sent = this.segments;
    this.#over = 0;
    this.#received = 0;
    this.#roundTripMs = 0;
    this.#durationMs = 0;
  }

  /**
   * By how much a segment that is sent now takes longer (or less long) than its share of the
   * test's mean: connections of a test are new, and slow until something has come back.
   */
  slowStartMs(rttMs: number): number {
    const extraMs = this.#slowStartRtts * rttMs;
    return (this.#received === 0 ? extraMs : 0) - extraMs / this.segments;
  }

  /** A segment came back: its round trip includes the renditions' download. */
  received(segment: Segment): void {
    this.#received++;
    this.#roundTripMs += segment.tookAllMs(0) + segment.downloadMs(0);
    this.#durationMs += segment.durationMs;
  }

  /** A segment is over; the test is with its last. */
  isOverWith(stream: Stream): boolean {
    if (++this.#over < this.#sent || stream.ended) return false;
    this.isUnderWay = false;
    const { now, counting } = this.#run;
    const successRate = this.#received / this.#sent;
    const score =
      this.#received === 0 || this.#roundTripMs === 0
        ? successRate
        : successRate * (1 - Math.exp(-this.#durationMs / this.#roundTripMs));
    this.#scores.push({ atMs: now, score });
    this.#keep(now);
    if (counting) {
      this.totals.tests++;
      this.totals.sent += this.#sent;
      this.totals.received += this.#received;
      if (this.#received > 0) {
        this.totals.answered++;
        this.totals.roundTripsMs += this.#roundTripMs / this.#received;
      }
    }
    return true;
  }

  /** Mean score of the last day, or undefined without a test. */
  score(nowMs: number): number | undefined {
    if (this.#firstMs < nowMs - DAY_MS) this.#keep(nowMs);
    return this.#mean;
  }

  /** Forgets the scores of the day before the last, and works the others' mean out. */
  #keep(nowMs: number): void {
    const scores = this.#scores;
    while (scores[0] !== undefined && scores[0].atMs < nowMs - DAY_MS) scores.shift();
    this.#firstMs = scores[0]?.atMs ?? Number.POSITIVE_INFINITY;
    const sum = scores.reduce((all, { score }) => all + score, 0);
    this.#mean = scores.length === 0 ? undefined : sum / scores.length;
  }
}

learnNumbers({ atMs: 0, score: 0 });

/** Runs the tests. */
export class Tester {
  readonly tests: readonly Test[];
  readonly #run: Run;
  readonly #segments: Segments;
  readonly #intervalMs: number;
  /** Tests begun so far. */
  #begun = 0;

  constructor(run: Run, segments: Segments) {
    const { world } = run;
    const settings = world.scenario.tester;
    this.#run = run;
    this.#segments = segments;
    this.#intervalMs =
      settings === undefined || settings.testsPerDay === 0
        ? Number.POSITIVE_INFINITY
        : DAY_MS / settings.testsPerDay;
    this.tests = world.testerSites.flatMap((site) =>
      world.orchestrators.map(
        ({ index, endpoints }) =>
          new Test({
            run,
            site,
            orchestrator: index,
            endpoints,
            segments: settings?.segments ?? 0,
            slowStartRtts: settings?.slowStartRtts ?? 0,
          }),
      ),
    );
  }

  /**
   * The first test of each pair begins at a random place in the interval; those of one orchestrator
   * from all regions within 100 s of each other, unless they are independent.
   */
  start(): void {
    if (this.#intervalMs === Number.POSITIVE_INFINITY) return;
    const { key, queue, world } = this.#run;
    const k0 = childK0(key, ENTITY.test);
    const k1 = childK1(key, ENTITY.test);
    for (const [index, test] of this.tests.entries()) {
      const hash = this.#hashOf(test);
      const u = uniform(k0 ^ hash, k1, this.#regionOf(test));
      const shared = uniform(k0 ^ hash, k1, TOGETHER_DRAW);
      const atMs =
        world.scenario.tester?.timing === "independent"
          ? u * this.#intervalMs
          : shared * this.#intervalMs + u * Math.min(TOGETHER_MS, this.#intervalMs);
      if (atMs < world.endMs) queue.schedule(atMs, EVENT.test, index, index);
    }
  }

  /** A test begins, unless the one before it goes on. */
  begin(index: number): void {
    const run = this.#run;
    const test = this.tests[index];
    if (test === undefined) return;
    if (!test.isUnderWay) this.#beginStream(test);
    run.queue.schedule(run.now + this.#intervalMs, EVENT.test, index, index);
  }

  #beginStream(test: Test): void {
    const run = this.#run;
    const renditions = mostRenditions(run.world.renditions);
    test.begin();
    const streamKey = makeKey(
      run.key.k0,
      run.key.k1,
      ENTITY.test,
      this.#regionOf(test),
      this.#hashOf(test),
      test.tests,
    );
    this.#segments.beginStream(
      new Stream({
        number: -1,
        order: 2 * this.#begun++ + 1,
        site: test.site,
        k0: streamKey.k0,
        k1: streamKey.k1,
        endMs: Number.POSITIVE_INFINITY,
        renditions,
        probe: test,
        traced: false,
      }),
    );
  }

  /** Gateways read the scores of the tester in their own region (L-18). */
  publish(gateways: readonly GatewayRuntime[]): void {
    const { world, now, counting, counters } = this.#run;
    const byRegion = new Map<string, [number, number][]>();
    for (const test of this.tests) {
      const score = test.score(now);
      const mine = counters.orchestrators[test.orchestrator];
      if (score === undefined || mine === undefined) continue;
      if (counting) {
        mine.performanceScoreSum += score;
        mine.performanceScores++;
      }
      const region = world.sites[test.site]?.region ?? "";
      const scores = byRegion.get(region);
      if (scores === undefined) byRegion.set(region, [[test.orchestrator, score]]);
      else scores.push([test.orchestrator, score]);
    }
    for (const gateway of gateways) gateway.scores.merge(byRegion.get(gateway.region) ?? []);
  }

  #regionOf(test: Test): number {
    return hashName(this.#run.world.sites[test.site]?.region ?? "");
  }

  #hashOf(test: Test): number {
    const { nodes, orchestrators } = this.#run.world;
    return nodes[orchestrators[test.orchestrator]?.nodes[0] ?? -1]?.hash ?? 0;
  }
}
