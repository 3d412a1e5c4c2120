/**
 * The same history told to both shells of the round core: the books, which read it from their store,
 * and the simulator's money. They owe the same, to the wei, after every round.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Rational } from "../../../../src/core/rational.js";
import { paidAccount } from "../../../../src/pool/books/accounts.js";
import { SCHEMES, schemeEntryOf } from "../../../../src/pool/books/attribution/registry.js";
import { closeRound } from "../../../../src/pool/books/close-round.js";
import { changeSettings } from "../../../../src/pool/books/settings.js";
import { Money } from "../../../../src/sim/model/money/money.js";
import { compileWorld } from "../../../../src/sim/model/world/compile-world.js";
import { balances, enter, openBooks, wrongIn } from "../../../support/books/books.js";
import { bucket, list, redeemed } from "../../../support/books/events.js";
import { IDEAL, merged, scenario } from "../../../support/sim/runs.js";

/** In ascending order as addresses and as names: what is left of a split goes in that order. */
const WORKERS = [
  { name: "a", address: `0x${"a".repeat(40)}` },
  { name: "b", address: `0x${"b".repeat(40)}` },
  { name: "c", address: `0x${"c".repeat(40)}` },
] as const;
const PRICE = 500n;

const job = fc.record({
  kind: fc.constant("job" as const),
  worker: fc.nat(WORKERS.length - 1),
  pixels: fc.integer({ min: 1, max: 3_000_000 }),
  durationMs: fc.integer({ min: 0, max: 5_000 }),
});
const win = fc.record({
  kind: fc.constant("win" as const),
  faceValue: fc.bigInt({ min: 1n, max: 10n ** 15n }),
});
const close = fc.constant({ kind: "close" as const });
const history = fc.array(
  fc.oneof({ weight: 4, arbitrary: job }, win, { weight: 2, arbitrary: close }),
  {
    maxLength: 40,
  },
);
type Step = typeof history extends fc.Arbitrary<readonly (infer One)[]> ? One : never;

/** Weights and window as the registry's schemas have them; those that a scheme has not are dropped. */
const settings = fc.record({
  weightDuration: fc.constantFrom("1/1", "2/3", "0/1"),
  weightPixels: fc.constantFrom("1/1000000", "1/7"),
  weightRenditions: fc.constantFrom("1/1", "0/1"),
  windowRounds: fc.integer({ min: 1, max: 4 }),
});

/** Pending, commission and delegators after each close, in the books. */
function inBooks(steps: readonly Step[], scheme: "by-weights" | "sliding-window", said: object) {
  const books = openBooks({ scheme, commission: Rational.of(1n, 4n) });
  changeSettings(books.store, { schemeSettings: { ...said }, feeShare: Rational.of(1n, 10n) });
  const seen: unknown[] = [];
  let round = 0;
  for (const [index, step] of steps.entries()) {
    if (step.kind === "close") {
      closeRound(books.store, { round: round++, nowMs: index });
      const all = balances(books);
      seen.push({
        workers: WORKERS.map(({ address }) => all[`pending:${address}:transcode:FRA`] ?? 0n),
        commission: all["commission"] ?? 0n,
        delegators: all["delegators"] ?? 0n,
      });
    } else if (step.kind === "win") {
      enter(books, list(redeemed(`${step.faceValue}`, `0x${`${index + 1}`.padStart(64, "0")}`)));
    } else {
      const { address } = WORKERS[step.worker] ?? WORKERS[0];
      const payload = {
        ethAddress: address,
        computeUnits: step.pixels,
        pricePerComputeUnit: Number(PRICE),
        fees: step.pixels * Number(PRICE),
        responseTime: 500,
        realTimeRatio: 4,
        duration: step.durationMs,
      };
      enter(books, list(bucket("job-processed", payload, { Region: "FRA" })));
    }
  }
  expect(wrongIn(books)).toEqual([]);
  books.store.close();
  return seen;
}

