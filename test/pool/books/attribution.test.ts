import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { pendingAccount } from "../../../src/pool/books/accounts.js";
import { byWeights } from "../../../src/pool/books/attribution/by-weights.js";
import { perJob } from "../../../src/pool/books/attribution/per-job.js";
import { attributionPostings } from "../../../src/pool/books/attribution/postings.js";
import { SCHEMES, schemeOfSetting } from "../../../src/pool/books/attribution/registry.js";
import type {
  Attribution,
  AttributionScheme,
  Work,
} from "../../../src/pool/books/attribution/scheme.js";
import { slidingWindow } from "../../../src/pool/books/attribution/sliding-window.js";
import { splitWei } from "../../../src/pool/books/attribution/split.js";
import { Ledger } from "../../../src/pool/books/ledger.js";
import { type CloseTerms, RoundCore } from "../../../src/pool/books/rounds.js";

const work = (worker: string, part: Partial<Work>): Work => ({
  worker,
  feesWei: 0n,
  durationMs: 0n,
  pixels: 0n,
  renditions: 0n,
  ...part,
});
const one = Rational.ONE;
const tenPercent = Rational.of(1n, 10n);
const weights = { duration: one, pixels: Rational.of(1n, 1000n), renditions: one };
const proposal = byWeights(weights);
const windowed = slidingWindow({ weights, rounds: 3 });

describe("splitting to the wei", () => {
  it("hands what is left to the largest fractions, ties by key", () => {
    const split = (total: bigint, weights: Record<string, bigint>) =>
      Object.fromEntries(splitWei(total, new Map(Object.entries(weights))) ?? []);
    expect(split(10n, { b: 1n, a: 1n, c: 1n })).toEqual({ a: 4n, b: 3n, c: 3n });
    expect(split(100n, { a: 1n, b: 5n })).toEqual({ a: 17n, b: 83n });
    expect(split(1n, { a: 0n, b: 9n })).toEqual({ a: 0n, b: 1n });
  });

  it("gives nobody anything when all weights are 0", () => {
    expect(splitWei(5n, new Map([["a", 0n]]))).toBeNull();
    expect(splitWei(5n, new Map())).toBeNull();
  });
});

describe("per job", () => {
  it("pays the fee less the commission, the odd wei to the worker", () => {
    const works = [work("a", { feesWei: 101n }), work("b", { feesWei: 9n })];
    expect(perJob.attribute({ works, incomeWei: 0n, commission: tenPercent })).toEqual({
      shares: [
        { worker: "a", wei: 91n },
        { worker: "b", wei: 9n },
      ],
      commissionWei: 10n,
      unattributedWei: 0n,
    });
  });
});

describe("by weights (pool proposal)", () => {
  it("adds seconds, pixels and renditions as the coefficients say", () => {
    const works = [
      work("a", { durationMs: 10_000n, renditions: 4n, pixels: 1000n }),
      work("b", { durationMs: 3_500n, renditions: 1n, pixels: 500n }),
    ];
    // 10 + 4 + 1 against 3.5 + 1 + 0.5.
    expect(proposal.attribute({ works, incomeWei: 2000n, commission: Rational.ZERO })).toEqual({
      shares: [
        { worker: "a", wei: 1500n },
        { worker: "b", wei: 500n },
      ],
      commissionWei: 0n,
      unattributedWei: 0n,
    });
  });

  it("takes the pool's cut first", () => {
    const works = [work("a", { renditions: 1n })];
    const { shares, commissionWei } = proposal.attribute({
      works,
      incomeWei: 1000n,
      commission: tenPercent,
    });
    expect([shares[0]?.wei, commissionWei]).toEqual([900n, 100n]);
  });

  it("leaves income without any work unattributed, cut included", () => {
    expect(proposal.attribute({ works: [], incomeWei: 7n, commission: tenPercent })).toEqual({
      shares: [],
      commissionWei: 0n,
      unattributedWei: 7n,
    });
  });

  it("refuses negative weights", () => {
    const weights = { duration: one, pixels: one, renditions: Rational.of(-1n) };
    expect(() => byWeights(weights)).toThrow(/negative/);
  });
});

