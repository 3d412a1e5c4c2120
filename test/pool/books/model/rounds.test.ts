/**
 * Rounds against a trivial model: at each close the naive split of all that tickets brought and
 * nobody got, by the weights of all jobs, looked at anew.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { Rational } from "../../../../src/core/rational.js";
import { closeRound } from "../../../../src/pool/books/close-round.js";
import { EventIngest } from "../../../../src/pool/books/ingest/ingest.js";
import { changeSettings } from "../../../../src/pool/books/settings.js";
import type { RoundRow } from "../../../../src/pool/books/store/store.js";
import { type Books, balances, enter, openBooks, wrongIn } from "../../../support/books/books.js";
import {
  fact,
  happening,
  Known,
  moveTickets,
  Sums,
  textOf,
  WHO,
} from "../../../support/books/facts.js";
import { emptyFolder } from "../../../support/cli/command.js";

type Scheme = "by-weights" | "sliding-window";
const WINDOW = 2;

interface Model {
  readonly scheme: Scheme;
  /** What a rendition weighs, each job having one: 0 makes AI jobs worth nothing. */
  readonly rendition: number;
  readonly known: Known;
  readonly splits: (readonly [from: string, to: string, wei: bigint])[][];
  /** How many events there were at each close. */
  readonly closes: number[];
  /** By round. */
  readonly rows: Map<number, RoundRow>;
  /** Places of jobs that were counted, for good under by-weights. */
  readonly counted: Set<number>;
}

interface Real {
  books: Books;
  readonly path: string | null;
}

type Step = fc.Command<Model, Real>;

function open(path: string | null, { scheme, rendition }: Pick<Model, "scheme" | "rendition">) {
  const { store } = openBooks(path === null ? { scheme } : { path, scheme });
  const renditions = Rational.of(BigInt(rendition));
  const weights = { duration: Rational.ONE, pixels: Rational.of(1n, 3n), renditions };
  changeSettings(store, { weights, windowRounds: WINDOW, feeShare: Rational.of(1n, 10n) });
  return { store, ingest: new EventIngest(store) };
}

function naive({ known, splits }: Model): Sums {
  const sums = new Sums();
  moveTickets(known, sums);
  sums.move("world", "feesEarned", known.ticketsWei());
  for (const [from, to, wei] of splits.flat()) sums.move(from, to, wei);
  return sums;
}

/** Jobs that count now: where in the order of events, whose, and 3 × their weight. */
function countable({ scheme, rendition, known, counted, closes }: Model) {
  const from = scheme === "sliding-window" ? (closes.at(-WINDOW) ?? 0) : 0;
  return known.happenings.flatMap((one, place) => {
    if (place < from || counted.has(place)) return [];
    if (one.fact.kind === "job") {
      const account = `pending:${WHO[one.fact.who]}:transcode:${one.region}`;
      return [{ place, account, weight: 3 * (one.fact.seconds + rendition) + one.fact.fee }];
    }
    if (one.fact.kind !== "aiJob") return [];
    const owner = known.ownerOf({ ...one, ...one.fact });
    // AI units are no pixels, and an AI job has no duration.
    const weight = 3 * rendition;
    const account = `pending:${WHO[owner ?? 0]}:ai:${one.region}`;
    return owner === null ? [] : [{ place, account, weight }];
  });
}

/** Largest remainder, the slow way: a wei at a time to whoever is furthest below its share. */
function splitNaively(wei: bigint, weights: ReadonlyMap<string, number>): Map<string, bigint> {
  const sum = BigInt([...weights.values()].reduce((all, weight) => all + weight, 0));
  const exact = [...weights].map(([key, weight]) => ({ key, share: wei * BigInt(weight) }));
  const parts = new Map(exact.map(({ key, share }) => [key, share / sum]));
  const byRest = exact.toSorted((one, other) => {
    const [rest, otherRest] = [one.share % sum, other.share % sum];
    return rest === otherRest ? (one.key < other.key ? -1 : 1) : rest > otherRest ? -1 : 1;
  });
  let left = wei - [...parts.values()].reduce((all, part) => all + part, 0n);
  for (const { key } of byRest) {
    if (left === 0n) break;
    parts.set(key, (parts.get(key) ?? 0n) + 1n);
    left--;
  }
  return parts;
}

/** Closes in the model. @returns what was shared and kept */
function closeNaively(model: Model): { incomeWei: bigint; sharedWei: bigint; keptWei: bigint } {
  const incomeWei = naive(model).of("feesEarned");
  const jobs = incomeWei > 0n ? countable(model) : [];
  const weights = new Map<string, number>();
  for (const { account, weight } of jobs) {
    weights.set(account, (weights.get(account) ?? 0) + weight);
  }
  model.closes.push(model.known.happenings.length);
  if (model.scheme === "by-weights") for (const { place } of jobs) model.counted.add(place);
  if ([...weights.values()].every((weight) => weight === 0)) {
    return { incomeWei: 0n, sharedWei: 0n, keptWei: 0n };
  }
  const keptWei = incomeWei / 4n;
  const parts = splitNaively(incomeWei - keptWei, weights);
  model.splits.push([
    ...[...parts].map(([account, wei]) => ["feesEarned", account, wei] as const),
    ["feesEarned", "commission", keptWei],
    ["commission", "delegators", incomeWei / 10n],
  ]);
  return { incomeWei, sharedWei: incomeWei - keptWei, keptWei };
}

