/** What was found out about a worker's AI models: figures with their intervals of 95 %. */
import type { CurvePoint, Figure } from "../worker-fit.js";

/** One model of a worker, as its events say. */
export interface AIModelFit {
  readonly pipeline: string;
  readonly model: string;
  /** Jobs that were answered; of live video: none is told (E-16). */
  readonly jobs: number;
  /** Results that arrived, answered or not; of live video: streams that began. */
  readonly results: number;
  /** Mean time of a job whatever its size, ms; null: it is not told apart from the time of units. */
  readonly fixedMs: Figure | null;
  /** Mean time of a unit, ms; null: too few jobs, or live video. */
  readonly msPerUnit: Figure | null;
  /** Units of a job: mean and coefficient of variation. */
  readonly units: { readonly mean: number; readonly cv: number };
  /** Time with more jobs at a time ÷ alone. */
  readonly curve: readonly CurvePoint[];
  /** Coefficient of variation of a job's time, lognormal. */
  readonly noiseCv: Figure | null;
  /** Jobs that had to load the model first, as far as it shows. */
  readonly coldStarts: number;
  /** What they took more, ms; null: none were seen. */
  readonly loadMs: Figure | null;
  /** Share of results that were no answer. */
  readonly failures: Figure | null;
  /** Jobs at a time: the fewest that the times allow. */
  readonly capacity: number;
  /** Price of the last job, wei per unit, as nodes cut it (E-11). */
  readonly priceWei: bigint;
  readonly notes: readonly string[];
}

/** One worker. */
export interface AIWorkerFit {
  /** Its address, with the region where it works in several. */
  readonly worker: string;
  readonly address: string;
  readonly region: string;
  readonly models: readonly AIModelFit[];
}
