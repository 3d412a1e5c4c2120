/** What selection makes of those found: the rules that discovery itself does not know. */
import { describe, expect, it } from "vitest";
import { type ChoiceOptions, choose, standingReason } from "../../../src/cli/discover/choice.js";
import { Rational } from "../../../src/core/rational.js";
import type { OrchestratorReport } from "../../../src/discovery/index.js";
import { answerOf } from "../../support/servers/live-discovery.js";

interface Facts {
  readonly uri: string;
  /** Who is paid; null = nobody is named. */
  readonly recipient: string | null;
  readonly price?: bigint | null;
  readonly stake?: bigint | null;
  /** Where its segments go, if that is not the URI asked. */
  readonly transcoder?: string;
  readonly hasAuthToken?: boolean;
}

const AUTH_TOKEN = { token: "0x01", sessionId: "5e551011", expiration: 1_900n };

function found({
  uri,
  recipient,
  price = 500n,
  stake = null,
  transcoder = uri,
  hasAuthToken = true,
}: Facts): OrchestratorReport {
  const ticketParams =
    recipient === null
      ? null
      : {
          recipient,
          faceValue: 1n,
          winProb: 1n,
          recipientRandHash: "0x",
          seed: 0n,
          expirationBlock: 100n,
          expirationParams: null,
        };
  const priceInfo = price === null ? null : { pricePerUnit: price, pixelsPerUnit: 1n };
  return {
    uri,
    advertisedBy: null,
    score: 0,
    verdict: "found",
    rejection: null,
    place: 0,
    backfilled: false,
    latencyMs: 10,
    transcoder,
    address: recipient,
    recipient,
    price: price === null ? null : Rational.of(price),
    stake,
    version: "0.8.9",
    capabilities: null,
    capacities: null,
    models: null,
    info: answerOf(transcoder, {
      ticketParams,
      priceInfo,
      authToken: hasAuthToken ? AUTH_TOKEN : null,
    }),
    error: null,
  };
}

const ON_CHAIN: ChoiceOptions = { onChain: true, ai: null, maxPrice: null, perfScores: null };

function chosen(list: readonly Facts[], options: Partial<ChoiceOptions> = {}) {
  const { order, probabilities, passedOver } = choose(list.map(found), { ...ON_CHAIN, ...options });
  return {
    order: order.map(({ uri }) => uri),
    probabilities: Object.fromEntries([...probabilities].map(([{ uri }, p]) => [uri, p])),
    passedOver: Object.fromEntries(
      [...passedOver].map(([{ uri }, { rule, reason }]) => [uri, `${rule} ${reason}`]),
    ),
  };
}

