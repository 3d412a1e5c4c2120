/** What a job's fee becomes in the books, and how that changes once its worker is known. */
import type { Rational } from "../../../core/rational.js";
import { type Account, pendingAccount } from "../accounts.js";
import { commissionOf } from "../attribution/scheme.js";
import type { Posting } from "../ledger.js";
import type { PoolSettings } from "../settings.js";

/** The parts of a job that money depends on. */
export interface JobMoney {
  /** `transcode` or `ai`: what commission and accounts go by. */
  readonly job: string;
  readonly region: string;
  readonly atMs: number;
  readonly feesWei: bigint;
}

export class JobPostings {
  readonly #settings: PoolSettings;
  /** By address, those of its few places. */
  readonly #accounts = new Map<string, { job: string; region: string; account: Account }[]>();

  constructor(settings: PoolSettings) {
    this.#settings = settings;
  }

  /** A fee comes in; null: nobody knows yet whose it is. */
  earned(job: JobMoney, address: string | null): Posting[] {
    const postings: Posting[] = [{ from: "world", to: "feesEarned", wei: job.feesWei }];
    if (address !== null) this.#split(postings, job, address);
    else postings.push({ from: "feesEarned", to: "unattributed", wei: job.feesWei });
    return postings;
  }

  /** The owner of an unattributed fee is found; the operator may have taken it meanwhile. */
  attributed(
    job: JobMoney,
    address: string,
    { isReleased = false }: { readonly isReleased?: boolean } = {},
  ): Posting[] {
    const from = isReleased ? "commission" : "unattributed";
    const postings: Posting[] = [{ from, to: "feesEarned", wei: job.feesWei }];
    this.#split(postings, job, address);
    return postings;
  }

  /** Nobody will claim it any more. */
  released({ feesWei: wei }: JobMoney): Posting[] {
    return [{ from: "unattributed", to: "commission", wei }];
  }

  /** It never was: whatever came of its fee goes back to where it came from. */
  voided(
    job: JobMoney,
    address: string | null,
    { isReleased }: { isReleased: boolean },
  ): Posting[] {
    const postings =
      address === null && isReleased
        ? [...this.earned(job, null), ...this.released(job)]
        : this.earned(job, address);
    return postings.map(({ from, to, wei }) => ({ from: to, to: from, wei })).reverse();
  }

  /** It was somebody else's after all. */
  corrected(job: JobMoney, from: string, to: string): Posting[] {
    const wei = job.feesWei - commissionOf(job.feesWei, this.#rate(job));
    return [{ from: this.pendingOf(job, from), to: this.pendingOf(job, to), wei }];
  }

  pendingOf({ job, region }: JobMoney, address: string): Account {
    const places = this.#accounts.get(address) ?? [];
    if (places.length === 0) this.#accounts.set(address, places);
    for (const place of places) {
      if (place.region === region && place.job === job) return place.account;
    }
    const account = pendingAccount({ address, nodeType: job, region });
    places.push({ job, region, account });
    return account;
  }

  #split(postings: Posting[], job: JobMoney, address: string): void {
    const kept = commissionOf(job.feesWei, this.#rate(job));
    postings.push(
      { from: "feesEarned", to: this.pendingOf(job, address), wei: job.feesWei - kept },
      { from: "feesEarned", to: "commission", wei: kept },
    );
    const { feeShare } = this.#settings;
    if (feeShare.sign() > 0) {
      const wei = commissionOf(job.feesWei, feeShare);
      postings.push({ from: "commission", to: "delegators", wei });
    }
  }

  #rate({ job: nodeType, region, atMs }: JobMoney): Rational {
    return this.#settings.commission.rateOf({ nodeType, region, atMs });
  }
}
