/**
 * Discoveries for AI jobs in virtual time: the library's own round is fed with answers
 * that are drawn at once. Who is full, and which models are loaded, is looked at when it begins.
 */
import {
  bitString,
  type JobCapabilities,
  type ModelConstraint,
  type PerCapability,
} from "../../discovery/capabilities.js";
import { DEFAULT_CAPABILITIES } from "../../discovery/capability.js";
import type { ModelState } from "../../discovery/model-state.js";
import type { Rejection } from "../../discovery/rejection.js";
import { DiscoveryRound } from "../../discovery/round.js";
import type { RoundAnswer } from "../../discovery/round-words.js";
import type { Suspender } from "../../discovery/suspension.js";
import type { DiscoveredAISession } from "../../selection/ai/session-selector.js";
import {
  AUTH_TOKEN_VALID_MS,
  CONNECT_TIMEOUT_MS,
  createSession,
  SessionPrice,
} from "../../selection/index.js";
import type { Conditions } from "../model/conditions/conditions.js";
import type { AnswerTimes } from "../model/discovery/answer-times.js";
import { ANSWERS_MAX } from "../model/discovery/answer-times.js";
import { TICKET_PARAMS_VALID_MS } from "../model/discovery/found.js";
import type { NodeRuntime } from "../model/node.js";
import type { Run } from "../model/run.js";
import type { AIJobSpec } from "./ai-world.js";
import { type AIGateway, FREE } from "./gateway.js";
import type { AINode } from "./node.js";

const UNREACHABLE: Rejection = {
  rule: "D-20",
  reason: "rpc-error",
  detail: "no connection within 3 s (G-18)",
};
const CAPPED: Rejection = { rule: "O-6", reason: "rpc-error", detail: "OrchestratorCapped" };
const NO_PRICE = new SessionPrice(FREE);
/** How a model may stand at an orchestrator; the place of each is part of a key. */
const STATES: readonly ModelState[] = ["warm", "cold", "otherModel", "noCapability"];

/** What a discovery found, and when it is over. */
export interface AIFound {
  readonly endMs: number;
  /** Null: it failed, or found nobody. */
  readonly found: readonly DiscoveredAISession<null>[] | null;
}

/** An answer, or that somebody could not be reached. */
interface Answer {
  readonly atMs: number;
  readonly askedMs: number;
  readonly uri: number;
  readonly node: number;
  readonly isUp: boolean;
}

/** Runs the discoveries of all gateways. */
export class AIDiscoveries {
  readonly #run: Run;
  readonly #conditions: Conditions;
  readonly #times: AnswerTimes;
  readonly #nodes: readonly NodeRuntime[];
  readonly #places: readonly (AINode | null)[];
  readonly #asked = new Int32Array(ANSWERS_MAX);
  readonly #rejections = new Map<string, Rejection | null>();
  #sessions = 0;

  constructor(parts: {
    readonly run: Run;
    readonly conditions: Conditions;
    readonly times: AnswerTimes;
    readonly nodes: readonly NodeRuntime[];
    readonly places: readonly (AINode | null)[];
  }) {
    this.#run = parts.run;
    this.#conditions = parts.conditions;
    this.#times = parts.times;
    this.#nodes = parts.nodes;
    this.#places = parts.places;
  }

