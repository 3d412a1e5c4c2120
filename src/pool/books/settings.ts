/** How a pool's books are kept, stored with them, so that they can be derived again. */
import { checkList, checkNumber, checkObject, checkWhole, refuse } from "../../core/checks.js";
import { InputError } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import { utcText } from "../../core/utc.js";
import type { Weights } from "./attribution/by-weights.js";
import type { SchemeSettingValues } from "./attribution/entry.js";
import {
  SCHEME_DEFAULTS,
  SCHEMES,
  type SchemeName,
  schemeEntryOf,
} from "./attribution/registry.js";
import { type AttributionScheme, checkCommission } from "./attribution/scheme.js";
import { type CommissionRate, CommissionSchedule, formatRates, parseRates } from "./commission.js";
import type { PoolStore } from "./store/store.js";

/** What the schemes that split tickets need to know beyond their name. */
export interface SchemeSettings {
  /** Coefficients of duration (s), pixels and renditions. @default 1, 1/1000000, 1 */
  readonly weights: Weights;
  /** Rounds that the sliding window reaches over, the one that closes included. @default 10 */
  readonly windowRounds: number;
  /** Renditions of a job whose event does not say: no open-pool event does. @default 1 */
  readonly renditions: bigint;
}

/**
 * Request IDs are short and come again: a claim is a job's only where both happened in the same
 * region, and not too long before or after it.
 */
export interface ClaimBounds {
  /** How long before or after the job, ms. */
  readonly windowMs: number;
  /** Among events before this one, of books of an earlier poolsim, the ID alone counted. */
  readonly boundFrom: number;
}

/** How a pool's books are kept. */
export interface PoolSettings extends SchemeSettings {
  /** What the operator keeps. */
  readonly commission: CommissionSchedule;
  /** Name of the attribution scheme. @default "per-job" */
  readonly schemeName: SchemeName;
  /** The attribution scheme, made with its settings. */
  readonly scheme: AttributionScheme;
  /** The settings of all schemes by name; whichever is in use takes its own. */
  readonly schemeSettings: SchemeSettingValues;
  /** The delegators' part of everything attributed, 0 … 1. @default 0 */
  readonly feeShare: Rational;
  /** Which claims can be of an AI job. */
  readonly claims: ClaimBounds;
}

/** Settled by the first event or closed round, as the store calls them. */
const DEFAULTS: Readonly<Record<string, string>> = {
  scheme: "per-job",
  feeShare: "0/1",
  ...SCHEME_DEFAULTS,
  renditions: "1",
  claimWindowMs: "3600000",
};

/** Ten years, in ms. */
const CLAIM_WINDOW_MS_MAX = 315_360_000_000;

const SETTLED: readonly string[] = Object.keys(DEFAULTS);

/** Since which event claims are bound: set where books of an earlier poolsim are opened. */
const CLAIMS_BOUND_FROM = "claimsBoundFrom";

/** All settings that the books follow from, as the store calls them. */
export const SETTING_KEYS: readonly string[] = [
  "commission",
  ...SETTLED.filter((key) => key !== "claimWindowMs"),
];

/** With what is only there where it is not as in new books. */
export const ALL_SETTING_KEYS: readonly string[] = [
  ...SETTING_KEYS,
  "claimWindowMs",
  CLAIMS_BOUND_FROM,
];

/** What a key of the store says, or the default. */
function settled(store: PoolStore, key: string): string {
  return store.setting(key) ?? DEFAULTS[key] ?? "";
}

