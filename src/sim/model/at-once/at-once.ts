/**
 * Segments that nobody sees between ready and over: most go to measured orchestrators while no discovery
 * of their stream ends, and no other of its segments is under way but one whose renditions are being
 * downloaded. They are taken through all their steps, in order and with their times, within one event:
 * all that the stream has until something could come to it from outside, or could be seen by others. To stay with one stream
 * is many times as fast as to go from stream to stream. A segment for which that cannot be is left to
 * its own instant, before anything was done for it. A test compares all that is left behind with runs
 * in which every step is an event of its own.
 */
import { invariant } from "../../../core/errors.js";
import { NO_SESSION } from "../../../pool/index.js";
import { OUTCOME, StagedPayment } from "../../../selection/index.js";
import type { Lognormal } from "../../engine/distributions.js";
import type { Backend, Foreseen } from "../backends/backend.js";
import type { Conditions } from "../conditions/conditions.js";
import { TICKET_PARAMS_VALID_MS } from "../discovery/found.js";
import type { Gateways } from "../discovery/gateways.js";
import type { SessionInfo, SimSession, Stream } from "../entities.js";
import { chanceOfNone, type TicketTerms, winningTickets } from "../money/tickets.js";
import type { NodeRuntime } from "../node.js";
import type { Run } from "../run.js";
import type { Calls } from "../segment/calls.js";
import type { Connections } from "../segment/connections.js";
import type { Link } from "../world/world.js";
import { type AttemptNoise, beforeEnd } from "./noise.js";
import { CHUNK, DRAWN, KNOWN, TERMS_KEPT_MS, TERMS_SPARE_MS } from "./run-lists.js";
import type { Tally } from "./tally.js";
import { runLoops } from "./vector-run-loops.js";

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

const A_SECOND_MS = 1000;

/** Does segments at once. */
export class AtOnce {
  readonly #parts: AtOnceParts;
  readonly #loops = runLoops();
  readonly #staged = new StagedPayment();
  /** Of the last segment so far: how long it is, when it was ready and sent, came back and was there. */
  #durationMs = 0;
  #readyMs = 0;
  #sentMs = 0;
  #endMs = 0;
  #overMs = 0;