const amount = fc.bigInt({ min: 0n, max: 10n ** 24n });
const works = fc.array(
  fc.record<Work>({
    worker: fc.constantFrom("a", "b", "c", "d"),
    feesWei: amount,
    durationMs: fc.bigInt({ min: 0n, max: 10_000n }),
    pixels: amount,
    renditions: fc.bigInt({ min: 0n, max: 5n }),
  }),
);
const commission = fc.integer({ min: 0, max: 1000 }).map((n) => Rational.of(BigInt(n), 1000n));

function total({ shares, commissionWei, unattributedWei }: Attribution): bigint {
  return shares.reduce((sum, { wei }) => sum + wei, commissionWei + unattributedWei);
}

describe.each<AttributionScheme>([perJob, proposal, windowed])("laws of $name", (scheme) => {
  it("conserves value to the wei", () => {
    fc.assert(
      fc.property(works, amount, commission, (list, incomeWei, rate) => {
        const attribution = scheme.attribute({ works: list, incomeWei, commission: rate });
        const fees = list.reduce((sum, { feesWei }) => sum + feesWei, 0n);
        expect(total(attribution)).toBe(scheme.basis === "fees" ? fees : incomeWei);
        expect(attribution.commissionWei >= 0n && attribution.unattributedWei >= 0n).toBe(true);
      }),
    );
  });

  it("does not depend on the order of the works", () => {
    fc.assert(
      fc.property(
        works.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        amount,
        commission,
        ([list, shuffled], incomeWei, rate) => {
          const input = { incomeWei, commission: rate };
          expect(scheme.attribute({ ...input, works: shuffled })).toEqual(
            scheme.attribute({ ...input, works: list }),
          );
        },
      ),
    );
  });

  it("pays nothing for nothing", () => {
    const idle = work("idle", {});
    fc.assert(
      fc.property(works, amount, commission, (list, incomeWei, rate) => {
        const input = { incomeWei, commission: rate };
        expect(scheme.attribute({ ...input, works: [...list, idle] })).toEqual(
          scheme.attribute({ ...input, works: list }),
        );
      }),
    );
  });

  it("refuses a commission that is no share", () => {
    for (const rate of [Rational.of(-1n, 10n), Rational.of(11n, 10n)]) {
      expect(() => scheme.attribute({ works: [], incomeWei: 0n, commission: rate })).toThrow(
        /commission/,
      );
    }
  });

  it("moves exactly what was earned through the ledger", () => {
    fc.assert(
      fc.property(works, amount, commission, commission, (list, incomeWei, rate, feeShare) => {
        const attribution = scheme.attribute({ works: list, incomeWei, commission: rate });
        const wei = total(attribution);
        const ledger = new Ledger();
        const pendingOf = (worker: string) =>
          pendingAccount({ address: worker, nodeType: "transcode", region: "FRA" });
        const postings = attributionPostings(attribution, { pendingOf, feeShare });
        ledger.post({
          cause: { kind: "round", id: "1" },
          atMs: 0,
          postings: [{ from: "world", to: "feesEarned", wei }, ...postings],
        });
        expect(ledger.balance("feesEarned")).toBe(0n);
        expect(ledger.balance("delegators")).toBe((wei * feeShare.num) / feeShare.den);
        expect(ledger.verify()).toEqual([]);
      }),
    );
  });
});

