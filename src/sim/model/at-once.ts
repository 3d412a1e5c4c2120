/**
 * Segments that nobody sees between ready and over: most go to measured orchestrators while no other
 * segment of their stream is under way, none becomes ready and no discovery ends. They are taken
 * through all their steps, in order and with their times, within one event: all that the stream has
 * until something could come to it from outside, or could be seen by others. To stay with one stream
 * is many times as fast as to go from stream to stream. A segment for which that cannot be is left to
 * its own instant, before anything was done for it. A test compares all that is left behind with runs
 * in which every step is an event of its own.
 */
import { uniform } from "../../core/random.js";
import { NO_SESSION } from "../../pool/index.js";
import {
  OUTCOME,
  PAYMENT_OUTCOME,
  RENDITION_DOWNLOAD_TIMEOUT_MS,
  StagedPayment,
  shouldRefresh,
  uploadTimeoutMs,
  wholeTimeoutMs,
} from "../../selection/index.js";
import type { Backend } from "./backends/backend.js";
import type { Calls } from "./calls.js";
import type { Conditions } from "./conditions.js";
import type { Connections } from "./connections.js";
import { TICKET_PARAMS_VALID_MS } from "./discovery.js";
import { attemptDraws, DRAW } from "./draws.js";
import type { SessionInfo, Stream } from "./entities.js";
import type { Gateways } from "./gateways.js";
import { IDLE_MS, type NodeRuntime } from "./node.js";
import { type AttemptNoise, segmentDurationMs, segmentReadyMs } from "./noise.js";
import { segmentPixels } from "./renditions.js";
import type { Run } from "./run.js";
import type { Tally } from "./tally.js";
import { winningTickets } from "./tickets.js";

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

/** Does segments at once. */
export class AtOnce {
  readonly #parts: AtOnceParts;
  readonly #staged = new StagedPayment();

  constructor(parts: AtOnceParts) {
    this.#parts = parts;
  }

  /**
   * Delivers the stream's next segment and those after it, as far as nobody can tell.
   *
   * @returns how many; after that many the stream's next segment is ready at its own instant
   */
  deliver(stream: Stream): number {
    const { run, gateways, conditions, connections, calls, noise, tally } = this.#parts;
    const { manager, site } = stream;
    const { world, counting } = run;
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
      return 0;
    }
    // The session in use, which asks for no refresh (M-11) and is not taken to another node.
    const session = manager.again(stream.nextReadyMs);
    if (session === null) return 0;
    const { info, transcoder } = session;
    const node = this.#parts.nodes[transcoder];
    const backend = this.#parts.backends[transcoder];
    const link = world.links[site]?.[transcoder];
    if (
      node === undefined ||
      backend?.isForeseen !== true ||
      link === undefined ||
      info.node !== transcoder ||
      info.nodeSession === NO_SESSION ||
      (info.closesMs > Number.NEGATIVE_INFINITY && !isOpenAgain(info, node, run.now))
    ) {
      return 0;
    }
    const isPool = node.spec.orchestrator === world.pool;
    const untilMs = Math.min(
      stream.endMs,
      world.endMs,
      conditions.sameUntilMs(site, transcoder, run.now),
      // What is counted, and which round it belongs to.
      counting ? Number.POSITIVE_INFINITY : world.warmupMs,
      isPool ? run.settlesMs : Number.POSITIVE_INFINITY,
    );
    const slowness = backend.exchangeSlowness(transcoder, run.now);
    const { segmentFailure } = world.scenario.assumptions;
    const gateway = gateways.of(stream);
    const terms = calls.termsOf(info, stream);
    const account = terms === null ? null : info.credit();
    const staged = this.#staged;
    const { renditions, k0, k1 } = stream;
    const segment = gateway.segment();
    const { attempt } = segment;
    let lastEndMs = info.lastEndMs;
    let pixels = 0;
    let count = 0;
    tally.begin(stream, info, isPool);
    while (stream.nextReadyMs < untilMs) {
      const readyMs = stream.nextReadyMs;
      const durationMs = stream.nextDurationMs;
      if (manager.again(readyMs) !== session || shouldRefresh(session, readyMs)) break;
      const index = stream.segments;
      const base = attemptDraws(index, 1, -1);
      const sentMs = readyMs + noise.prepareMs(stream, base);
      const factor = info.factor * noise.network(stream, base) * slowness;
      const headersMs = link.upMs * factor;
      const arrivedMs = sentMs + headersMs;
      const endMs = arrivedMs + link.workMs * factor;
      const downloadMs = Math.max(0, link.downMs) * factor;
      const overMs = endMs + downloadMs;
      const nextDurationMs = segmentDurationMs(stream, gateway.duration, index + 1);
      const nextReadyMs = segmentReadyMs(stream, index + 1, readyMs, nextDurationMs);
      if (
        !(overMs < untilMs) ||
        !(overMs < nextReadyMs) ||
        overMs - readyMs > durationMs ||
        // Its session is open when it arrives, with nothing before it.
        lastEndMs > readyMs ||
        arrivedMs >= lastEndMs + IDLE_MS ||
        headersMs > uploadTimeoutMs(durationMs) ||
        endMs > sentMs + wholeTimeoutMs(durationMs) ||
        downloadMs > RENDITION_DOWNLOAD_TIMEOUT_MS ||
        // A connection that is open stays so: no set-up (G-17).
        !connections.isOpen(site, transcoder, sentMs) ||
        uniform(k0, k1, base + DRAW.failure) < segmentFailure
      ) {
        break;
      }
      const tookAllMs = endMs - sentMs;
      segment.readyMs = readyMs;
      segment.durationMs = durationMs;
      segment.pixels = segmentPixels(renditions, durationMs);
      attempt.start(readyMs, manager, durationMs);
      attempt.prepared(sentMs, OUTCOME.ok);
      connections.use(site, transcoder, sentMs);
      if (terms !== null && account !== null) {
        const estimate = calls.estimatedPixels(renditions, durationMs);
        const tickets = account.stage(terms.payment, estimate, sentMs, staged);
        if (counting && tickets > 0) {
          tally.paid(tickets, winningTickets(terms, tickets, uniform(k0, k1, base + DRAW.tickets)));
        }
        account.settle(staged, PAYMENT_OUTCOME.received, segment.pixels, endMs);
      }
      attempt.submitted(endMs, OUTCOME.ok, tookAllMs, renditions.count);
      attempt.returnedInfo(session.price, endMs - tookAllMs + TICKET_PARAMS_VALID_MS, info);
      attempt.downloaded(overMs);
      if (counting) {
        tally.delivered(segment, tookAllMs + downloadMs, session.latencyScore);
        pixels += segment.pixels;
      }
      lastEndMs = endMs;
      stream.segments = index + 1;
      stream.lastReadyMs = readyMs;
      stream.nextDurationMs = nextDurationMs;
      stream.nextReadyMs = nextReadyMs;
      count++;
    }
    gateway.release(segment);
    if (count === 0) return 0;
    info.lastEndMs = lastEndMs;
    node.foresee(info.nodeSession, count, lastEndMs, pixels);
    tally.end(count, terms);
    return count;
  }
}

/** Whether a session that was to be ended has been taken up again since. */
function isOpenAgain({ closesMs, nodeSession }: SessionInfo, node: NodeRuntime, nowMs: number) {
  return nowMs > closesMs && node.sessions.isOpen(nodeSession, nowMs);
}
