/**
 * The AI part of one run: its parts are put together here, and its events are handed to them. A request
 * can be followed in `requests.ts` (the gateway) and `serving.ts` (the orchestrator), which stand on
 * the same run, queue and conditions as the transcoding model does.
 */

import { invariant } from "../../core/errors.js";
import { childK0, childK1 } from "../../core/random.js";
import { Rational } from "../../core/rational.js";
import { AI_LIVE_REFRESH_INTERVAL_MS } from "../../selection/ai/session-selector.js";
import type { Conditions } from "../model/conditions/conditions.js";
import type { AnswerTimes } from "../model/discovery/answer-times.js";
import type { Gateways } from "../model/discovery/gateways.js";
import { ENTITY } from "../model/draws.js";
import { EVENT } from "../model/events.js";
import type { Market } from "../model/money/market.js";
import type { Money } from "../model/money/money.js";
import type { NodeRuntime } from "../model/node.js";
import type { Run } from "../model/run.js";
import { startOfDay } from "../model/streams/arrivals.js";
import type { Arrival } from "../model/streams/demand.js";
import { AI_DRAW, drawOf } from "./ai-draws.js";
import { AIMoney } from "./ai-money.js";
import type { AIWorld } from "./ai-world.js";
import { AISource } from "./arrivals.js";
import { AIDiscoveries, type AIFound } from "./discoveries.js";
import type { AIRequestSlot } from "./entities.js";
import { AIGateway } from "./gateway.js";
import { AILiveStreams } from "./live.js";
import { AINode } from "./node.js";
import { AIRequests } from "./requests.js";
import { AIServingSide } from "./serving.js";
import { SpeechBalances } from "./speech.js";
import { AIWorkers, type GpuSide } from "./workers.js";

/** Names of requests lie so far apart from those of the next source. */
const KEYS = 2 ** 47;

/** What the AI part stands on. */
export interface AIPartParts {
  readonly run: Run;
  readonly ai: AIWorld;
  readonly gateways: Gateways;
  readonly conditions: Conditions;
  readonly market: Market;
  readonly nodes: readonly NodeRuntime[];
  readonly times: AnswerTimes;
  readonly money: Money | null;
  readonly gpu: GpuSide;
}

/** AI jobs of one run. */
export class AIPart {
  readonly requests: AIRequests;
  readonly serving: AIServingSide;
  readonly live: AILiveStreams;
  readonly workers: AIWorkers;
  readonly money: AIMoney | null;
  readonly #run: Run;
  readonly #gateways: readonly AIGateway[];
  readonly #sources: readonly AISource[];
  readonly #next: (Arrival | undefined)[];
  readonly #discoveries: AIDiscoveries;
  /** By source: a background refresh that is under way. */
  readonly #refreshes = new Map<number, AIFound>();
  readonly #refreshed: number[];