describe("choose", () => {
  it("L-5: off chain the order is discovery's, whatever stakes and prices are", () => {
    const list = [
      { uri: "a", recipient: "x", stake: 1n },
      { uri: "b", recipient: null, price: null },
    ];
    const choice = chosen(list, { onChain: false, maxPrice: Rational.of(1n) });
    expect(choice).toEqual({ order: ["a", "b"], probabilities: {}, passedOver: {} });
  });

  it("M-32: without an auth token there is no session, off chain neither", () => {
    const list = [
      { uri: "a", recipient: "x", hasAuthToken: false },
      { uri: "b", recipient: "y" },
    ];
    const passedOver = { a: "M-32 auth-token-missing" };
    expect(chosen(list)).toMatchObject({ order: ["b"], passedOver });
    expect(chosen(list, { onChain: false })).toMatchObject({ order: ["b"], passedOver });
  });

  it("M-8: those whose segments go to one transcoder are one session, the first's", () => {
    const list = [
      { uri: "a", recipient: "x", price: 500n },
      { uri: "balancer", recipient: "x", price: 7n, transcoder: "a" },
      { uri: "b", recipient: "y" },
      { uri: "a", recipient: "x", price: 1n },
    ];
    const passedOver = { a: "M-8 transcoder-repeated", balancer: "M-8 transcoder-repeated" };
    expect(chosen(list, { onChain: false })).toMatchObject({ order: ["a", "b"], passedOver });
    // The price of no session does not count (L-6).
    const dear = { ...passedOver, a: "L-10 price-above-max" };
    expect(chosen(list.slice(0, 3), { maxPrice: Rational.of(499n) })).toMatchObject({
      order: [],
      passedOver: { ...dear, b: "L-10 price-above-max" },
    });
  });

  it("L-6: without ticket parameters nobody is chosen", () => {
    const choice = chosen([
      { uri: "a", recipient: null },
      { uri: "b", recipient: "y" },
    ]);
    expect(choice).toEqual({
      order: ["b"],
      probabilities: { b: 1 },
      passedOver: { a: "L-6 ticket-params-missing" },
    });
  });

  it("L-6, L-7: of one recipient's nodes the first is chosen, at the price of the last", () => {
    const choice = chosen(
      [
        { uri: "a1", recipient: "x", price: 900n },
        { uri: "b", recipient: "y", price: 400n },
        { uri: "a2", recipient: "x", price: 100n },
      ],
      { maxPrice: Rational.of(300n) },
    );
    expect(choice.order).toEqual(["a1", "a2"]);
    expect(choice.probabilities).toEqual({ a1: 1 });
    expect(choice.passedOver).toEqual({ b: "L-10 price-above-max" });
  });

  it("L-7: a recipient's price is that of its last node that has one", () => {
    const list = [
      { uri: "a1", recipient: "x", price: 900n },
      { uri: "a2", recipient: "x", price: 100n },
      { uri: "a3", recipient: "x", price: null },
      { uri: "b", recipient: "y", price: 400n },
    ];
    const choice = chosen(list, { maxPrice: Rational.of(300n) });
    expect(choice.order).toEqual(["a1", "a2", "a3"]);
    expect(choice.passedOver).toEqual({ b: "L-10 price-above-max" });
  });

  it("L-15: where no stake is known, everybody is equally likely", () => {
    const { probabilities } = chosen([
      { uri: "a", recipient: "x" },
      { uri: "b", recipient: "y" },
    ]);
    expect(probabilities).toEqual({ a: 0.5, b: 0.5 });
  });

  it("L-16: without a price nobody is chosen, even where any price will do", () => {
    const choice = chosen([
      { uri: "a", recipient: "x", price: null },
      { uri: "b", recipient: "y" },
    ]);
    expect(choice.passedOver).toEqual({ a: "L-16 price-missing" });
    expect(choice.probabilities).toEqual({ b: 1 });
  });

  it("R-5, L-11: the maximum price is ignored where nobody meets it, if wanted", () => {
    const list = [{ uri: "a", recipient: "x", price: 500n }];
    const maxPrice = Rational.of(499n);
    expect(chosen(list, { maxPrice }).passedOver).toEqual({ a: "L-10 price-above-max" });
    const rather = chosen(list, { maxPrice, ignoreMaxPriceIfNeeded: true });
    expect(rather).toEqual({ order: ["a"], probabilities: { a: 1 }, passedOver: {} });
  });

  it("L-9: the least performance score is ignored where nobody has it", () => {
    const list = [
      { uri: "a", recipient: "x" },
      { uri: "b", recipient: "y" },
    ];
    const minPerfScore = 0.5;
    const some = chosen(list, { minPerfScore, perfScores: new Map([["x", 0.5]]) });
    expect(some.passedOver).toEqual({ b: "L-9 performance-score" });
    const none = chosen(list, { minPerfScore, perfScores: new Map([["x", 0.4]]) });
    expect(none.passedOver).toEqual({});
    expect(none.order).toEqual(["a", "b"]);
  });
});

