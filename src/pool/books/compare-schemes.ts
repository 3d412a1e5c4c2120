/**
 * How the same events pay under each scheme, side by side. Jobs are read by time, a page at a
 * time: only the open round's sums and the window's are in memory.
 */
import { Rational } from "../../core/rational.js";
import type { Weights } from "./attribution/by-weights.js";
import { type Attribution, commissionOf } from "./attribution/scheme.js";
import { RoundBook } from "./rounds.js";
import {
  type PoolSettings,
  readSettings,
  roundCommission,
  SCHEME_NAMES,
  type SchemeName,
  type SchemeSettings,
  schemeOf,
} from "./settings.js";
import type { JobRow, PoolStore } from "./store/store.js";

export interface CompareOptions {
  /** Ms of a round, above 0. @default 69120000 (5,760 blocks of 12 s) */
  readonly roundMs?: number | undefined;
  /**
   * Kept by the operator under every scheme, 0 … 1. @default what the books say: per job the rate
   * of its node type, region and time, at the end of a round the rate for everything
   */
  readonly commission?: Rational | undefined;
  /** Instead of the books' own. */
  readonly weights?: Partial<Weights> | undefined;
  /** Instead of the books' own. */
  readonly renditions?: bigint | undefined;
  /** Instead of the books' own. */
  readonly windowRounds?: number | undefined;
}

export interface ComparedWorker {
  readonly address: string;
  readonly wei: Readonly<Record<SchemeName, bigint>>;
}

export interface SchemeComparison extends SchemeSettings {
  readonly rounds: number;
  /** Tickets won: what schemes by round split. */
  readonly incomeWei: bigint;
  /** Fees of jobs whose worker is known: what is split per job. */
  readonly feesWei: bigint;
  /** Jobs whose worker is known. */
  readonly jobs: number;
  /** Of those, the ones whose event does not say how many renditions: `renditions` counts. */
  readonly jobsWithoutRenditions: number;
  readonly commissionWei: Readonly<Record<SchemeName, bigint>>;
  /** Won when nobody had worked: it waits for somebody who does. */
  readonly unattributedWei: Readonly<Record<SchemeName, bigint>>;
  /** By address. */
  readonly workers: readonly ComparedWorker[];
}

const PAGE = 5_000;
const ROUND_MS = 5_760 * 12_000;

/**
 * Runs all jobs and wins, in order of time, through all schemes with rounds of equal length.
 *
 * @throws InputError (`COMMISSION_NONE`) if no rate for everything is set, nor asked for;
 *   (`WEIGHTS`, `WINDOW`)
 */
export function compareSchemes(store: PoolStore, options: CompareOptions = {}): SchemeComparison {
  const { roundMs = ROUND_MS, commission } = options;
  const books = readSettings(store);
  const settings: PoolSettings = {
    ...books,
    weights: { ...books.weights, ...options.weights },
    renditions: options.renditions ?? books.renditions,
    windowRounds: options.windowRounds ?? books.windowRounds,
  };
  const comparison = new Comparison(settings, commission);
  const wins = store
    .tickets()
    .filter(({ state }) => state !== "failed")
    .map(({ wonAtMs, faceValueWei }) => ({ atMs: wonAtMs, faceValueWei }))
    .sort((a, b) => a.atMs - b.atMs);
  let won = 0;
  const winsUntil = (atMs: number) => {
    for (let win = wins[won]; win !== undefined && win.atMs <= atMs; win = wins[++won]) {
      comparison.enterRound(Math.floor(win.atMs / roundMs), roundMs);
      comparison.won(win.faceValueWei);
    }
  };
  for (const job of jobsByTime(store)) {
    winsUntil(job.atMs);
    comparison.enterRound(Math.floor(job.atMs / roundMs), roundMs);
    comparison.worked(job);
  }
  winsUntil(Number.POSITIVE_INFINITY);
  return comparison.end(roundMs);
}

function* jobsByTime(store: PoolStore): Generator<JobRow> {
  for (let page = store.jobsAfter(null, PAGE); ; ) {
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    page = store.jobsAfter(last, PAGE);
  }
}

