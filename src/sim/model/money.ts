/**
 * The pool's money in a run: what its work earns, what its tickets win, and who gets it. The
 * library's ledger takes sums per (worker, round), without a journal; pixels are counted as whole
 * numbers and turned into wei once a round, so that nothing is lost to rounding.
 */
import { Rational } from "../../core/rational.js";
import {
  type Account,
  attributionPostings,
  byWeights,
  Ledger,
  type Posting,
  paidAccount,
  pendingAccount,
  perJob,
  RoundBook,
} from "../../pool/index.js";
import type { Call } from "./entities.js";
import type { World } from "./world.js";

const WEI_PER_GWEI = 1_000_000_000n;
const OWN_WORK = "own";

interface WorkerSums {
  readonly name: string;
  readonly account: Account;
  /** All counted work so far, and what of it was posted, in wei. */
  pixels: number;
  durationMs: number;
  renditions: number;
  postedWei: bigint;
  postedPixels: number;
}

/** What the pool earned and spent over the counted time, in wei. */
export interface MoneyTotals {
  readonly feesWei: bigint;
  readonly incomeWei: bigint;
  readonly delegatorsWei: bigint;
  readonly workersWei: bigint;
  readonly gasWei: bigint;
  readonly netWei: bigint;
  readonly pendingWei: readonly bigint[];
  readonly workerFeesWei: readonly bigint[];
  /** Pixels that the books know of. */
  readonly pixels: number;
  readonly winningTickets: number;
  readonly isBalanced: boolean;
}

/** Books of the orchestrator under study. */
export class Money {
  readonly ledger = new Ledger({ journal: null });
  readonly #world: World;
  readonly #price: Rational;
  readonly #commission: Rational;
  readonly #feeShare: Rational;
  readonly #gasPriceWei: Rational;
  readonly #workers: WorkerSums[];
  readonly #isCounting: () => boolean;
  readonly #book: RoundBook;
  readonly #ticketsOn: boolean;
  readonly #splitsIncome: boolean;
  #round = 0;
  #wonTickets = 0;
  #incomeWei = 0n;
  #gasUnits = 0;

