/** The AI part of a compiled scenario: jobs, models, who serves them at what price. */
import { InputError, invariant } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import { aiUnits, inferenceSteps } from "../../selection/ai/latency-score.js";
import type { LiveFault } from "../../selection/ai/live-stream.js";
import { AI_PIPELINES, type AIPipeline } from "../../selection/ai/pipelines.js";
import type { AIRequestJob } from "../../selection/ai/request.js";
import { SessionPrice } from "../../selection/session-price.js";
import { type Lognormal, lognormal } from "../engine/distributions.js";
import { hourlyFactors } from "../model/demand.js";
import { type LengthModel, lengthModel } from "../model/lengths.js";
import type { Node, Orchestrator, WorkerSpec } from "../model/world.js";
import type { Device } from "../network/devices.js";
import { slowdownPoints } from "../network/own-devices.js";
import type { Scenario } from "../scenario/schema.js";
import { type UnitsModel, unitsModel } from "./units.js";
import { UsualTimes } from "./usual-times.js";

type AISettings = NonNullable<Scenario["ai"]>;
type Serving = AISettings["orchestrators"][number]["models"][number];
type WorkerModel = NonNullable<Scenario["workers"][number]["ai"]>["models"][number];

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
  readonly spec: WorkerSpec;
  readonly models: readonly AIServing[];
  readonly memoryGB: number;
  readonly sharesGpu: boolean;
  readonly perSegment: number;
  readonly perJob: number;
}

/** A node that serves AI jobs. */
export interface AIPlace {
  readonly node: Node;
  readonly orchestrator: Orchestrator;
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

/** What the AI part is made of. */
export interface AIWorldParts {
  readonly scenario: Scenario;
  readonly nodes: readonly Node[];
  readonly orchestrators: readonly Orchestrator[];
  readonly workers: readonly WorkerSpec[];
  /** Index of the orchestrator under study; −1: none. */
  readonly pool: number;
}

/** The kinds of a scenario, by number; each (pipeline, model) once. */
class Kinds {
  readonly list: AIKind[] = [];
  readonly #byName = new Map<string, number>();

