/** What simulations give: one replication's figures, and the result file (stable, versioned). */

/** Counters kept in two independent ways and compared at the end. */
export interface ConservationCheck {
  /** What is checked. */
  readonly name: string;
  /** The figure as it was counted one way. */
  readonly left: number;
  /** The figure as it was counted the other way. */
  readonly right: number;
  /** Whether the two agree. */
  readonly holds: boolean;
}

/**
 * The outcome of one replication. Keys of `metrics` are those of the metrics reference:
 * `network.…`, `viewer.…`, `pool.…`, `orchestrator.<name>.…`, `worker.<name>.…`,
 * `region.<code>.…`, `event.<name>.…`, `ai.<job>.…`. A metric that has no value (a share of nothing) is absent.
 */
export interface ReplicationResult {
  /** Values by name; a metric without a value is left out. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Names in their order of appearance, for tables. */
  readonly orchestrators: readonly string[];
  /** Names of the workers, in the order of the tables. */
  readonly workers: readonly string[];
  /** Codes of the regions, in the order of the tables. */
  readonly regions: readonly string[];
  /** Time series: name to one number per bin. */
  readonly series: Readonly<Record<string, readonly number[]>>;
  /** Ms of simulated time that one value of a series stands for. */
  readonly seriesBinMs: number;
  /** What must balance, each side as it was counted. */
  readonly conservation: readonly ConservationCheck[];
  /** Shares of input that is imputed: of stake, of prices, of response times. */
  readonly imputed: Readonly<Record<string, number>>;
  /** Why the pool had no stream; null where it had some, or none is under study. */
  readonly withoutStreams: string | null;
  /** What the admission policy answered each worker first. */
  readonly admissions: readonly Admission[];
  /** The scenario's events; left out where there are none. */
  readonly events?: readonly EventMark[] | undefined;
  /** Names of the scenario's AI jobs; left out where there are none. */
  readonly aiJobs?: readonly string[] | undefined;
}

/** An event of the scenario: a mark on time series. */
export interface EventMark {
  /** Its name in the scenario. */
  readonly name: string;
  /** Such as `outage`. */
  readonly kind: string;
  /** Whom it happens to, such as `worker home`. */
  readonly whom: string;
  /** When it begins, each time; ms of the counted time. */
  readonly atMs: readonly number[];
  /** How long it lasts, ms; 0: it stays as it is then, or is over in an instant. */
  readonly lengthMs: number;
}

/** An event with what there was before, during and after it: `before.segmentsPerMinute` and so on. */
export interface EventRow extends EventMark {
  /** By their names. */
  readonly metrics: Readonly<Record<string, Estimate>>;
}

/** What an admission policy answered a worker that registered. */
export interface Admission {
  /** Name of the worker. */
  readonly worker: string;
  /** Sessions that it offered. */
  readonly offered: number;
  /** Sessions that it was admitted with; 0: refused; null: it never registered. */
  readonly sessions: number | null;
  /** Why, in words; empty where nobody was asked. */
  readonly reason: string;
}

/** A kind of input: where it comes from, from when it is, how much of it nobody measured. */
export interface InputSource {
  /** Such as `stake`. */
  readonly what: string;
  /** Base name of the file. */
  readonly file: string;
  /** From when: a year, with month and day where they are known; null: nobody knows. */
  readonly asOf: string | null;
  /** The share that is imputed, 0 … 1; null where that is not counted. */
  readonly imputed: number | null;
}

/** A mean with its 95 % interval. */
export interface Estimate {
  /** The mean over the replications that have a value. */
  readonly mean: number;
  /** From −∞ to ∞ where one value alone has no interval; in JSON that is `[null, null]`. */
  readonly ci95: readonly [number, number];
  /** How many replications have a value. */
  readonly n: number;
}

/** A row of a table: a name and estimates by metric. */
export interface ResultRow {
  /** Name of the worker, orchestrator or region. */
  readonly name: string;
  /** Its metrics by name. */
  readonly metrics: Readonly<Record<string, Estimate>>;
}

