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

  join({ of }: Flows): void {
    for (const [account, { inWei, outWei }] of of) {
      const flow = this.#flowOf(account);
      flow.inWei += inWei;
      flow.outWei += outWei;
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
