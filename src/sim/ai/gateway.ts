/** A gateway's AI side: the library's own selectors, with a scenario's settings. */
import { Rational } from "../../core/rational.js";
import { AISessionManager } from "../../selection/ai/session-manager.js";
import type { PerformanceScores } from "../../selection/index.js";
import { AnswerTerms } from "../model/discovery/answer-terms.js";
import { generalMaxPrice, recipientChooser } from "../model/discovery/recipients.js";
import type { Market } from "../model/money/market.js";
import type { Run } from "../model/run.js";
import type { Gateway } from "../model/world/world.js";
import { drawOf, pickDraw } from "./ai-draws.js";
import type { AIWorld } from "./ai-world.js";

/** Whoever draws numbers, and how many it has drawn. */
export interface Drawing {
  readonly k0: number;
  readonly k1: number;
  draws: number;
}

/** What a gateway's requests share. */
export class AIGateway {
  readonly spec: Gateway;
  readonly site: number;
  readonly hasSender: boolean;
  /** What AI discoveries ask. */
  readonly endpoints: readonly number[];
  readonly manager: AISessionManager<null>;
  readonly terms: AnswerTerms;
  /** Whose draws selections take: set before the cores are told anything. */
  current: Drawing | null = null;
  /** While a selector is made, everybody else waits. */
  isMaking = false;

  /** @param scores of performance, where the gateway asks for any */
  constructor(run: Run, ai: AIWorld, spec: Gateway, market: Market, scores: PerformanceScores) {
    const { settings } = spec;
    this.spec = spec;
    this.site = spec.site;
    this.hasSender = settings.onchain;
    this.endpoints = aiEndpoints(run, ai, spec);
    this.terms = new AnswerTerms(settings, run.world.scenario);
    const draw = () => this.#draw();
    const general = generalMaxPrice(settings);
    this.manager = new AISessionManager<null>({
      poolSize: this.endpoints.length,
      pick: (length) => Math.floor(draw() * length),
      selection: (job) => {
        if (!settings.onchain) return {};
        // One for the warm and the cold pool, whose maximum price is the same.
        const asked = ai.jobs.find((one) => one.request === job);
        const chooser = recipientChooser({
          settings,
          market,
          run,
          scores,
          maxPrice: asked?.maxPrice ?? general,
          ...(asked?.pipeline.live ? { selection: "live" } : {}),
        });
        return { chooser, draw };
      },
    });
  }

  #draw(): number {
    const { current } = this;
    if (current === null) return 0.5;
    return drawOf(current, pickDraw(current.draws++));
  }
}

/** A price of nothing: of those that name none. */
export const FREE = Rational.ZERO;

/** Those of the registry of AI services, or a list as it is: who transcodes only is not in the former. */
function aiEndpoints({ world }: Run, { places }: AIWorld, spec: Gateway): readonly number[] {
  if (spec.settings.source !== "onchain") return spec.endpoints;
  const { nodes, orchestrators } = world;
  return spec.endpoints.filter((uri) => {
    const owner = orchestrators[nodes[uri]?.orchestrator ?? uri - nodes.length];
    return owner?.nodes.some((node) => (places[node] ?? null) !== null) ?? false;
  });
}
