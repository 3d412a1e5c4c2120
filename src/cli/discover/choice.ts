/**
 * What a gateway does with those that its discovery found: in which order it tries them off chain
 * (L-5), how likely each is its first choice on chain (L-13), and whom it passes over although
 * discovery found them (M-8, M-32, L-6, L-9, L-10, L-16). For AI jobs also who is in which pool.
 */
import { invariant } from "../../core/errors.js";
import { Interner } from "../../core/interner.js";
import type { Rational } from "../../core/rational.js";
import {
  modelRejection,
  modelState,
  type OrchestratorReport,
  priceRejection,
} from "../../discovery/index.js";
import { withinMaxPrice } from "../../selection/algorithms/algorithm.js";
import {
  CAPABILITY_LIVE_VIDEO,
  type Candidates,
  checkSelectionWeights,
  ProbabilityAlgorithm,
  type ProbabilityOptions,
  RecipientChooser,
  type RecipientSession,
  SessionPrice,
  selectionProbabilities,
} from "../../selection/index.js";
import type { AIJobAsked } from "./job.js";
import {
  aiSessions,
  type PassedOver,
  type Reason,
  sessionRejection,
  videoSessions,
} from "./sessions.js";

/** What selection makes of one pool. */
export interface PoolChoice {
  /** As they are tried: by latency off chain, by probability on chain. */
  readonly order: readonly OrchestratorReport[];
  /** Of being the first choice; empty off chain. The other nodes of a recipient have none (L-6). */
  readonly probabilities: ReadonlyMap<OrchestratorReport, number>;
  readonly passedOver: ReadonlyMap<OrchestratorReport, Reason>;
}

/** How selection is set. */
export interface ChoiceOptions extends ProbabilityOptions {
  readonly onChain: boolean;
  /** The AI job; null = a video job. */
  readonly ai: AIJobAsked | null;
  readonly maxPrice: Rational | null;
  /** Scores by lower-case address; null = the gateway keeps none (L-18). */
  readonly perfScores: ReadonlyMap<string, number> | null;
}

/**
 * Checks the weights (L-17), which count on chain only.
 *
 * @throws InputError (`SELECTION_WEIGHTS`)
 */
export function checkWeights(options: ChoiceOptions): void {
  if (options.onChain) checkSelectionWeights(options);
}

/**
 * What selection makes of those that a discovery found in one pool.
 *
 * @param found in their order (D-38, D-39)
 */
export function choose(found: readonly OrchestratorReport[], options: ChoiceOptions): PoolChoice {
  const passedOver: PassedOver = new Map();
  const choices = poolsOf(found, options, passedOver).map((pool) => choosePool(pool, options));
  return {
    order: choices.flatMap(({ order }) => order),
    probabilities: new Map(choices.flatMap(({ probabilities }) => [...probabilities])),
    passedOver: new Map([...passedOver, ...choices.flatMap((choice) => [...choice.passedOver])]),
  };
}

/** The sessions of each pool, in the order in which pools are asked. */
function poolsOf(
  found: readonly OrchestratorReport[],
  options: ChoiceOptions,
  passedOver: PassedOver,
): OrchestratorReport[][] {
  const { ai } = options;
  const able = kept(found, (report) => sessionRejection(report, options), passedOver);
  if (ai === null) return [videoSessions(able, passedOver)];
  const told = kept(able, (report) => modelRejection(stateOf(report, ai)), passedOver);
  // whoever has not loaded the model serves only when nobody is left who has.
  return [true, false].map((warm) => {
    const pool = told.filter((report) => (stateOf(report, ai) === "warm") === warm);
    const sessions = aiSessions(pool, passedOver);
    if (ai.capability !== CAPABILITY_LIVE_VIDEO) return sessions;
    // by the latency that a session has now, which may be that of a later answer.
    return sessions.sort((a, b) => (a.latencyMs ?? 0) - (b.latencyMs ?? 0));
  });
}

/** Those against whom nothing is to be said. */
function kept(
  reports: readonly OrchestratorReport[],
  against: (report: OrchestratorReport) => Reason | null,
  passedOver: PassedOver,
): OrchestratorReport[] {
  return reports.filter((report) => {
    const why = against(report);
    if (why !== null) passedOver.set(report, why);
    return why === null;
  });
}

/** Whether it has the model loaded; where any model will do, whether any is. */
export function stateOf({ info }: OrchestratorReport, { capability, model }: AIJobAsked) {
  const capabilities = info?.capabilities ?? null;
  if (model !== null) return modelState(capabilities, capability, model);
  const models = capabilities?.constraints?.perCapability?.get(capability);
  const states = [...(models?.keys() ?? [])].map((id) => modelState(capabilities, capability, id));
  if (states.length === 0) return modelState(capabilities, capability, "");
  return states.includes("warm") ? "warm" : "cold";
}

function choosePool(found: readonly OrchestratorReport[], options: ChoiceOptions): PoolChoice {
  if (!options.onChain) return { order: found, probabilities: new Map(), passedOver: new Map() };
  const choice = new OnChainChoice(found, options);
  return options.ai?.capability === CAPABILITY_LIVE_VIDEO ? choice.live() : choice.choice();
}

