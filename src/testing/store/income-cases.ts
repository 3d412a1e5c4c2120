/** Income as the chain has it: kept, replaced, and forgotten from a block on. */
import { deepStrictEqual, strictEqual, throws } from "node:assert";
import type { IncomeRow } from "../../pool/books/store/store.js";
import { ALICE, BIG, BOB, type StoreCase } from "./case.js";

const ROW: IncomeRow = {
  chainId: BIG,
  recipient: ALICE,
  txHash: `0x${"7a".repeat(32)}`,
  logIndex: 2,
  blockNumber: 5,
  blockHash: `0x${"b1".repeat(32)}`,
  atMs: 1,
  sender: BOB,
  faceValueWei: BIG,
  winProb: 2n ** 256n - 1n,
  creationRound: BIG,
  paidWei: BIG - 1n,
  gasWei: null,
};
const OF = { chainId: BIG, recipient: ALICE };

export const incomeCases: readonly StoreCase[] = [
  {
    name: "keeps income from the chain in the chain's order, each redemption once, apart by chain and recipient",
    check: ({ income }) => {
      deepStrictEqual(income.list(OF), []);
      const later = { ...ROW, logIndex: 0, blockNumber: 9, gasWei: BIG };
      const first = { ...ROW, logIndex: 1 };
      income.put([later, ROW, first]);
      deepStrictEqual(income.list(OF), [first, ROW, later]);
      const moved = { ...ROW, blockNumber: 6, blockHash: `0x${"b2".repeat(32)}`, paidWei: 0n };
      income.put([moved, { ...ROW, chainId: 1n }, { ...ROW, recipient: BOB }]);
      deepStrictEqual(income.list(OF), [first, moved, later]);
      deepStrictEqual(income.list({ ...OF, recipient: ALICE.toUpperCase().replace("0X", "0x") }), [
        first,
        moved,
        later,
      ]);
      strictEqual(income.list({ ...OF, chainId: 1n }).length, 1);
      strictEqual(income.list({ ...OF, recipient: BOB }).length, 1);
    },
  },
  {
    name: "forgets income from a block on, of one recipient on one chain, and all of a transaction that fails",
    check: (store) => {
      const { income } = store;
      const rows = [4, 5, 6].map((blockNumber) => ({ ...ROW, blockNumber, logIndex: blockNumber }));
      income.put([...rows, { ...ROW, recipient: BOB }, { ...ROW, chainId: 1n }]);
      strictEqual(income.dropFrom(OF, 5), 2);
      strictEqual(income.dropFrom(OF, 5), 0);
      deepStrictEqual(income.list(OF), rows.slice(0, 1));
      strictEqual(income.list({ ...OF, recipient: BOB }).length, 1);
      strictEqual(income.list({ ...OF, chainId: 1n }).length, 1);
      throws(() =>
        store.transaction(() => {
          income.put(rows);
          income.dropFrom(OF, 4);
          throw new Error("undone");
        }),
      );
      deepStrictEqual(income.list(OF), rows.slice(0, 1));
    },
  },
];
