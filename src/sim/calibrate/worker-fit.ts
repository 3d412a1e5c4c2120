/** What was found out about a worker: figures with their intervals, and how well they predict. */

/** A figure with its interval of 95 %. */
export interface Figure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How much longer segments take with so many at a time. */
export interface CurvePoint {
  readonly atATime: number;
  readonly segments: number;
  /** Mean time there ÷ mean time alone. */
  readonly factor: Figure;
}

/** Means of the parts of a segment's time, ms. */
export interface PartsPoint {
  readonly atATime: number;
  readonly downloadMs: number;
  readonly transcodeMs: number;
  readonly uploadMs: number;
}

/** Spells of slowness that were seen. */
export interface SpellsFit {
  readonly count: number;
  /** Mean time from one to the next, ms. */
  readonly every: Figure;
  /** Mean length, ms. */
  readonly length: Figure;
  /** How much longer everything takes in it; 0.5 is half as long again. */
  readonly extra: Figure;
}

/** How figures of one half of the data predict the other, as relative errors. */
export interface HeldOut {
  readonly segments: number;
  /** Of the means at each number at a time, weighted by segments. */
  readonly meanError: number;
  /** Of the 99th percentile of all. */
  readonly p99Error: number;
}

/** When a worker was there. */
export interface UptimeFit {
  /** Times that it left. */
  readonly disconnects: number;
  readonly perDay: Figure;
  /** Mean length of a period up, ms; null: it never left. */
  readonly upMs: Figure | null;
  /** Mean time until it was back, ms; null: it never was. */
  readonly downMs: Figure | null;
}

/** One worker, as its measurements say. */
export interface WorkerFit {
  readonly worker: string;
  readonly source: string;
  readonly isDevice: boolean;
  /** Instants of the first and of the last segment, ms since 1970; null: not known. */
  readonly span: { readonly fromMs: number; readonly toMs: number } | null;
  readonly segments: number;
  /** Mean time of a segment alone, ms. */
  readonly aloneMs: Figure;
  readonly curve: readonly CurvePoint[];
  readonly parts: readonly PartsPoint[];
  /** Coefficient of variation between segments of a session. */
  readonly noiseCv: Figure | null;
  /** And between sessions; null: they are not told apart. */
  readonly sessionCv: Figure | null;
  /** Whether a lognormal describes the noise (Lilliefors, 5 %). */
  readonly isLognormal: boolean;
  /** Empirical quantiles of time ÷ mean at the same load. */
  readonly quantiles: readonly { readonly q: number; readonly factor: number }[];
  /** What a session's first segment takes more, ms. */
  readonly warmupMs: Figure | null;
  /** null: none were seen, or the input cannot show any. */
  readonly spells: SpellsFit | null;
  /** Share of segments that failed; null: the input cannot say. */
  readonly errors: Figure | null;
  /** Share of segments, at least, with which a session was lost for no reason that is seen; null: none is shown. */
  readonly losses: number | null;
  readonly uptime: UptimeFit | null;
  /** Most sessions that were measured, or seen, at a time. */
  readonly sessionsMax: number;
  /** Sessions to take it for: more than were seen where its pool always had room. */
  readonly sessions: number;
  /** Output pixels per second of the device, alone. */
  readonly pixelsPerSecond: Figure | null;
  readonly heldOut: HeldOut | null;
  readonly unused: readonly string[];
  readonly notes: readonly string[];
}