  /**
   * One discovery that begins now.
   *
   * @param key whose draws say how long answers take
   * @param suspender of the selector, if it has been made
   */
  discover(
    gateway: AIGateway,
    job: AIJobSpec,
    key: { readonly k0: number; readonly k1: number },
    suspender: Suspender | null,
  ): AIFound {
    const run = this.#run;
    const { endpoints } = gateway;
    const { discoveryTimeout, extraNodes } = gateway.spec.settings;
    const round = new DiscoveryRound({ discoveryTimeoutMs: discoveryTimeout, extraNodes });
    const startMs = run.now;
    const nodeOf = new Map<number, { readonly node: number; readonly atMs: number }>();
    let answers: Answer[] = [];
    let state = round.start(startMs, { endpoints, wanted: endpoints.length, suspender });
    let askedMs = startMs;
    while (state !== "done") {
      if (state === "ask") {
        answers.push(...this.#answers(gateway, [...round.toAsk], key, askedMs));
        answers.sort((a, b) => b.atMs - a.atMs || b.uri - a.uri);
      }
      const next = answers.pop();
      if (next === undefined) break;
      const { atMs, uri, node, isUp } = next;
      while (!round.done && round.nextDeadline() < atMs) round.timer(round.nextDeadline());
      if (round.done) break;
      askedMs = atMs;
      nodeOf.set(uri, { node, atMs });
      if (!isUp) state = round.failure(atMs, uri, UNREACHABLE);
      else if (this.isCapped(node, job)) state = round.failure(atMs, uri, CAPPED);
      else state = round.response(atMs, uri, this.#answer(gateway, node, job), atMs - next.askedMs);
    }
    answers = [];
    if (!round.done) round.timer(Number.POSITIVE_INFINITY);
    const endMs = startMs + round.elapsedMs;
    if (round.size === 0) return { endMs, found: null };
    const found: DiscoveredAISession<null>[] = [];
    for (let index = 0; index < round.size; index++) {
      const answered = nodeOf.get(round.endpointAt(index));
      if (answered === undefined) continue;
      const session = this.#session(
        gateway,
        answered.node,
        job,
        answered.atMs,
        round.latencyMsAt(index),
      );
      if (session !== null) found.push({ session, model: this.#state(answered.node, job) });
    }
    return { endMs, found };
  }

  /** Whether a session may be renewed now: a full orchestrator refuses (O-6, A-63). */
  isCapped(node: number, job: AIJobSpec): boolean {
    if (this.#nodes[node]?.isFull(this.#run.now) === true) return true;
    return job.pipeline.live && this.#places[node]?.isLiveCapped(job) === true;
  }

  #session(gateway: AIGateway, node: number, job: AIJobSpec, atMs: number, latencyMs: number) {
    const spec = this.#run.world.nodes[node];
    if (spec === undefined) return null;
    return createSession(
      {
        transcoder: spec.transcoder,
        orchestrator: spec.orchestrator,
        recipient: spec.orchestrator,
        price: this.priceOf(node, job),
        initialLatencyMs: latencyMs,
        authTokenExpiresAtMs: atMs + AUTH_TOKEN_VALID_MS,
        ...(gateway.hasSender ? { ticketParamsExpireAtMs: atMs + TICKET_PARAMS_VALID_MS } : {}),
        sessionKey: node,
        info: null,
      },
      { hasSender: gateway.hasSender, nextId: () => this.#sessions++ },
    );
  }

  /** What a node asks for a unit. */
  priceOf(node: number, job: AIJobSpec): SessionPrice {
    return this.#places[node]?.spec.prices[job.index] ?? NO_PRICE;
  }

  #state(node: number, job: AIJobSpec): ModelState {
    return this.#places[node]?.modelState(job) ?? "noCapability";
  }

  /** When each endpoint answers. */
  #answers(
    gateway: AIGateway,
    endpoints: readonly number[],
    key: { readonly k0: number; readonly k1: number },
    askedMs: number,
  ): Answer[] {
    const { world } = this.#run;
    const answers: Answer[] = [];
    const stream = { site: gateway.site, k0: key.k0, k1: key.k1 };
    for (let from = 0; from < endpoints.length; from += ANSWERS_MAX) {
      const some = endpoints.slice(from, from + ANSWERS_MAX);
      for (const [at, uri] of some.entries()) {
        this.#asked[at] = this.#conditions.route(uri, stream, from + at);
      }
      const times = this.#times.all(stream, this.#asked, some.length, 0);
      for (const [at, uri] of some.entries()) {
        const node = this.#asked[at] ?? 0;
        const isUp = this.#conditions.isUp(gateway.site, node, askedMs);
        if (!isUp && world.nodes[node]?.whenDown === "silent") continue;
        const tookMs = isUp ? (times[at] ?? 0) : CONNECT_TIMEOUT_MS;
        answers.push({ atMs: askedMs + tookMs, askedMs, uri, node, isUp });
      }
    }
    return answers;
  }

  #answer(gateway: AIGateway, node: number, job: AIJobSpec): RoundAnswer {
    const { nodes, orchestrators } = this.#run.world;
    const spec = nodes[node];
    const orchestrator = orchestrators[spec?.orchestrator ?? -1];
    const state = this.#state(node, job);
    const key = `${gateway.site} ${node} ${job.index} ${STATES.indexOf(state)}`;
    let rejection = this.#rejections.get(key);
    if (rejection === undefined && spec !== undefined && orchestrator !== undefined) {
      const { capability } = job.pipeline;
      const has = state !== "noCapability";
      const models: PerCapability = new Map(
        has
          ? [
              [
                capability,
                new Map(state === "otherModel" ? [] : [[job.model, constraint(state === "warm")]]),
              ],
            ]
          : [],
      );
      rejection = gateway.terms.rejection(
        {
          name: spec.name,
          orchestrator,
          price: this.priceOf(node, job),
          terms: undefined,
          capabilities: [...DEFAULT_CAPABILITIES, ...(has ? [capability] : [])],
          models,
        },
        asked(job, gateway.spec.settings.orchMinLivepeerVersion),
      );
      this.#rejections.set(key, rejection);
    }
    return {
      transcoder: spec?.transcoder ?? node,
      rejection: rejection ?? null,
      nodes: node === orchestrator?.nodes[0] ? orchestrator.advertised : [],
    };
  }
}

function constraint(warm: boolean): ModelConstraint {
  return { warm, capacity: 1, runnerVersion: "" };
}

/** What an AI discovery asks for. */
function asked(job: AIJobSpec, minVersion: string): JobCapabilities {
  const { capability } = job.pipeline;
  return {
    bitstring: bitString([...DEFAULT_CAPABILITIES, capability]),
    minVersion,
    perCapability: new Map([[capability, new Map([[job.model, constraint(false)]])]]),
  };
}
