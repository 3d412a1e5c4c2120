/** What every selection algorithm obeys. */
import assert from "node:assert/strict";
import { Rational } from "../core/rational.js";
import {
  type Candidates,
  NOBODY,
  type SelectionAlgorithm,
  SessionPrice,
  withinMaxPrice,
} from "../selection/index.js";
import type { ContractCase } from "./contract.js";
import { Draws } from "./draws.js";

const HISTORIES = 500;
const PRICES = ["1", "2", "3/2", "700"].map((text) => new SessionPrice(Rational.parse(text)));
const MAX_PRICES = [null, Rational.parse("2"), Rational.parse("1/2")];

function madeUp(draws: Draws): Candidates {
  const count = draws.below(6);
  const recipients = draws.shuffled([3, 14, 15, 92, 65, 35]).slice(0, count);
  return {
    recipients,
    prices: recipients.map(() =>
      draws.chance(0.2) ? null : (PRICES[draws.below(PRICES.length)] ?? null),
    ),
    stakes: recipients.map(() => (draws.chance(0.3) ? 0 : draws.below(1_000_000))),
    perfScores: draws.chance(0.5) ? null : recipients.map(() => draws.next()),
    maxPrice: MAX_PRICES[draws.below(MAX_PRICES.length)] ?? null,
    latenciesMs: recipients.map(() => draws.below(500)),
  };
}

function frozen(candidates: Candidates): Candidates {
  for (const list of Object.values(candidates)) {
    if (Array.isArray(list)) Object.freeze(list);
  }
  return Object.freeze(candidates);
}

/** What an algorithm is excused from. */
export interface SelectionLawsOptions {
  /** It may name somebody above the maximum price (`-ignoreMaxPriceIfNeeded`). @default false */
  readonly mayIgnoreMaxPrice?: boolean | undefined;
}

/**
 * The laws of selection algorithms: one of the candidates or nobody, within the maximum price, of
 * at most one random number, and the same each time.
 *
 * @param make makes the algorithm
 */
export function selectionLaws(
  make: () => SelectionAlgorithm,
  { mayIgnoreMaxPrice = false }: SelectionLawsOptions = {},
): readonly ContractCase[] {
  const each = (law: (candidates: Candidates, drawn: number, picked: number) => void) => () => {
    for (let history = 0; history < HISTORIES; history += 1) {
      const draws = new Draws(history);
      const candidates = frozen(madeUp(draws));
      const drawn = draws.next();
      law(
        candidates,
        drawn,
        make().select(candidates, () => drawn),
      );
    }
  };
  return [
    {
      name: "names one of the candidates, or nobody; nobody among none",
      run: each(({ recipients }, _drawn, picked) => {
        assert.ok(picked === NOBODY || recipients.includes(picked), `${picked} is no candidate`);
      }),
    },
    {
      name: "names nobody above the maximum price (L-10)",
      run: each((candidates, _drawn, picked) => {
        if (mayIgnoreMaxPrice || picked === NOBODY) return;
        const within = withinMaxPrice(candidates).map((at) => candidates.recipients[at]);
        assert.ok(within.includes(picked), `${picked} is above the maximum price`);
      }),
    },
    {
      name: "draws at most one random number",
      run: each((candidates, drawn) => {
        let count = 0;
        make().select(candidates, () => {
          count += 1;
          return drawn;
        });
        assert.ok(count <= 1, `${count} were drawn`);
      }),
    },
    {
      name: "chooses the same again: it remembers nothing, and has no clock or chance of its own",
      run: each((candidates, drawn, picked) => {
        const algorithm = make();
        algorithm.select(madeUp(new Draws(HISTORIES)), () => 0.5);
        for (let again = 0; again < 2; again += 1) {
          assert.equal(
            algorithm.select(candidates, () => drawn),
            picked,
          );
        }
      }),
    },
  ];
}
