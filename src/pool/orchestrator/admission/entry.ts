/** What a module of an admission policy exports: what it is called, what it may be told, how it is made. */
import type { z } from "zod";
import type { RegistryEntry, SettingFields } from "../../../config/registry.js";
import type { AdmissionPolicy } from "./policy.js";

/** What the numbers of regions stand for. */
export interface AdmissionRegions {
  /** Names, in the order of their numbers. */
  readonly names: readonly string[];
  /** Round trip from each region to the orchestrator, ms, if known. */
  readonly rttMs?: readonly number[] | undefined;
}

/**
 * What a policy needs of whoever asks it:
 *
 * - `benchmark`: the figures of a benchmark, measured when a worker registers;
 * - `tiers`: that the worker manager puts workers in order by tier (its option `tiers`);
 * - `shadows`: copies of live segments for those that want them.
 */
export type AdmissionNeed = "benchmark" | "tiers" | "shadows";

/** An admission policy as the registry lists it. */
export interface AdmissionEntry<
  Name extends string = string,
  Config = unknown,
  Settings extends z.ZodType<Config> = z.ZodType<Config>,
> extends RegistryEntry {
  readonly name: Name;
  /**
   * Schema of its settings. What it makes of settings in the library's form must be settings again:
   * they are checked once more when the policy is made.
   */
  readonly settings: (fields: SettingFields) => Settings;
  /** What the policy needs of whoever asks it. */
  readonly needs: readonly AdmissionNeed[];
  /** The setting that is a mapping from region to limit, if one is. */
  readonly limitsByRegion?: string | undefined;
  /**
   * Makes the policy.
   *
   * @param settings as the schema gives them
   * @param regions what the numbers of regions stand for
   */
  create(settings: Config, regions: AdmissionRegions): AdmissionPolicy;
}

/** Checks the type of an entry and keeps what is special about it. */
export function admissionEntry<
  const Name extends string,
  Config,
  Settings extends z.ZodType<Config>,
>(entry: AdmissionEntry<Name, Config, Settings>): AdmissionEntry<Name, Config, Settings> {
  return entry;
}
