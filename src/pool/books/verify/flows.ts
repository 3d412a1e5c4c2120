/** What flowed into and out of accounts, added up from postings. */
import type { Account } from "../accounts.js";
import type { Posting } from "../ledger.js";

/** Neither ever falls. */
export interface Flow {
  inWei: bigint;
  outWei: bigint;
}

export class Flows {
  readonly of = new Map<Account, Flow>();

  add(postings: readonly Posting[]): void {
    for (const { from, to, wei } of postings) {
      this.#flowOf(from).outWei += wei;
      this.#flowOf(to).inWei += wei;
    }
  }

  #flowOf(account: Account): Flow {
    let flow = this.of.get(account);
    if (flow === undefined) {
      flow = { inWei: 0n, outWei: 0n };
      this.of.set(account, flow);
    }
    return flow;
  }
}
