/**
 * The pool's money in a run: what its work earns, what its tickets win, and who gets it. The
 * library's ledger takes sums per (worker, round), without a journal; pixels are counted as whole
 * numbers and turned into wei once a round, so that nothing is lost to rounding.
 *
 * The ledger has what happened, luck included. The totals that conclusions are drawn from are
 * expected values: a few wins in a run would hide any harm, and lost work that "only" saves the
 * workers' shares, or a round that ends after the run, would look like a gain. So fees are what
 * the work is worth, shares are of these fees, redemptions cost what it takes to redeem them, and
 * the gas of rounds, reward calls and payouts accrues with time.
 */
import { Rational } from "../../../core/rational.js";
import {
  type Account,
  Ledger,
  type Posting,
  paidAccount,
  pendingAccount,
  RoundCore,
  schemeOfSetting,
} from "../../../pool/index.js";
import type { World } from "../world/world.js";
import type { AIBooks, AITotals } from "./ai-books.js";
import { type FeeParts, feeParts, gasPriceWei } from "./kept.js";
import { pricesOf } from "./market.js";
import type { TicketTerms } from "./tickets.js";

const OWN_WORK = "own";

interface WorkerSums {
  readonly name: string;
  readonly account: Account;
  /** All counted work so far, by the place of its price, and what of it was posted, in wei. */
  readonly pixelsAt: number[];
  durationMs: number;
  renditions: number;
  postedWei: bigint;
  postedPixels: number;
  /** What of it was posted before the last payout. */
  paidForWei: bigint;
}

/** What the pool earned and spent over the counted time, in wei: expected values but for the luck. */
export interface MoneyTotals {
  /** What its work is worth. */
  readonly feesWei: bigint;
  readonly delegatorsWei: bigint;
  readonly workersWei: bigint;
  readonly gasWei: bigint;
  readonly netWei: bigint;
  /** What came in: with tickets on the face values of the winners, which is luck; else the fees. */
  readonly incomeWei: bigint;
  /** Standard deviation of that by the luck of the draw; 0 without tickets. */
  readonly incomeLuckWei: bigint;
  readonly pendingWei: readonly bigint[];
  readonly workerFeesWei: readonly bigint[];
  /** Of AI jobs; null where there are none. */
  readonly ai: AITotals | null;
  /** Pixels that the books know of. */
  readonly pixels: number;
  readonly winningTickets: number;
  readonly isBalanced: boolean;
}

/** Books of the orchestrator under study. */
export class Money {
  readonly ledger = new Ledger({ journal: null });
  readonly #world: World;
  /** All that the pool ever asks for a pixel. */
  readonly #prices: readonly Rational[];
  readonly #commission: Rational;
  readonly #feeShare: Rational;
  readonly #gasPriceWei: Rational;
  readonly #parts: FeeParts;
  readonly #workers: WorkerSums[];
  readonly #isCounting: () => boolean;
  readonly #rounds: RoundCore;
  readonly #accounts: ReadonlyMap<string, Account>;
  /** So many of the prices are of pixels; the others are of units of AI jobs, as events tell them. */
  readonly #pixelPrices: number;
  #ai: AIBooks | null = null;
  /** AI fees of which no event tells, as far as they were counted. */
  #unbookedWei = 0n;
  readonly #ticketsOn: boolean;
  readonly #splitsIncome: boolean;
  #round = 0;
  /** Counts what was recorded. */
  #place = -1;
  #wonTickets = 0;
  #incomeWei = 0n;
  /** Tickets that came in, by their terms: whole numbers, whose sums do not depend on their order. */
  readonly #tickets = new Map<Pick<TicketTerms, "faceValue" | "chance">, number>();
  /** Gas of transactions that were sent. */
  #gasUnits = 0;
  /** Payouts × the ms of their period that were counted. */
  #payoutMs = 0n;
  #paidUntilMs: number;

