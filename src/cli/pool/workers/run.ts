/** `poolsim pool workers`: what all workers did and are owed. */
import { counted } from "../../../core/wording.js";
import { inPayoutAccount, paidAccount } from "../../../pool/books/accounts.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { columnsOf, eth, print, titled } from "../shared/output.js";
import { placeColumns, rowsOf } from "../shared/worker-rows.js";

export function poolWorkers(flags: BooksFlags, terminal: Terminal): number {
  return withBooks(flags.db, "read", (store) => {
    const rows = rowsOf(store, store.workers.list());
    const shown = rows.map((row) => ({
      ...row,
      inPayoutWei: store.ledger.balance(inPayoutAccount(row.address)),
      paidWei: store.ledger.balance(paidAccount(row.address)),
    }));
    print(terminal, flags, { workers: shown }, () => {
      if (rows.length === 0) {
        return [`No worker yet: poolsim pool import <path> --db ${flags.db} enters events.`];
      }
      const addresses = new Set(rows.map(({ address }) => address)).size;
      const owedWei = rows.reduce((sum, { pendingWei }) => sum + pendingWei, 0n);
      return [
        titled(
          `${counted(addresses, "worker")}, owed ${eth(owedWei)} ETH`,
          [
            ...columnsOf(rows, { head: "worker", align: "left", cell: ({ address }) => address }),
            ...placeColumns(rows),
          ],
          terminal,
        ),
      ];
    });
    return EXIT.ok;
  });
}