function step(name: string, run: (model: Model, real: Real) => void): Step {
  return {
    check: () => true,
    run: (model, real) => {
      run(model, real);
      expect(balances(real.books)).toEqual(naive(model).shown());
      expect(real.books.store.rounds.list()).toHaveLength(model.rows.size);
    },
    toString: () => name,
  };
}

const import_ = fc.array(happening(fact, 40), { minLength: 2, maxLength: 10 }).map((all) =>
  step(`import ${JSON.stringify(all)}`, ({ known }, { books }) => {
    for (const one of all) {
      const told = { ...one, form: one.form === "caller" ? ("uuid" as const) : one.form };
      const { recorded } = enter(books, `[${textOf(told)}]`, { source: told.source });
      expect(recorded).toBe(known.add(told) === "recorded" ? 1 : 0);
    }
  }),
);

const last = ({ rows }: Model): number => Math.max(0, ...rows.keys());

const closeNext = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()).map(([ahead, isKilled]) =>
  step(`close ${ahead} ahead${isKilled ? ", killed once" : ""}`, (model, { books }) => {
    const round = last(model) + ahead;
    if (isKilled) {
      expect(() =>
        books.store.transaction(() => {
          closeRound(books.store, { round, nowMs: 5 });
          throw new Error("killed");
        }),
      ).toThrow("killed");
    }
    const row = closeRound(books.store, { round, nowMs: 5 });
    const { incomeWei, sharedWei, keptWei } = closeNaively(model);
    expect(row).toMatchObject({ round, incomeWei, sharedWei, commissionWei: keptWei });
    model.rows.set(round, row);
  }),
);

const closeAgain = fc.nat().map((index) =>
  step(`close again ${index}`, ({ rows }, { books }) => {
    const row = [...rows.values()][index % Math.max(1, rows.size)];
    if (row === undefined) return;
    expect(closeRound(books.store, { round: row.round, nowMs: 99 })).toEqual(row);
  }),
);

const closeLower = fc.integer({ min: 1, max: 3 }).map((behind) =>
  step(`close ${behind} behind`, (model, { books }) => {
    const round = last(model) - behind;
    if (round < 0 || model.rows.has(round) || model.rows.size === 0) return;
    expect(() => closeRound(books.store, { round, nowMs: 5 })).toThrow(/is over/);
  }),
);

const reopen = fc.constant(
  step("reopen", (model, real) => {
    if (real.path === null) return;
    real.books.store.close();
    real.books = open(real.path, model);
  }),
);

const verify = fc.constant(
  step("verify", (_model, { books }) => {
    expect(wrongIn(books)).toEqual([]);
  }),
);

const closes = [closeNext, closeNext, closeNext, closeAgain, closeLower];
const steps = [import_, import_, import_, import_, ...closes, reopen];

interface Runs {
  readonly scheme: Scheme;
  readonly numRuns: number;
  readonly seed: number;
  readonly where?: () => string;
}

function check({ scheme, numRuns, seed, where }: Runs): void {
  let splits = 0;
  const commands = fc.commands([...steps, verify], { maxCommands: 60, size: "max" });
  fc.assert(
    fc.property(fc.nat(1), commands, (rendition, list) => {
      const path = where?.() ?? null;
      const model: Model = {
        scheme,
        rendition,
        known: new Known(),
        splits: [],
        closes: [],
        rows: new Map(),
        counted: new Set(),
      };
      const real: Real = { books: open(path, model), path };
      try {
        fc.modelRun(() => ({ model, real }), list);
        expect(wrongIn(real.books)).toEqual([]);
        splits += model.splits.length;
      } finally {
        real.books.store.close();
      }
    }),
    { numRuns, seed },
  );
  expect(splits).toBeGreaterThanOrEqual(numRuns);
}

test("by weights", () => {
  check({ scheme: "by-weights", numRuns: 15, seed: 20_261_120 });
});

test("over a sliding window", () => {
  check({ scheme: "sliding-window", numRuns: 15, seed: 20_261_121 });
});

test.each(["by-weights", "sliding-window"] as const)(
  "%s, in a file that is closed and opened again",
  (scheme) => {
    const folder = emptyFolder();
    onTestFinished(() => rmSync(folder, { recursive: true }));
    let runs = 0;
    const where = () => join(folder, `pool-${runs++}.db`);
    check({ scheme, numRuns: 5, seed: 20_261_122, where });
  },
);