  /**
   * @param isCounting whether the counted time has begun
   * @param aiPrices what events say that a unit of each kind of AI job costs, wei
   */
  constructor(world: World, isCounting: () => boolean, aiPrices: readonly Rational[] = []) {
    const { orchestrator, tickets } = world.scenario;
    const economics = orchestrator?.economics;
    this.#world = world;
    this.#isCounting = isCounting;
    const prices = pricesOf(world, world.pool).map(({ rational }) => rational);
    this.#prices = [...prices, ...aiPrices];
    this.#pixelPrices = prices.length;
    this.#commission = Rational.parse(economics?.commission ?? "0");
    this.#feeShare = Rational.parse(economics?.feeShare ?? "0");
    this.#gasPriceWei = gasPriceWei(world.scenario);
    this.#parts = feeParts(world.scenario);
    this.#paidUntilMs = world.warmupMs;
    this.#ticketsOn = tickets.enabled;
    const own = { name: OWN_WORK, region: orchestrator?.region ?? "" };
    const payees = world.workers.length > 0 ? world.workers : [own];
    this.#workers = payees.map(({ name, region }) => ({
      name,
      account: pendingAccount({ address: name, nodeType: "transcode", region }),
      pixelsAt: this.#prices.map(() => 0),
      durationMs: 0,
      renditions: 0,
      postedWei: 0n,
      postedPixels: 0,
      paidForWei: 0n,
    }));
    this.#accounts = new Map(this.#workers.map(({ name, account }) => [name, account]));
    const scheme = schemeOfSetting(economics?.attribution ?? "perJob");
    this.#splitsIncome = scheme.basis === "income";
    this.#rounds = new RoundCore(scheme);
  }

  /**
   * A node has made renditions, whether or not the gateway gets them (O-4, P-32).
   *
   * @param segments of how many segments
   * @param price place of the session's price among all that the pool ever asks for
   */
  earned(node: number, pixels: number, durationMs: number, segments: number, price = 0): void {
    const { workers, nodes, pool } = this.#world;
    if (workers.length > 0 || nodes[node]?.orchestrator !== pool) return;
    this.worked(0, pixels, durationMs, segments, price);
  }

  /**
   * A worker has delivered a segment.
   *
   * @param price place of the session's price among all that the pool ever asks for
   */
  worked(worker: number, pixels: number, durationMs: number, renditions: number, price = 0): void {
    const sums = this.#workers[worker];
    if (sums === undefined) return;
    sums.pixelsAt[price] = (sums.pixelsAt[price] ?? 0) + pixels;
    sums.durationMs += durationMs;
    sums.renditions += renditions;
  }

  /** From now on AI fees count. */
  countAI(books: AIBooks): void {
    this.#ai = books;
  }

  /**
   * A worker has done a batch AI job.
   *
   * @param kind of job
   */
  workedAI(worker: number, units: number, durationMs: number, kind: number): void {
    this.worked(worker, units, durationMs, 1, this.#pixelPrices + kind);
  }

  /** Tickets came in, of which some have won. */
  received(tickets: number, wins: number, terms: Pick<TicketTerms, "faceValue" | "chance">): void {
    this.#tickets.set(terms, (this.#tickets.get(terms) ?? 0) + tickets);
    if (wins === 0) return;
    this.#wonTickets += wins;
    const wei = BigInt(wins) * terms.faceValue;
    this.#incomeWei += wei;
    this.#rounds.won(wei);
    this.#gasUnits += wins * (this.#world.scenario.orchestrator?.economics.redeemGas ?? 0);
  }

  /** A round is over (X-6, X-7): attribution, and the roles' gas. */
  closeRound(atMs: number): void {
    if (!this.#isCounting()) return;
    const spec = this.#world.scenario.orchestrator;
    if (spec?.topology.rewardService) this.#gasUnits += spec.economics.rewardGas;
    if (spec?.topology.roundInitializer) this.#gasUnits += spec.economics.roundGas;
    this.#record();
    this.#split(atMs);
  }

  /** A payout to every worker that is owed something: fees per job as they are earned. */
  payout(atMs: number): void {
    if (!this.#isCounting()) return;
    this.#record();
    // Income is split at the end of rounds and at no other time.
    if (!this.#splitsIncome) this.#split(atMs);
    this.#accruePayouts(atMs);
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
    this.#record();
    this.#split(atMs);
    this.#accruePayouts(atMs);
    const spentWei = this.#gasPriceWei.mul(Rational.of(BigInt(this.#gasUnits))).floor();
    if (spentWei > 0n) {
      this.ledger.post({
        cause: { kind: "gas", id: "all" },
        atMs,
        postings: [{ from: "gas", to: "world", wei: spentWei }],
      });
    }
    const bookedWei = sum(this.#workers.map(({ postedWei }) => postedWei));
    const unbookedWei = this.#unbookedWei;
    const ai = this.#ai?.totals(this.#aiUnits()) ?? null;
    const feesWei = bookedWei + unbookedWei;
    const { workersWei, delegatorsWei } = this.#shares(bookedWei, unbookedWei);
    const gasWei = this.#expectedGasWei(feesWei);
    const all = [...this.ledger.balances().values()];
    return {
      feesWei,
      delegatorsWei,
      workersWei,
      gasWei,
      netWei: feesWei - delegatorsWei - workersWei - gasWei,
      // No tickets are drawn for AI jobs: their fees count as income.
      incomeWei: this.#ticketsOn ? this.#incomeWei + (ai?.feesWei.floor() ?? 0n) : feesWei,
      incomeLuckWei: this.#incomeLuckWei(),
      pendingWei: this.#workers.map(({ account }) => this.ledger.balance(account)),
      workerFeesWei: this.#workers.map(({ postedWei }) => postedWei),
      ai,
      pixels: this.#prices
        .slice(0, this.#pixelPrices)
        .reduce((total, _, place) => total + unitsAt(this.#workers, place), 0),
      winningTickets: this.#wonTickets,
      isBalanced: sum(all) === 0n && this.ledger.verify().length === 0,
    };
  }

  /** Standard deviation of the income: of each ticket faceValue² × p × (1 − p). */
  #incomeLuckWei(): bigint {
    let variance = 0;
    for (const [{ faceValue, chance }, tickets] of this.#tickets) {
      variance += tickets * Number(faceValue) ** 2 * chance * (1 - chance);
    }
    return BigInt(Math.round(Math.sqrt(variance)));
  }

  /** Who gets how much of the fees: as the ledger has it, unless that waits for tickets to win. */
  #shares(
    bookedWei: bigint,
    unbookedWei: bigint,
  ): { readonly workersWei: bigint; readonly delegatorsWei: bigint } {
    const { workers, delegators } = this.#parts;
    if (this.#splitsIncome && this.#ticketsOn) {
      const of = (share: Rational) => share.mul(Rational.of(bookedWei + unbookedWei)).floor();
      return { workersWei: of(workers), delegatorsWei: of(delegators) };
    }
    const balances = this.#workers.flatMap(({ name, account }) =>
      this.#world.workers.length === 0
        ? []
        : [this.ledger.balance(account), this.ledger.balance(paidAccount(name))],
    );
    const delegatorsWei = this.ledger.balance("delegators");
    // What is split by income has its delegators' part already.
    const more = this.#splitsIncome ? Rational.ZERO : delegators.mul(Rational.of(unbookedWei));
    return { workersWei: sum(balances), delegatorsWei: delegatorsWei + more.floor() };
  }

  /** Gas that the counted time and the fees cost on average, whatever falls within the run. */
  #expectedGasWei(feesWei: bigint): bigint {
    const { economics, topology } = this.#world.scenario.orchestrator ?? {};
    if (economics === undefined || topology === undefined) return 0n;
    const { warmupMs, endMs } = this.#world;
    const perRound =
      (topology.rewardService ? economics.rewardGas : 0) +
      (topology.roundInitializer ? economics.roundGas : 0);
    const rounds = Rational.fromNumber(endMs - warmupMs).div(
      Rational.fromNumber(economics.roundLengthMinutes * 60_000),
    );
    const payouts = Rational.of(this.#payoutMs).div(Rational.fromNumber(economics.payoutInterval));
    const units = rounds
      .mul(Rational.of(BigInt(perRound)))
      .add(payouts.mul(Rational.of(BigInt(economics.payoutGas))));
    return this.#gasPriceWei
      .mul(units)
      .add(this.#parts.redemption.mul(Rational.of(feesWei)))
      .floor();
  }

  /**
   * Whoever has earned something costs a payout's gas, by the part of the period that was counted:
   * also where tickets have yet to win, and where the run ends before the payout.
   */
  #accruePayouts(atMs: number): void {
    const ms = BigInt(Math.round(atMs - this.#paidUntilMs));
    this.#paidUntilMs = atMs;
    for (const sums of this.#workers) {
      const hasEarned = sums.postedWei > sums.paidForWei;
      sums.paidForWei = sums.postedWei;
      if (hasEarned && this.#world.workers.length > 0) this.#payoutMs += ms;
    }
  }

  /** Counts what was earned since the last time: it is worked, whoever gets it. */
  #record(): void {
    this.#place++;
    let earnedWei = this.#unbookedSince();
    for (const sums of this.#workers) {
      const total = unitsOf(sums);
      const totalWei = this.#worth(sums);
      const feesWei = totalWei - sums.postedWei;
      const pixels = total - sums.postedPixels;
      sums.postedWei = totalWei;
      sums.postedPixels = total;
      if (pixels === 0) continue;
      earnedWei += feesWei;
      this.#rounds.work({
        place: this.#place,
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
    if (!this.#ticketsOn) this.#rounds.won(earnedWei);
  }

  /** What all counted work of a worker is worth, each pixel at its session's price (P-32). */
  #worth({ pixelsAt }: WorkerSums): bigint {
    return this.#prices
      .map((price, at) => price.mul(Rational.of(BigInt(pixelsAt[at] ?? 0))))
      .reduce((total, wei) => total.add(wei), Rational.ZERO)
      .floor();
  }

  /** AI fees of which no event tells, since the last time. */
  #unbookedSince(): bigint {
    if (this.#ai === null) return 0n;
    const before = this.#unbookedWei;
    this.#unbookedWei = this.#ai.unbookedWei().floor();
    return this.#unbookedWei - before;
  }

  /** By kind of AI job: its units, as the workers' sums have them. */
  #aiUnits(): number[] {
    return this.#prices
      .slice(this.#pixelPrices)
      .map((_, kind) => unitsAt(this.#workers, this.#pixelPrices + kind));
  }

  /** Posts what the open round pays. */
  #split(atMs: number): void {
    this.#round++;
    const { attribution, postings } = this.#rounds.close({
      end: this.#place,
      commission: () => this.#commission,
      feeShare: this.#feeShare,
      pendingOf: (worker) => this.#accounts.get(worker) ?? "unattributed",
    });
    const wei = sum(attribution.shares.map((share) => share.wei)) + attribution.commissionWei;
    const income: Posting = { from: "world", to: "feesEarned", wei };
    const moved = [income, ...postings].filter((posting) => posting.wei !== 0n);
    if (moved.length === 0) return;
    this.ledger.post({ cause: { kind: "round", id: String(this.#round) }, atMs, postings: moved });
  }
}

/** Pixels, and units of AI jobs, as events tell both of them. */
function unitsOf({ pixelsAt }: WorkerSums): number {
  return pixelsAt.reduce((total, pixels) => total + pixels, 0);
}

function unitsAt(workers: readonly WorkerSums[], place: number): number {
  return workers.reduce((total, { pixelsAt }) => total + (pixelsAt[place] ?? 0), 0);
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
