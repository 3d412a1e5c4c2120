/** What every attribution scheme obeys. */
import assert from "node:assert/strict";
import { Rational } from "../core/rational.js";
import type { Attribution, AttributionScheme, Work } from "../pool/books/attribution/scheme.js";
import type { ContractCase } from "./contract.js";
import { Draws } from "./draws.js";

const HISTORIES = 300;
const WORKERS = ["a", "b", "c", "d"];
/** Does nothing in every history. */
const IDLE = "idle";

interface Input {
  readonly works: readonly Work[];
  readonly incomeWei: bigint;
  readonly commission: Rational;
}

function madeUp(draws: Draws): Input {
  const amount = (max: number) => BigInt(draws.chance(0.2) ? 0 : draws.below(max));
  const works = Array.from({ length: draws.below(9) }, (): Work => {
    const isIdle = draws.chance(0.15);
    return {
      worker: isIdle ? IDLE : (WORKERS[draws.below(WORKERS.length)] ?? IDLE),
      feesWei: isIdle ? 0n : amount(1_000_000_007),
      durationMs: isIdle ? 0n : amount(60_000),
      pixels: isIdle ? 0n : amount(100_000_000),
      renditions: isIdle ? 0n : amount(5),
    };
  });
  const parts = BigInt(1 + draws.below(100));
  const commission = Rational.of(BigInt(draws.below(Number(parts) + 1)), parts);
  return { works, incomeWei: amount(1_000_000_007) * 1_000_000_007n, commission };
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

/**
 * The laws of attribution schemes: value is conserved to the wei, order does not matter, nobody is
 * paid for nothing.
 *
 * @param make makes the scheme
 */
export function schemeLaws(make: () => AttributionScheme): readonly ContractCase[] {
  const each = (law: (given: Input, found: Attribution, draws: Draws) => void) => () => {
    const scheme = make();
    for (let history = 0; history < HISTORIES; history += 1) {
      const draws = new Draws(history);
      const given = madeUp(draws);
      law(given, scheme.attribute(given), draws);
    }
  };
  return [
    {
      name: "conserves value: shares, commission and what nobody earned are what was attributed",
      run: each(({ works, incomeWei }, { shares, commissionWei, unattributedWei }) => {
        const fees = sum(works.map(({ feesWei }) => feesWei));
        const total = make().basis === "fees" ? fees : incomeWei;
        const parts = sum(shares.map(({ wei }) => wei)) + commissionWei + unattributedWei;
        assert.equal(parts, total);
        assert.ok(commissionWei >= 0n && unattributedWei >= 0n, "no part is below 0");
      }),
    },
    {
      name: "gives shares above 0, one a worker, by worker ascending",
      run: each((_given, { shares }) => {
        const workers = shares.map(({ worker }) => worker);
        assert.ok(shares.every(({ wei }) => wei > 0n));
        assert.deepEqual(workers, [...new Set(workers)].sort());
      }),
    },
    {
      name: "does not depend on the order of the works",
      run: each((given, found, draws) => {
        const other = { ...given, works: draws.shuffled(given.works) };
        assert.deepEqual(make().attribute(other), found);
      }),
    },
    {
      name: "gives nothing for nothing, and nothing to who did not work",
      run: each((given, { shares }) => {
        const workers = new Set(given.works.map(({ worker }) => worker));
        for (const { worker } of shares) {
          assert.notEqual(worker, IDLE);
          assert.ok(workers.has(worker), `${worker} did not work`);
        }
        const nothing = given.works.map((work) => ({ ...work, feesWei: 0n }));
        const found = make().attribute({ ...given, works: nothing, incomeWei: 0n });
        assert.deepEqual(found, { shares: [], commissionWei: 0n, unattributedWei: 0n });
      }),
    },
    {
      name: "takes the commission at most, rounded in favour of the workers",
      run: each(({ works, incomeWei, commission }, { commissionWei }) => {
        const fees = sum(works.map(({ feesWei }) => feesWei));
        const total = make().basis === "fees" ? fees : incomeWei;
        assert.ok(commissionWei * commission.den <= total * commission.num);
      }),
    },
    {
      name: "is pure: changes nothing that it is given and remembers nothing",
      run: each((given, found) => {
        const scheme = make();
        const frozen = { ...given, works: Object.freeze(given.works.map((w) => Object.freeze(w))) };
        scheme.attribute(madeUp(new Draws(HISTORIES)));
        assert.deepEqual(scheme.attribute(Object.freeze(frozen)), found);
      }),
    },
  ];
}
