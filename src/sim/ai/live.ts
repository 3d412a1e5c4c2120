/**
 * Live AI streams (A-45 … A-51): the library's own stream says whether another orchestrator follows; here
 * orchestrators come to grief, and what streams pay is counted.
 */

import { invariant } from "../../core/errors.js";
import { childK0, childK1 } from "../../core/random.js";
import {
  LIVE_END,
  LIVE_EVENT_CHECK_MS,
  LIVE_EVENT_TIMEOUT_MS,
  LIVE_OUT_SEGMENT_TIMEOUT_MS,
  LIVE_PAYMENT_INTERVAL_MS,
  LIVE_READ_FAILURES,
  LIVE_READ_PAUSE_MS,
  LIVE_START_UNITS,
  type LiveEffect,
  type LiveFault,
  LivePayments,
  LiveStream,
} from "../../selection/ai/live-stream.js";
import { AI_RESULT } from "../../selection/ai/request.js";
import { drawExponential } from "../engine/distributions.js";
import { Slots } from "../model/entities.js";
import { EVENT } from "../model/events.js";
import type { Run } from "../model/run.js";
import type { Arrival } from "../model/streams/demand.js";
import type { AIJobCounters } from "./ai-counters.js";
import { drawOf, faultDraw } from "./ai-draws.js";
import type { AIJobSpec, AIWorld } from "./ai-world.js";
import { type AIJobSlot, AILiveSlot, type AIRequestSlot } from "./entities.js";
import type { AIGateway } from "./gateway.js";
import type { AIRequests } from "./requests.js";
import type { AIServingSide } from "./serving.js";

/** Input segments begin so often: a channel that is gone is noticed with the next one, ms. */
const INPUT_SEGMENT_MS = 1_000;

/** The live streams of all gateways. */
export class AILiveStreams {
  readonly slots = new Slots((slot) => new AILiveSlot(slot));
  readonly #run: Run;
  readonly #ai: AIWorld;
  readonly #requests: () => AIRequests;
  readonly #serving: () => AIServingSide;

  constructor(
    run: Run,
    ai: AIWorld,
    parts: { readonly requests: () => AIRequests; readonly serving: () => AIServingSide },
  ) {
    this.#run = run;
    this.#ai = ai;
    this.#requests = parts.requests;
    this.#serving = parts.serving;
  }

  /** A stream begins. @param order names it among all */
  begin(gateway: AIGateway, spec: AIJobSpec, arrival: Arrival, order: number): void {
    const { now, counting } = this.#run;
    const stream = this.slots.take();
    stream.gateway = gateway;
    stream.spec = spec;
    stream.order = order;
    stream.k0 = arrival.k0;
    stream.k1 = arrival.k1;
    stream.counted = counting;
    stream.startMs = now;
    stream.endMs = now + arrival.lengthMs;
    stream.runs = 0;
    stream.core = new LiveStream<null>(now, () => gateway.manager.selectorOf(spec.request));
    if (counting) this.#counters(stream).streams++;
    this.#start(stream);
  }

  /** The request that was to start it is over. */
  started(stream: AILiveSlot, request: AIRequestSlot): void {
    const { core } = stream;
    const { now } = this.#run;
    invariant(core !== null, "a stream that starts is one");
    const { result, selection } = request.core;
    const isStarted = result === AI_RESULT.ok && selection !== null;
    if (now >= stream.endMs) core.inputGone();
    const effect = core.started(isStarted ? selection : null);
    const { job } = request;
    if (isStarted && job !== null && job.stream === stream) this.#ran(stream, job);
    if (effect !== "run") {
      this.#stop(stream);
      this.#goOn(stream, effect);
    }
  }

  /** Something is noticed, or its input has gone. */
  due(stream: AILiveSlot): void {
    const { now } = this.#run;
    const { core, fault } = stream;
    if (stream.dueMs !== now || core === null) return;
    this.#settle(stream, now);
    this.#stop(stream);
    const effect = core.gaveUp(now, fault);
    if (effect === "start" && stream.counted) this.#counters(stream).swaps++;
    this.#goOn(stream, effect);
  }

  /** Its worker has gone while it ran (or its orchestrator, which is known at the next segment). */
  lost(job: AIJobSlot, isKnown: boolean): void {
    const { now } = this.#run;
    const { stream } = job;
    if (stream === null) return;
    stream.outputEndsMs = Math.min(stream.outputEndsMs, now);
    const fault = isKnown ? "channelGone" : "noOutput";
    const atMs = now + (isKnown ? INPUT_SEGMENT_MS : this.#noticedAfterMs("noOutput"));
    if (atMs < stream.dueMs) this.#await(stream, atMs, fault);
  }

  /** Closes the books. */
  finish(endMs: number): void {
    for (const stream of this.slots.all()) {
      if (stream.core === null) continue;
      if (stream.job !== null) this.#settle(stream, endMs);
      this.#counters(stream).streamMs += this.#spanMs(
        stream.startMs,
        Math.min(stream.endMs, endMs),
      );
    }
  }

