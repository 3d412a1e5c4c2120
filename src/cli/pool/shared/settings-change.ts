/** What the options of `settings-options.ts` ask for. */
import type { SchemeSettingValues } from "../../../pool/books/attribution/entry.js";
import { SCHEME_DEFAULTS } from "../../../pool/books/attribution/registry.js";
import type { PoolLimits } from "../../../pool/books/limits.js";
import type { SettingsChange } from "../../../pool/books/settings.js";
import type { LimitFlags, SettingsFlags, WeightFlags } from "./settings-options.js";

/** The limits that were given; null: none. */
export function limitsOf(flags: LimitFlags): Partial<PoolLimits> | null {
  const { jobCap, ticketCap, keyDayCap, jobPixelsCap } = flags;
  const limits = {
    ...(jobCap === undefined ? {} : { jobCapWei: jobCap }),
    ...(ticketCap === undefined ? {} : { ticketCapWei: ticketCap }),
    ...(keyDayCap === undefined ? {} : { keyDayCapWei: keyDayCap }),
    ...(jobPixelsCap === undefined ? {} : { jobPixelsCap: BigInt(jobPixelsCap) }),
  };
  return Object.keys(limits).length === 0 ? null : limits;
}

/** The settings of schemes that were given, by name. */
export function schemeSettingsOf(flags: WeightFlags): SchemeSettingValues {
  const said: Readonly<Record<string, unknown>> = { ...flags };
  return Object.fromEntries(
    Object.keys(SCHEME_DEFAULTS).flatMap((key) => {
      const value = said[key];
      return typeof value === "string" || typeof value === "number" ? [[key, value]] : [];
    }),
  );
}

/** What the options ask for; null: nothing. */
export function settingsChange(flags: SettingsFlags): SettingsChange | null {
  const { commission, scheme, feeShare, renditions, claimWindow } = flags;
  const schemeSettings = schemeSettingsOf(flags);
  const isNothing =
    commission.length === 0 &&
    Object.keys(schemeSettings).length === 0 &&
    [scheme, feeShare, renditions, claimWindow].every((value) => value === undefined);
  return isNothing
    ? null
    : {
        commission,
        scheme,
        feeShare,
        schemeSettings,
        renditions: renditions === undefined ? undefined : BigInt(renditions),
        claimWindowMs: claimWindow,
      };
}
