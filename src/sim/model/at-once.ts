/**
 * Segments that nobody sees between ready and over: most go to measured orchestrators while no other
 * segment of their stream is under way, none becomes ready and no discovery ends. They are taken
 * through all their steps, in order and with their times, within one event: all that the stream has
 * until something could come to it from outside, or could be seen by others. To stay with one stream
 * is many times as fast as to go from stream to stream. A segment for which that cannot be is left to
 * its own instant, before anything was done for it. A test compares all that is left behind with runs
 * in which every step is an event of its own.
 */
import { invariant } from "../../core/errors.js";
import { NO_SESSION } from "../../pool/index.js";
import {
  isRealTime,
  type KnownSegments,
  latencyScore,
  OUTCOME,
  RENDITION_DOWNLOAD_TIMEOUT_MS,
  StagedPayment,
  shouldRefresh,
  uploadTimeoutMs,
  wholeTimeoutMs,
} from "../../selection/index.js";
import type { Lognormal } from "../engine/distributions.js";
import type { Backend, Foreseen } from "./backends/backend.js";
import type { Calls } from "./calls.js";
import type { Conditions } from "./conditions.js";
import { type Connections, isKept } from "./connections.js";
import type { SessionInfo, SimSession, Stream } from "./entities.js";
import { TICKET_PARAMS_VALID_MS } from "./found.js";
import type { Gateways } from "./gateways.js";
import { IDLE_MS, type NodeRuntime } from "./node.js";
import { type AttemptNoise, beforeEnd } from "./noise.js";
import type { Run } from "./run.js";
import { CHUNK, SegmentDraws } from "./segment-draws.js";
import type { Delivered, Tally } from "./tally.js";
import { chanceOfNone, type TicketTerms, winningTickets } from "./tickets.js";
import type { Link } from "./world.js";

/** What segments need that are done at once. */
export interface AtOnceParts {
  readonly run: Run;
  readonly gateways: Gateways;
  readonly conditions: Conditions;
  readonly connections: Connections;
  readonly calls: Calls;
  readonly noise: AttemptNoise;
  readonly tally: Tally;
  /** By node. */
  readonly nodes: readonly NodeRuntime[];
  readonly backends: readonly Backend[];
}

/** What stays as it is while a stream's segments are done at once. */
interface Way {
  readonly stream: Stream;
  readonly session: SimSession;
  readonly info: SessionInfo;
  readonly node: number;
  readonly link: Link;
  readonly durations: Lognormal;
  readonly slowness: number;
  readonly work: Foreseen;
  /** Something else happens then. */
  readonly untilMs: number;
}

/** Does segments at once. */
export class AtOnce {
  readonly #parts: AtOnceParts;
  readonly #draws = SegmentDraws.shared();
  readonly #staged = new StagedPayment();
  /** Of the segments of a chunk. */
  readonly #readyMs = new Float64Array(CHUNK);
  readonly #sentMs = new Float64Array(CHUNK);
  readonly #endMs = new Float64Array(CHUNK);
  readonly #delivered: Delivered;
  readonly #paid: KnownSegments;
  /** Download of the last of them. */
  #downloadMs = 0;

