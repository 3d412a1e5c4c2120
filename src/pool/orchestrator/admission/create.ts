/** From a configuration to the policy, or the several, that it names. */
import { ComposedPolicy } from "./composed.js";
import type { AdmissionEntry, AdmissionNeed, AdmissionRegions } from "./entry.js";
import { ListPolicy } from "./list.js";
import { AdmitEveryone } from "./none.js";
import type { AdmissionPolicy } from "./policy.js";
import { ADMISSION_POLICIES } from "./registry.js";
import { type AdmissionConfig, checkedAdmission } from "./schema.js";

/** Policies that a configuration names, in the order in which they are asked, and their settings. */
function* named(config: AdmissionConfig): Generator<readonly [AdmissionEntry, unknown]> {
  const settings = new Map<string, unknown>(Object.entries(config));
  for (const entry of ADMISSION_POLICIES.all) {
    const own = settings.get(entry.name);
    if (own !== undefined) yield [entry, own];
  }
}

/**
 * Makes the policy of a configuration.
 *
 * @param given spans of time in ms; what files write goes through `parseAdmission` first
 * @param regions what the numbers of regions stand for
 * @throws InputError (`ADMISSION`) for an unknown key, or a value of another type or out of bounds;
 *   (`ADMISSION_REGION`) for a name that is no region
 */
export function createAdmission(
  given: AdmissionConfig,
  regions: AdmissionRegions = { names: [] },
): AdmissionPolicy {
  const config = checkedAdmission(given);
  const { exclude = [], include } = config;
  const policies: AdmissionPolicy[] = [];
  if (exclude.length > 0 || include !== undefined) policies.push(new ListPolicy(config));
  for (const [entry, settings] of named(config)) policies.push(entry.create(settings, regions));
  const [first] = policies;
  if (first === undefined) return new AdmitEveryone();
  return policies.length === 1 ? first : new ComposedPolicy(policies);
}

/** What the policies of a configuration need of whoever asks them. */
export function admissionNeeds(config: AdmissionConfig): ReadonlySet<AdmissionNeed> {
  return new Set([...named(config)].flatMap(([{ needs }]) => needs));
}

/** Whether the worker manager needs its option `tiers` under this configuration. */
export function usesTiers(config: AdmissionConfig): boolean {
  return admissionNeeds(config).has("tiers");
}

/** Limits by region that a configuration holds, and where: policy, setting, limits. */
export function regionLimitsIn(
  config: AdmissionConfig,
): readonly (readonly [
  policy: string,
  setting: string,
  limits: Readonly<Record<string, number>>,
])[] {
  return [...named(config)].flatMap(([{ name, limitsByRegion: key }, settings]) => {
    const limits = key === undefined ? undefined : settingOf(settings, key);
    return key === undefined || limits === undefined ? [] : [[name, key, limits] as const];
  });
}

/**
 * The same configuration without limits of some regions.
 *
 * @param isKept whether the limits of a region stay
 */
export function withRegionLimits(
  config: AdmissionConfig,
  isKept: (region: string) => boolean,
): AdmissionConfig {
  const changed = new Map<string, unknown>();
  for (const [{ name, limitsByRegion: key }, settings] of named(config)) {
    const limits = key === undefined ? undefined : settingOf(settings, key);
    if (key === undefined || limits === undefined) continue;
    const kept = Object.entries(limits).filter(([region]) => isKept(region));
    changed.set(name, { ...(settings as object), [key]: Object.fromEntries(kept) });
  }
  return { ...config, ...Object.fromEntries(changed) };
}

function settingOf(settings: unknown, key: string): Readonly<Record<string, number>> | undefined {
  return (settings as Readonly<Record<string, Readonly<Record<string, number>>>>)[key];
}