/** The same, in the simulator; what a payout moved on is a worker's as much as what waits. */
function inSimulator(
  steps: readonly Step[],
  attribution: object,
  payoutAfter: (index: number) => boolean,
) {
  const input = scenario(
    merged(IDEAL, {
      orchestrator: {
        region: "FRA",
        stakeLpt: 1,
        pricePerUnit: PRICE.toString(),
        economics: { attribution, commission: "1/4", feeShare: "1/10" },
      },
      workers: WORKERS.map(({ name }) => ({ name, maxSessions: 10, roundTripMs: 300 })),
      tickets: { enabled: true },
      gateway: { source: "webhook" },
    }),
  );
  const money = new Money(compileWorld(input), () => true);
  const pending = WORKERS.map(({ name }) => `pending:${name}:transcode:FRA` as const);
  const seen: unknown[] = [];
  for (const [index, step] of steps.entries()) {
    if (step.kind === "close") {
      money.closeRound(index);
      const { ledger } = money;
      seen.push({
        workers: WORKERS.map(
          ({ name }, at) =>
            ledger.balance(pending[at] ?? "world") + ledger.balance(paidAccount(name)),
        ),
        commission: ledger.balance("commission"),
        delegators: ledger.balance("delegators"),
      });
    } else if (step.kind === "win") {
      const { faceValue } = step;
      money.received(1, 1, { faceValue, chance: 1 });
    } else money.worked(step.worker, step.pixels, step.durationMs, 1);
    // A payout pays what is owed; it closes no round.
    if (payoutAfter(index)) money.payout(index);
  }
  return seen;
}

const SPLITTING = ["by-weights", "sliding-window"] as const;

test.each(SPLITTING)("%s: the books and the simulator owe the same", (name) => {
  const { settingName, settings: schema } = schemeEntryOf(name);
  let splits = 0;
  fc.assert(
    fc.property(history, settings, fc.nat(5), (steps, all, payoutEvery) => {
      const said = Object.fromEntries(
        Object.entries(all).filter(([key]) => Object.hasOwn(schema.shape, key)),
      );
      const owed = inBooks(steps, name, said);
      const simulated = inSimulator(
        steps,
        { scheme: settingName, ...said },
        (index) => payoutEvery > 0 && index % payoutEvery === 0,
      );
      expect(simulated).toEqual(owed);
      splits += owed.length;
    }),
    { numRuns: 60, seed: 20_261_129 },
  );
  expect(splits).toBeGreaterThan(60);
});

test.each(SPLITTING)("%s: a win without work, then work, pays 75 and 25", (name) => {
  const { settingName } = schemeEntryOf(name);
  const work = (worker: number, pixels: number) =>
    ({ kind: "job", worker, pixels, durationMs: 0 }) as const;
  const steps: Step[] = [
    { kind: "win", faceValue: 100n },
    { kind: "close" },
    work(0, 3),
    work(1, 1),
    { kind: "close" },
  ];
  const said = { weightDuration: 0, weightPixels: 1, weightRenditions: 0 };
  const stored = { weightDuration: "0/1", weightPixels: "1/1", weightRenditions: "0/1" };
  const nothing = { workers: [0n, 0n, 0n], commission: 0n, delegators: 0n };
  const owed = inBooks(steps, name, stored);
  expect(owed[0]).toEqual(nothing);
  // Of 100, a quarter is the operator's, who passes a tenth of the whole on.
  expect(owed[1]).toEqual({ workers: [56n, 19n, 0n], commission: 15n, delegators: 10n });
  expect(inSimulator(steps, { scheme: settingName, ...said }, () => false)).toEqual(owed);
});

test("there are schemes that split income, and all of them are tried here", () => {
  const splitting = SCHEMES.filter(({ needs }) => needs.includes("rounds")).map(({ name }) => name);
  expect(splitting).toEqual(SPLITTING);
});
