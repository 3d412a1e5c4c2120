/**
 * How the same events pay under each scheme, side by side. Jobs are read by time, a page at a
 * time: only the open round's sums and the window's are in memory.
 */
import { checkNumber } from "../../core/checks.js";
import type { Rational } from "../../core/rational.js";
import type { Weights } from "./attribution/by-weights.js";
import type { SchemeSettingValues } from "./attribution/entry.js";
import { SCHEME_NAMES, SCHEMES, type SchemeName } from "./attribution/registry.js";
import { type AttributionScheme, checkCommission, commissionOf } from "./attribution/scheme.js";
import { pendingOf } from "./close-round.js";
import { RoundCore } from "./rounds.js";
import {
  checkRenditions,
  checkWindow,
  type PoolSettings,
  readSettings,
  roundCommission,
  type SchemeSettings,
  settingValues,
  weighing,
} from "./settings.js";
import type { JobRow, PoolStore } from "./store/store.js";

/** How schemes are compared. */
export interface CompareOptions {
  /** Ms of a round, above 0. @default 69120000 (5,760 blocks of 12 s) */
  readonly roundMs?: number | undefined;
  /**
   * Kept by the operator under every scheme, 0 … 1. @default what the books say: per job the rate
   * of its node type, region and time, at the end of a round the rate for everything
   */
  readonly commission?: Rational | undefined;
  /** Weights instead of the books' own. */
  readonly weights?: Partial<Weights> | undefined;
  /** Renditions of a job whose event does not say, instead of the books' own number. */
  readonly renditions?: bigint | undefined;
  /** Rounds of the window, 1 … 1000, instead of the books' own. */
  readonly windowRounds?: number | undefined;
  /** Settings of schemes by name, as the registry describes them, instead of the books' own. */
  readonly schemeSettings?: SchemeSettingValues | undefined;
}

/** What one worker gets under each scheme. */
export interface ComparedWorker {
  /** The worker's address. */
  readonly address: string;
  /** What it gets under each scheme, in wei. */
  readonly wei: Readonly<Record<SchemeName, bigint>>;
}

/** How the same events pay under each scheme. */
export interface SchemeComparison extends SchemeSettings {
  /** How many rounds were split. */
  readonly rounds: number;
  /** Tickets won: what schemes by round split. */
  readonly incomeWei: bigint;
  /** Fees of jobs whose worker is known: what is split per job. */
  readonly feesWei: bigint;
  /** Jobs whose worker is known. */
  readonly jobs: number;
  /** Of those, the ones whose event does not say how many renditions: `renditions` counts. */
  readonly jobsWithoutRenditions: number;
  /** What the operator keeps under each scheme, in wei. */
  readonly commissionWei: Readonly<Record<SchemeName, bigint>>;
  /** Won when nobody had worked: it waits for somebody who does. */
  readonly unattributedWei: Readonly<Record<SchemeName, bigint>>;
  /** What each worker gets, by address. */
  readonly workers: readonly ComparedWorker[];
}

const PAGE = 5_000;
const ROUND_MS = 5_760 * 12_000;

/**
 * Runs all jobs and wins, in order of time, through all schemes with rounds of equal length.
 *
 * @throws InputError (`COMMISSION_NONE`) if no rate for everything is set, nor asked for;
 *   (`COMMISSION`, `RENDITIONS`, `WEIGHTS`, `OPTION_INVALID`) for what is out of range
 */
export function compareSchemes(store: PoolStore, options: CompareOptions = {}): SchemeComparison {
  const { roundMs = ROUND_MS, commission, renditions } = options;
  checkWindow(options);
  checkNumber({ roundMs }, [1, Number.MAX_SAFE_INTEGER]);
  if (commission !== undefined) checkCommission(commission);
  if (renditions !== undefined) checkRenditions(renditions);
  const books = readSettings(store);
  const schemeSettings = {
    ...books.schemeSettings,
    ...settingValues(options),
    ...options.schemeSettings,
  };
  const settings: PoolSettings = {
    ...books,
    ...weighing(schemeSettings),
    renditions: renditions ?? books.renditions,
    schemeSettings,
  };
  const comparison = new Comparison(settings, commission);
  const wins = store.tickets
    .list()
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
  for (let page = store.reports.jobsAfter(null, PAGE); ; ) {
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    page = store.reports.jobsAfter(last, PAGE);
  }
}

