/**
 * A pool whose sessions are made when they are chosen does what one does that has them from the start.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Rational } from "../../src/core/rational.js";
import { Suspender } from "../../src/discovery/suspension.js";
import {
  type Chooser,
  type FoundSessions,
  MinLSSelector,
  ProbabilityAlgorithm,
  RecipientChooser,
  Session,
  SessionPool,
  SessionPrice,
  SortedSelector,
} from "../../src/selection/index.js";

/** What a discovery found: transcoders, some of which it has twice. */
class Found implements FoundSessions<string> {
  made = 0;
  asked = 0;
  readonly #transcoders: readonly number[];
  readonly #name: string;

  constructor(transcoders: readonly number[], name: string) {
    this.#transcoders = transcoders;
    this.#name = name;
  }

  get size(): number {
    this.asked++;
    return this.#transcoders.length;
  }

  transcoderAt(index: number): number {
    this.asked++;
    return this.#transcoders[index] ?? 0;
  }

  recipientAt(index: number): number {
    return this.transcoderAt(index) % 5;
  }

  priceAt(index: number): SessionPrice | null {
    const price = this.transcoderAt(index) % 3;
    return price === 0 ? null : new SessionPrice(Rational.of(BigInt(price)));
  }

  latencyMsAt(index: number): number {
    return 10 * index + 0.5;
  }

  make(index: number): Session<string> {
    this.made++;
    return new Session({
      id: index,
      transcoder: this.transcoderAt(index),
      recipient: this.recipientAt(index),
      price: this.priceAt(index),
      initialLatencyMs: this.latencyMsAt(index),
      info: `${this.#name} ${index}`,
    });
  }
}

type Step =
  | { readonly do: "refresh"; readonly found: readonly number[] | null }
  | { readonly do: "select"; readonly count: number; readonly score: number }
  | { readonly do: "remove" | "sweep" };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant("refresh" as const),
      found: fc.option(fc.array(fc.nat(12), { maxLength: 10 })),
    }),
    fc.record({
      do: fc.constant("select" as const),
      count: fc.integer({ min: 1, max: 3 }),
      score: fc.constantFrom(0.3, 0.9, 1.5, 4),
    }),
    fc.record({ do: fc.constantFrom("remove" as const, "sweep" as const) }),
  ),
  { maxLength: 40 },
);

/** Everything that can be seen of a pool while the steps are taken. */
function seen(
  all: readonly Step[],
  selectorOf: (draw: () => number) => MinLSSelector<string> | SortedSelector<string>,
  isFound: boolean,
): unknown[] {
  let draws = 0;
  const selector = selectorOf(() => (draws++ * 0.37) % 1);
  const pool = new SessionPool<string>({
    poolSize: 13,
    numOrchs: 4,
    selector,
    suspender: new Suspender(),
  });
  const out: unknown[] = [];
  let last: Session<string> | null = null;
  let nowMs = 0;
  for (const [at, step] of all.entries()) {
    nowMs += 700;
    if (step.do === "refresh") {
      const begun = pool.beginRefresh();
      const found = step.found === null ? null : new Found(step.found, `round ${at}`);
      if (begun && isFound) pool.endRefreshFound(found);
      else if (begun) {
        pool.endRefresh(
          found && Array.from({ length: found.size }, (_, index) => found.make(index)),
        );
      }
    } else if (step.do === "select") {
      const chosen = pool.select(step.count, nowMs);
      out.push(chosen?.map(({ info }) => info) ?? null, pool.refreshWanted, pool.swaps);
      for (const session of chosen ?? []) {
        session.pushSegInFlight(nowMs, 2000);
        session.latencyScore = step.score;
        pool.complete(session);
        last = session;
      }
    } else if (step.do === "remove" && last !== null) {
      pool.suspendAndRemove(last);
    }
    out.push(
      [...pool.sessMap].map(([transcoder, { info }]) => [transcoder, info]),
      selector.size,
    );
    if (selector instanceof MinLSSelector) out.push(selector.unknown.map(({ info }) => info));
  }
  out.push(pool.cleanup().map(({ info, mapped }) => [info, mapped]));
  return out;
}

const byRecipient = (): Chooser =>
  new RecipientChooser({
    algorithm: new ProbabilityAlgorithm(),
    stakes: { readStakes: (recipients) => recipients.map((recipient) => 100 * recipient) },
  });

test.each([
  ["first in, first out", () => new MinLSSelector<string>()],
  [
    "by recipient",
    (draw: () => number) => new MinLSSelector<string>({ chooser: byRecipient(), draw }),
  ],
  ["a selector that sorts", () => new SortedSelector<string>("latencyScore")],
] as const)("%s: all that is seen of both pools is equal", (_, selectorOf) => {
  fc.assert(
    fc.property(steps, (all) => {
      expect(seen(all, selectorOf, true)).toEqual(seen(all, selectorOf, false));
    }),
    { seed: 8, numRuns: 300 },
  );
});

test("of many that are found, one is made for each that is chosen, and none at the end if so wanted", () => {
  const pool = new SessionPool<string>({
    poolSize: 40,
    numOrchs: 40,
    selector: new MinLSSelector<string>(),
    suspender: new Suspender(),
  });
  const found = new Found(
    Array.from({ length: 40 }, (_, index) => index),
    "round",
  );
  pool.beginRefresh();
  pool.endRefreshFound(found);
  expect(found.made).toBe(0);
  const session = pool.selectOne(0);
  expect(session?.mapped).toBe(true);
  expect(pool.sessMap.get(0)).toBe(session);
  found.made = 0;
  expect(pool.cleanup(true)).toEqual([session]);
  expect(found.made).toBe(0);
});

function refreshed(pool: SessionPool<string>, transcoders: readonly number[]): Found {
  const found = new Found(transcoders, "f");
  pool.beginRefresh();
  pool.endRefreshFound(found);
  return found;
}

test("what was found and is not new, or is gone, is not looked at again, however often a pool asks", () => {
  const pool = new SessionPool<string>({
    poolSize: 100,
    numOrchs: 4,
    selector: new MinLSSelector(),
    suspender: new Suspender(),
  });
  const first = refreshed(pool, [1, 2, 3]);
  const known = [1, 2, 3, 4].map(() => refreshed(pool, [3, 1, 2]));
  const asked = known.map((found) => found.asked);
  refreshed(pool, [1, 2, 3, 4, 5]);
  expect(known.map((found) => found.asked)).toEqual(asked);
  for (const session of [...pool.sessMap.values()]) pool.remove(session);
  const gone = first.asked;
  refreshed(pool, [6]);
  expect(first.asked).toBe(gone);
  expect([...pool.sessMap.keys()]).toEqual([6]);
});