class OnChainChoice {
  readonly #options: ChoiceOptions;
  readonly #recipients = new Interner();
  readonly #sessions: RecipientSession[] = [];
  /** Those that were found, by the handles of their recipients. */
  readonly #reports: OrchestratorReport[][] = [];
  readonly #passedOver = new Map<OrchestratorReport, Reason>();

  constructor(found: readonly OrchestratorReport[], options: ChoiceOptions) {
    this.#options = options;
    for (const report of found) {
      const handle = this.#recipients.handle(report.info?.ticketParams?.recipient ?? "");
      this.#reports[handle] = [...(this.#reports[handle] ?? []), report];
      this.#sessions.push({
        recipient: handle,
        initialPrice: report.price === null ? null : new SessionPrice(report.price),
        initialLatencyMs: report.latencyMs ?? 0,
      });
    }
  }

  choice(): PoolChoice {
    const candidates = this.#candidates();
    const table = selectionProbabilities(candidates, this.#options);
    const { recipients } = candidates;
    const { afterPerfScore, afterMaxPrice, eligible } = table;
    for (const [at, recipient] of recipients.entries()) {
      const why = !afterPerfScore.includes(at)
        ? this.#lowScore(candidates.perfScores?.[at] ?? 0)
        : !afterMaxPrice.includes(at)
          ? this.#tooDear(candidates.prices[at] ?? null)
          : eligible.includes(at)
            ? null
            : { rule: "L-16", reason: "price-missing", detail: "no price is known" };
      if (why === null) continue;
      for (const report of this.#reportsOf(recipient)) this.#pass(report, why);
    }
    // Where stakes or prices are unknown they add up to more (L-15).
    const sum = table.probabilities.reduce((total, one) => total + one, 0);
    const ranked = eligible
      .map((at, index) => ({
        reports: this.#reportsOf(recipients[at] ?? -1),
        probability: (table.probabilities[index] ?? 0) / (sum > 0 ? sum : 1),
      }))
      .sort((a, b) => b.probability - a.probability);
    return {
      order: ranked.flatMap(({ reports }) => reports),
      probabilities: new Map(
        ranked.flatMap(({ reports: [first], probability }) =>
          first === undefined ? [] : [[first, probability] as const],
        ),
      ),
      passedOver: this.#passedOver,
    };
  }

  /** L-20: in the order of discovery, of those whose price will do, whatever R-5 says. */
  live(): PoolChoice {
    const candidates = this.#candidates();
    const within = new Set(withinMaxPrice(candidates));
    const order: OrchestratorReport[] = [];
    for (const [at, recipient] of candidates.recipients.entries()) {
      for (const report of this.#reportsOf(recipient)) {
        if (within.has(at)) order.push(report);
        else this.#pass(report, this.#tooDear(candidates.prices[at] ?? null));
      }
    }
    return { order, probabilities: new Map(), passedOver: this.#passedOver };
  }

  /** The gateway's own chooser says whom its algorithm is asked to choose among. */
  #candidates(): Candidates {
    const { maxPrice, perfScores } = this.#options;
    const chooser = new RecipientChooser({
      algorithm: new ProbabilityAlgorithm(this.#options),
      stakes: {
        readStakes: (recipients) =>
          recipients.map((recipient) => Number(this.#reportsOf(recipient)[0]?.stake ?? 0n)),
      },
      perfScores:
        perfScores === null
          ? null
          : { scoreOf: (recipient) => perfScores.get(this.#recipients.text(recipient)) ?? 0 },
      maxPrice,
    });
    const candidates = chooser.candidatesOf(this.#sessions);
    invariant(candidates !== null, "stakes that are at hand can be read");
    return candidates;
  }

  #reportsOf(recipient: number): readonly OrchestratorReport[] {
    return this.#reports[recipient] ?? [];
  }

  #lowScore(score: number): Reason {
    const detail = `${score}, the least is ${this.#options.minPerfScore ?? 0}`;
    return { rule: "L-9", reason: "performance-score", detail };
  }

  #tooDear(price: SessionPrice | null): Reason {
    const { maxPrice } = this.#options;
    if (price === null || maxPrice === null) {
      return { rule: "L-10", reason: "price-missing", detail: "none was sent" };
    }
    const detail = `${price.rational.toFixed(3)} wei per pixel, the maximum is ${maxPrice.toFixed(3)}`;
    return { rule: "L-10", reason: "price-above-max", detail };
  }

  #pass(report: OrchestratorReport, why: Reason): void {
    this.#passedOver.set(report, why);
  }
}

/**
 * Why selection would pass over one that might be found another time.
 *
 * @param isLimitDropped the maximum price is ignored because nobody meets it (L-11)
 */
export function standingReason(
  report: OrchestratorReport,
  { onChain, maxPrice }: ChoiceOptions,
  isLimitDropped: boolean,
): Reason | null {
  const noSession = sessionRejection(report, { onChain });
  if (noSession !== null || !onChain || isLimitDropped) return noSession;
  return priceRejection(report.info?.priceInfo ?? null, maxPrice);
}
