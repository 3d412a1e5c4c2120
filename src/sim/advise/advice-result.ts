/** What `poolsim advise` finds: plain JSON, documented in docs/advise.md. */
import type { Estimate, InputSource, ScenarioResult } from "../results.js";
import type { SweepSetting, SweepStanding } from "../sweep/sweep-result.js";
import type { AdviceWord } from "./advice-rules.js";
import type { Action } from "./pool-change.js";

/** An action that was tried on a worker, compared with leaving it as it is. */
export interface TriedAction {
  /** What was tried. */
  readonly action: Action;
  /** `gains`, `harms`, `no gain` (none beyond the margin), or `undecided`. */
  readonly finding: "gains" | "harms" | "no gain" | "undecided";
  /** Change of the objective: a share of it, or an amount where the margin is one. */
  readonly change: Estimate | null;
  /** The same at peak demand; `null`: not run, or there is no peak test. */
  readonly atPeak: Estimate | null;
  /** Why it is undecided, as in verdicts; `null` where it is decided. */
  readonly reason: string | null;
  /**
   * Why no number of replications decides it: answers to AI jobs are slow, and their clients never leave.
   * @default there is no such reason
   */
  readonly problem?: "slow answers" | undefined;
}

/** What a worker did in the pool as it is. */
export interface WorkerFigures {
  /** Sessions that it was given, per replication. */
  readonly picks: number;
  /** Share of its sessions that it kept to the stream's end; `null`: it had none. */
  readonly retention: number | null;
  /**
   * Why it had no session, where that is no chance: the pool's own rule refuses it, or nobody came to the pool.
   * @default it had some, or might have had
   */
  readonly withoutSessions?: string | undefined;
  /** Quantiles of its round trips, ms; `null`: it had none. */
  readonly roundTripMs: {
    readonly p10: number;
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
  } | null;
  /** What was left of streams when they left it, minutes per replication. */
  readonly streamMinutesLost: number;
  /** What most of them were lost to; `null`: none were. */
  readonly mostlyLostTo: string | null;
  /** All that they were lost to, the most first: minutes per replication. */
  readonly lostTo: readonly { readonly reason: string; readonly minutes: number }[];
  /** Share of its results that the scenario says are wrong, where that is above 1 in 200. */
  readonly wrongShare?: number | undefined;
  /** Of its AI jobs. @default it had none */
  readonly ai?:
    | {
        /** Share of them that failed. */
        readonly failedShare: number;
        /** Median time of those that were answered, ms; `null`: none was, or all of them are live video. */
        readonly jobMs: number | null;
        /** Mean time until a stream of live video breaks there, ms. @default never, or it serves other jobs too */
        readonly liveFaultMs?: number | undefined;
        /**
         * The same of the quickest workers that serve the same models, ms, where it takes more than twice as long and
         * clients wait for ever. @default it does not
         */
        readonly othersMs?: number | undefined;
      }
    | undefined;
}

/** What would likely decide an undecided worker. */
export interface MoreNeeded {
  /** So many replications, at most those that there may be … */
  readonly replications: number;
  /** … of such a counted time, ms: longer ones where the most of these are too few. */
  readonly durationMs: number;
  /** The work that is, in simulations of this advice's length. */
  readonly runs: number;
}

/** A constraint that a worker breaks by staying. */
export interface BrokenConstraint {
  /** Full name of the metric that may grow by so much at most. */
  readonly metric: string;
  /** By how much, in its unit. */
  readonly maxIncrease: number;
  /** How it changes with the worker, beside the pool without it. */
  readonly difference: Estimate;
}