/** What came of one variant. */
export interface VariantResult {
  /** The variant's name. */
  readonly name: string;
  /** `network.…`, `viewer.…` and `pool.…` metrics. */
  readonly metrics: Readonly<Record<string, Estimate>>;
  /** A row for each orchestrator. */
  readonly orchestrators: readonly ResultRow[];
  /** A row for each worker. */
  readonly workers: readonly ResultRow[];
  /** By region: nested by the metric's path (`roundTripMs.p50` → `{roundTripMs: {p50}}`), means. */
  readonly regions: Readonly<Record<string, unknown>>;
  /** The same with intervals: `region.<code>.<metric>` under its last part. */
  readonly regionEstimates: readonly ResultRow[];
  /** Series over time, by name. */
  readonly series: Readonly<Record<string, readonly number[]>>;
  /** Half the 95 % interval of each of these means; `NaN` (in JSON: `null`) where there is none. */
  readonly seriesHalfWidths: Readonly<Record<string, readonly number[]>>;
  /** Why the pool had no stream in any replication; null where it had some, or none is under study. */
  readonly withoutStreams: string | null;
  /** Who was admitted, with how many sessions, and why, in the first replication. */
  readonly admissions: readonly Admission[];
  /** The variant's events with their metrics; left out where there are none. */
  readonly events?: readonly EventRow[];
  /** A row for each AI job; left out where there are none. */
  readonly ai?: readonly ResultRow[];
}

/** The paired difference of one metric between a variant and the baseline. */
export interface Comparison {
  /** The variant that is compared. */
  readonly variant: string;
  /** The variant that it is compared with. */
  readonly baseline: string;
  /** The metric's name. */
  readonly metric: string;
  /** Variant minus baseline: mean and 95 % interval. */
  readonly difference: { readonly mean: number; readonly ci95: readonly [number, number] };
}

/** What a verdict says to do. */
export type Decision = "admit" | "exclude" | "no difference" | "undecided";

/** Why: for *undecided* the second list, for the other decisions the first. */
export type Reason =
  | "harm"
  | "harm at peak"
  | "constraint broken"
  | "gain"
  | "gain at peak"
  | "within the margin"
  // undecided
  | "needs more"
  | "near the margin"
  | "rare events"
  | "no evidence"
  | "peak unclear"
  | "constraint unclear"
  | "objective not positive";

/** What the peak test shows, compared with the margin. */
export type PeakState = "off" | "not run" | "harm" | "no harm" | "nothing" | "gains" | "unclear";

/** The verdict on an objective. */
export interface Verdict {
  /** What to do about the candidate. */
  readonly decision: Decision;
  /** Why. */
  readonly reason: Reason;
  /** For people. */
  readonly sentence: string;
  /** The metric that it is about. */
  readonly objective: string;
  /** What counts as a difference: as asked for, and as an amount in the objective's unit. */
  readonly margin: { readonly relative: number | null; readonly absolute: number | null };
  /** Candidate − baseline in the objective's unit. */
  readonly difference: Estimate | null;
  /** What is compared with the margin: relative to the baseline's mean, or the difference. */
  readonly change: Estimate | null;
  /** How the interval was computed; null: there is none. */
  readonly method: "t" | "bootstrap-t" | "rare events" | null;
  /** `change` at peak demand; `null` where it was not run. */
  readonly peak: { readonly state: PeakState; readonly change: Estimate | null };
  /** What may not get worse, and whether it does. */
  readonly constraints: readonly {
    readonly metric: string;
    readonly maxIncrease: number;
    readonly state: "holds" | "unclear" | "broken";
    readonly difference: Estimate | null;
  }[];
  /** The constraint that the reason is about. */
  readonly constraint: string | null;
  /** Sessions in all replications: of the pool, and of the workers in question. */
  readonly evidence: { readonly sessions: number; readonly served: number | null };
  /** What would likely decide it, with another seed. */
  readonly more: {
    readonly replications: number;
    readonly hours: number;
    readonly power: number | null;
  } | null;
  /** ETH that the operator loses on each segment; `null` where he does not. */
  readonly lossPerSegment: number | null;
}

