/**
 * Turns what happens into counts. It hears the library's session pools and attempts as their
 * observer, and the model's own steps; it decides nothing. Streams of probes are counted apart.
 */

import { uniform } from "../../core/random.js";
import {
  type AttemptObserver,
  OUTCOME,
  type Outcome,
  RESULT,
  ruleOf,
  type SegmentAttempt,
} from "../../selection/index.js";
import { exactMs } from "../engine/distributions.js";
import type { NumberList } from "../engine/draw-loops.js";
import {
  LOSS,
  type LossReason,
  type OrchestratorCounters,
  type SiteCounters,
} from "../metrics/counters.js";
import type { RunLists } from "./at-once/run-loops.js";
import { callDraw, DRAW } from "./draws.js";
import type { Call, ReadySegment, Segment, SessionInfo, SimSession, Stream } from "./entities.js";
import type { Money } from "./money/money.js";
import { winningTickets } from "./money/tickets.js";
import type { Run } from "./run.js";

/** Counts for one run. */
export class Recorder implements AttemptObserver<SessionInfo> {
  readonly #run: Run;
  readonly #money: Money | null;

  /** @param money the pool's books; null where no pool is under study */
  constructor(run: Run, money: Money | null) {
    this.#run = run;
    this.#money = money;
  }

  // ---- a segment's life, in its order --------------------------------------------------------

  started({ probe }: Stream, { readyMs, durationMs, counted }: ReadySegment): void {
    const { network } = this.#run.counters;
    const own = Number(counted && probe === null);
    network.testerSegments += Number(counted) - own;
    network.started += own;
    network.segmentMs += own * durationMs;
    network.inFlight += own;
    this.#run.count("segments", readyMs, own);
  }

  /** A segment that was waiting when its stream ended. */
  dropped(stream: Stream, segment: ReadySegment): void {
    if (!segment.counted || stream.probe !== null) return;
    const { network } = this.#run.counters;
    network.inFlight--;
    network.noSession++;
    network.failedMs += segment.durationMs;
  }