/** What to do with a kind of workers. */
export interface WorkerAdviceResult {
  /** Name of the kind, which is the worker's own where there is one only. */
  readonly name: string;
  /** Those that the scenario counts as this kind; the action is meant for each. */
  readonly workers: readonly string[];
  /** What to do with it, in a word. */
  readonly advice: AdviceWord;
  /** What is to be done; `null` with *keep* and *undecided*. */
  readonly action: Action | null;
  /** Why, for the worker's owner. */
  readonly why: string;
  /**
   * What changes when that is done and nothing else, from replications that did not choose it;
   * `null` with *keep* and *undecided*.
   */
  readonly alone: Estimate | null;
  /**
   * What would likely decide it; `null` where it is decided, and where hardly any number would do: its
   * effect is near the margin, or nothing is known of it.
   */
  readonly more: MoreNeeded | null;
  /** What it did in the pool as it is. */
  readonly figures: WorkerFigures;
  /** The constraint that it breaks by staying, so that it is not kept. @default none is shown to be broken */
  readonly breaks?: BrokenConstraint | undefined;
  /** In the pool that it was asked in: without those in `askedWithout`. */
  readonly tried: readonly TriedAction[];
  /** Kinds that were left out when it was asked about, so that they hid nobody. */
  readonly askedWithout: readonly string[];
}

/** What changes when all advice is followed, compared with the pool as it is. */
export interface TogetherResult {
  /** What is done, each on its worker. */
  readonly actions: readonly { readonly worker: string; readonly action: Action }[];
  /** Actions that were left out of it, because together with the others they gain nothing. */
  readonly leftOut: readonly string[];
  /** From replications that chose nothing. */
  readonly change: Estimate | null;
  /** The same at peak demand; `null`: not run, or there is no peak test. */
  readonly atPeak: Estimate | null;
  /** As a verdict on the pool that follows the advice. */
  readonly decision: string;
  /** Why, in a verdict's words. */
  readonly reason: string;
}

/** A comparison from replications that chose nothing, as a verdict on the second of two pools. */
export interface FreshComparison {
  /** A share of the first one's objective, or an amount where the margin is one. */
  readonly change: Estimate | null;
  /** The same at peak demand; `null`: not run, or there is no peak test. */
  readonly atPeak: Estimate | null;
  /** *admit*, *exclude*, *no difference* or *undecided*. */
  readonly decision: string;
  /** Why, in a verdict's words. */
  readonly reason: string;
}

/** Kinds of rules, by the setting that each of them sets. */
export type RuleName = "benchmark.limitMs" | "tier.slowMs" | "rolling" | "orchestrator.maxSessions";

/** A rule that was tried. */
export interface TriedRule {
  /** The kind of rule. */
  readonly rule: RuleName;
  /** Such as `benchmark limit 900 ms`. */
  readonly label: string;
  /** The settings that make it. */
  readonly settings: readonly SweepSetting[];
  /** What was found of it, as of a point of a sweep. */
  readonly standing: SweepStanding;
  /** Label of the first one that gave the very same in all replications; `null`: none did. */
  readonly sameAs: string | null;
  /** Compared with the pool as it is, by replications that may have chosen it. */
  readonly change: Estimate | null;
  /** Replications that it had. */
  readonly replications: number;
}

/** Whom a rule admits, over all replications of the comparison. */
export interface RuleAdmission {
  /** Name of the worker. */
  readonly worker: string;
  /** Sessions that it offers. */
  readonly offered: number;
  /** Sessions that it is admitted with in the replication in which it has fewest; 0: refused. */
  readonly least: number;
  /** The same in the one in which it has most. */
  readonly most: number;
}

/** The best rule: one setting for all workers, and for those that come later. */
export interface AdviceRule {
  /** The best of `tried` with what it brings, if any gains; otherwise `null`: no rule is advised. */
  readonly best:
    | (FreshComparison & {
        readonly rule: RuleName;
        readonly label: string;
        readonly settings: readonly SweepSetting[];
        readonly admits: readonly RuleAdmission[];
        /** Rules of the same kind that are as good as it, by their labels, itself included. */
        readonly asGood: readonly string[];
      })
    | null;
  /** All that were tried, in their order. */
  readonly tried: readonly TriedRule[];
  /** Replications of the last look. */
  readonly replications: number;
}

