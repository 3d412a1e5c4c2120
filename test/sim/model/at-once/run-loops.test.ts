/** Which segments can be known ahead: the vector unit's loops decide what plain ones do, to the last bit. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { invariant } from "../../../../src/core/errors.js";
import { Rational } from "../../../../src/core/rational.js";
import { paymentTerms } from "../../../../src/selection/index.js";
import { lognormal } from "../../../../src/sim/engine/distributions.js";
import { PlainLoops, vectorExports, vectorLoops } from "../../../../src/sim/engine/draw-loops.js";
import { PlainRunLoops } from "../../../../src/sim/model/at-once/plain-run-loops.js";
import {
  CHUNK,
  DRAWN,
  KNOWN,
  LISTS,
  type ListName,
} from "../../../../src/sim/model/at-once/run-lists.js";
import type { RunLoops } from "../../../../src/sim/model/at-once/run-loops.js";
import { runLoops, VectorRunLoops } from "../../../../src/sim/model/at-once/vector-run-loops.js";
import { DRAW } from "../../../../src/sim/model/draws.js";

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const START_MS = 10_000_000;

/** What one says: how many, and all that it leaves of them. */
function said(loops: RunLoops, count: number, lists: readonly ListName[]): unknown {
  const row = (name: ListName, length: number) =>
    Array.from(loops.lists[name].values.subarray(0, length), String);
  return [count, row("durations", count + 1), ...lists.map((name) => row(name, count))];
}

function vector(): VectorRunLoops {
  const loops = vectorLoops();
  const exports = loops === null ? null : vectorExports(loops);
  invariant(loops !== null && exports !== null, "there is a vector unit here");
  return new VectorRunLoops(loops, exports);
}

const DECIDED = (Object.keys(LISTS) as ListName[]).filter(
  (name) => LISTS[name] <= LISTS.roundTrips,
);

/** A stream's ordinary life, in which each of the limits is met now and then. */
const lives = fc.record({
  count: fc.integer({ min: 1, max: CHUNK }),
  key: fc.record({ k0: word, k1: word }),
  segment: fc.integer({ min: 0, max: 5000 }),
  failureDraw: fc.constantFrom(DRAW.failure, DRAW.worker),
  drawn: fc.constantFrom(0, DRAWN.prepares, DRAWN.works, DRAWN.prepares | DRAWN.works),
  durationMs: fc.constantFrom(900, 2000, 4000, 70_000),
  durationCv: fc.constantFrom(0, 0.02, 0.5),
  roundTripMs: fc.constantFrom(200, 800, 1500, 4500),
  cv: fc.constantFrom(0.01, 0.1, 0.4),
  untilMs: fc.constantFrom(5_000, 60_000, 1e9),
  sinceEndMs: fc.constantFrom(0, 500, 1_000, 60_000, 69_000, 71_000),
  sinceUsedMs: fc.constantFrom(
    -100_000,
    0,
    1_000,
    30_000,
    59_000,
    61_000,
    Number.POSITIVE_INFINITY,
  ),
  renewMs: fc.constantFrom(170_000, 260_000, Number.POSITIVE_INFINITY),
  termsMs: fc.constantFrom(0, 30_000, 300_000, 350_000, Number.POSITIVE_INFINITY),
  failure: fc.constantFrom(0, 0.0003, 0.03),
  shares: fc.constantFrom([0.2, 0.7, 0, 0.1], [0.9, 0, 0.05, 0.05], [0.1, 0.1, 0, 0.8]),
});

