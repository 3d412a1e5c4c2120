/** What simulations give: one replication's figures, and the result file (stable, versioned). */

/** Counters kept in two independent ways and compared at the end. */
export interface ConservationCheck {
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly holds: boolean;
}

/**
 * The outcome of one replication. Keys of `metrics` are those of the metrics reference:
 * `network.…`, `viewer.…`, `pool.…`, `orchestrator.<name>.…`, `worker.<name>.…`,
 * `region.<code>.…`. A metric that has no value (a share of nothing) is absent.
 */
export interface ReplicationResult {
  readonly metrics: Readonly<Record<string, number>>;
  /** Names in their order of appearance, for tables. */
  readonly orchestrators: readonly string[];
  readonly workers: readonly string[];
  readonly regions: readonly string[];
  /** Time series: name to one number per bin. */
  readonly series: Readonly<Record<string, readonly number[]>>;
  readonly seriesBinMs: number;
  readonly conservation: readonly ConservationCheck[];
  /** Shares of input that is imputed: of stake, of prices, of response times. */
  readonly imputed: Readonly<Record<string, number>>;
}

/** A mean with its 95 % interval. */
export interface Estimate {
  readonly mean: number;
  readonly ci95: readonly [number, number];
  readonly n: number;
}

/** A row of a table: a name and estimates by metric. */
export interface ResultRow {
  readonly name: string;
  readonly metrics: Readonly<Record<string, Estimate>>;
}

export interface VariantResult {
  readonly name: string;
  /** `network.…`, `viewer.…` and `pool.…` metrics. */
  readonly metrics: Readonly<Record<string, Estimate>>;
  readonly orchestrators: readonly ResultRow[];
  readonly workers: readonly ResultRow[];
  /** By region: nested by the metric's path (`roundTripMs.p50` → `{roundTripMs: {p50}}`), means. */
  readonly regions: Readonly<Record<string, unknown>>;
  readonly series: Readonly<Record<string, readonly number[]>>;
}

export interface Comparison {
  readonly variant: string;
  readonly baseline: string;
  readonly metric: string;
  readonly difference: { readonly mean: number; readonly ci95: readonly [number, number] };
}

export type Decision = "admit" | "exclude" | "no difference" | "undecided";

export interface SensitivityResult {
  readonly label: string;
  readonly decision: Decision;
  readonly difference: Estimate;
  /** True when the verdict differs from the main one. */
  readonly flips: boolean;
}

/** The JSON result (schemaVersion 1). No wall-clock times: same input and seed, same bytes. */
export interface ScenarioResult {
  readonly schemaVersion: 1;
  readonly poolsim: string;
  readonly scenario: {
    readonly name: string;
    readonly file: string;
    readonly sha256: string;
    /** What `--set` and `--duration` changed. */
    readonly settings: readonly { readonly path: string; readonly value: unknown }[];
  };
  readonly seed: number;
  readonly replications: number;
  readonly variants: readonly VariantResult[];
  readonly comparisons: readonly Comparison[];
  /** What the scenario asks; `null` where it has no `decision`. */
  readonly question: {
    /** Names of variants. */
    readonly baseline: string;
    readonly candidate: string;
    readonly objective: string;
  } | null;
  readonly verdict: {
    readonly decision: Decision;
    readonly reason: string;
    readonly objective: string;
  } | null;
  readonly sensitivity: readonly SensitivityResult[];
  readonly expectations: readonly {
    readonly text: string;
    readonly passed: boolean;
    readonly actual: string;
  }[];
  readonly imputed: Readonly<Record<string, number>>;
  readonly conservation: Readonly<Record<string, boolean>>;
  /** Remarks that a reader must know: uncalibrated demand, a remaining trend, `depends on …`. */
  readonly notes: readonly string[];
}