/** The sums so far, and the open round under each scheme that splits tickets. */
class Comparison {
  readonly #settings: PoolSettings;
  readonly #commission: Rational | undefined;
  readonly #schemes: readonly {
    readonly name: SchemeName;
    readonly scheme: AttributionScheme;
    readonly rounds: RoundCore;
  }[];
  /** Rounds that the widest window reaches over. */
  readonly #reach: number;
  readonly #paid = new Map<string, Record<SchemeName, bigint>>();
  readonly #kept = zeros();
  readonly #unattributed = zeros();
  #round: number | null = null;
  #rounds = 0;
  #incomeWei = 0n;
  #feesWei = 0n;
  /** Counts jobs whose worker is known. */
  #jobs = 0;
  #jobsWithoutRenditions = 0;

  constructor(settings: PoolSettings, commission: Rational | undefined) {
    this.#settings = settings;
    this.#commission = commission;
    this.#schemes = SCHEMES.map(({ name, create }) => {
      const scheme = create(settings.schemeSettings);
      return { name, scheme, rounds: new RoundCore(scheme) };
    });
    this.#reach = Math.max(...this.#schemes.map(({ scheme }) => scheme.windowRounds ?? 1));
  }

  /** Closes the rounds before, those in which nothing happened too: the window slides over them. */
  enterRound(round: number, roundMs: number): void {
    const first = this.#round ?? round;
    // What is further away than the window is wide has left it.
    const last = Math.min(round, first + this.#reach + 1);
    for (let open = first; open < last; open++) this.#close(open, roundMs);
    this.#rounds += round - first;
    this.#round = round;
  }

  won(faceValueWei: bigint): void {
    this.#incomeWei += faceValueWei;
    for (const { rounds } of this.#schemes) rounds.won(faceValueWei);
  }

  worked({ address, job, region, atMs, feesWei, durationMs, computeUnits, renditions }: JobRow) {
    if (address === null) return;
    this.#jobs++;
    this.#feesWei += feesWei;
    if (renditions === null) this.#jobsWithoutRenditions++;
    const rate =
      this.#commission ?? this.#settings.commission.rateOf({ nodeType: job, region, atMs });
    const keptWei = commissionOf(feesWei, rate);
    const work = {
      place: this.#jobs,
      // As in the books: what is left of a split goes by place.
      worker: `${address}:${job}:${region}`,
      feesWei,
      durationMs,
      pixels: job === "transcode" ? computeUnits : 0n,
      renditions: renditions ?? this.#settings.renditions,
    };
    for (const { name, scheme, rounds } of this.#schemes) {
      if (scheme.basis === "income") {
        rounds.work(work);
        continue;
      }
      // Of fees, nothing waits for a round: each job pays at its own rate.
      this.#kept[name] += keptWei;
      this.#pay(name, address, feesWei - keptWei);
    }
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
    const endMs = (round + 1) * roundMs;
    for (const { name, rounds } of this.#schemes) {
      const { attribution } = rounds.close({
        end: this.#jobs,
        commission: () => this.#commission ?? roundCommission(this.#settings, endMs),
        pendingOf,
      });
      this.#unattributed[name] = rounds.waitingWei;
      this.#kept[name] += attribution.commissionWei;
      for (const { worker, wei } of attribution.shares) {
        const [address = ""] = worker.split(":");
        this.#pay(name, address, wei);
      }
    }
  }

  #pay(name: SchemeName, worker: string, wei: bigint): void {
    const row = this.#paid.get(worker) ?? zeros();
    row[name] += wei;
    this.#paid.set(worker, row);
  }
}

function zeros(): Record<SchemeName, bigint> {
  return Object.fromEntries(SCHEME_NAMES.map((name) => [name, 0n])) as Record<SchemeName, bigint>;
}