/** A metric of the pool as it is, and as it would be with all advice. */
export interface PoolFigure {
  /** Name in the metrics reference. */
  readonly metric: string;
  /** The pool as it is. */
  readonly before: Estimate;
  /** `null` where nothing is to be changed, or where it has no value then. */
  readonly after: Estimate | null;
  /** After − before, paired, with a 95 % interval of its own. */
  readonly difference: Estimate | null;
}

/** The whole advice. */
export interface AdviceResult {
  readonly schemaVersion: 1;
  readonly kind: "advice";
  /** Version of poolsim. */
  readonly poolsim: string;
  /** The scenario: its name, its file with SHA-256, and what was set from outside. */
  readonly scenario: {
    readonly name: string;
    readonly file: string;
    readonly sha256: string;
    readonly settings: readonly { readonly path: string; readonly value: unknown }[];
  };
  /** Extensions that the scenario was loaded with; left out where there are none. */
  readonly extensions?: ScenarioResult["extensions"];
  /** What was asked for from outside the scenario, as the options of `advise` name it. */
  readonly asked: {
    readonly variant?: string | undefined;
    readonly objective?: string | undefined;
    readonly margin?: number | undefined;
    readonly confidence?: number | undefined;
    readonly only?: readonly string[] | undefined;
    readonly rule?: boolean | undefined;
  };
  /** Seed of all randomness. */
  readonly seed: number;
  /** Variant that is advised on. */
  readonly variant: string;
  /** The orchestrator that is advised: stake as a share or in LPT, as the scenario has it. */
  readonly pool: {
    readonly name: string;
    readonly region: string | null;
    readonly stakeShare: number | null;
    readonly stakeLpt: number | null;
  };
  /** Metric to gain in. */
  readonly objective: string;
  /** What counts as a difference: a share of the objective, or an amount; the other is `null`. */
  readonly margin: { readonly relative: number | null; readonly absolute: number | null };
  /** All intervals of `tried` hold at once, at every look, with this confidence. */
  readonly confidence: number;
  /** Actions that may be tried: what the intervals allow for. */
  readonly comparisons: number;
  /** Of the last look: the same number by name gives the same bytes. */
  readonly replications: number;
  /** The most that there may be. */
  readonly replicationsMax: number;
  /** Replications that chose nothing: of `alone` and `together`. */
  readonly freshReplications: number;
  /** Counted time of each, ms. */
  readonly durationMs: number;
  /** Advice on each kind of workers, in the scenario's order. */
  readonly workers: readonly WorkerAdviceResult[];
  /** `null` where nothing is to be changed. */
  readonly together: TogetherResult | null;
  /** One rule for all workers; `null` where none was looked for (`--only`, `rule: false`). */
  readonly rule: AdviceRule | null;
  /** All advice together compared with the best rule alone; `null` where there is not both. */
  readonly togetherOverRule: FreshComparison | null;
  /** Settings of the scenario that do what is advised together: path and value. */
  readonly settings: readonly { readonly path: string; readonly value: unknown }[];
  /** The pool as it is and as advised, from the replications of `together`, which chose nothing. */
  readonly figures: readonly PoolFigure[];
  /** Mean length of a segment, ms: of each length that a gateway has, the shortest first. */
  readonly segmentMs: readonly number[];
  /** The `expect:` items on advice, and whether each holds. */
  readonly expectations: ScenarioResult["expectations"];
  /** The other ones, and what judges them. */
  readonly notJudged: ScenarioResult["notJudged"];
  /** As in results of `run`: what was assumed, what nobody measured, and where input comes from. */
  readonly assumed: readonly string[];
  /** The share of each kind of input that was not measured, from 0 to 1. */
  readonly imputed: Readonly<Record<string, number>>;
  /** Where the input comes from. */
  readonly inputs: readonly InputSource[];
  /** Remarks on the model, as in results of `run`. */
  readonly notes: readonly string[];
}
