/**
 * What the operator keeps: a share by node type and region, each rate valid from an instant on,
 * so that an event that arrives late is treated like its neighbours in time.
 */
import { InputError } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import { checkCommission } from "./attribution/scheme.js";

/** One commission, with what it applies to and from when on. */
export interface CommissionRate {
  /** Of the fees, 0 … 1. */
  readonly rate: Rational;
  /** When it begins to be valid, ms since 1970. @default 0 */
  readonly fromMs: number;
  /** `transcode` or `ai`; null: both. */
  readonly nodeType: string | null;
  /** The region that it is for; null: all. */
  readonly region: string | null;
}

/** Which work a commission is asked for. */
export interface CommissionQuery {
  /** The type of node that did the work. */
  readonly nodeType: string;
  /** The region that the work was done in. */
  readonly region: string;
  /** When the work was done, ms since 1970. */
  readonly atMs: number;
}

/** The last instant that a date can have, ms since 1970. */
const DATE_MS_MAX = 8.64e15;

/** The most specific rate wins (node type and region, node type, region, all), then the latest. */
export class CommissionSchedule {
  /** All rates, in the order in which they were given. */
  readonly rates: readonly CommissionRate[];
  /** By node type, then region: those that apply there, the one to be asked first in front. */
  readonly #byPlace = new Map<string, Map<string, readonly CommissionRate[]>>();

  /** @throws InputError (`COMMISSION`) for a rate outside 0 … 1, or one that begins at no instant */
  constructor(rates: readonly CommissionRate[]) {
    for (const { rate, fromMs } of rates) {
      checkCommission(rate);
      checkBeginning(fromMs);
    }
    this.rates = rates;
  }

  /**
   * The operator's part of a fee, 0 … 1, for a node type and a region at a time.
   *
   * @throws InputError (`COMMISSION_NONE`) if no rate is valid then and there
   */
  rateOf({ nodeType, region, atMs }: CommissionQuery): Rational {
    for (const { fromMs, rate } of this.#ratesAt(nodeType, region)) {
      if (fromMs <= atMs) return rate;
    }
    throw new InputError(`no commission is set for ${nodeType}:${region} at ${atMs} ms`, {
      code: "COMMISSION_NONE",
    });
  }

  #ratesAt(nodeType: string, region: string): readonly CommissionRate[] {
    const known = this.#byPlace.get(nodeType)?.get(region);
    if (known !== undefined) return known;
    const rates = this.rates
      .filter(
        (rate) => (rate.nodeType ?? nodeType) === nodeType && (rate.region ?? region) === region,
      )
      .toSorted((a, b) => specificity(b) - specificity(a) || b.fromMs - a.fromMs);
    const regions = this.#byPlace.get(nodeType) ?? new Map<string, readonly CommissionRate[]>();
    this.#byPlace.set(nodeType, regions.set(region, rates));
    return rates;
  }
}

/** As text, what is no number would be 0: the rate would count from the beginning. */
function checkBeginning(fromMs: number): void {
  if (fromMs >= 0 && fromMs <= DATE_MS_MAX) return;
  throw new InputError(`a commission begins at ${fromMs}, expected ms since 1970`, {
    code: "COMMISSION",
  });
}

function specificity({ nodeType, region }: CommissionRate): number {
  return (nodeType === null ? 0 : 2) + (region === null ? 0 : 1);
}

/** As text that {@link parseRates} reads. */
export function formatRates(rates: readonly CommissionRate[]): string {
  return JSON.stringify(
    rates.map(({ rate, fromMs, nodeType, region }) => [rate.toString(), fromMs, nodeType, region]),
  );
}

/** @throws InputError (`COMMISSION`) */
export function parseRates(text: string): CommissionRate[] {
  const rows: unknown = JSON.parse(text);
  if (!Array.isArray(rows)) throw new InputError("rates are a list", { code: "COMMISSION" });
  return rows.map((row: unknown) => {
    const [rate, fromMs, nodeType, region]: unknown[] = Array.isArray(row) ? row : [];
    return {
      rate: Rational.parse(String(rate)),
      fromMs: Number(fromMs),
      nodeType: typeof nodeType === "string" ? nodeType : null,
      region: typeof region === "string" ? region : null,
    };
  });
}