  /** @param isCounting whether the counted time has begun */
  constructor(world: World, isCounting: () => boolean) {
    const { orchestrator, tickets } = world.scenario;
    const economics = orchestrator?.economics;
    this.#world = world;
    this.#isCounting = isCounting;
    this.#price = world.orchestrators[world.pool]?.price.rational ?? Rational.ZERO;
    this.#commission = Rational.parse(economics?.commission ?? "0");
    this.#feeShare = Rational.parse(economics?.feeShare ?? "0");
    this.#gasPriceWei = Rational.parse(economics?.gasPriceGwei ?? "0").mul(
      Rational.of(WEI_PER_GWEI),
    );
    this.#ticketsOn = tickets.enabled;
    const own = { name: OWN_WORK, region: orchestrator?.region ?? "" };
    const payees = world.workers.length > 0 ? world.workers : [own];
    this.#workers = payees.map(({ name, region }) => ({
      name,
      account: pendingAccount({ address: name, nodeType: "transcode", region }),
      pixels: 0,
      durationMs: 0,
      renditions: 0,
      postedWei: 0n,
      postedPixels: 0,
    }));
    const scheme =
      economics?.attribution === "byWeights"
        ? byWeights({ duration: Rational.ONE, pixels: Rational.ONE, renditions: Rational.ONE })
        : perJob;
    this.#splitsIncome = scheme.basis === "income";
    this.#book = new RoundBook({ scheme, commission: this.#commission });
  }

  /** The pool has made a call's renditions, whether or not the gateway gets them (O-4, P-32). */
  earned(call: Call): void {
    if (this.#world.workers.length > 0 || !this.#isOurs(call)) return;
    this.worked(0, call.pixels, call.durationMs, 1);
  }

  /** A worker has delivered a segment. */
  worked(worker: number, pixels: number, durationMs: number, renditions: number): void {
    const sums = this.#workers[worker];
    if (sums === undefined) return;
    sums.pixels += pixels;
    sums.durationMs += durationMs;
    sums.renditions += renditions;
  }

  /** Tickets have won. */
  won(count: number, faceValueWei: bigint): void {
    this.#wonTickets += count;
    const wei = BigInt(count) * faceValueWei;
    this.#incomeWei += wei;
    this.#book.ticketWon(wei);
    this.#gasUnits += count * (this.#world.scenario.orchestrator?.economics.redeemGas ?? 0);
  }

  /** A round is over (X-6, X-7): attribution, and the roles' gas. */
  closeRound(atMs: number): void {
    if (!this.#isCounting()) return;
    const spec = this.#world.scenario.orchestrator;
    if (spec?.topology.rewardService) this.#gasUnits += spec.economics.rewardGas;
    if (spec?.topology.roundInitializer) this.#gasUnits += spec.economics.roundGas;
    this.#post(atMs);
  }

  /** A payout to every worker that is owed something. */
  payout(atMs: number): void {
    if (!this.#isCounting()) return;
    this.#post(atMs);
    const gas = this.#world.scenario.orchestrator?.economics.payoutGas ?? 0;
    for (const { name, account } of this.#workers) {
      const wei = this.ledger.balance(account);
      if (wei === 0n || this.#world.workers.length === 0) continue;
      this.#gasUnits += gas;
      this.ledger.post({
        cause: { kind: "payout", id: `${this.#round}:${name}` },
        atMs,
        postings: [{ from: account, to: paidAccount(name), wei }],
      });
    }
  }

  /** Closes the books. */
  finish(atMs: number): MoneyTotals {
    this.#post(atMs);
    const gasWei = this.#gasPriceWei.mul(Rational.of(BigInt(this.#gasUnits))).floor();
    if (gasWei > 0n) {
      this.ledger.post({
        cause: { kind: "gas", id: "all" },
        atMs,
        postings: [{ from: "gas", to: "world", wei: gasWei }],
      });
    }
    const balances = this.#workers.map(({ account }) => this.ledger.balance(account));
    const paid = this.#workers.map(({ name }) => this.ledger.balance(paidAccount(name)));
    const workersWei = this.#world.workers.length === 0 ? 0n : sum(balances) + sum(paid);
    const delegatorsWei = this.ledger.balance("delegators");
    const feesWei = sum(this.#workers.map(({ postedWei }) => postedWei));
    const incomeWei = this.#ticketsOn ? this.#incomeWei : feesWei;
    const all = [...this.ledger.balances().values()];
    return {
      feesWei,
      incomeWei,
      delegatorsWei,
      workersWei,
      gasWei,
      netWei: incomeWei - delegatorsWei - workersWei - gasWei,
      pendingWei: balances,
      workerFeesWei: this.#workers.map(({ postedWei }) => postedWei),
      pixels: this.#workers.reduce((total, { pixels }) => total + pixels, 0),
      winningTickets: this.#wonTickets,
      isBalanced: sum(all) === 0n && this.ledger.verify().length === 0,
    };
  }

  /** Posts what was earned since the last posting, and splits it. */
  #post(atMs: number): void {
    this.#round++;
    let earnedWei = 0n;
    for (const sums of this.#workers) {
      const totalWei = this.#price.mul(Rational.of(BigInt(sums.pixels))).floor();
      const feesWei = totalWei - sums.postedWei;
      const pixels = sums.pixels - sums.postedPixels;
      sums.postedWei = totalWei;
      sums.postedPixels = sums.pixels;
      if (pixels === 0) continue;
      earnedWei += feesWei;
      this.#book.record({
        worker: sums.name,
        feesWei,
        durationMs: BigInt(Math.round(sums.durationMs)),
        pixels: BigInt(pixels),
        renditions: BigInt(sums.renditions),
      });
      sums.durationMs = 0;
      sums.renditions = 0;
    }
    // Without tickets what was earned is what came in.
    if (this.#splitsIncome && !this.#ticketsOn) this.#book.ticketWon(earnedWei);
    const attribution = this.#book.close(this.#round);
    if (attribution === null) return;
    const { shares, commissionWei, unattributedWei } = attribution;
    const attributedWei = sum(shares.map(({ wei }) => wei)) + commissionWei + unattributedWei;
    const income: Posting = { from: "world", to: "feesEarned", wei: attributedWei };
    const accounts = new Map(this.#workers.map(({ name, account }) => [name, account]));
    const postings = attributionPostings(attribution, {
      pendingOf: (worker) => accounts.get(worker) ?? "unattributed",
      feeShare: this.#feeShare,
    });
    const moved = [income, ...postings].filter(({ wei }) => wei !== 0n);
    if (moved.length === 0) return;
    this.ledger.post({ cause: { kind: "round", id: String(this.#round) }, atMs, postings: moved });
  }

  #isOurs(call: Call): boolean {
    return this.#world.nodes[call.node]?.orchestrator === this.#world.pool;
  }
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
