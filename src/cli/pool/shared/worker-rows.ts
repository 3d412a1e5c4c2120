/** Workers as `pool workers` and `pool worker` show them: what each did and is owed, by place. */
import { utcText } from "../../../core/utc.js";
import { pendingAccount } from "../../../pool/books/accounts.js";
import type { PoolStore, WorkerRow } from "../../../pool/books/store/store.js";
import { columnsOf, eth } from "./output.js";

/** A worker at one place, with what it is owed there. */
export interface WorkerShown extends WorkerRow {
  readonly pendingWei: bigint;
}

export function rowsOf(store: PoolStore, rows: readonly WorkerRow[]): WorkerShown[] {
  return rows.map((row) => ({ ...row, pendingWei: store.ledger.balance(pendingAccount(row)) }));
}

export function placeColumns(rows: readonly WorkerShown[]) {
  return columnsOf(
    rows,
    { head: "type", align: "left", cell: ({ nodeType }) => nodeType },
    { head: "region", align: "left", cell: ({ region }) => region },
    { head: "online", align: "left", cell: ({ connections }) => (connections > 0 ? "yes" : "no") },
    { head: "jobs", rank: 1, cell: ({ jobs }) => jobs.toString() },
    { head: "fees, ETH", rank: 3, cell: ({ feesWei }) => eth(feesWei) },
    { head: "owed, ETH", cell: ({ pendingWei }) => eth(pendingWei) },
    { head: "last seen", align: "left", rank: 2, cell: ({ lastSeenMs }) => utcText(lastSeenMs) },
  );
}
