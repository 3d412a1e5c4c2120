/** How a pool's books are kept, stored with them, so that they can be derived again. */
import { InputError } from "../core/errors.js";
import { Rational } from "../core/rational.js";
import { byWeights } from "./attribution/by-weights.js";
import { perJob } from "./attribution/per-job.js";
import type { AttributionScheme } from "./attribution/scheme.js";
import { slidingWindow } from "./attribution/sliding-window.js";
import { type CommissionRate, CommissionSchedule, formatRates, parseRates } from "./commission.js";
import type { PoolStore } from "./store/store.js";

export const SCHEME_NAMES = ["per-job", "by-weights", "sliding-window"] as const;
export type SchemeName = (typeof SCHEME_NAMES)[number];

export interface PoolSettings {
  readonly commission: CommissionSchedule;
  readonly scheme: AttributionScheme;
  /** The delegators' part of everything attributed, 0 … 1. */
  readonly feeShare: Rational;
  /** Renditions of a job whose event does not say: no open-pool event does. */
  readonly renditions: bigint;
}

/** The scheme of a name with the proposal's weights: 1 per second, per megapixel, per rendition. */
export function schemeOf(name: SchemeName): AttributionScheme {
  const weights = {
    duration: Rational.ONE,
    pixels: Rational.of(1n, 1_000_000n),
    renditions: Rational.ONE,
  };
  switch (name) {
    case "per-job":
      return perJob;
    case "by-weights":
      return byWeights(weights);
    case "sliding-window":
      return slidingWindow({ weights, rounds: 10 });
  }
}

/** @throws InputError (`SCHEME`) */
export function schemeName(name: string): SchemeName {
  const known = SCHEME_NAMES.find((scheme) => scheme === name);
  if (known !== undefined) return known;
  throw new InputError(`scheme: expected ${SCHEME_NAMES.join(", ")}, found "${name}"`, {
    code: "SCHEME",
  });
}

/** What the store says. @throws InputError (`COMMISSION_NONE`) for books that were never set up */
export function readSettings(store: PoolStore): PoolSettings {
  const rates = store.setting("commission");
  if (rates === null) {
    throw new InputError(
      "no commission is set in these books: the first import says it, e.g. --commission 0.25",
      { code: "COMMISSION_NONE" },
    );
  }
  return {
    commission: new CommissionSchedule(parseRates(rates)),
    scheme: schemeOf(schemeName(store.setting("scheme") ?? "per-job")),
    feeShare: Rational.parse(store.setting("feeShare") ?? "0"),
    renditions: BigInt(store.setting("renditions") ?? "1"),
  };
}

/**
 * Adds rates to the schedule. Nothing that was posted changes: a rate may begin only after every
 * event in the books.
 *
 * @throws InputError (`COMMISSION_PAST`) otherwise; (`COMMISSION`) for a rate outside 0 … 1
 */
export function addRates(store: PoolStore, rates: readonly CommissionRate[]): void {
  store.transaction(() => {
    const known = store.setting("commission");
    const lastMs = store.lastEventMs();
    const all = known === null ? [] : parseRates(known);
    const fresh = rates.filter(
      (rate) => !all.some((other) => formatRates([other]) === formatRates([rate])),
    );
    const past = fresh.find(({ fromMs }) => lastMs !== null && fromMs <= lastMs);
    if (past !== undefined) {
      throw new InputError(
        `a commission can't begin at ${past.fromMs} ms: there are events until ${lastMs} ms`,
        { code: "COMMISSION_PAST" },
      );
    }
    const schedule = new CommissionSchedule([...all, ...fresh]);
    store.setSetting("commission", formatRates(schedule.rates));
  });
}

/**
 * Sets the scheme, before the first event or to what it is.
 *
 * @throws InputError (`SCHEME_PAST`)
 */
export function setScheme(store: PoolStore, name: SchemeName): void {
  const current = store.setting("scheme") ?? "per-job";
  if (current !== name && store.eventCount() > 0) {
    throw new InputError(`these books are kept ${current}, from their first event on`, {
      code: "SCHEME_PAST",
    });
  }
  store.setSetting("scheme", name);
}
