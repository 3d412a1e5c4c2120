/** From fits of AI models to YAML: what a worker's `ai:` says, prices, and the jobs that came. */
import type { Figure } from "../worker-fit.js";
import { type AIPast, LIVE_PIPELINE } from "./ai-events.js";
import type { AIModelFit, AIWorkerFit } from "./ai-fit.js";

/** Three significant digits: no interval of a calibration is narrower. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function interval({ low, high }: Figure): string {
  const end = (value: number) => (Number.isFinite(value) ? String(rounded(value)) : "anything");
  return `95 %: ${end(Math.max(0, low))} to ${end(high)}`;
}

function modelLines(fit: AIModelFit): string[] {
  const { pipeline, model, capacity, fixedMs, msPerUnit, noiseCv, curve, loadMs, failures } = fit;
  const points = curve.filter(({ atATime }) => atATime > 1);
  return [
    `        - pipeline: ${pipeline}`,
    `          model: ${JSON.stringify(model)}`,
    `          capacity: ${capacity}`,
    ...(pipeline === LIVE_PIPELINE ? [] : [`          parallel: ${capacity}`]),
    ...(fixedMs === null
      ? []
      : [`          fixedMs: ${rounded(Math.max(0, fixedMs.value))} # ${interval(fixedMs)}`]),
    ...(msPerUnit === null
      ? []
      : [`          msPerUnit: ${rounded(msPerUnit.value)} # ${interval(msPerUnit)}`]),
    ...(noiseCv === null ? [] : [`          cv: ${rounded(noiseCv.value)} # ${interval(noiseCv)}`]),
    ...(points.length === 0
      ? []
      : [
          `          slowdown: { ${points.map(({ atATime, factor }) => `${atATime}: ${Math.max(1, rounded(factor.value))}`).join(", ")} }`,
        ]),
    ...(loadMs === null
      ? []
      : [
          `          loadTime: ${Math.max(1, Math.round(loadMs.value / 1000))}s # ${fit.coldStarts} cold starts were seen`,
        ]),
    ...(failures === null || failures.value === 0
      ? []
      : [`          failureProbability: ${rounded(failures.value)} # ${interval(failures)}`]),
  ];
}

/** Whether enough is known of a model to simulate it: of live streams nothing more is needed. */
function isKnown({ pipeline, msPerUnit }: AIModelFit): boolean {
  return msPerUnit !== null || pipeline === LIVE_PIPELINE;
}

/** Whether there is a model to write down. */
export function hasKnownModel({ models }: AIWorkerFit): boolean {
  return models.some(isKnown);
}

/** The lines of a worker's `ai:`, below its name; none where nothing is known well enough. */
export function workerAILines(fit: AIWorkerFit, isTranscoder: boolean): string[] {
  const unknown = fit.models
    .filter((one) => !isKnown(one))
    .map(({ pipeline, model }) => `    # AI jobs of ${pipeline} ${JSON.stringify(model)}: too few`);
  if (!hasKnownModel(fit)) return unknown;
  return [
    ...unknown,
    "    ai:",
    isTranscoder
      ? "      transcoding: beside # no event tells whether jobs and segments slow each other"
      : "      transcoding: none",
    "      models:",
    ...fit.models.filter(isKnown).flatMap(modelLines),
  ];
}

const keyOf = ({ pipeline, model }: { pipeline: string; model: string }) => `${pipeline} ${model}`;

/** Each model once, over all workers, with what all of them did. */
function together(fits: readonly AIWorkerFit[]): AIModelFit[][] {
  const byModel = new Map<string, AIModelFit[]>();
  for (const one of fits.flatMap(({ models }) => models.filter(isKnown))) {
    byModel.set(keyOf(one), [...(byModel.get(keyOf(one)) ?? []), one]);
  }
  return [...byModel.values()];
}

/** `orchestrator.ai`, as a flow of YAML: the last prices that were seen, cut to whole wei (E-11). */
export function pricesFlow(fits: readonly AIWorkerFit[]): string {
  const prices = together(fits).flatMap((models) => {
    const [first] = models;
    const price = models.find(({ priceWei }) => priceWei > 0n)?.priceWei;
    return first === undefined || price === undefined
      ? []
      : [
          `{ pipeline: ${first.pipeline}, model: ${JSON.stringify(first.model)}, pricePerUnit: "${price}" }`,
        ];
  });
  return `{ prices: [${prices.join(", ")}] }`;
}

/** The whole of `ai:`: what came to the pool, which is less than what is asked of the network. */
export function demandLines(fits: readonly AIWorkerFit[], { fromMs, toMs }: AIPast): string[] {
  const seconds = Math.max(1, (toMs - fromMs) / 1000);
  const jobs = together(fits).map((models, index) => {
    const pipeline = models[0]?.pipeline ?? "";
    const results = models.reduce((sum, one) => sum + one.results, 0);
    const weight = models.reduce((sum, one) => sum + one.jobs, 0);
    const mean = models.reduce((sum, one) => sum + one.jobs * one.units.mean, 0) / weight;
    const cv = models.reduce((sum, one) => sum + one.jobs * one.units.cv, 0) / weight;
    const units =
      cv > 0
        ? `{ distribution: lognormal, mean: ${rounded(mean)}, cv: ${rounded(cv)} }`
        : String(rounded(mean));
    const rate =
      pipeline === LIVE_PIPELINE
        ? `streamsPerHour: ${rounded((3600 * results) / seconds)}`
        : `requestsPerSecond: ${rounded(results / seconds)}`;
    const name = `${pipeline}-${index + 1}`;
    const model = JSON.stringify(models[0]?.model ?? "");
    return `    - { name: ${name}, pipeline: ${pipeline}, model: ${model}, ${rate}${weight > 0 ? `, units: ${units}` : ""} }`;
  });
  return ["ai: # what came to the pool: the network is asked for more", "  jobs:", ...jobs];
}