describe("rounds", () => {
  const terms = (end: number, over: Partial<CloseTerms> = {}): CloseTerms => ({
    end,
    commission: () => Rational.ZERO,
    pendingOf: (worker) => `pending:${worker}:transcode:`,
    ...over,
  });

  it("a round without a win pays nothing; its work counts at the next win", () => {
    const rounds = new RoundCore(proposal);
    rounds.work({ ...work("a", { renditions: 3n }), place: 0 });
    expect(rounds.close(terms(0))).toMatchObject({ incomeWei: 0n, postings: [] });
    rounds.work({ ...work("b", { renditions: 1n }), place: 1 });
    rounds.won(40n);
    expect(rounds.close(terms(1)).attribution.shares).toEqual([
      { worker: "a", wei: 30n },
      { worker: "b", wei: 10n },
    ]);
  });

  it.each([proposal, windowed])("$name: a win without work waits for work", (scheme) => {
    const rounds = new RoundCore(scheme);
    rounds.won(100n);
    expect(rounds.close(terms(-1))).toMatchObject({ incomeWei: 0n, postings: [] });
    expect(rounds.waitingWei).toBe(100n);
    rounds.work({ ...work("a", { renditions: 3n }), place: 0 });
    rounds.work({ ...work("b", { renditions: 1n }), place: 1 });
    expect(rounds.close(terms(1)).attribution).toEqual({
      shares: [
        { worker: "a", wei: 75n },
        { worker: "b", wei: 25n },
      ],
      commissionWei: 0n,
      unattributedWei: 0n,
    });
    expect(rounds.waitingWei).toBe(0n);
  });

  it("a scheme that can't say whose part of the income is pays none of it yet", () => {
    const half: AttributionScheme = {
      name: "half",
      basis: "income",
      attribute: ({ incomeWei }) => ({
        shares: [{ worker: "a", wei: incomeWei / 2n }],
        commissionWei: 0n,
        unattributedWei: incomeWei - incomeWei / 2n,
      }),
    };
    const rounds = new RoundCore(half);
    rounds.won(100n);
    expect(rounds.close(terms(-1))).toMatchObject({ incomeWei: 0n, postings: [] });
    expect(rounds.waitingWei).toBe(100n);
  });

  it("per job, every round pays what was earned in it", () => {
    const rounds = new RoundCore(perJob);
    const keeping = { commission: () => tenPercent };
    rounds.work({ ...work("a", { feesWei: 50n }), place: 0 });
    rounds.work({ ...work("a", { feesWei: 50n }), place: 1 });
    expect(rounds.close(terms(1, keeping))).toMatchObject({
      incomeWei: 100n,
      attribution: { shares: [{ worker: "a", wei: 90n }], commissionWei: 10n },
    });
    expect(rounds.close(terms(1, keeping)).postings).toEqual([]);
  });

  it("asks for the commission only where there is something to split", () => {
    const refuse = () => {
      throw new Error("asked");
    };
    const rounds = new RoundCore(proposal);
    rounds.work({ ...work("a", { renditions: 3n }), place: 0 });
    rounds.close(terms(0, { commission: refuse }));
    rounds.won(1n);
    expect(() => rounds.close(terms(0, { commission: refuse }))).toThrow("asked");
  });
});

describe("the registry", () => {
  it("is what docs/books.md says of each scheme", () => {
    const docs = readFileSync(new URL("../../../docs/books.md", import.meta.url), "utf8");
    for (const { name, settingName, description, settings } of SCHEMES) {
      const own = Object.entries(settings.parse({})).map(
        ([key, value]) => `\`${key}\` (${String(value).replace(/\/1$/, "")})`,
      );
      expect(docs).toContain(
        `| \`${name}\` | \`${settingName}\` | ${description} | ${own.join(", ") || "none"} |`,
      );
    }
  });

  it("reads a scenario's setting: a name, or a name with settings", () => {
    expect(schemeOfSetting("perJob")).toBe(perJob);
    expect(schemeOfSetting("byWeights")).toMatchObject({ name: "by-weights", basis: "income" });
    expect(schemeOfSetting({ scheme: "slidingWindow", windowRounds: 3 }).windowRounds).toBe(3);
    expect(schemeOfSetting("slidingWindow").windowRounds).toBe(10);
    expect(() => schemeOfSetting("nobody")).toThrow(/expected per-job, by-weights/);
    const nothing = { weightDuration: "0", weightPixels: "0", weightRenditions: "0" };
    expect(() => schemeOfSetting({ scheme: "byWeights", ...nothing })).toThrow(
      /at least one above/,
    );
  });
});
