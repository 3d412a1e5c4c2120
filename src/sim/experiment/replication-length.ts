/**
 * How long a replication is where the scenario leaves that to the program: `replications: auto` without a
 * `duration`. From counts of what one replication has, never from a clock, so that it is the same on every
 * machine.
 *
 * A replication costs the segments of its warm-up and those that are counted; what it shows comes from the
 * counted ones only. With as long a counted time as the warm-up, deciding costs at most twice what it would
 * with the best length, whatever the effect: if that needs I of counted time in all, and there are at least
 * n replications of warm-up W, the best costs n W + I; those of length W cost 2 n W where I is small, and
 * 2 I where it is large. Most questions are not so easy that n replications of length W decide them, so
 * twice the warm-up is taken: at most 1.5 times the best for those, 3 times for the easiest, which cost
 * least. And it is longer where workers have few sessions: with these nothing can be said of a worker,
 * however many replications there are.
 */

import type { LoadedScenario } from "../input.js";
import { hourlyFactors } from "../model/streams/demand.js";
import { warmUpMs } from "../model/world/warm-up.js";
import type { Scenario } from "../scenario/schema.js";
import { servingKinds } from "../scenario/serving-kinds.js";
import { CaseInputs, hasRandomDemand } from "./case-inputs.js";
import type { Workbench } from "./workbench.js";

/** Counted time, in warm-ups. */
const WARM_UPS = 2;
const LEAST_MS = 1_800_000;
/** Sessions of each worker, on average: 160 in 16 replications. */
const SESSIONS = 10;
/** Not more than so many times as long for their sake. */
const TIMES_MAX = 6;
const DAY_MS = 86_400_000;
const STEP_MS = 600_000;

function upTo(step: number, ms: number): number {
  return Math.ceil(ms / step) * step;
}

/** What demand goes through, ms: a day where it has hours. */
function stepOf({ demand }: Scenario): number {
  return new Set(hourlyFactors(demand.hourly)).size > 1 ? DAY_MS : STEP_MS;
}

/** The length that costs little, ms: whole days where demand has hours. */
export function cheapLengthMs(scenario: Scenario): number {
  return upTo(stepOf(scenario), Math.max(LEAST_MS, WARM_UPS * warmUpMs(scenario)));
}

/**
 * The length that shows enough of each worker, ms.
 *
 * @param sessions of the pool in a replication of {@link cheapLengthMs}
 */
export function lengthMs(scenario: Scenario, sessions: number): number {
  const cheap = cheapLengthMs(scenario);
  const workers = servingKinds(scenario).reduce((sum, kind) => sum + kind.workers.length, 0);
  const times = (SESSIONS * workers) / Math.max(1, sessions);
  return upTo(stepOf(scenario), cheap * Math.min(TIMES_MAX, Math.max(1, times)));
}

/** A scenario whose replications have a length. */
function withLength(loaded: LoadedScenario, ms: number): LoadedScenario {
  const length = ["duration", ms] as const;
  const variants = loaded.variants.map(({ name }) => ({
    name,
    input: loaded.withSettings(name, [length]),
  }));
  const { base } = loaded;
  return {
    ...loaded,
    isLengthOpen: false,
    base: { ...base, scenario: { ...base.scenario, duration: ms } },
    variants,
    withSettings: (variant, settings) => loaded.withSettings(variant, [length, ...settings]),
  };
}

/**
 * The scenario with the length that its replications are to have: as it says, or by one replication of a
 * variant.
 *
 * @param options.variant that the operator runs today
 * @param options.loadFactor that calibration found
 */
export async function lengthened(
  loaded: LoadedScenario,
  options: {
    readonly variant: string;
    readonly loadFactor: number;
    readonly workbench: Workbench;
  },
): Promise<LoadedScenario> {
  const { variant, loadFactor, workbench } = options;
  const { scenario } = new CaseInputs(loaded).of(variant);
  if (loaded.isLengthOpen !== true || !hasRandomDemand(scenario)) return loaded;
  const cheap = withLength(loaded, cheapLengthMs(scenario));
  const input = new CaseInputs(cheap, loadFactor).of(variant);
  const wanted = { label: "how long", count: 1, isForAll: true };
  const found = await workbench.replicate(input, wanted);
  const ms = lengthMs(scenario, found.mean("pool.sessions") ?? 0);
  return ms === cheapLengthMs(scenario) ? cheap : withLength(loaded, ms);
}