/** The verdict under one other assumption. */
export interface SensitivityResult {
  /** What is assumed differently, in words. */
  readonly label: string;
  /** The metric that the verdict is on. */
  readonly objective: string;
  /** The verdict under this assumption. */
  readonly decision: Decision;
  /** The verdict's reason, one of a closed list. */
  readonly reason: Reason;
  /** The paired difference of the objective. */
  readonly difference: Estimate;
  /**
   * What is compared with the margin: relative to the baseline's mean, or with an absolute margin
   * the difference; null where nothing can be.
   */
  readonly change: Estimate | null;
  /** True when the verdict differs from the main one. */
  readonly flips: boolean;
}

/** The JSON result (schemaVersion 2). No wall-clock times: same input and seed, same bytes. */
export interface ScenarioResult {
  readonly schemaVersion: 2;
  /** The version of poolsim that made the result. */
  readonly poolsim: string;
  /** What was run: the file's name, and what makes it the same again. */
  readonly scenario: {
    readonly name: string;
    readonly file: string;
    readonly sha256: string;
    /** What `--set` and `--duration` changed. */
    readonly settings: readonly { readonly path: string; readonly value: unknown }[];
  };
  /** Extensions that the scenario was loaded with; left out where there are none. */
  readonly extensions?: readonly {
    /** Base name of the file. */
    readonly name: string;
    /** SHA-256 of the file's bytes, hex. */
    readonly sha256: string;
    /** Such as `admission policy patience`. */
    readonly adds: readonly string[];
  }[];
  /** The seed of all draws. */
  readonly seed: number;
  /** How many replications each variant had. */
  readonly replications: number;
  /** Counted time of each replication, ms. */
  readonly countedMs: number;
  /** Mean length of a segment, ms: of each length that a gateway has, the shortest first. */
  readonly segmentMs: readonly number[];
  /** Whether it was stopped before its end: nothing is judged then. */
  readonly partial: boolean;
  /** The variants, in the scenario's order. */
  readonly variants: readonly VariantResult[];
  /** Paired differences of variants to the baseline. */
  readonly comparisons: readonly Comparison[];
  /** What the scenario asks; `null` where it has no `decision`. */
  readonly question: {
    /** Names of variants. */
    readonly baseline: string;
    readonly candidate: string;
    readonly objective: string;
    /** Workers that serve in one of the two only, or are not the same in both. */
    readonly workers: readonly string[];
  } | null;
  /** Every interval is one of 95 % by itself: they do not hold all at once. */
  readonly intervals: { readonly confidence: 0.95; readonly simultaneous: false };
  /**
   * Where one goes on until it is decided: the first look and the most replications; the intervals of
   * the verdict and of the sensitivity block then hold at every look. `null`: one look.
   */
  readonly untilDecided: {
    readonly first: number;
    readonly max: number;
    /** Of the sensitivity block, where it ended before each case was decided or hopeless. */
    readonly sensitivityReplications?: number | undefined;
  } | null;
  /**
   * On the candidate, of several on the first; `instead`: on fees, where there can be none on the
   * operator's net.
   */
  readonly verdict: (Verdict & { readonly instead: Verdict | null }) | null;
  /**
   * On each of several candidates, in the scenario's order: the intervals of all of them hold at once.
   * Left out where there is one.
   */
  readonly verdicts?: readonly (Verdict & {
    readonly candidate: string;
    readonly instead: Verdict | null;
  })[];
  /** The verdict under other assumptions; empty when it was not asked for. */
  readonly sensitivity: readonly SensitivityResult[];
  /** The `expect:` items, and whether each holds. */
  readonly expectations: readonly {
    readonly text: string;
    readonly passed: boolean;
    readonly actual: string;
  }[];
  /** The other `expect:` items, and the command that judges them. */
  readonly notJudged: readonly {
    readonly text: string;
    readonly by: "run" | "advise" | "sweep";
  }[];
  /** What was assumed where the scenario says nothing and a node left as it is would differ. */
  readonly assumed: readonly string[];
  /** The share of each kind of input that was not measured, from 0 to 1. */
  readonly imputed: Readonly<Record<string, number>>;
  /** Where the input comes from. */
  readonly inputs: readonly InputSource[];
  /** Whether each check of what must balance holds in all replications. */
  readonly conservation: Readonly<Record<string, boolean>>;
  /** Remarks that a reader must know: uncalibrated demand, a remaining trend, `depends on …`. */
  readonly notes: readonly string[];
}
