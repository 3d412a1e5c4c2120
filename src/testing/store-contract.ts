/** What a store of a pool's books has to do, whoever wrote it: files, memory, a database server. */
import type { PoolStore } from "../pool/books/store/store.js";
import type { ContractCase } from "./contract.js";
import { actCases } from "./store/act-cases.js";
import { bookCases } from "./store/book-cases.js";
import { incomeCases } from "./store/income-cases.js";
import { ledgerCases } from "./store/ledger-cases.js";
import { payoutCases } from "./store/payout-cases.js";
import { rowCases } from "./store/row-cases.js";
import { runCases } from "./store/run-cases.js";

/** Makes books with nothing in them; each case closes what it opened. */
export type OpenStore = () => PoolStore;

/**
 * The contract of {@link PoolStore}: parts one by one, transactions, and whole books that are
 * ingested, closed by rounds and verified over the store.
 *
 * @param open gives an empty store at each call, independent of those before
 * @returns cases to run in any order: `for (const { name, run } of storeContract(open)) test(name, run)`
 */
export function storeContract(open: OpenStore): readonly ContractCase[] {
  const cases = [
    ...ledgerCases,
    ...rowCases,
    ...payoutCases,
    ...runCases,
    ...actCases,
    ...incomeCases,
    ...bookCases,
  ];
  return cases.map(({ name, check }) => ({
    name,
    run: () => {
      const store = open();
      try {
        check(store, open);
      } finally {
        store.close();
      }
    },
  }));
}
