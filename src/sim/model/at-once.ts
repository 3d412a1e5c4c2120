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
  latencyScore,
  OUTCOME,
  PAYMENT_OUTCOME,
  RENDITION_DOWNLOAD_TIMEOUT_MS,
  StagedPayment,
  shouldRefresh,
  uploadTimeoutMs,
  wholeTimeoutMs,
} from "../../selection/index.js";
import type { Lognormal } from "../engine/distributions.js";
import type { Backend } from "./backends/backend.js";
import type { Calls } from "./calls.js";
import type { Conditions } from "./conditions.js";
import type { Connections } from "./connections.js";
import { TICKET_PARAMS_VALID_MS } from "./discovery.js";
import type { SessionInfo, SimSession, Stream } from "./entities.js";
import type { Gateways } from "./gateways.js";
import { IDLE_MS, type NodeRuntime } from "./node.js";
import { type AttemptNoise, segmentReadyMs } from "./noise.js";
import { segmentPixels } from "./renditions.js";
import type { Run } from "./run.js";
import { SegmentDraws } from "./segment-draws.js";
import type { Tally } from "./tally.js";
import { type TicketTerms, winningTickets } from "./tickets.js";
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

/** So many segments are decided in a row: their draws are made together, and few of them in vain. */
const CHUNK = 32;

/** What stays as it is while a stream's segments are done at once. */
interface Way {
  readonly stream: Stream;
  readonly session: SimSession;
  readonly info: SessionInfo;
  readonly node: number;
  readonly link: Link;
  readonly durations: Lognormal;
  readonly slowness: number;
  /** Something else happens then. */
  readonly untilMs: number;
}

/** Does segments at once. */
export class AtOnce {
  readonly #parts: AtOnceParts;
  readonly #draws: SegmentDraws;
  readonly #failure: number;
  readonly #staged = new StagedPayment();
  /** Of the segments of a chunk. */
  readonly #readyMs = new Float64Array(CHUNK);
  readonly #sentMs = new Float64Array(CHUNK);
  readonly #endMs = new Float64Array(CHUNK);
  readonly #downloadMs = new Float64Array(CHUNK);

  constructor(parts: AtOnceParts) {
    this.#parts = parts;
    this.#draws = new SegmentDraws(parts.noise, CHUNK);
    this.#failure = parts.run.world.scenario.assumptions.segmentFailure;
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
    const terms = calls.termsOf(info, stream);
    let segments = 0;
    let pixels = 0;
    for (;;) {
      const delivered = this.#decide(way);
      if (delivered > 0) {
        if (segments === 0) tally.begin(stream, info);
        pixels += this.#deliver(way, delivered, terms);
        segments += delivered;
      }
      if (delivered < CHUNK) break;
    }
    if (segments === 0) return 0;
    nodes[node]?.foresee(info.nodeSession, segments, info.lastEndMs, pixels);
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
      backend?.isForeseen !== true ||
      link === undefined ||
      info.node !== transcoder ||
      info.nodeSession === NO_SESSION
    ) {
      return null;
    }
    const untilMs = Math.min(
      stream.endMs,
      world.endMs,
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
      untilMs,
    };
  }

  /**
   * Decides when the stream's next segments are sent and come back; takes note of it.
   *
   * @returns of how many, from the next one on, nobody can tell; at most a chunk
   */
  #decide({ stream, session, info, node, link, durations, slowness, untilMs }: Way): number {
    const { connections } = this.#parts;
    const { site } = stream;
    const { durationsMs, preparesMs, networks, failures } = this.#draws.draw(stream, durations);
    let readyMs = stream.nextReadyMs;
    let lastEndMs = info.lastEndMs;
    let count = 0;
    for (; count < CHUNK && readyMs < untilMs; count++) {
      if (shouldRefresh(session, readyMs)) break;
      const durationMs = durationsMs[count] ?? 0;
      const sentMs = readyMs + (preparesMs[count] ?? 0);
      const factor = info.factor * (networks[count] ?? 0) * slowness;
      const headersMs = link.upMs * factor;
      const arrivedMs = sentMs + headersMs;
      const endMs = arrivedMs + link.workMs * factor;
      const downloadMs = Math.max(0, link.downMs) * factor;
      const overMs = endMs + downloadMs;
      const nextMs = segmentReadyMs(
        stream,
        stream.segments + count + 1,
        readyMs,
        durationsMs[count + 1] ?? 0,
      );
      if (
        !(overMs < untilMs) ||
        !(overMs < nextMs) ||
        overMs - readyMs > durationMs ||
        // The stream stays with its session (M-14).
        !isRealTime(latencyScore(endMs - sentMs, durationMs)) ||
        // Its session is open when it arrives, with nothing before it.
        lastEndMs > readyMs ||
        arrivedMs >= lastEndMs + IDLE_MS ||
        headersMs > uploadTimeoutMs(durationMs) ||
        endMs > sentMs + wholeTimeoutMs(durationMs) ||
        downloadMs > RENDITION_DOWNLOAD_TIMEOUT_MS ||
        // A connection that is open stays so: no set-up (G-17).
        !connections.isOpen(site, node, sentMs) ||
        (failures[count] ?? 0) < this.#failure
      ) {
        break;
      }
      connections.use(site, node, sentMs);
      this.#readyMs[count] = readyMs;
      this.#sentMs[count] = sentMs;
      this.#endMs[count] = endMs;
      this.#downloadMs[count] = downloadMs;
      lastEndMs = endMs;
      readyMs = nextMs;
    }
    if (count === 0) return 0;
    info.lastEndMs = lastEndMs;
    stream.segments += count;
    stream.lastReadyMs = this.#readyMs[count - 1] ?? 0;
    stream.nextDurationMs = durationsMs[count] ?? 0;
    stream.nextReadyMs = readyMs;
    return count;
  }

  /**
   * Pays for and counts what was decided.
   *
   * @returns pixels of all renditions, of those segments that count
   */
  #deliver(way: Way, segments: number, terms: TicketTerms | null): number {
    const { run, calls, tally } = this.#parts;
    const { counting } = run;
    const { stream, info } = way;
    const { renditions } = stream;
    const { durationsMs } = this.#draws;
    const first = stream.segments - segments;
    let counted = 0;
    for (let at = 0; at < segments; at++) {
      const durationMs = durationsMs[at] ?? 0;
      const sentMs = this.#sentMs[at] ?? 0;
      const endMs = this.#endMs[at] ?? 0;
      const pixels = segmentPixels(renditions, durationMs);
      if (terms !== null) {
        const account = info.credit();
        const estimate = calls.estimatedPixels(renditions, durationMs);
        const tickets = account.stage(terms.payment, estimate, sentMs, this.#staged);
        if (counting && tickets > 0) {
          const u = this.#draws.ticketsDraw(stream, first + at);
          tally.paid(tickets, winningTickets(terms, tickets, u));
        }
        account.settle(this.#staged, PAYMENT_OUTCOME.received, pixels, endMs);
      }
      if (!counting) continue;
      const tookAllMs = endMs - sentMs;
      tally.delivered(
        this.#readyMs[at] ?? 0,
        durationMs,
        pixels,
        tookAllMs,
        this.#downloadMs[at] ?? 0,
      );
      counted += pixels;
    }
    this.#attempt(way, segments - 1);
    return counted;
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
    attempt.downloaded(endMs + (this.#downloadMs[at] ?? 0));
    gateway.release(segment);
  }
}
