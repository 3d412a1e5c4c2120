/** From a configuration to the policy, or the several, that it names. */
import { type BenchmarkConfig, BenchmarkPolicy } from "./benchmark.js";
import { ComposedPolicy } from "./composed.js";
import { type ListConfig, ListPolicy } from "./list.js";
import { AdmitEveryone } from "./none.js";
import { type PerRegionConfig, PerRegionPolicy } from "./per-region.js";
import type { AdmissionPolicy } from "./policy.js";
import { type ProbationConfig, ProbationPolicy } from "./probation.js";
import { type ReconnectPenaltyConfig, ReconnectPenaltyPolicy } from "./reconnect-penalty.js";
import { type RollingConfig, RollingPolicy } from "./rolling.js";
import { checkedAdmission } from "./schema.js";
import { type SessionCapConfig, SessionCapPolicy } from "./session-cap.js";
import { type TierConfig, TierPolicy } from "./tier.js";

/** Which policies apply; empty: everyone is admitted. */
export interface AdmissionConfig extends ListConfig {
  readonly sessionCap?: SessionCapConfig | undefined;
  readonly benchmark?: BenchmarkConfig | undefined;
  readonly tier?: TierConfig | undefined;
  readonly rolling?: RollingConfig | undefined;
  readonly probation?: ProbationConfig | undefined;
  readonly perRegion?: PerRegionConfig | undefined;
  readonly reconnectPenalty?: ReconnectPenaltyConfig | undefined;
}

/** What the numbers of regions stand for. */
export interface AdmissionRegions {
  /** Names, in the order of their numbers. */
  readonly names: readonly string[];
  /** Round trip from each region to the orchestrator, ms, if known. */
  readonly rttMs?: readonly number[] | undefined;
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
  const { exclude = [], include, sessionCap, benchmark, tier, rolling } = config;
  const { probation, perRegion, reconnectPenalty } = config;
  const policies: AdmissionPolicy[] = [];
  if (exclude.length > 0 || include !== undefined) policies.push(new ListPolicy(config));
  if (sessionCap !== undefined) policies.push(new SessionCapPolicy(sessionCap));
  if (benchmark !== undefined) policies.push(new BenchmarkPolicy(benchmark));
  if (perRegion !== undefined) policies.push(new PerRegionPolicy(perRegion, regions.names));
  if (probation !== undefined) policies.push(new ProbationPolicy(probation));
  if (rolling !== undefined) {
    policies.push(new RollingPolicy(rolling, regions.names, regions.rttMs));
  }
  if (tier !== undefined) policies.push(new TierPolicy(tier));
  if (reconnectPenalty !== undefined) policies.push(new ReconnectPenaltyPolicy(reconnectPenalty));
  const [first] = policies;
  if (first === undefined) return new AdmitEveryone();
  return policies.length === 1 ? first : new ComposedPolicy(policies);
}

/** Whether the worker manager needs its option `tiers` under this configuration. */
export function usesTiers({ tier, reconnectPenalty }: AdmissionConfig): boolean {
  return tier !== undefined || reconnectPenalty !== undefined;
}
