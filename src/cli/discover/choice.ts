/**
 * What a gateway does with those that its discovery found: in which order it tries them off chain
 * (L-5), how likely each is its first choice on chain (L-13), and whom it passes over although
 * discovery found them (L-6, L-9, L-10, L-16).
 */
import type { Rational } from "../../core/rational.js";
import { type OrchestratorReport, priceRejection } from "../../discovery/index.js";
import {
  type Candidates,
  checkSelectionWeights,
  type ProbabilityOptions,
  SessionPrice,
  selectionProbabilities,
} from "../../selection/index.js";

/** Why one is passed over, with the rule. */
export interface Reason {
  readonly rule: string;
  readonly reason: string;
  readonly detail: string;
}

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
  if (!options.onChain) return { order: found, probabilities: new Map(), passedOver: new Map() };
  return new OnChainChoice(found, options).choice();
}

class OnChainChoice {
  readonly #options: ChoiceOptions;
  /** Sessions by recipient, in the order of L-6. */
  readonly #sessions = new Map<string, OrchestratorReport[]>();
  readonly #passedOver = new Map<OrchestratorReport, Reason>();

  constructor(found: readonly OrchestratorReport[], options: ChoiceOptions) {
    this.#options = options;
    for (const report of found) {
      const recipient = report.info?.ticketParams?.recipient;
      if (recipient === undefined) {
        const detail = "nobody is named whom tickets could be paid to";
        this.#pass(report, { rule: "L-6", reason: "ticket-params-missing", detail });
      } else {
        this.#sessions.set(recipient, [...(this.#sessions.get(recipient) ?? []), report]);
      }
    }
  }

  choice(): PoolChoice {
    const candidates = this.#candidates();
    const table = selectionProbabilities(candidates, this.#options);
    const recipients = [...this.#sessions.keys()];
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
      for (const report of this.#sessions.get(recipient) ?? []) this.#pass(report, why);
    }
    // Where stakes or prices are unknown they add up to more (L-15).
    const sum = table.probabilities.reduce((total, one) => total + one, 0);
    const ranked = eligible
      .map((at, index) => ({
        sessions: this.#sessions.get(recipients[at] ?? "") ?? [],
        probability: (table.probabilities[index] ?? 0) / (sum > 0 ? sum : 1),
      }))
      .sort((a, b) => b.probability - a.probability);
    return {
      order: ranked.flatMap(({ sessions }) => sessions),
      probabilities: new Map(
        ranked.flatMap(({ sessions: [first], probability }) =>
          first === undefined ? [] : [[first, probability] as const],
        ),
      ),
      passedOver: this.#passedOver,
    };
  }

  #candidates(): Candidates {
    const { maxPrice, perfScores } = this.#options;
    const entries = [...this.#sessions];
    return {
      recipients: entries.map((_, at) => at),
      prices: entries.map(([, sessions]) => {
        const price = sessions.findLast((session) => session.price !== null)?.price ?? null;
        return price === null ? null : new SessionPrice(price);
      }),
      stakes: entries.map(([, [first]]) => Number(first?.stake ?? 0n)),
      perfScores:
        perfScores === null ? null : entries.map(([recipient]) => perfScores.get(recipient) ?? 0),
      maxPrice,
    };
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
  if (!onChain || isLimitDropped) return null;
  return priceRejection(report.info?.priceInfo ?? null, maxPrice);
}
