import { describe, expect, it } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { type Candidates, NOBODY } from "../../../src/selection/algorithms/algorithm.js";
import {
  RecipientChooser,
  type RecipientChooserOptions,
} from "../../../src/selection/selectors/choosers.js";
import { price, session } from "../../support/sim/sessions.js";

const draw = () => 0.5;
const tenfold = {
  readStakes: (recipients: readonly number[]) => recipients.map((one) => 10 * one),
};

/** A chooser whose algorithm names `recipient`, and whom it was asked to choose among. */
function naming(recipient: number, options: Partial<RecipientChooserOptions> = {}) {
  const asked: Candidates[] = [];
  const algorithm = {
    select: (candidates: Candidates) => {
      asked.push(candidates);
      return recipient;
    },
  };
  return { asked, chooser: new RecipientChooser({ algorithm, stakes: tenfold, ...options }) };
}

describe("choosing by recipient (L-6)", () => {
  const waiting = [
    session(0, { recipient: 7, price: price("3") }),
    session(1, { recipient: -1, price: price("1") }),
    session(2, { recipient: 5, price: null }),
    session(3, { recipient: 7, price: price("4") }),
    session(4, { recipient: 7, price: null }),
  ];

  it("asks about distinct recipients in order, without sessions that lack ticket parameters", () => {
    const { asked, chooser } = naming(5, { maxPrice: Rational.ONE });
    chooser.choose(waiting, draw);
    expect(asked[0]?.recipients).toEqual([7, 5]);
    expect(asked[0]?.stakes).toEqual([70, 50]);
    expect(asked[0]?.perfScores).toBeNull();
    expect(asked[0]?.maxPrice).toBe(Rational.ONE);
    expect(chooser.lastCandidates).toBe(asked[0]);
  });

  it("compares the price of a recipient's last session that has one [Q] (L-7)", () => {
    const { asked, chooser } = naming(7);
    chooser.choose(waiting, draw);
    expect(asked[0]?.prices.map((one) => one?.perPixel ?? null)).toEqual([4, null]);
  });

  it("takes the first session of the recipient that is named", () => {
    expect(naming(7).chooser.choose(waiting, draw)).toBe(0);
    expect(naming(5).chooser.choose(waiting, draw)).toBe(2);
    expect(naming(6).chooser.choose(waiting, draw)).toBe(-1);
    expect(naming(NOBODY).chooser.choose(waiting, draw)).toBe(-1);
  });

  it("passes performance scores where some are kept (L-18)", () => {
    const { asked, chooser } = naming(7, { perfScores: { scoreOf: (one) => one / 10 } });
    chooser.choose(waiting, draw);
    expect(asked[0]?.perfScores).toEqual([0.7, 0.5]);
  });

  it("starts afresh at every choice", () => {
    const { asked, chooser } = naming(7);
    chooser.choose(waiting, draw);
    chooser.choose([session(9, { recipient: 5 }), session(8, { recipient: 7 })], draw);
    expect(asked[1]?.recipients).toEqual([5, 7]);
  });

  it("chooses nobody when the stakes cannot be read, without asking (L-8)", () => {
    const { asked, chooser } = naming(7, { stakes: { readStakes: () => null } });
    expect(chooser.choose(waiting, draw)).toBe(-1);
    expect(asked).toEqual([]);
  });

  it("takes a session of the zero address when the algorithm names nobody [Q] (L-8)", () => {
    const { chooser } = naming(NOBODY, { zeroRecipient: 5 });
    expect(chooser.choose(waiting, draw)).toBe(2);
    expect(chooser.choose([], draw)).toBe(-1);
  });
});