  of(named: { readonly pipeline: string; readonly model?: string | undefined }): number {
    const pipeline = AI_PIPELINES.get(named.pipeline);
    invariant(pipeline !== undefined, "the schema knows the pipelines");
    const model = named.model ?? pipeline.defaultModel;
    const key = `${pipeline.name} ${model}`;
    const known = this.#byName.get(key);
    if (known !== undefined) return known;
    const index = this.list.length;
    this.#byName.set(key, index);
    this.list.push({ index, pipeline, model });
    return index;
  }
}

/**
 * Compiles the AI part of a scenario; null where it has none.
 *
 * @throws InputError (`SCENARIO_INVALID`) for an orchestrator that nobody is called
 */
export function compileAI(parts: AIWorldParts): AIWorld | null {
  const { scenario, nodes, orchestrators, workers, pool } = parts;
  const { ai } = scenario;
  if (ai === undefined) return null;
  const kinds = new Kinds();
  const times = new UsualTimes();
  for (const job of ai.jobs) kinds.of(job);
  const { noiseScale, loadScale } = scenario.assumptions;
  const compiled = workers.map((spec) => workerOf(spec, kinds, times, noiseScale));
  const measured = new Map(
    ai.orchestrators.map((one) => [indexOf(orchestrators, one.name), one] as const),
  );
  for (const { models } of ai.orchestrators) for (const model of models) kinds.of(model);
  const own = scenario.orchestrator?.ai?.prices ?? [];
  for (const price of own) kinds.of(price);
  const priceList = (
    list: readonly {
      readonly pipeline: string;
      readonly model?: string | undefined;
      readonly pricePerUnit: string;
    }[],
  ) => {
    const prices: (SessionPrice | null)[] = kinds.list.map(() => null);
    for (const one of list)
      prices[kinds.of(one)] = new SessionPrice(Rational.parse(one.pricePerUnit));
    return prices;
  };
  const poolHasAI = compiled.some((worker) => worker !== null);
  const poolPrices = priceList(own);
  const places = nodes.map((node): AIPlace | null => {
    const orchestrator = orchestrators[node.orchestrator];
    invariant(orchestrator !== undefined, "every node has an orchestrator");
    if (node.orchestrator === pool) {
      return poolHasAI ? { node, orchestrator, own: null, prices: poolPrices } : null;
    }
    const spec = measured.get(node.orchestrator);
    if (spec === undefined) return null;
    const served: (AIServing | null)[] = kinds.list.map(() => null);
    for (const model of spec.models)
      served[kinds.of(model)] = servingOf(model, kinds, times, noiseScale);
    return { node, orchestrator, own: served, prices: priceList(spec.models) };
  });
  const poolTranscodes =
    workers.length === 0 || workers.some(({ settings }) => settings.ai?.transcoding !== "none");
  return {
    settings: ai,
    kinds: kinds.list,
    jobs: ai.jobs.map((job) => jobOf(job, kinds, loadScale)),
    places,
    workers: compiled,
    transcodes: nodes.map(({ orchestrator }) =>
      orchestrator === pool ? poolTranscodes : (measured.get(orchestrator)?.transcodes ?? true),
    ),
    imputedTimes: times.imputedShare,
  };
}

function indexOf(orchestrators: readonly Orchestrator[], name: string): number {
  const wanted = name.toLowerCase();
  const found = orchestrators.find(
    (one) => !one.isPool && (one.name.toLowerCase() === wanted || one.address === wanted),
  );
  if (found !== undefined) return found.index;
  throw new InputError(
    `ai.orchestrators names ${JSON.stringify(name)}, expected another orchestrator of the network or of orchestrators`,
    { code: "SCENARIO_INVALID" },
  );
}

function jobOf(job: AISettings["jobs"][number], kinds: Kinds, loadScale: number): AIJobSpec {
  const kind = kinds.list[kinds.of(job)];
  invariant(kind !== undefined, "every job has a kind");
  const { pipeline, model } = kind;
  const speech = pipeline.name === "text-to-speech";
  const perMs = pipeline.live
    ? (job.streamsPerHour ?? 0) / 3_600_000
    : (job.requestsPerSecond ?? 0) / 1000;
  const maxPrice = Rational.parse(job.maxPricePerUnit);
  return {
    ...kind,
    name: job.name,
    request: { capability: pipeline.capability, model, scored: pipeline.scored },
    ratePerMs: perMs * loadScale,
    hourly: hourlyFactors(job.hourly),
    lengths: pipeline.live ? lengthModel(job.length ?? DEFAULT_LENGTH) : null,
    units: unitsModel(job.units ?? Number(aiUnits(pipeline.name, {})?.billed ?? 0n)),
    billedPerScored: pipeline.name === "audio-to-text" ? 1000 : 1,
    steps: inferenceSteps(pipeline.name, model, job.steps ?? null),
    debitedPerPaid: speech ? 1000 : 1,
    requestMegabits: job.requestKB / 125,
    responseMegabits: job.responseKB / 125,
    patienceMs: job.patience ?? Number.POSITIVE_INFINITY,
    maxPrice: maxPrice.sign() === 0 ? null : maxPrice,
  };
}

/** Of live streams that do not say how long they are, ms. */
const DEFAULT_LENGTH = { distribution: "exponential", mean: 1_200_000 } as const;

function servingOf(
  model: Serving | WorkerModel,
  kinds: Kinds,
  times: UsualTimes,
  noiseScale: number,
): AIServing {
  const { slowdown, parallel, memoryGB } = model as Partial<WorkerModel>;
  const index = kinds.of(model);
  const kind = kinds.list[index];
  invariant(kind !== undefined, "every model is of a kind");
  const named = { pipeline: kind.pipeline.name, model: kind.model };
  return {
    kind: index,
    capacity: model.capacity,
    parallel: parallel ?? model.capacity,
    warm: model.warm,
    fixedMs: model.fixedMs,
    // A live stream takes as long as it lasts.
    msPerUnit: kind.pipeline.live ? model.msPerUnit : times.of(model, named),
    noise: lognormal(1, model.cv * noiseScale),
    loadMs: model.loadTime,
    failure: model.failureProbability,
    hang: model.hangProbability,
    memoryGB: memoryGB ?? 0,
    slowdown: slowdown === undefined ? null : slowdownPoints(slowdown),
    fault:
      model.liveFault === undefined
        ? null
        : { everyMs: model.liveFault.every, as: model.liveFault.as },
  };
}

function workerOf(
  spec: WorkerSpec,
  kinds: Kinds,
  times: UsualTimes,
  noiseScale: number,
): AIWorkerSpec | null {
  const { ai } = spec.settings;
  if (ai === undefined) return null;
  return {
    spec,
    models: ai.models.map((model) => servingOf(model, kinds, times, noiseScale)),
    memoryGB: ai.memoryGB ?? Number.POSITIVE_INFINITY,
    sharesGpu: ai.transcoding === "shared",
    perSegment: ai.perSegment,
    perJob: ai.perJob,
  };
}
