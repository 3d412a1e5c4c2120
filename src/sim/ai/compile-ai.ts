/** From a scenario and its tables to the AI part of the world. */
import { InputError, invariant } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import { aiUnits, inferenceSteps } from "../../selection/ai/latency-score.js";
import { AI_PIPELINES } from "../../selection/ai/pipelines.js";
import { SessionPrice } from "../../selection/session-price.js";
import { lognormal } from "../engine/distributions.js";
import { hourlyFactors } from "../model/streams/demand.js";
import { lengthModel } from "../model/world/lengths.js";
import type { Node, Orchestrator, WorkerSpec } from "../model/world/world.js";
import { slowdownPoints } from "../network/own-devices.js";
import type { Scenario } from "../scenario/schema.js";
import type { AIJobSpec, AIKind, AIPlace, AIServing, AIWorkerSpec, AIWorld } from "./ai-world.js";
import { unitsModel } from "./units.js";
import { UsualTimes } from "./usual-times.js";

type AISettings = NonNullable<Scenario["ai"]>;
type Serving = AISettings["orchestrators"][number]["models"][number];
type WorkerModel = NonNullable<Scenario["workers"][number]["ai"]>["models"][number];

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
    orchestrator: number,
  ) => {
    // without a price of its own, or at 0, a unit of a model costs what a pixel costs.
    const pixel = orchestrators[orchestrator]?.price ?? null;
    const prices: (SessionPrice | null)[] = kinds.list.map(() => pixel);
    for (const one of list) {
      const price = Rational.parse(one.pricePerUnit);
      if (price.sign() !== 0) prices[kinds.of(one)] = new SessionPrice(price);
    }
    return prices;
  };
  const poolHasAI = compiled.some((worker) => worker !== null);
  const poolPrices = priceList(own, pool);
  const places = nodes.map((node): AIPlace | null => {
    const place = { node: node.index, orchestrator: node.orchestrator };
    if (node.orchestrator === pool) {
      return poolHasAI ? { ...place, isPool: true, own: null, prices: poolPrices } : null;
    }
    const spec = measured.get(node.orchestrator);
    if (spec === undefined) return null;
    const served: (AIServing | null)[] = kinds.list.map(() => null);
    for (const model of spec.models)
      served[kinds.of(model)] = servingOf(model, kinds, times, noiseScale);
    return {
      ...place,
      isPool: false,
      own: served,
      prices: priceList(spec.models, node.orchestrator),
    };
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
    worker: spec.index,
    node: spec.node,
    models: ai.models.map((model) => servingOf(model, kinds, times, noiseScale)),
    memoryGB: ai.memoryGB ?? Number.POSITIVE_INFINITY,
    sharesGpu: ai.transcoding === "shared",
    perSegment: ai.perSegment,
    perJob: ai.perJob,
  };
}
