/** The store's contract, run on ours, and on stores that break it. */
import { AssertionError } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SqlitePoolStore } from "../../src/pool/books/store/sqlite-pool-store.js";
import type { PoolStore } from "../../src/pool/books/store/store.js";
import { storeContract } from "../../src/testing/index.js";

/** Those of the contract. */
const ALL = [`0x${"a1".repeat(20)}`, `0x${"b0".repeat(20)}`];
let folder: string;
let opened = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "poolsim-contract-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const memory = () => new SqlitePoolStore({ path: ":memory:" });

describe.each([
  ["a file", () => new SqlitePoolStore({ path: join(folder, `pool-${opened++}.db`) })],
  ["memory", memory],
] as const)("Books in %s", (_, open) => {
  it.each(storeContract(open))("$name", ({ run }) => run());
});

/** An object with something else in the place of some of its members. */
function instead<T extends object>(object: T, changes: Partial<T>): T {
  return new Proxy(object, {
    get(target, key) {
      const value: unknown = Reflect.get(key in changes ? changes : target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function failing(open: () => PoolStore): string[] {
  return storeContract(open).flatMap(({ name, run }) => {
    try {
      run();
      return [];
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      return [name];
    }
  });
}

describe("The contract finds a store that", () => {
  it("lets a failed transaction stand", () => {
    const open = () => instead<PoolStore>(memory(), { transaction: (work) => work() });
    expect(failing(open)).toEqual([
      "forgets everything of a transaction that fails, and works on",
      "takes a transaction in another one as a part of that",
      "forgets income from a block on, of one recipient on one chain, and all of a transaction that fails",
      "adds links to a chain for all that is entered, and none for what is undone",
    ]);
  });

  it("has no chain, or one that it does not compare with a head", () => {
    const ofChain = ["adds links to a chain for all that is entered, and none for what is undone"];
    const without = () => {
      const store = memory();
      return instead<PoolStore>(store, {
        chain: instead<PoolStore["chain"]>(store.chain, { head: () => null }),
      });
    };
    expect(failing(without)).toEqual(ofChain);
    const blind = () => {
      const store = memory();
      return instead<PoolStore>(store, {
        chain: instead<PoolStore["chain"]>(store.chain, { check: () => store.chain.check() }),
      });
    };
    expect(failing(blind)).toEqual(ofChain);
  });

  it("cuts balances", () => {
    const open = () => {
      const store = memory();
      const cut = (wei: bigint) => BigInt.asIntN(64, wei);
      const ledger = instead<PoolStore["ledger"]>(store.ledger, {
        balance: (account) => cut(store.ledger.balance(account)),
      });
      return instead<PoolStore>(store, { ledger });
    };
    expect(failing(open)).toEqual([
      "enters transactions with what they do to balances, to the wei",
    ]);
  });

  it("forgets whose a transaction is, and decisions", () => {
    const open = () => {
      const store = memory();
      const payouts = instead<PoolStore["payouts"]>(store.payouts, { payoutOf: () => null });
      const decisions = instead<PoolStore["decisions"]>(store.decisions, { of: () => null });
      return instead<PoolStore>(store, { payouts, decisions });
    };
    expect(failing(open)).toEqual([
      "keeps every decision; the last one about an event counts",
      "keeps a payout, its changes and everything signed for it",
    ]);
  });

  it("mixes income of recipients, or forgets none", () => {
    const one =
      "keeps income from the chain in the chain's order, each redemption once, apart by chain and recipient";
    const from =
      "forgets income from a block on, of one recipient on one chain, and all of a transaction that fails";
    const without = () => {
      const store = memory();
      const income = instead<PoolStore["income"]>(store.income, { dropFrom: () => 0 });
      return instead<PoolStore>(store, { income });
    };
    expect(failing(without)).toEqual([from]);
    const mixed = () => {
      const store = memory();
      const income = instead<PoolStore["income"]>(store.income, {
        list: ({ chainId }) =>
          ALL.flatMap((recipient) => store.income.list({ chainId, recipient })),
      });
      return instead<PoolStore>(store, { income });
    };
    expect(failing(mixed)).toEqual([one, from]);
  });
});