/** The sums so far, and the open round under each scheme that splits tickets. */
class Comparison {
  readonly #settings: PoolSettings;
  readonly #commission: Rational | undefined;
  readonly #books: readonly { readonly name: SchemeName; readonly book: RoundBook }[];
  readonly #paid = new Map<string, Record<SchemeName, bigint>>();
  readonly #kept = zeros();
  readonly #unattributed = zeros();
  #round: number | null = null;
  #rounds = 0;
  #incomeWei = 0n;
  #feesWei = 0n;
  #jobs = 0;
  #jobsWithoutRenditions = 0;

  constructor(settings: PoolSettings, commission: Rational | undefined) {
    this.#settings = settings;
    this.#commission = commission;
    this.#books = SCHEME_NAMES.flatMap((name) => {
      const scheme = schemeOf(name, settings);
      // Per job, nothing waits for a round.
      return scheme.basis === "fees" ? [] : [{ name, book: new RoundBook({ scheme }) }];
    });
  }

  /** Closes the rounds before, those in which nothing happened too: the window slides over them. */
  enterRound(round: number, roundMs: number): void {
    const first = this.#round ?? round;
    // What is further away than the window is wide has left it.
    const last = Math.min(round, first + this.#settings.windowRounds + 1);
    for (let open = first; open < last; open++) this.#close(open, roundMs);
    this.#rounds += round - first;
    this.#round = round;
  }

  won(faceValueWei: bigint): void {
    this.#incomeWei += faceValueWei;
    for (const { book } of this.#books) book.ticketWon(faceValueWei);
  }

  worked({ address, job, region, atMs, feesWei, durationMs, computeUnits, renditions }: JobRow) {
    if (address === null) return;
    this.#jobs++;
    this.#feesWei += feesWei;
    if (renditions === null) this.#jobsWithoutRenditions++;
    const rate =
      this.#commission ?? this.#settings.commission.rateOf({ nodeType: job, region, atMs });
    const keptWei = commissionOf(feesWei, rate);
    this.#kept["per-job"] += keptWei;
    this.#pay("per-job", address, feesWei - keptWei);
    const work = {
      // As in the books: what is left of a split goes by place.
      worker: `${address}:${job}:${region}`,
      feesWei,
      durationMs,
      pixels: job === "transcode" ? computeUnits : 0n,
      renditions: renditions ?? this.#settings.renditions,
    };
    for (const { book } of this.#books) book.record(work);
  }

  end(roundMs: number): SchemeComparison {
    if (this.#round !== null) {
      this.#close(this.#round, roundMs);
      this.#rounds++;
    }
    const { weights, windowRounds, renditions } = this.#settings;
    const workers = [...this.#paid].map(([address, wei]) => ({ address, wei }));
    workers.sort((a, b) => (a.address < b.address ? -1 : 1));
    return {
      rounds: this.#rounds,
      incomeWei: this.#incomeWei,
      feesWei: this.#feesWei,
      jobs: this.#jobs,
      jobsWithoutRenditions: this.#jobsWithoutRenditions,
      commissionWei: this.#kept,
      unattributedWei: this.#unattributed,
      workers,
      weights,
      windowRounds,
      renditions,
    };
  }

  #close(round: number, roundMs: number): void {
    const commission = this.#commission ?? this.#cutAt((round + 1) * roundMs);
    for (const { name, book } of this.#books) {
      const attribution = book.close(round, commission);
      this.#unattributed[name] = attribution?.unattributedWei ?? 0n;
      // Nobody worked: as in the books, the income waits for somebody who did.
      if (attribution !== null) book.ticketWon(attribution.unattributedWei);
      this.#settle(name, attribution);
    }
  }

  /** As long as nothing was won there is nothing to cut. */
  #cutAt(atMs: number): Rational {
    return this.#incomeWei === 0n ? Rational.ZERO : roundCommission(this.#settings, atMs);
  }

  #settle(name: SchemeName, attribution: Attribution | null): void {
    if (attribution === null) return;
    this.#kept[name] += attribution.commissionWei;
    for (const { worker, wei } of attribution.shares) {
      const [address = ""] = worker.split(":");
      this.#pay(name, address, wei);
    }
  }

  #pay(name: SchemeName, worker: string, wei: bigint): void {
    const row = this.#paid.get(worker) ?? zeros();
    row[name] += wei;
    this.#paid.set(worker, row);
  }
}

function zeros(): Record<SchemeName, bigint> {
  return { "per-job": 0n, "by-weights": 0n, "sliding-window": 0n };
}