test("both decide alike, whatever the stream is like", () => {
  const both = [new PlainRunLoops(new PlainLoops()), vector()];
  const stops = { none: 0, some: 0, all: 0 };
  fc.assert(
    fc.property(lives, (life) => {
      const { count, key, segment, failureDraw, drawn, roundTripMs, cv, shares } = life;
      const duration = lognormal(life.durationMs, life.durationCv);
      const network = lognormal(1, cv);
      const [up = 0, work = 0, tail = 0, down = 0] = shares;
      const known: Record<keyof typeof KNOWN, number> = {
        readyMs: START_MS + 0.3,
        untilMs: START_MS + life.untilMs,
        lastEndMs: START_MS - life.sinceEndMs,
        usedMs: START_MS - life.sinceUsedMs,
        renewMs: START_MS + life.renewMs,
        termsMs: START_MS + life.termsMs,
        factor: 1.1,
        slowness: 0.97,
        upMs: up * roundTripMs,
        workMs: work * roundTripMs,
        tailMs: tail * roundTripMs,
        downMs: down * roundTripMs,
        failure: life.failure,
        durationMu: duration.mu,
        durationSigma: duration.sigma,
        prepareMu: 1.5,
        prepareSigma: 0.5,
        networkMu: network.mu,
        networkSigma: network.sigma,
        workMu: Math.log(work * roundTripMs + 1),
        workSigma: cv,
        workFactor: 0.9,
        ownTickets: 0,
        ownPixels: 0,
        lastUsedMs: 0,
      };
      const [plain, vectors] = both.map((loops) => {
        for (const [name, value] of Object.entries(known)) {
          loops.known.values[KNOWN[name as keyof typeof KNOWN]] = value;
        }
        loops.lists.durations.values[0] = life.durationMs;
        const decided = loops.decide(count, key, segment, failureDraw, drawn);
        if (decided === 0) stops.none++;
        else if (decided < count) stops.some++;
        else stops.all++;
        return said(
          loops,
          decided,
          DECIDED.filter((name) => name !== "prepares" || (drawn & DRAWN.prepares) !== 0),
        );
      });
      expect(vectors).toEqual(plain);
    }),
    { seed: 8, numRuns: 1500 },
  );
  // All three are met often.
  expect(Math.min(...Object.values(stops))).toBeGreaterThan(100);
});

/** What segments come to, each with what is in the lists of it. */
const segments = fc.array(
  fc.record({
    durations: fc.integer({ min: 1, max: 2 ** 23 }).map((ticks) => ticks / 1024),
    ready: fc.constantFrom(0, 900, 2_000),
    over: fc.constantFrom(1_000, 2_000, 2_000.5, 9_000),
    pixels: fc.constantFrom(0, 1, 1280 * 720 * 60, 2 ** 49),
    sent: fc.constantFrom(0, 2_000, 599_000, 700_000),
    end: fc.constantFrom(0, 1_000, 5_000),
    wins: fc.double({ min: 0, max: 1, noNaN: true }),
    works: fc.constantFrom(0, 100, 1_500),
    roundTrips: fc.double({ min: 0, max: 2_000, noNaN: true }),
  }),
  { minLength: 1, maxLength: CHUNK },
);
const EVS = [Rational.of(1n), Rational.of(3n, 7n), Rational.of(10n ** 12n)];
const terms = [Rational.of(0n), Rational.of(1n), Rational.of(1n, 7n), Rational.of(1200n)]
  .flatMap((price) => EVS.map((ev) => paymentTerms(price, ev)))
  .concat(paymentTerms(Rational.of(-1n), EVS[0] ?? null));

test("both add up and pay alike", () => {
  const both = [new PlainRunLoops(new PlainLoops()), vector()];
  let paid = 0;
  let unpaid = 0;
  fc.assert(
    fc.property(
      segments,
      fc.constantFrom(...terms),
      fc.constantFrom(0, 5, 2 ** 20, 2 ** 21),
      fc.nat(CHUNK),
      (list, current, tickets, from) => {
        const [plain, vectors] = both.map((loops) => {
          const count = list.length;
          for (const [at, one] of list.entries()) {
            for (const [name, value] of Object.entries(one)) {
              loops.lists[name as keyof typeof one].values[at] = value;
            }
          }
          loops.estimate(count, 1280 * 720 * 30);
          loops.compare(count);
          const balance = { tickets, pixels: 7, lastUsedMs: 0 };
          loops.lists.tickets.values.fill(-1);
          const end = loops.certain(current, loops.paid, from % count, count, balance);
          if (end === count) paid++;
          else unpaid++;
          const names = ["durations", "pixels", "estimates"] as const;
          return [
            ...[end, balance.tickets, balance.pixels, balance.lastUsedMs, loops.late(count)],
            ...names.map((name) => loops.sum(loops.lists[name], count)),
            ...(["wins", "tickets"] as const).map((name) => loops.most(loops.lists[name], count)),
            ...(["estimates", "tickets", "margins", "sides", "exact"] as const).flatMap((name) => [
              ...loops.lists[name].values.subarray(0, count),
            ]),
          ].map((value) => (Object.is(value, -0) ? "-0" : String(value)));
        });
        expect(vectors).toEqual(plain);
      },
    ),
    { seed: 9, numRuns: 1500 },
  );
  expect(Math.min(paid, unpaid)).toBeGreaterThan(300);
});

test("those of the vector unit are used, as they decide like the rules", () => {
  expect(runLoops()).toBeInstanceOf(VectorRunLoops);
});