  #start(stream: AILiveSlot): void {
    const requests = this.#requests();
    const request = requests.slots.take();
    const { runs } = stream;
    request.gateway = stream.gateway;
    request.spec = stream.spec;
    request.stream = stream;
    request.order = stream.order;
    request.k0 = childK0(stream, runs);
    request.k1 = childK1(stream, runs);
    request.counted = this.#run.counting;
    request.units = Number(LIVE_START_UNITS);
    stream.runs++;
    requests.begin(request);
  }

  /** It runs on an orchestrator from now on. */
  #ran(stream: AILiveSlot, job: AIJobSlot): void {
    const { now, counting, world } = this.#run;
    stream.job = job;
    stream.runStartMs = now;
    stream.paidMs = now;
    stream.outputEndsMs = Number.POSITIVE_INFINITY;
    if (counting) this.#pays(stream, Number(LIVE_START_UNITS), "liveStartUnits");
    const faults = this.#faultOf(job);
    let atMs = stream.endMs;
    let fault: LiveFault | null = null;
    if (faults !== null) {
      const failsMs = now + drawExponential(faults.everyMs, drawOf(stream, faultDraw(stream.runs)));
      const as = this.#seenAs(faults.as);
      if (failsMs < stream.endMs) stream.outputEndsMs = failsMs;
      const noticedMs = failsMs + this.#noticedAfterMs(as);
      if (noticedMs < stream.endMs) {
        atMs = noticedMs;
        fault = as;
      }
    }
    if (atMs <= world.endMs || atMs === stream.endMs)
      this.#await(stream, Math.max(now, atMs), fault);
  }

  /** How the model of its worker, or of its orchestrator, comes to grief. */
  #faultOf({ node, worker, spec }: AIJobSlot) {
    const kind = spec?.index ?? -1;
    const own = this.#ai.places[node]?.own ?? null;
    if (own !== null) return own[kind]?.fault ?? null;
    const models = this.#ai.workers[worker]?.models ?? [];
    return models.find((model) => model.kind === kind)?.fault ?? null;
  }

  /** With go-livepeer's default a broken output segment is never noticed as such. */
  #seenAs(fault: LiveFault): LiveFault {
    const isNever = this.#ai.settings.gateway.liveOutSegmentTimeout === 0;
    return fault === "outputBroken" && isNever ? "noOutput" : fault;
  }

  #noticedAfterMs(fault: LiveFault): number {
    switch (fault) {
      case "noOutput":
        return this.#ai.settings.gateway.liveOutSegmentTimeout || LIVE_OUT_SEGMENT_TIMEOUT_MS;
      case "noEvents":
        return LIVE_EVENT_TIMEOUT_MS + LIVE_EVENT_CHECK_MS / 2;
      case "outputUnreadable":
        return (LIVE_READ_FAILURES - 1) * LIVE_READ_PAUSE_MS;
      default:
        return INPUT_SEGMENT_MS;
    }
  }

  #await(stream: AILiveSlot, atMs: number, fault: LiveFault | null): void {
    stream.dueMs = atMs;
    stream.fault = fault;
    this.#run.queue.schedule(atMs, EVENT.aiLive, stream.slot, stream.order);
  }

  /** Counts what was served and paid for on the orchestrator that it leaves. */
  #settle(stream: AILiveSlot, untilMs: number): void {
    const { warmupMs } = this.#run.world;
    const { runStartMs } = stream;
    const servedMs = this.#spanMs(runStartMs, Math.min(untilMs, stream.outputEndsMs));
    this.#counters(stream).servedMs += servedMs;
    const fromMs = Math.max(warmupMs, stream.paidMs);
    const intervals = Math.floor((untilMs - fromMs) / LIVE_PAYMENT_INTERVAL_MS);
    if (intervals <= 0) return;
    const fromNs = BigInt(Math.round(fromMs * 1e6));
    const lastNs = fromNs + BigInt(intervals * LIVE_PAYMENT_INTERVAL_MS) * 1_000_000n;
    const units = new LivePayments(fromNs).segmentBegins(lastNs);
    this.#pays(stream, Number(units), "liveRunUnits");
  }

  #pays(stream: AILiveSlot, units: number, what: "liveStartUnits" | "liveRunUnits"): void {
    const counters = this.#counters(stream);
    const orchestrator = this.#run.world.nodes[stream.job?.node ?? -1]?.orchestrator ?? -1;
    counters[what] += units;
    counters.liveUnits[orchestrator] = (counters.liveUnits[orchestrator] ?? 0) + units;
  }

  #stop(stream: AILiveSlot): void {
    const { job } = stream;
    stream.job = null;
    stream.dueMs = Number.NaN;
    if (job !== null && job.stream === stream) this.#serving().stops(job);
  }

  #goOn(stream: AILiveSlot, effect: LiveEffect): void {
    if (effect === "start") {
      this.#start(stream);
      return;
    }
    const { core } = stream;
    const counters = this.#counters(stream);
    const { now } = this.#run;
    const isEarly = now < stream.endMs;
    counters.streamMs += this.#spanMs(stream.startMs, stream.endMs);
    if (stream.counted && isEarly && core?.end === LIVE_END.noOrchestrator)
      counters.noOrchestrator++;
    if (stream.counted && core?.end === LIVE_END.tooManySwaps) counters.tooManySwaps++;
    stream.core = null;
    this.slots.give(stream);
  }

  /** The part of a span that is counted, ms. */
  #spanMs(fromMs: number, toMs: number): number {
    const { warmupMs, endMs } = this.#run.world;
    return Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, warmupMs));
  }

  #counters({ spec }: AILiveSlot): AIJobCounters {
    const counters = this.#run.counters.ai?.jobs[spec?.index ?? -1];
    invariant(counters !== undefined, "every job has counters");
    return counters;
  }
}