  removed(_: SegmentAttempt<SessionInfo>, session: SimSession, outcome: Outcome): void {
    const { stream } = session.info;
    if (stream.traced) {
      this.#run.trace.say(
        ruleOf(outcome).rule,
        `${this.#run.trace.uriName(session.transcoder)} removed: ${ruleOf(outcome).name}`,
      );
    }
    this.left(session, lossOf(outcome));
  }

  failed(_: SegmentAttempt<SessionInfo>, session: SimSession, outcome: Outcome): void {
    if (session.info.stream.traced) {
      this.#run.trace.say(
        ruleOf(outcome).rule,
        `attempt with ${this.#run.trace.uriName(session.transcoder)} failed: ${ruleOf(outcome).name}`,
      );
    }
  }

  suspended(_: SegmentAttempt<SessionInfo>, session: SimSession): void {
    if (this.#run.counting && session.info.stream.probe === null) this.#of(session).suspensions++;
  }

  completed(attempt: SegmentAttempt<SessionInfo>, session: SimSession): void {
    const { stream } = session.info;
    if (stream.traced) {
      this.#run.trace.say(
        "T-22",
        `${this.#run.trace.uriName(session.transcoder)} took ${attempt.tookAllMs.toFixed(0)} ms for ${attempt.durationMs.toFixed(0)} ms: latency score ${session.latencyScore.toFixed(3)}`,
      );
    }
  }

  finished(): void {}

  /** The call's tickets reached the orchestrator (P-30). */
  tickets(call: Call): void {
    const run = this.#run;
    const { terms } = call;
    if (call.tickets === 0 || terms === null || call.stream === null) return;
    const owner = run.world.nodes[call.node]?.orchestrator ?? -1;
    const u = uniform(call.stream.k0, call.stream.k1, callDraw(call, DRAW.tickets));
    const wins = winningTickets(terms, call.tickets, u);
    if (!call.counted) return;
    if (owner === run.world.pool) {
      this.#money?.received(call.tickets, wins, terms);
      if (wins > 0) run.listener?.won(call, wins, terms, run.now);
    }
    run.counters.network.tickets += call.tickets;
    const counters = run.countersOf(call.node);
    counters.tickets += call.tickets;
    counters.winningTickets += wins;
  }

  /** An orchestrator has made and sent a call's renditions (O-4). */
  uploaded(call: Call, inTime: boolean): void {
    const run = this.#run;
    if (!call.counted) return;
    this.#money?.earned(call.node, call.pixels, call.durationMs, 1, call.price);
    const counters = run.countersOf(call.node);
    counters.debits(call.pixels, call.price);
    if (inTime) counters.pixelsUnderWay += call.pixels;
    else counters.pixelsUnreceived += call.pixels;
    call.pixelsCounted = inTime;
  }

  /** A result that was on its way is lost with its orchestrator's process. */
  lost(call: Call): void {
    if (!call.pixelsCounted) return;
    call.pixelsCounted = false;
    const counters = this.#run.countersOf(call.node);
    counters.pixelsUnderWay -= call.pixels;
    counters.pixelsUnreceived += call.pixels;
  }

  /** A gateway has received a result (P-22). */
  received(call: Call): void {
    if (!call.pixelsCounted) return;
    call.pixelsCounted = false;
    const counters = this.#run.countersOf(call.node);
    counters.pixelsUnderWay -= call.pixels;
    counters.pixelsReceived += call.pixels;
  }

  /** A call has ended for its gateway. */
  answered(call: Call, segment: Segment, outcome: Outcome): void {
    const run = this.#run;
    const { stream, session } = call;
    if (!call.counted || stream === null || session === null) return;
    if (outcome === OUTCOME.ok) run.counters.network.pixelsInResults += segment.pixels;
    if (stream.probe !== null) return;
    const counters = run.countersOf(call.node);
    counters.attempts++;
    const site = run.counters.sites[stream.site];
    const owner = run.world.nodes[call.node]?.orchestrator ?? -1;
    site?.attempted(owner, outcome === OUTCOME.ok);
    if (outcome !== OUTCOME.ok) {
      counters.failedAttempts++;
      return;
    }
    const roundTripMs = call.tookAllMs + segment.downloadMs(Math.max(0, call.member));
    if (site === undefined) return;
    const isPool = owner === run.world.pool;
    this.roundTrip(site, isPool, segment.readyMs, segment.durationMs, roundTripMs);
    if (isPool && call.worker >= 0) {
      site.poolGatewaySides.record(Math.max(0, roundTripMs - call.workMs));
    }
  }

  /** A result was there and downloaded after so long, from the pool or from another orchestrator. */
  roundTrip(
    site: SiteCounters,
    isPool: boolean,
    readyMs: number,
    durationMs: number,
    roundTripMs: number,
  ): void {
    site.segments++;
    if (!isPool) {
      site.rivalRoundTrips.record(roundTripMs);
      return;
    }
    site.margins.record(roundTripMs / durationMs);
    site.poolRoundTrips.record(roundTripMs);
    const { poolRoundTripMs } = this.#run.counters.series;
    const bin = this.#run.bin(readyMs);
    poolRoundTripMs[bin] = (poolRoundTripMs[bin] ?? 0) + exactMs(roundTripMs);
  }

  /**
   * {@link roundTrip} of several segments of the pool, the first of the lists.
   *
   * @param isWorkers whether a worker has done them
   */
  poolRoundTrips(
    site: SiteCounters,
    { ready, roundTrips, margins, sides, exact }: RunLists,
    segments: number,
    isWorkers: boolean,
  ): void {
    site.segments += segments;
    site.margins.recordAll(margins, segments);
    site.poolRoundTrips.recordAll(roundTrips, segments);
    if (isWorkers) site.poolGatewaySides.recordAll(sides, segments);
    const { poolRoundTripMs } = this.#run.counters.series;
    this.#run.addOverTime(poolRoundTripMs, ready.values, segments, exact.values);
  }

  /** {@link roundTrip} of several segments of another orchestrator, the first of the list. */
  rivalRoundTrips(site: SiteCounters, roundTrips: NumberList, segments: number): void {
    site.segments += segments;
    site.rivalRoundTrips.recordAll(roundTrips, segments);
  }

  /** A segment is delivered: on time, or late. */
  delivered(segment: Segment, stream: Stream, session: SimSession, atMs: number): void {
    const run = this.#run;
    run.segmentsCompleted++;
    if (stream.probe !== null) {
      stream.probe.received(segment);
      return;
    }
    const { counters, world } = run;
    if (!segment.counted) return;
    const late = Number(atMs - segment.readyMs > segment.durationMs);
    const { info } = session;
    const { network } = counters;
    network.inFlight--;
    network.late += late;
    network.lateMs += late * segment.durationMs;
    network.onTime += 1 - late;
    const owner = world.nodes[info.node]?.orchestrator ?? -1;
    const mine = counters.orchestrators[owner];
    if (mine === undefined) return;
    mine.segments++;
    mine.late += late;
    this.wins(info, stream, owner);
    mine.latencyScores.record(session.latencyScore);
    const ofPool = Number(owner === world.pool);
    run.count("notRealTime", segment.readyMs, late);
    run.count("poolSegments", segment.readyMs, ofPool);
    run.count("poolLate", segment.readyMs, ofPool * late);
  }

  /** A session has delivered a segment that counts: a stream has one from its orchestrator. */
  wins(info: SessionInfo, stream: Stream, owner: number): void {
    if (info.delivered) return;
    info.delivered = true;
    const mine = this.#run.counters.orchestrators[owner];
    if (mine === undefined || stream.won.includes(owner)) return;
    stream.won = stream.won.length === 0 ? [owner] : [...stream.won, owner];
    mine.streams++;
  }

  /** A segment is over without renditions. */
  notDelivered(segment: Segment, stream: Stream): void {
    const run = this.#run;
    if (stream.traced) run.trace.say("T-24", `segment ${segment.index} is not transcoded`);
    if (!segment.counted || stream.probe !== null) return;
    const { network } = run.counters;
    network.inFlight--;
    if (segment.attempt.result === RESULT.noSession) network.noSession++;
    else network.failed++;
    network.failedMs += segment.durationMs;
    run.count("notRealTime", segment.readyMs);
  }

  // ---- a session's life ----------------------------------------------------------------------

  /** The stream has ended and was using the session until then. */
  kept(session: SimSession): void {
    const { info } = session;
    info.active = false;
    const { counting } = this.#run;
    if (!counting || info.stream.probe !== null) return;
    this.#of(session).kept++;
    if (info.worker >= 0) {
      const worker = this.#run.workerCounters(info.worker);
      worker.sessions++;
      worker.kept++;
    }
  }

  /** The stream stops using the session; without a reason it is nobody's loss. */
  left(session: SimSession, reason: LossReason | null): void {
    const { info } = session;
    if (!info.active) return;
    info.active = false;
    const run = this.#run;
    if (reason === null || !run.counting || info.stream.probe !== null) return;
    const mine = this.#of(session);
    const at = LOSS[reason];
    mine.lost[at] = (mine.lost[at] ?? 0) + 1;
    if (info.worker >= 0) {
      const worker = run.workerCounters(info.worker);
      worker.sessions++;
      worker.lost[at] = (worker.lost[at] ?? 0) + 1;
      const leftMs = Math.max(0, info.stream.endMs - run.now);
      worker.streamMsLost[at] = (worker.streamMsLost[at] ?? 0) + leftMs;
    }
  }

  #of(session: SimSession): OrchestratorCounters {
    return this.#run.countersOf(session.info.node);
  }
}

function lossOf(outcome: Outcome): LossReason {
  switch (outcome) {
    case OUTCOME.orchestratorBusy:
      return "busy";
    case OUTCOME.orchestratorCapped:
      return "capped";
    case OUTCOME.headerTimeout:
    case OUTCOME.bodyTimeout:
      return "timeout";
    case OUTCOME.sessionRefreshFailed:
    case OUTCOME.priceTooHigh:
    case OUTCOME.authTokenMissing:
    case OUTCOME.authTokenRejected:
    case OUTCOME.ticketParamsInvalid:
      return "expired";
    case OUTCOME.renditionDownloadFailed:
      return "download";
    case OUTCOME.verificationFailed:
    case OUTCOME.resultsDiffer:
    case OUTCOME.comparisonFailed:
      return "verification";
    default:
      return "error";
  }
}