describe("choose, for an AI job", () => {
  const ai = { capability: 27, model: "m" };
  const TEXT_TO_IMAGE = 27;
  const models = { warm: { m: true }, cold: { m: false }, other: { n: true } };

  /** One whose constraints tell of models whether they are loaded; null = it sends no constraints. */
  function able(
    uri: string,
    told: Readonly<Record<string, boolean>> | null,
    { capability = TEXT_TO_IMAGE, latencyMs = 10, price = 500n } = {},
  ): OrchestratorReport {
    const report = found({ uri, recipient: uri, price });
    const node = report.info?.capabilities;
    if (report.info === null || node === undefined || node === null) return report;
    const constraint = (warm: boolean) => ({ warm, capacity: 1, runnerVersion: "" });
    const byId = new Map(Object.entries(told ?? {}).map(([id, warm]) => [id, constraint(warm)]));
    const constraints =
      told === null ? null : { minVersion: "", perCapability: new Map([[capability, byId]]) };
    return {
      ...report,
      latencyMs,
      info: { ...report.info, capabilities: { ...node, constraints } },
    };
  }

  function chosenOf(reports: readonly OrchestratorReport[], options: Partial<ChoiceOptions> = {}) {
    const { order, probabilities, passedOver } = choose(reports, { ...ON_CHAIN, ai, ...options });
    return {
      order: order.map(({ uri }) => uri),
      probabilities: Object.fromEntries([...probabilities].map(([{ uri }, p]) => [uri, p])),
      passedOver: Object.fromEntries(
        [...passedOver].map(([{ uri }, { rule, reason }]) => [uri, `${rule} ${reason}`]),
      ),
    };
  }

  it("A-24: those that have the model loaded come first, each pool with its own chances", () => {
    const list = [able("c", models.cold), able("a", models.warm), able("b", models.warm)];
    expect(chosenOf(list)).toEqual({
      order: ["a", "b", "c"],
      probabilities: { a: 0.5, b: 0.5, c: 1 },
      passedOver: {},
    });
    expect(chosenOf(list, { onChain: false }).order).toEqual(["a", "b", "c"]);
  });

  it("A-11: those of one transcoder are one session in a pool, the first one's with the last one's answer", () => {
    const first = able("first", models.warm, { price: 500n });
    const other = able("other", models.warm, { latencyMs: 20 });
    const last = {
      ...able("last", models.warm, { latencyMs: 30, price: 7n }),
      transcoder: "first",
    };
    const cold = { ...able("cold", models.cold), transcoder: "first" };
    const list = [first, other, last, cold];
    const passedOver = { first: "A-11 transcoder-repeated" };
    expect(chosenOf(list, { onChain: false })).toMatchObject({
      order: ["last", "other", "cold"],
      passedOver,
    });
    // Live video is sorted by latency, which is the last one's, too.
    const live = { capability: 35 };
    const lives = [
      able("first", models.warm, live),
      able("other", models.warm, { ...live, latencyMs: 20 }),
      { ...able("last", models.warm, { ...live, latencyMs: 30 }), transcoder: "first" },
    ];
    for (const onChain of [true, false]) {
      expect(chosenOf(lives, { onChain, ai: { capability: 35, model: "m" } })).toMatchObject({
        order: ["other", "last"],
        passedOver,
      });
    }
  });

  it("A-16, A-17: passes over who does not tell the model, or no constraints", () => {
    const list = [
      able("none", null),
      able("other", models.other),
      able("elsewhere", models.warm, { capability: 28 }),
      able("a", models.cold),
    ];
    const passedOver = {
      none: "A-17 constraints-missing",
      other: "A-16 model-missing",
      elsewhere: "A-16 model-missing",
    };
    expect(chosenOf(list)).toMatchObject({ order: ["a"], passedOver });
    // Any model will do: those with one of the capability are left.
    expect(chosenOf(list, { ai: { ...ai, model: null } }).order).toEqual(["other", "a"]);
  });

  it("L-20, A-34: live video takes the first within the price, and never a dearer one", () => {
    const live = { capability: 35 };
    const list = [
      able("dear", models.warm, { ...live, price: 501n }),
      able("b", models.warm, live),
      able("c", models.warm, live),
    ];
    const options = { ai: { capability: 35, model: "m" }, maxPrice: Rational.of(500n) };
    expect(chosenOf(list, options)).toEqual({
      order: ["b", "c"],
      probabilities: {},
      passedOver: { dear: "L-10 price-above-max" },
    });
    const low = { ...options, maxPrice: Rational.of(1n), ignoreMaxPriceIfNeeded: true };
    expect(chosenOf(list, low).order).toEqual([]);
  });
});

describe("standingReason", () => {
  const dear = found({ uri: "a", recipient: "x", price: 500n });
  const limited = { ...ON_CHAIN, maxPrice: Rational.of(499n) };

  it("L-10: tells of those not found this time whether their price would do", () => {
    expect(standingReason(dear, limited, false)?.rule).toBe("L-10");
    expect(standingReason(dear, { ...limited, maxPrice: Rational.of(500n) }, false)).toBeNull();
    expect(standingReason(dear, limited, true)).toBeNull();
    expect(standingReason(dear, { ...limited, onChain: false }, false)).toBeNull();
  });

  it("M-32: and whether they would make sessions at all", () => {
    const tokenless = found({ uri: "a", recipient: "x", hasAuthToken: false });
    for (const onChain of [true, false]) {
      expect(standingReason(tokenless, { ...ON_CHAIN, onChain }, false)?.rule).toBe("M-32");
    }
  });
});