  constructor(parts: AIPartParts) {
    const { run, ai, conditions, market, nodes, times, money, gpu } = parts;
    const { world } = run;
    const { scenario } = world;
    this.#run = run;
    this.workers = new AIWorkers(run, ai, gpu);
    const places: readonly (AINode | null)[] = ai.places.map((place): AINode | null => {
      if (place === null) return null;
      const index = place.node;
      const node: AINode = new AINode({
        place,
        kinds: ai.kinds,
        settings: place.own === null ? scenario.orchestrator?.ai : undefined,
        workerOf: (handle) => this.workers.workerOf(index, handle),
        now: () => run.now,
        mustWait: (worker, kind) => this.workers.mustWait(node, worker, kind),
      });
      return node;
    });
    this.#gateways = world.gateways.map(
      (gateway) => new AIGateway(run, ai, gateway, market, parts.gateways.of(gateway).scores),
    );
    this.money = money === null ? null : new AIMoney(run, ai, money);
    const speech = new SpeechBalances(Rational.parse(scenario.tickets.ticketEV).floor());
    this.#discoveries = new AIDiscoveries({ run, conditions, times, nodes, places });
    this.live = new AILiveStreams(run, ai, {
      requests: () => this.requests,
      serving: () => this.serving,
    });
    this.serving = new AIServingSide({
      run,
      conditions,
      places,
      workers: this.workers,
      money: this.money,
      speech,
      lost: (job, isKnown) => this.live.lost(job, isKnown),
    });
    const { retryTimeout, nobodyFound } = ai.settings.gateway;
    this.requests = new AIRequests({
      run,
      config: { retryTimeoutMs: retryTimeout, nobodyFound: nobodyFound },
      conditions,
      discoveries: this.#discoveries,
      times,
      serving: this.serving,
      speech,
      started: (stream, request) => this.live.started(stream, request),
      made: (request) => this.#made(request),
    });
    const key = { k0: childK0(run.key, ENTITY.ai), k1: childK1(run.key, ENTITY.ai) };
    const startMs = startOfDay(world, run.key);
    this.#sources = this.#gateways.flatMap((gateway) =>
      ai.jobs.map((job) => new AISource(gateway, job, gateway.spec.streams.share, startMs, key)),
    );
    this.#next = this.#sources.map(() => undefined);
    this.#refreshed = this.#sources.map(() => 0);
  }

  /** Begins: the first of everything that comes in. */
  start(): void {
    for (const at of this.#sources.keys()) this.#await(at);
  }

  /** Handles an event of a kind of its own. */
  happen(kind: number, id: number): void {
    switch (kind) {
      case EVENT.aiArrival:
        this.#arrives(id);
        break;
      case EVENT.aiArrived:
        this.serving.arrived(this.serving.jobs.at(id));
        break;
      case EVENT.aiDone:
        this.serving.done(this.serving.jobs.at(id));
        break;
      case EVENT.aiTimeout:
        this.serving.timedOut(this.serving.jobs.at(id));
        break;
      case EVENT.aiResult:
        this.requests.result(this.requests.slots.at(id));
        break;
      case EVENT.aiPrepared:
        this.requests.prepared(this.requests.slots.at(id));
        break;
      case EVENT.aiLive:
        this.live.due(this.live.slots.at(id));
        break;
      case EVENT.aiRefresh:
        this.#refresh(id);
        break;
      default:
        invariant(false, `there is no event of kind ${kind}`);
    }
  }

  /** Closes the books of counters. */
  finish(endMs: number): void {
    this.requests.finish();
    this.live.finish(endMs);
    this.workers.finish(endMs);
  }

  /** A request or a live stream comes in. */
  #arrives(at: number): void {
    const source = this.#sources[at];
    if (source === undefined) return;
    const { counting } = this.#run;
    const { gateway, spec } = source;
    const number = source.count++;
    const order = (number * this.#sources.length + at) % KEYS;
    const arrival = this.#next[at];
    if (arrival !== undefined) {
      this.live.begin(gateway, spec, arrival, order);
    } else {
      const request = this.requests.slots.take();
      request.gateway = gateway;
      request.spec = spec;
      request.order = order;
      request.k0 = source.keyOf(number);
      request.k1 = source.secondKeyOf(number);
      request.counted = counting;
      request.units = spec.units.draw(drawOf(request, AI_DRAW.units));
      this.requests.begin(request);
    }
    this.#await(at);
  }

  /** The next thing of a source. */
  #await(at: number): void {
    const { queue, now } = this.#run;
    const source = this.#sources[at];
    if (source === undefined) return;
    let atMs: number;
    if (source.streams === null) {
      atMs = source.nextMs(now);
    } else {
      if (source.spec.ratePerMs <= 0) return;
      const arrival = source.streams.next();
      this.#next[at] = arrival;
      atMs = arrival?.atMs ?? Number.POSITIVE_INFINITY;
    }
    if (atMs < Number.POSITIVE_INFINITY) queue.schedule(atMs, EVENT.aiArrival, at, at);
  }

  /** A gateway has a new selector: those of live video are refreshed in the background. */
  #made({ gateway, spec }: AIRequestSlot): void {
    if (!spec?.pipeline.live) return;
    const at = this.#sources.findIndex((one) => one.gateway === gateway && one.spec === spec);
    if (at >= 0 && this.#refreshed[at] === 0) this.#awaitRefresh(at);
  }

  #awaitRefresh(at: number): void {
    const { queue, now } = this.#run;
    queue.schedule(now + AI_LIVE_REFRESH_INTERVAL_MS, EVENT.aiRefresh, at, at);
  }

  /** A background refresh begins, or ends. */
  #refresh(at: number): void {
    const { now, queue, key } = this.#run;
    const source = this.#sources[at];
    const selector = source?.gateway.manager.selectorOf(source.spec.request);
    if (source === undefined || selector === undefined) return;
    const found = this.#refreshes.get(at);
    if (found !== undefined) {
      this.#refreshes.delete(at);
      selector.endRefresh(now, found.found);
      return;
    }
    const count = (this.#refreshed[at] ?? 0) + 1;
    this.#refreshed[at] = count;
    selector.beginRefresh();
    const draws = { k0: childK0(key, count), k1: childK1(key, -1 - at) };
    const begun = this.#discoveries.discover(
      source.gateway,
      source.spec,
      draws,
      selector.suspender,
    );
    this.#refreshes.set(at, begun);
    queue.schedule(Math.max(now, begun.endMs), EVENT.aiRefresh, at, at);
    this.#awaitRefresh(at);
  }
}
