/**
 * Which renditions a stream asks for. Each profile is asked for by its own share of streams, at
 * least one by every stream; a stream's set is one of the few combinations made here once.
 */
import { InputError, invariant } from "../../../core/errors.js";
import type { Scenario } from "../../scenario/schema.js";

type Profile = Scenario["stream"]["profiles"][number];

/** One combination of profiles. */
export interface Renditions {
  readonly count: number;
  readonly profiles: readonly Profile[];
  /** Chance that a stream asks for exactly this. */
  readonly probability: number;
  readonly bitrateMbps: number;
}

/** Of profiles that only some streams ask for: all combinations of them are made. */
const VARYING_MAX = 10;

/**
 * The combinations that occur, each with its probability; they add up to 1.
 *
 * @throws InputError (`SCENARIO_INVALID`) for more than ten profiles with a share below 1
 */
export function renditionSets(profiles: readonly Profile[]): readonly Renditions[] {
  const fixed = profiles.filter(({ share }) => share >= 1);
  const varying = profiles.filter(({ share }) => share > 0 && share < 1);
  if (varying.length > VARYING_MAX) {
    throw new InputError(
      `a stream has ${varying.length} profiles with a share below 1, expected at most ${VARYING_MAX}`,
      { code: "SCENARIO_INVALID" },
    );
  }
  const sets: Renditions[] = [];
  for (let mask = 0; mask < 1 << varying.length; mask++) {
    let probability = 1;
    const chosen = [...fixed];
    for (const [index, profile] of varying.entries()) {
      const asked = (mask >> index) & 1;
      probability *= asked ? profile.share : 1 - profile.share;
      if (asked) chosen.push(profile);
    }
    if (chosen.length > 0) sets.push(renditions(chosen, probability));
  }
  const total = sets.reduce((sum, set) => sum + set.probability, 0);
  if (total === 0) return [renditions(profiles.slice(0, 1), 1)];
  return sets.map((set) => ({ ...set, probability: set.probability / total }));
}

/** Mean bandwidth of a stream's renditions. */
export function meanMbps(sets: readonly Renditions[]): number {
  return sets.reduce((sum, { probability, bitrateMbps }) => sum + probability * bitrateMbps, 0);
}

/** The combination of most profiles: what testers and benchmarks ask for. */
export function mostRenditions(sets: readonly Renditions[]): Renditions {
  const [most] = [...sets].sort((a, b) => b.count - a.count);
  invariant(most !== undefined, "there is at least one set of renditions");
  return most;
}

function renditions(profiles: readonly Profile[], probability: number): Renditions {
  return {
    count: profiles.length,
    profiles,
    probability,
    bitrateMbps: profiles.reduce((sum, profile) => sum + profile.bitrateMbps, 0),
  };
}

/** Encoded pixels of a segment: whole frames of each profile. */
export function segmentPixels({ profiles }: Renditions, durationMs: number): number {
  let pixels = 0;
  for (let index = 0; index < profiles.length; index++) {
    const profile = profiles[index];
    if (profile !== undefined) {
      pixels += profile.width * profile.height * Math.round((profile.fps * durationMs) / 1000);
    }
  }
  return pixels;
}