/** A setting of a scheme as its schema takes it: exact numbers as text, the others as numbers. */
function settingValue(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** What is said of weights and the window, by the names of settings. */
export function settingValues({
  weights = {},
  windowRounds,
}: {
  readonly weights?: Partial<Weights> | undefined;
  readonly windowRounds?: number | undefined;
}): SchemeSettingValues {
  const said = {
    weightDuration: weights.duration?.toString(),
    weightPixels: weights.pixels?.toString(),
    weightRenditions: weights.renditions?.toString(),
    windowRounds,
  };
  return Object.fromEntries(
    Object.entries(said).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** Weights and the window, of all settings of schemes by name. */
export function weighing(
  settings: SchemeSettingValues,
): Pick<SchemeSettings, "weights" | "windowRounds"> {
  const exactly = (key: string) => Rational.parse(String(settings[key]));
  return {
    weights: {
      duration: exactly("weightDuration"),
      pixels: exactly("weightPixels"),
      renditions: exactly("weightRenditions"),
    },
    windowRounds: Number(settings["windowRounds"]),
  };
}

/**
 * Reads how the books are kept.
 *
 * @throws InputError (`COMMISSION_NONE`) for books that were never set up
 */
export function readSettings(store: PoolStore): PoolSettings {
  const rates = store.setting("commission");
  if (rates === null) {
    throw new InputError(
      "no commission is set in these books: the first import says it, e.g. --commission 0.25",
      { code: "COMMISSION_NONE" },
    );
  }
  const value = (key: string) => settled(store, key);
  const schemeSettings = Object.fromEntries(
    Object.keys(SCHEME_DEFAULTS).map((key) => [key, settingValue(value(key))]),
  );
  const { name, create } = schemeEntryOf(value("scheme"));
  return {
    ...weighing(schemeSettings),
    renditions: BigInt(value("renditions")),
    commission: new CommissionSchedule(parseRates(rates)),
    schemeName: name,
    scheme: create(schemeSettings),
    schemeSettings,
    feeShare: Rational.parse(value("feeShare")),
    claims: {
      windowMs: Number(value("claimWindowMs")),
      boundFrom: Number(store.setting(CLAIMS_BOUND_FROM) ?? 0),
    },
  };
}

/**
 * The operator's part when a round closes: tickets come in for everything at once, so it is the
 * rate for everything; rates of one node type or region count per job only.
 *
 * @throws InputError (`COMMISSION_NONE`) if none is valid then
 */
export function roundCommission({ commission }: PoolSettings, atMs: number): Rational {
  try {
    return commission.rateOf({ nodeType: "", region: "", atMs });
  } catch (cause) {
    throw noGeneralRate(`at ${utcText(atMs)}`, cause);
  }
}

/** What may be set. What is left out stays as it is. */
export interface SettingsChange {
  /** New commissions, beside those that there are. */
  readonly commission?: readonly CommissionRate[] | undefined;
  /** The attribution scheme. */
  readonly scheme?: SchemeName | undefined;
  /** The delegators' part of everything attributed, 0 … 1. */
  readonly feeShare?: Rational | undefined;
  /** How work is weighed, by schemes that weigh it. */
  readonly weights?: Partial<Weights> | undefined;
  /** Renditions of a job whose event does not say how many, 0 … 1000000. */
  readonly renditions?: bigint | undefined;
  /** Rounds of the sliding window, 1 … 1000. */
  readonly windowRounds?: number | undefined;
  /** Settings of schemes by name, as the registry describes them. */
  readonly schemeSettings?: SchemeSettingValues | undefined;
  /** How long before or after an AI job its worker's claim may be, ms. @default 3600000 */
  readonly claimWindowMs?: number | undefined;
}

/**
 * Sets how the books are kept, all or nothing. Everything but rates to come is settled by the
 * first event or closed round: from then on it can only be set to what it is.
 *
 * @throws InputError: `SETTINGS_PAST` for a change after the first event, see also {@link addRates};
 *   `COMMISSION`, `WEIGHTS`, `WINDOW`, `RENDITIONS` for values out of range; `COMMISSION_NONE` for
 *   a scheme that splits tickets and no rate for everything; `OPTION_INVALID` for numbers that nobody
 *   can mean, and for what has another type
 */
export function changeSettings(store: PoolStore, change: SettingsChange): void {
  checkObject({ change });
  const { commission, feeShare, renditions } = change;
  if (commission !== undefined) checkList({ commission });
  // Callers without types may give a number.
  if (feeShare !== undefined && !(feeShare instanceof Rational)) {
    refuse("feeShare: expected a Rational");
  }
  const asked: Readonly<Record<string, string | number | undefined>> = {
    ...change.schemeSettings,
    ...settingValues(change),
    scheme: change.scheme,
    feeShare: feeShare?.toString(),
    renditions: renditions?.toString(),
    claimWindowMs: change.claimWindowMs?.toString(),
  };
  checkWindow(change);
  checkNumber({ claimWindowMs: change.claimWindowMs }, [0, CLAIM_WINDOW_MS_MAX]);
  if (feeShare !== undefined) checkCommission(feeShare);
  if (renditions !== undefined) checkRenditions(renditions);
  store.transaction(() => {
    const isSettled = store.events.count() > 0 || store.rounds.last() !== null;
    for (const key of SETTLED) {
      if (asked[key] === undefined) continue;
      const value = String(asked[key]);
      const current = settled(store, key);
      if (current !== value && isSettled) {
        throw new InputError(
          `${key} of these books is ${plain(current)}, from their first event on, and can't become ${plain(value)}`,
          { code: "SETTINGS_PAST" },
        );
      }
      store.setSetting(key, value);
    }
    if (commission !== undefined && commission.length > 0) addRates(store, commission);
    if (store.setting("commission") !== null) check(readSettings(store));
  });
}

/**
 * Adds rates to the schedule; one that begins when another one of the same place does replaces
 * it. Nothing that was posted changes: a rate may begin only after every event in the books and
 * every closed round, or as the first one for everything, for events that had none and wait.
 *
 * @throws InputError (`COMMISSION_PAST`) otherwise; (`COMMISSION`) for a rate outside 0 … 1, or
 *   two for the same place and time
 */
export function addRates(store: PoolStore, rates: readonly CommissionRate[]): void {
  // Before anything is compared as text, in which what is no number is another one.
  new CommissionSchedule(rates);
  store.transaction(() => {
    const known = store.setting("commission");
    const all = known === null ? [] : parseRates(known);
    const fresh = rates.filter(
      (rate) => !all.some((other) => formatRates([other]) === formatRates([rate])),
    );
    for (const [index, rate] of fresh.entries()) {
      if (!fresh.slice(0, index).some((other) => isSamePlaceAndTime(rate, other))) continue;
      throw new InputError("there are two commissions for the same place and time", {
        code: "COMMISSION",
      });
    }
    for (const rate of fresh) if (!isFilling(rate, all)) assertAhead(store, rate.fromMs);
    const kept = all.filter((rate) => !fresh.some((other) => isSamePlaceAndTime(rate, other)));
    const schedule = new CommissionSchedule([...kept, ...fresh]);
    store.setSetting("commission", formatRates(schedule.rates));
  });
}

/**
 * All that {@link readSettings} reads, as one text: whoever goes on for long reads them again when
 * it is another one. A number that counts changes would come again after a change undone.
 */
export function settingsText(store: PoolStore): string {
  return JSON.stringify(ALL_SETTING_KEYS.map((key) => store.setting(key)));
}

/** Sets the scheme, see {@link changeSettings}. */
export function setScheme(store: PoolStore, scheme: SchemeName): void {
  changeSettings(store, { scheme });
}

/** No job has more, and sums of weights stay numbers that people can read. */
const RENDITIONS_MAX = 1_000_000n;

/** @throws InputError (`RENDITIONS`) for a number outside 0 … 1000000 */
export function checkRenditions(renditions: bigint): void {
  if (renditions >= 0n && renditions <= RENDITIONS_MAX) return;
  throw new InputError("a job has 0 to 1000000 renditions", { code: "RENDITIONS" });
}

/** @throws InputError (`OPTION_INVALID`) for a window that does not have 1 … 1000 rounds */
export function checkWindow({
  windowRounds,
}: {
  readonly windowRounds?: number | undefined;
}): void {
  checkWhole({ windowRounds }, [1, 1_000]);
}

function check(settings: PoolSettings): void {
  // Each makes its own complaints, whichever is in use.
  for (const { create } of SCHEMES) create(settings.schemeSettings);
  const hasGeneral = settings.commission.rates.some(
    ({ nodeType, region }) => nodeType === null && region === null,
  );
  if (settings.scheme.basis === "income" && !hasGeneral) {
    throw noGeneralRate(`in books kept ${settings.schemeName}`);
  }
}

function noGeneralRate(where: string, cause?: unknown): InputError {
  return new InputError(
    `no commission for everything is set ${where}: tickets are of no node type or region; set one, e.g. --commission 0.25`,
    { code: "COMMISSION_NONE", cause },
  );
}

/** A whole number without its denominator. */
function plain(value: string): string {
  return value.replace(/\/1$/, "");
}

function isSamePlaceAndTime(a: CommissionRate, b: CommissionRate): boolean {
  return a.fromMs === b.fromMs && a.nodeType === b.nodeType && a.region === b.region;
}

/** It counts only where none did. */
function isFilling(rate: CommissionRate, all: readonly CommissionRate[]): boolean {
  const isGeneral = ({ nodeType, region }: CommissionRate) => nodeType === null && region === null;
  return isGeneral(rate) && !all.some((other) => isGeneral(other) && other.fromMs <= rate.fromMs);
}

function assertAhead(store: PoolStore, fromMs: number): void {
  const refuse = (what: string) => {
    const begins = fromMs === 0 ? "without a date" : `at ${utcText(fromMs)}`;
    throw new InputError(`a commission can't begin ${begins}: ${what}`, {
      code: "COMMISSION_PAST",
    });
  };
  const lastMs = store.events.lastMs();
  if (lastMs !== null && fromMs <= lastMs) {
    refuse(`there are events until ${utcText(lastMs)}; say a later one, e.g. 0.25@<time>`);
  }
  const closed = store.rounds.last();
  if (closed !== null && fromMs <= closed.closedAtMs) {
    refuse(`round ${closed.round} was closed at ${utcText(closed.closedAtMs)}`);
  }
}
