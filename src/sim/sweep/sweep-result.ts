/** What `poolsim sweep` finds: plain JSON, documented in docs/sweep.md. */
import type { Admission, Estimate, InputSource, ScenarioResult } from "../results.js";

/** A setting of a scenario: its dotted path and its value. */
export interface SweepSetting {
  /** Such as `orchestrator.admission.benchmark.limitMs`. */
  readonly path: string;
  /** As YAML reads it; `null`: left out, so that its default counts. */
  readonly value: unknown;
}

/** A setting that is varied. */
export interface SweepAxis {
  /** Its dotted path. */
  readonly path: string;
  /**
   * `choice`: the operator's to choose, as is the first axis always; `circumstance`: what may come, and
   * the best choice is sought for each of its values.
   */
  readonly role: "choice" | "circumstance";
  /** In their order: numbers ascend, others are as they were given. */
  readonly values: readonly unknown[];
}

/** How many workers are admitted, in the first replication. */
export interface AdmittedCount {
  /** Those that are admitted with a session at least. */
  readonly workers: number;
  /** All that asked. */
  readonly of: number;
  /** Sessions that they are admitted with, together. */
  readonly sessions: number;
  /** Sessions that all offered. */
  readonly offered: number;
}

/** A metric that may grow by so much at most, compared with the scenario as it is. */
export interface SweepConstraint {
  /** Full name of the metric. */
  readonly metric: string;
  /** The most that it may grow by. */
  readonly maxIncrease: number;
  /** The metric at this point; its interval is one of 95 % by itself. */
  readonly value: Estimate | null;
  /** This point less the scenario as it is. */
  readonly increase: Estimate | null;
  /** Whether the whole interval of the increase lies within the limit, beyond it, or neither. */
  readonly state: "holds" | "unclear" | "broken";
}

/**
 * What was found of a point: `best`; `as good`: shown to be within the margin of all that are left;
 * `not told apart`: it may be; `worse`: another one beats it by more than the margin; `constraint broken`.
 */
export type SweepStanding = "best" | "as good" | "not told apart" | "worse" | "constraint broken";

/** Why a point was not looked at any further. */
export interface Dropped {
  /** After so many replications. */
  readonly replications: number;
  /** Label of the point that beats it; `null` where it breaks a constraint. */
  readonly by: string | null;
  /** This point compared with the one that beats it; `null` where it breaks a constraint. */
  readonly change: Estimate | null;
  /** The constraint that it breaks; `null` where another point beats it. */
  readonly constraint: string | null;
}

/** A choice, in given circumstances. */
export interface SweepPoint {
  /** Names it among the points, such as `limitMs 900`. */
  readonly label: string;
  /** What is set, in the order of the axes that are choices. */
  readonly settings: readonly SweepSetting[];
  /** What was found of it. */
  readonly standing: SweepStanding;
  /**
   * Label of the first point that gave the very same in all replications that both had, such as a
   * threshold that admits the same workers with the same sessions: they are one point. `null`: none.
   */
  readonly sameAs: string | null;
  /** The objective; its interval is one of 95 % by itself. */
  readonly objective: Estimate | null;
  /**
   * The objective's change, compared with the scenario as it is: a share of it (0.17: 17 % more), or
   * an amount where the margin is one. Intervals of all changes hold at once, at every look.
   */
  readonly change: Estimate | null;
  /** The same compared with the best point; `null` for the best itself. */
  readonly behindBest: Estimate | null;
  /** The constraints at this point. */
  readonly constraints: readonly SweepConstraint[];
  /** `null`: it was looked at to the end. */
  readonly dropped: Dropped | null;
  /** Who is admitted; `null` where there are no workers. */
  readonly admitted: AdmittedCount | null;
  /** Replications that it had. */
  readonly replications: number;
}

/**
 * Why nothing can be compared, and so nothing is best:
 * - `price`: points differ in the pool's price, which no gateway looks at, so that any is paid;
 * - `terms`: points differ in the commission or the delegators' part, and nobody leaves for that;
 * - `no evidence`: too few sessions, or an objective that is not above 0;
 * - `slow answers`: what brings most makes clients of AI jobs wait more than twice as long, who wait for ever;
 * - `wrong results`: what brings most lets workers serve that return more of them.
 */
