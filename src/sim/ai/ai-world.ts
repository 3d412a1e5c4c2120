/** The AI part of a compiled scenario, as tables: jobs, models, who serves them at what price. */
import type { Rational } from "../../core/rational.js";
import type { LiveFault } from "../../selection/ai/live-stream.js";
import type { AIPipeline } from "../../selection/ai/pipelines.js";
import type { AIRequestJob } from "../../selection/ai/request.js";
import type { SessionPrice } from "../../selection/session-price.js";
import type { Lognormal } from "../engine/distributions.js";
import type { LengthModel } from "../model/world/lengths.js";
import type { Device } from "../network/devices.js";
import type { Scenario } from "../scenario/schema.js";
import type { UnitsModel } from "./units.js";

type AISettings = NonNullable<Scenario["ai"]>;

/** A (pipeline, model) that somebody asks for or serves. */
export interface AIKind {
  readonly index: number;
  readonly pipeline: AIPipeline;
  readonly model: string;
}

/** What is asked for; its index is that of its kind. */
export interface AIJobSpec extends AIKind {
  readonly name: string;
  /** What the gateway's cores are given: the same object each time. */
  readonly request: AIRequestJob;
  /** Requests or streams per ms, of all gateways together, at the factor 1. */
  readonly ratePerMs: number;
  /** Factors of the rate by hour (UTC). */
  readonly hourly: readonly number[];
  /** Of live streams. */
  readonly lengths: LengthModel | null;
  readonly units: UnitsModel;
  /** Billed units ÷ scored units: 1000 for audio, else 1. */
  readonly billedPerScored: number;
  /** What the latency score is divided by. */
  readonly steps: number;
  /** Units that an orchestrator debits for a unit that is paid for: 1000 of speech, else 1. */
  readonly debitedPerPaid: number;
  readonly requestMegabits: number;
  readonly responseMegabits: number;
  /** After how long the client has gone, ms. */
  readonly patienceMs: number;
  /** Highest price of the gateways' own for it; null: their general one counts (R-3). */
  readonly maxPrice: Rational | null;
}

/** How a model is served, by an orchestrator as a whole or by a worker. */
export interface AIServing {
  readonly kind: number;
  readonly capacity: number;
  readonly parallel: number;
  readonly warm: boolean;
  readonly fixedMs: number;
  readonly msPerUnit: number;
  readonly noise: Lognormal;
  readonly loadMs: number;
  readonly failure: number;
  readonly hang: number;
  readonly memoryGB: number;
  /** By how much longer with so many at a time; null: no longer. */
  readonly slowdown: Device["slowdown"] | null;
  readonly fault: { readonly everyMs: number; readonly as: LiveFault } | null;
}

/** A worker's AI side. */
export interface AIWorkerSpec {
  /** Its place in the world's tables, as its node. */
  readonly worker: number;
  readonly node: number;
  readonly models: readonly AIServing[];
  readonly memoryGB: number;
  readonly sharesGpu: boolean;
  readonly perSegment: number;
  readonly perJob: number;
}

/** A node that serves AI jobs. */
export interface AIPlace {
  /** Their places in the world's tables. */
  readonly node: number;
  readonly orchestrator: number;
  /** Whether it is the pool's. */
  readonly isPool: boolean;
  /** By kind; null: of the pool's nodes the workers serve. */
  readonly own: readonly (AIServing | null)[] | null;
  /** By kind; null: it names no price. */
  readonly prices: readonly (SessionPrice | null)[];
}

/** Everything about AI jobs that does not change in a run. */
export interface AIWorld {
  readonly settings: AISettings;
  readonly kinds: readonly AIKind[];
  readonly jobs: readonly AIJobSpec[];
  /** By node; null: no AI there. */
  readonly places: readonly (AIPlace | null)[];
  /** By worker; null: no AI there. */
  readonly workers: readonly (AIWorkerSpec | null)[];
  /** By node: false where it is there for AI jobs only. */
  readonly transcodes: readonly boolean[];
  /** Share of the models that are served whose time the scenario does not say, nor anybody measured. */
  readonly imputedTimes: number;
}
