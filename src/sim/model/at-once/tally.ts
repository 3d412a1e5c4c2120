/**
 * Counts of a run of segments that one orchestrator delivers to one stream, none seen by anybody
 * meanwhile. What depends on the single segment is counted with it; the rest are whole
 * numbers and exact times, whose sums do not depend on their order, and are added when the run is over.
 */
import { invariant } from "../../../core/errors.js";
import type { SessionPrice } from "../../../selection/index.js";
import type { OrchestratorCounters, SiteCounters, WorkerCounters } from "../../metrics/counters.js";
import type { SessionInfo, Stream } from "../entities.js";
import type { Market } from "../money/market.js";
import type { Money } from "../money/money.js";
import type { TicketTerms } from "../money/tickets.js";
import type { Recorder } from "../recorder.js";
import type { Run } from "../run.js";
import type { RunLoops } from "./run-loops.js";

/** Counts one run after the other. */
export class Tally {
  readonly #run: Run;
  readonly #recorder: Recorder;
  readonly #money: Money | null;
  #stream: Stream | null = null;
  #info: SessionInfo | null = null;
  #site: SiteCounters | null = null;
  #mine: OrchestratorCounters | null = null;
  #isPool = false;
  /** Index of the worker that does the run's segments, and its counters; −1 and null without one. */
  #workerIndex = -1;
  #worker: WorkerCounters | null = null;
  /** Place of the session's price among all that the orchestrator ever asks for. */
  #price = 0;
  /** Sums of the run, which `begin` sets to 0; no small whole numbers before: see `number-fields.ts`. */
  #segments = 0.5;
  #durationMs = 0.5;
  /** Of them, late. */
  #late = 0.5;
  #lateMs = 0.5;
  #pixels = 0.5;
  #tickets = 0.5;
  #wins = 0.5;

  readonly #market: Market;

  /** @param money the pool's books; null where no pool is under study */
  constructor(run: Run, recorder: Recorder, market: Market, money: Money | null) {
    this.#run = run;
    this.#market = market;
    this.#recorder = recorder;
    this.#money = money;
  }

  /**
   * A run begins.
   *
   * @param worker index of the worker that does its segments, −1 where there is none
   * @param price the session's
   */
  begin(stream: Stream, info: SessionInfo, worker: number, price: SessionPrice | null): void {
    const { world, counters } = this.#run;
    this.#stream = stream;
    this.#info = info;
    this.#site = counters.sites[stream.site] ?? null;
    this.#mine = this.#run.countersOf(info.node);
    this.#isPool = world.nodes[info.node]?.orchestrator === world.pool;
    this.#workerIndex = worker;
    this.#price = this.#market.placeOf(world.nodes[info.node]?.orchestrator ?? -1, price);
    this.#worker = worker < 0 ? null : this.#run.workerCounters(worker);
    this.#late = this.#lateMs = 0;
    this.#segments = this.#durationMs = this.#pixels = this.#tickets = this.#wins = 0;
  }

  /** Tickets came with segments that count. */
  paid(tickets: number, wins: number): void {
    this.#tickets += tickets;
    this.#wins += wins;
  }

  /**
   * Segments of the run, which count.
   *
   * @param segments how many, the first of each list
   * @param pixels of all their renditions
   * @param loops have them
   */
  delivered(segments: number, pixels: number, loops: RunLoops): void {
    const site = this.#site;
    const { durations, ready, scores, roundTrips, works } = loops.lists;
    const { series } = this.#run.counters;
    this.#countOverTime("segments", series.segments, ready.values, segments);
    this.#segments += segments;
    this.#durationMs += loops.sum(durations, segments);
    this.#pixels += pixels;
    if (loops.late(segments) > 0) this.#delays(segments, loops);
    this.#mine?.latencyScores.recordAll(scores, segments);
    this.#worker?.roundTrips.recordAll(works, segments);
    if (site === null) return;
    if (!this.#isPool) {
      this.#recorder.rivalRoundTrips(site, roundTrips, segments);
      return;
    }
    this.#countOverTime("poolSegments", series.poolSegments, ready.values, segments);
    loops.compare(segments);
    this.#recorder.poolRoundTrips(site, loops.lists, segments, this.#worker !== null);
  }

  /** Some segments are there only after their own time. */
  #delays(segments: number, { lists: { ready, over, durations } }: RunLoops): void {
    for (let at = 0; at < segments; at++) {
      const readyMs = ready.values[at] as number;
      const durationMs = durations.values[at] as number;
      if ((over.values[at] as number) - readyMs <= durationMs) continue;
      this.#late++;
      this.#lateMs += durationMs;
      this.#run.count("notRealTime", readyMs);
      this.#run.count("poolLate", readyMs, Number(this.#isPool));
    }
  }

  /** Counts segments where they were ready, one after the other: in bins, and beside events. */
  #countOverTime(
    what: "segments" | "poolSegments",
    series: Float64Array,
    readyMs: Float64Array,
    segments: number,
  ): void {
    const run = this.#run;
    const { windows } = run.counters;
    if (windows !== null) {
      const { warmupMs } = run.world;
      for (let at = 0; at < segments; at++) windows.count(what, (readyMs[at] as number) - warmupMs);
    }
    run.addOverTime(series, readyMs, segments, null);
  }

  /**
   * The run is over.
   *
   * @param segments how many there were, those that do not count included
   * @param terms of the tickets; null where none are bought
   */
  end(segments: number, terms: TicketTerms | null): void {
    const run = this.#run;
    run.segmentsCompleted += segments;
    const [counted, pixels, tickets] = [this.#segments, this.#pixels, this.#tickets];
    const mine = this.#mine;
    invariant(this.#stream !== null && this.#info !== null && mine !== null, "a run has begun");
    if (counted === 0) return;
    const { network } = run.counters;
    network.started += counted;
    network.onTime += counted - this.#late;
    network.late += this.#late;
    network.lateMs += this.#lateMs;
    network.segmentMs += this.#durationMs;
    network.pixelsInResults += pixels;
    mine.attempts += counted;
    mine.segments += counted;
    mine.late += this.#late;
    mine.debits(pixels, this.#price);
    mine.pixelsReceived += pixels;
    const owner = run.world.nodes[this.#info.node]?.orchestrator ?? -1;
    this.#site?.delivers(owner, counted);
    this.#recorder.wins(this.#info, this.#stream, owner);
    if (this.#worker !== null) this.#worked(this.#worker, this.#stream, counted);
    else if (this.#isPool) {
      this.#money?.earned(this.#info.node, pixels, this.#durationMs, counted, this.#price);
    }
    if (terms === null) return;
    network.tickets += tickets;
    mine.tickets += tickets;
    mine.winningTickets += this.#wins;
    if (this.#isPool && tickets > 0) this.#money?.received(tickets, this.#wins, terms);
  }

  /** What a worker has done of the run. */
  #worked(worker: WorkerCounters, { renditions }: Stream, segments: number): void {
    const [pixels, durationMs] = [this.#pixels, this.#durationMs];
    const renditionsMade = segments * renditions.count;
    worker.segments += segments;
    worker.pixels += pixels;
    this.#money?.worked(this.#workerIndex, pixels, durationMs, renditionsMade, this.#price);
  }
}