  constructor(parts: AtOnceParts) {
    this.#parts = parts;
    this.#paid = {
      estimatedPixels: new Float64Array(CHUNK),
      sentMs: this.#sentMs,
      pixels: this.#draws.pixels,
      endMs: this.#endMs,
      tickets: new Float64Array(CHUNK),
    };
    this.#delivered = {
      readyMs: this.#readyMs,
      durationsMs: this.#draws.durationsMs,
      pixels: this.#draws.pixels,
      scores: this.#draws.scores,
      roundTrips: this.#draws.roundTrips,
      works: this.#draws.works,
    };
  }

  /**
   * Delivers the stream's next segment and those after it, as far as nobody can tell.
   *
   * @returns how many; after that many the stream's next segment is ready at its own instant
   */
  deliver(stream: Stream): number {
    const way = this.#way(stream);
    if (way === null) return 0;
    const { nodes, calls, tally } = this.#parts;
    const { info, node } = way;
    const terms = calls.termsOf(info, stream, way.session.price);
    let segments = 0;
    let pixels = 0;
    for (;;) {
      const wanted = chunkUntil(stream, way.untilMs);
      const delivered = this.#decide(way, wanted);
      if (delivered > 0) {
        if (segments === 0) {
          tally.begin(stream, info, way.work.worker?.index ?? -1, way.session.price);
        }
        pixels += this.#deliver(way, delivered, terms);
        segments += delivered;
      }
      if (delivered < wanted) break;
    }
    if (segments === 0) return 0;
    nodes[node]?.foresee(info.nodeSession, segments, info.lastEndMs, pixels);
    info.workerSegments += segments;
    tally.end(segments, terms);
    return segments;
  }

  /** Whether the stream's next segment can be done at once, and then where it goes. */
  #way(stream: Stream): Way | null {
    const { run, gateways, conditions } = this.#parts;
    const { manager, site } = stream;
    const { world, now } = run;
    if (
      manager === null ||
      manager.verificationFreq > 0 ||
      !run.atOnce ||
      run.listener !== null ||
      stream.traced ||
      stream.isBad ||
      // Segments that have piled up come at once.
      stream.clockMs !== stream.nextReadyMs ||
      stream.probe !== null ||
      stream.inProgress > 0 ||
      stream.refreshing > 0
    ) {
      return null;
    }
    // The session in use, which has nothing in flight, asks for no refresh (M-11) and is not taken to
    // another node.
    const session = manager.again(stream.nextReadyMs);
    if (session === null || session.segsInFlight > 0) return null;
    const { info, transcoder } = session;
    const node = this.#parts.nodes[transcoder];
    const backend = this.#parts.backends[transcoder];
    const link = world.links[site]?.[transcoder];
    if (
      node === undefined ||
      backend === undefined ||
      link === undefined ||
      info.node !== transcoder ||
      info.nodeSession === NO_SESSION
    ) {
      return null;
    }
    const work = backend.foreseen(info, now);
    if (work === null) return null;
    const untilMs = Math.min(
      stream.endMs,
      world.endMs,
      run.happensMs,
      work.untilMs,
      conditions.sameUntilMs(site, transcoder, now),
      // What is counted, and which round it belongs to.
      run.counting ? Number.POSITIVE_INFINITY : world.warmupMs,
      node.spec.orchestrator === world.pool ? run.settlesMs : Number.POSITIVE_INFINITY,
    );
    return {
      stream,
      session,
      info,
      node: transcoder,
      link,
      durations: gateways.of(stream).duration,
      slowness: backend.exchangeSlowness(transcoder, now),
      work,
      untilMs,
    };
  }

  /**
   * Decides when the stream's next segments are sent and come back; takes note of it.
   *
   * @param wanted of how many at most
   * @returns of how many, from the next one on, nobody can tell
   */
  #decide(way: Way, wanted: number): number {
    const { stream, session, info, node, link, durations, slowness, work, untilMs } = way;
    const { connections, noise } = this.#parts;
    const { site } = stream;
    const { segments, endMs: streamEndMs } = stream;
    const { durationsMs, preparesMs, networks, failures } = this.#draws.draw(
      stream,
      noise,
      durations,
      wanted,
      work.failureDraw,
    );
    const { failure, worker } = work;
    const { works } = this.#draws;
    const worksMs = works.values;
    worker?.times.drawStated(works, wanted, stream, segments, worker.factor);
    const [allReadyMs, allSentMs, allEndMs] = [this.#readyMs, this.#sentMs, this.#endMs];
    const [scores, roundTripsMs] = [this.#draws.scores.values, this.#draws.roundTrips.values];
    const { factor } = info;
    const { upMs, workMs, tailMs } = link;
    const downMs = Math.max(0, link.downMs);
    let usedMs = connections.lastUsedMs(site, node);
    let readyMs = stream.nextReadyMs;
    let lastEndMs = info.lastEndMs;
    let lastDownloadMs = 0;
    let count = 0;
    for (; count < wanted && readyMs < untilMs; count++) {
      if (shouldRefresh(session, readyMs)) break;
      const durationMs = durationsMs[count] as number;
      const sentMs = readyMs + (preparesMs[count] as number);
      const exchange = factor * (networks[count] as number) * slowness;
      const headersMs = upMs * exchange;
      const arrivedMs = sentMs + headersMs;
      const doneMs = arrivedMs + (worker === null ? workMs * exchange : (worksMs[count] as number));
      const endMs = doneMs + tailMs * exchange;
      const downloadMs = downMs * exchange;
      const overMs = endMs + downloadMs;
      const tookAllMs = endMs - sentMs;
      const score = latencyScore(tookAllMs, durationMs);
      const nextMs = beforeEnd(readyMs + (durationsMs[count + 1] as number), streamEndMs);
      if (
        !(overMs < untilMs) ||
        !(overMs < nextMs) ||
        overMs - readyMs > durationMs ||
        // The stream stays with its session (M-14).
        !isRealTime(score) ||
        // Its session is open when it arrives, with nothing before it.
        lastEndMs > readyMs ||
        arrivedMs >= lastEndMs + IDLE_MS ||
        headersMs > uploadTimeoutMs(durationMs) ||
        endMs > sentMs + wholeTimeoutMs(durationMs) ||
        downloadMs > RENDITION_DOWNLOAD_TIMEOUT_MS ||
        // A connection that is open stays so: no set-up (G-17).
        !isKept(usedMs, sentMs) ||
        (failures[count] as number) < failure
      ) {
        break;
      }
      if (sentMs > usedMs) usedMs = sentMs;
      allReadyMs[count] = readyMs;
      allSentMs[count] = sentMs;
      allEndMs[count] = endMs;
      scores[count] = score;
      roundTripsMs[count] = tookAllMs + downloadMs;
      lastDownloadMs = downloadMs;
      worksMs[count] = doneMs - arrivedMs;
      lastEndMs = doneMs;
      readyMs = nextMs;
    }
    if (count === 0) return 0;
    connections.use(site, node, usedMs);
    this.#downloadMs = lastDownloadMs;
    info.lastEndMs = lastEndMs;
    stream.segments = segments + count;
    stream.lastReadyMs = allReadyMs[count - 1] as number;
    stream.nextDurationMs = durationsMs[count] as number;
    stream.nextReadyMs = stream.clockMs = readyMs;
    return count;
  }

  /**
   * Pays for and counts what was decided.
   *
   * @returns pixels of all renditions, of those segments that count
   */
  #deliver(way: Way, segments: number, terms: TicketTerms | null): number {
    const { run, tally } = this.#parts;
    const { renditions } = way.stream;
    this.#draws.countPixels(renditions, segments);
    const { pixels } = this.#draws;
    let all = 0;
    for (let at = 0; at < segments; at++) all += pixels[at] as number;
    if (terms !== null) this.#pay(way, segments, terms);
    if (run.counting) tally.delivered(segments, this.#delivered);
    this.#attempt(way, segments - 1);
    return run.counting ? all : 0;
  }

  /** Buys the tickets of what was decided. */
  #pay({ stream, info }: Way, segments: number, terms: TicketTerms): void {
    const { run, calls, tally } = this.#parts;
    const { tickets, estimatedPixels } = this.#paid;
    const { durationsMs, tickets: draws } = this.#draws;
    calls.estimateAll(estimatedPixels, segments, stream.renditions, durationsMs);
    info.credit().exchange(terms.payment, this.#paid, segments, this.#staged);
    if (!run.counting) return;
    this.#draws.drawTickets(stream, stream.segments - segments, segments);
    let all = 0;
    let wins = 0;
    for (let at = 0; at < segments; at++) {
      const sent = tickets[at] as number;
      if (sent === 0) continue;
      const u = draws[at] as number;
      all += sent;
      // Of the tickets of most segments none wins.
      if (u >= chanceOfNone(terms, sent)) wins += winningTickets(terms, sent, u);
    }
    tally.paid(all, wins);
  }

  /**
   * Takes the last segment of a chunk through the steps of its attempt. Those before it went the same
   * way to the same session and left nothing there that this one does not replace.
   */
  #attempt({ stream, session, info }: Way, at: number): void {
    const { manager, renditions } = stream;
    const gateway = this.#parts.gateways.of(stream);
    const segment = gateway.segment();
    const { attempt } = segment;
    const sentMs = this.#sentMs[at] ?? 0;
    const endMs = this.#endMs[at] ?? 0;
    const tookAllMs = endMs - sentMs;
    invariant(manager !== null, "a stream that sends has a manager");
    attempt.start(this.#readyMs[at] ?? 0, manager, this.#draws.durationsMs[at] ?? 0);
    invariant(attempt.session === session, "the stream stays with its session");
    attempt.prepared(sentMs, OUTCOME.ok);
    attempt.submitted(endMs, OUTCOME.ok, tookAllMs, renditions.count);
    attempt.returnedInfo(session.price, endMs - tookAllMs + TICKET_PARAMS_VALID_MS, info);
    attempt.downloaded(endMs + this.#downloadMs);
    gateway.release(segment);
  }
}

/** How many segments to draw for, where nothing happens until then: few in vain. */
function chunkUntil({ nextReadyMs, nextDurationMs }: Stream, untilMs: number): number {
  const left = Math.ceil((untilMs - nextReadyMs) / nextDurationMs) + 1;
  return left < CHUNK ? Math.max(1, left) : CHUNK;
}