  constructor(parts: AtOnceParts) {
    this.#parts = parts;
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
    const drawn = this.#know(way);
    for (;;) {
      const wanted = chunkUntil(stream, way.untilMs);
      const delivered = this.#decide(way, wanted, drawn);
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
    this.#attempt(way);
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
    // Nothing is before it at the node.
    if (info.lastEndMs > stream.nextReadyMs) return null;
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
   * Says what is known of the stream's next segments.
   *
   * @returns what is to be drawn for each, of {@link DRAWN}
   */
  #know({ stream, session, info, node, link, durations, slowness, work, untilMs }: Way): number {
    const { connections, noise } = this.#parts;
    const known = this.#loops.known.values;
    const { prepare, exchange } = noise;
    const worker = work.worker;
    known[KNOWN.untilMs] = untilMs;
    known[KNOWN.usedMs] = connections.lastUsedMs(stream.site, node);
    known[KNOWN.renewMs] = session.authTokenExpiresAtMs;
    known[KNOWN.termsMs] = session.ticketParamsExpireAtMs - TERMS_SPARE_MS;
    known[KNOWN.factor] = info.factor;
    known[KNOWN.slowness] = slowness;
    known[KNOWN.upMs] = link.upMs;
    known[KNOWN.workMs] = link.workMs;
    known[KNOWN.tailMs] = link.tailMs;
    known[KNOWN.downMs] = Math.max(0, link.downMs);
    known[KNOWN.failure] = work.failure;
    known[KNOWN.durationMu] = durations.mu;
    known[KNOWN.durationSigma] = durations.sigma;
    known[KNOWN.networkMu] = exchange.mu;
    known[KNOWN.networkSigma] = exchange.sigma;
    if (prepare !== null) {
      known[KNOWN.prepareMu] = prepare.mu;
      known[KNOWN.prepareSigma] = prepare.sigma;
    }
    if (worker !== null) {
      const { mu, sigma } = worker.times.stated();
      known[KNOWN.workMu] = mu;
      known[KNOWN.workSigma] = sigma;
      known[KNOWN.workFactor] = worker.factor;
    }
    return (prepare === null ? 0 : DRAWN.prepares) | (worker === null ? 0 : DRAWN.works);
  }

  /**
   * Decides when the stream's next segments are sent and come back; takes note of it.
   *
   * @param wanted of how many at most
   * @param drawn what is drawn for each
   * @returns of how many, from the next one on, nobody can tell
   */
  #decide({ stream, info, node, work }: Way, wanted: number, drawn: number): number {
    const { durations, ready, sent, done, end, over } = this.#loops.lists;
    const known = this.#loops.known.values;
    const { segments } = stream;
    known[KNOWN.readyMs] = stream.nextReadyMs;
    known[KNOWN.lastEndMs] = info.lastEndMs;
    durations.values[0] = stream.nextDurationMs;
    const count = this.#loops.decide(wanted, stream, segments, work.failureDraw, drawn);
    if (count === 0) return 0;
    const last = count - 1;
    this.#durationMs = durations.values[last] as number;
    this.#readyMs = ready.values[last] as number;
    this.#sentMs = sent.values[last] as number;
    this.#endMs = end.values[last] as number;
    this.#overMs = over.values[last] as number;
    this.#parts.connections.use(stream.site, node, this.#sentMs);
    known[KNOWN.usedMs] = Math.max(known[KNOWN.usedMs] as number, this.#sentMs);
    known[KNOWN.termsMs] = this.#sentMs + TERMS_KEPT_MS;
    info.lastEndMs = done.values[last] as number;
    stream.segments = segments + count;
    stream.lastReadyMs = this.#readyMs;
    stream.nextDurationMs = durations.values[count] as number;
    const nextMs = beforeEnd(this.#readyMs + stream.nextDurationMs, stream.endMs);
    stream.nextReadyMs = stream.clockMs = nextMs;
    return count;
  }

  /**
   * Pays for and counts what was decided.
   *
   * @returns pixels of all renditions, of those segments that count
   */
  #deliver(way: Way, segments: number, terms: TicketTerms | null): number {
    const { run, tally } = this.#parts;
    const loops = this.#loops;
    loops.countPixels(way.stream.renditions, segments);
    if (terms !== null) this.#pay(way, segments, terms);
    if (!run.counting) return 0;
    const pixels = loops.sum(loops.lists.pixels, segments);
    tally.delivered(segments, pixels, loops);
    return pixels;
  }

  /** Buys the tickets of what was decided. */
  #pay({ stream, info }: Way, segments: number, terms: TicketTerms): void {
    const { run, calls, tally } = this.#parts;
    const loops = this.#loops;
    loops.estimate(segments, calls.estimatedPixels(stream.renditions, A_SECOND_MS));
    info.credit().exchange(terms.payment, loops.paid, segments, this.#staged, loops.certain);
    if (!run.counting) return;
    const { tickets, wins } = loops.lists;
    const all = loops.sum(tickets, segments);
    if (all === 0) return;
    loops.drawTickets(stream, stream.segments - segments, segments);
    // Of the tickets of most runs none wins: none of any segment would, were they as many as of the one
    // that has the most.
    const unlikely = chanceOfNone(terms, loops.most(tickets, segments));
    const isDull = loops.most(wins, segments) < unlikely;
    tally.paid(all, isDull ? 0 : this.#wins(segments, terms));
  }

  /** How many of the tickets win. */
  #wins(segments: number, terms: TicketTerms): number {
    const { tickets, wins } = this.#loops.lists;
    let all = 0;
    for (let at = 0; at < segments; at++) {
      const sent = tickets.values[at] as number;
      if (sent > 0) all += winningTickets(terms, sent, wins.values[at] as number);
    }
    return all;
  }

  /**
   * Takes the last segment of a run through the steps of its attempt. Those before it went the same way
   * to the same session and left nothing there that this one does not replace.
   */
  #attempt({ stream, session, info }: Way): void {
    const { manager, renditions } = stream;
    const gateway = this.#parts.gateways.of(stream);
    const segment = gateway.segment();
    const { attempt } = segment;
    const [sentMs, endMs] = [this.#sentMs, this.#endMs];
    const tookAllMs = endMs - sentMs;
    invariant(manager !== null, "a stream that sends has a manager");
    attempt.start(this.#readyMs, manager, this.#durationMs);
    invariant(attempt.session === session, "the stream stays with its session");
    attempt.prepared(sentMs, OUTCOME.ok);
    attempt.submitted(endMs, OUTCOME.ok, tookAllMs, renditions.count);
    attempt.returnedInfo(session.price, endMs - tookAllMs + TICKET_PARAMS_VALID_MS, info);
    attempt.downloaded(this.#overMs);
    gateway.release(segment);
  }
}

/** How many segments to draw for, where nothing happens until then: few in vain. */
function chunkUntil({ nextReadyMs, nextDurationMs }: Stream, untilMs: number): number {
  const left = Math.ceil((untilMs - nextReadyMs) / nextDurationMs) + 1;
  return left < CHUNK ? Math.max(1, left) : CHUNK;
}
