/** How the books stand, asked for by many and looked up once in a while. */
import { InputError } from "../../core/errors.js";
import type { WorkerRow } from "../books/store/store.js";
import { type PoolTotals, totalsOf } from "./answers.js";
import type { ApiBooks, ApiSettings } from "./books.js";

export interface StandingOptions {
  readonly books: ApiBooks;
  readonly settings: () => ApiSettings;
  /** Of totals and workers, ms. */
  readonly ageMaxMs: number;
  /** Unix ms. */
  readonly now: () => number;
}

const SETTINGS_AGE_MAX_MS = 1_000;

/** Settings, workers and totals, each kept for a moment. */
export class Standing {
  readonly #options: StandingOptions;
  #settings: { readonly value: ApiSettings; readonly atMs: number };
  #workers: { readonly value: readonly WorkerRow[]; readonly atMs: number } | null = null;
  #totals: { readonly value: PoolTotals; readonly atMs: number } | null = null;

  /** @throws what `settings` throws */
  constructor(options: StandingOptions) {
    this.#options = options;
    this.#settings = { value: options.settings(), atMs: options.now() };
  }

  settings(): ApiSettings {
    const atMs = this.#options.now();
    if (Math.abs(atMs - this.#settings.atMs) >= SETTINGS_AGE_MAX_MS) {
      this.#settings = { value: this.#options.settings(), atMs };
    }
    return this.#settings.value;
  }

  /** All of them: every page is a part of the same list. */
  workers(): readonly WorkerRow[] {
    const { books, ageMaxMs, now } = this.#options;
    const atMs = now();
    if (this.#workers === null || Math.abs(atMs - this.#workers.atMs) >= ageMaxMs) {
      this.#workers = { value: books.workers.list(), atMs };
    }
    return this.#workers.value;
  }

  /** Adding up takes a look at all accounts. */
  totals(): PoolTotals {
    const { books, ageMaxMs, now } = this.#options;
    const atMs = now();
    if (this.#totals === null || Math.abs(atMs - this.#totals.atMs) >= ageMaxMs) {
      this.#totals = { value: totalsOf(books, this.workers()), atMs };
    }
    return this.#totals.value;
  }

  /** What the operator keeps of transcoding now, if that is said at all. */
  commissionRate(region: string): string | null {
    try {
      const query = { nodeType: "transcode", region, atMs: this.#options.now() };
      return this.settings().commission.rateOf(query).toString();
    } catch (error) {
      if (error instanceof InputError) return null;
      throw error;
    }
  }
}
