/** What a job's fee becomes in the books, and how that changes once its worker is known. */
import type { Rational } from "../../core/rational.js";
import { type Account, pendingAccount } from "../accounts.js";
import { commissionOf } from "../attribution/scheme.js";
import type { Posting } from "../ledger.js";
import type { PoolSettings } from "../settings.js";

/** The parts of a job that money depends on. */
export interface JobMoney {
  readonly nodeType: string;
  readonly region: string;
  readonly atMs: number;
  readonly feesWei: bigint;
}

export class JobPostings {
  readonly #settings: PoolSettings;
  readonly #accounts = new Map<string, Account>();

  constructor(settings: PoolSettings) {
    this.#settings = settings;
  }

  /** A fee comes in; null: nobody knows yet whose it is. */
  earned(job: JobMoney, address: string | null): Posting[] {
    const income: Posting = { from: "world", to: "feesEarned", wei: job.feesWei };
    return address === null
      ? [income, { from: "feesEarned", to: "unattributed", wei: job.feesWei }]
      : [income, ...this.#split(job, address)];
  }

  /** The owner of an unattributed fee is found. */
  attributed(job: JobMoney, address: string): Posting[] {
    return [
      { from: "unattributed", to: "feesEarned", wei: job.feesWei },
      ...this.#split(job, address),
    ];
  }

  /** It was somebody else's after all. */
  corrected(job: JobMoney, from: string, to: string): Posting[] {
    const wei = job.feesWei - commissionOf(job.feesWei, this.#rate(job));
    return [{ from: this.pendingOf(job, from), to: this.pendingOf(job, to), wei }];
  }

  pendingOf({ nodeType, region }: JobMoney, address: string): Account {
    const key = `${address}:${nodeType}:${region}`;
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = pendingAccount({ address, nodeType, region });
      this.#accounts.set(key, account);
    }
    return account;
  }

  #split(job: JobMoney, address: string): Posting[] {
    const kept = commissionOf(job.feesWei, this.#rate(job));
    const postings: Posting[] = [
      { from: "feesEarned", to: this.pendingOf(job, address), wei: job.feesWei - kept },
      { from: "feesEarned", to: "commission", wei: kept },
    ];
    const { feeShare } = this.#settings;
    if (feeShare.sign() > 0) {
      const wei = commissionOf(job.feesWei, feeShare);
      postings.push({ from: "commission", to: "delegators", wei });
    }
    return postings;
  }

  #rate(job: JobMoney): Rational {
    return this.#settings.commission.rateOf(job);
  }
}