export type SweepProblem = "price" | "terms" | "no evidence" | "slow answers" | "wrong results";

/** All points in the same circumstances. */
export interface SweepSlice {
  /** Such as `concurrentStreams 60`; empty where no axis is a circumstance. */
  readonly label: string;
  /** The circumstances, in the order of their axes. */
  readonly settings: readonly SweepSetting[];
  /** The scenario as it is, in these circumstances: what changes and constraints are compared with. */
  readonly asItIs: {
    readonly objective: Estimate | null;
    readonly admitted: AdmittedCount | null;
    readonly replications: number;
  };
  /** In the order of the axes, the last one the fastest. */
  readonly points: readonly SweepPoint[];
  /** Label of the point with the best mean among those that are left; `null` where none is. */
  readonly best: string | null;
  /** Whom the best one admits, with how many sessions, and why, in the first replication. */
  readonly bestAdmissions: readonly Admission[];
  /** Labels of the best and of all that are as good or not told apart from it, in the order of points. */
  readonly asGood: readonly string[];
  /** Whether all that are left are shown to be as good as each other. */
  readonly isDecided: boolean;
  /** Why nothing can be chosen, as {@link SweepProblem} says; left out where something can. */
  readonly problem?: SweepProblem | undefined;
  /** Replications of the last look. */
  readonly replications: number;
}

/** The whole sweep. */
export interface SweepResult {
  readonly schemaVersion: 1;
  readonly kind: "sweep";
  /** Version of poolsim. */
  readonly poolsim: string;
  /** The scenario: its name, its file with SHA-256, and what was set from outside. */
  readonly scenario: {
    readonly name: string;
    readonly file: string;
    readonly sha256: string;
    readonly settings: readonly SweepSetting[];
  };
  /** Seed of all randomness. */
  readonly seed: number;
  /** Variant in which the settings are varied. */
  readonly variant: string;
  /** Metric to gain in. */
  readonly objective: string;
  /** What counts as a difference: a share of the objective, or an amount; the other is `null`. */
  readonly margin: { readonly relative: number | null; readonly absolute: number | null };
  /** All intervals of changes hold at once, at every look, with this confidence. */
  readonly confidence: number;
  /** Comparisons that the intervals allow for: of any two points in the same circumstances. */
  readonly comparisons: number;
  /** Of the last look: the same number by name gives the same bytes. */
  readonly replications: number;
  /** The most that there may be. */
  readonly replicationsMax: number;
  /** Counted time of each replication, ms. */
  readonly durationMs: number;
  /** What was varied. */
  readonly axes: readonly SweepAxis[];
  /** One for each combination of circumstances, in the order of their axes; one where there are none. */
  readonly slices: readonly SweepSlice[];
  /** Labels of the points that are as good as the best in all slices. */
  readonly goodEverywhere: readonly string[];
  /** Extensions that the scenario was loaded with. */
  readonly extensions?: ScenarioResult["extensions"];
  /** What was asked for from outside the scenario, as the options of `sweep` name it. */
  readonly asked: {
    readonly variant?: string | undefined;
    readonly objective?: string | undefined;
    readonly margin?: number | undefined;
    readonly confidence?: number | undefined;
  };
  /** The `expect:` items on best points, and whether each holds. */
  readonly expectations: ScenarioResult["expectations"];
  /** The other ones, and what judges them. */
  readonly notJudged: ScenarioResult["notJudged"];
  /** As in results of `run`: what was assumed, what nobody measured, and where input comes from. */
  readonly assumed: readonly string[];
  /** The share of each kind of input that was not measured, from 0 to 1. */
  readonly imputed: Readonly<Record<string, number>>;
  /** Where the input comes from. */
  readonly inputs: readonly InputSource[];
  /** Remarks that limit it. */
  readonly notes: readonly string[];
}
