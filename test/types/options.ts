/** What a caller with strict types writes; compiled in a project that has poolsim installed. */
import { type DiscoverOptions, InputError } from "poolsim/discovery";
import { parseAdmission } from "poolsim/pool";
import { ProbabilityAlgorithm } from "poolsim/selection";
import {
  type LoadOptions,
  loadScenario,
  type RunExperimentOptions,
  type ScenarioInput,
} from "poolsim/sim";

/** Whatever is optional may be passed on as undefined. */
export function passOn(options: {
  readonly seed?: number | undefined;
  readonly wanted?: number | undefined;
  readonly stakeWeight?: number | undefined;
  readonly set?: LoadOptions["set"];
}): {
  readonly run: RunExperimentOptions;
  readonly discover: Partial<DiscoverOptions>;
  readonly algorithm: ProbabilityAlgorithm;
} {
  const { seed, wanted, stakeWeight } = options;
  return {
    run: { seed, threads: undefined, sensitivity: undefined },
    discover: {
      wanted,
      concurrency: undefined,
      discoveryTimeoutMs: undefined,
      maxPrice: undefined,
      job: undefined,
    },
    algorithm: new ProbabilityAlgorithm({ stakeWeight, randWeight: undefined }),
  };
}

/** What a scenario's file holds, before defaults. */
export const scenario: ScenarioInput = {
  name: "mine",
  orchestrator: { name: "pool", region: "FRA", stakeShare: 0.3 },
  workers: [{ name: "good", maxSessions: 6, roundTripMs: 350 }],
};

/** An interval may be missing. */
export function width(file: string): number | null {
  try {
    loadScenario(file);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
  const { exclude } = parseAdmission({ exclude: ["slow"] });
  return exclude?.length ?? 0;
}
