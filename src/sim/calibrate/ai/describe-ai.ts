/** What was found out about a worker's AI models, in words. */
import { counted } from "../../../core/wording.js";
import type { Figure } from "../worker-fit.js";
import type { AIModelFit, AIWorkerFit } from "./ai-fit.js";

const PERCENT = 100;

function digits(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "?";
}

function figure({ value, low, high }: Figure, scale = 1): string {
  return `${digits(scale * value)} (${digits(scale * low)} to ${digits(scale * high)})`;
}

function timeLines({ fixedMs, msPerUnit, units, curve }: AIModelFit): string[] {
  if (msPerUnit === null) return [];
  const per = msPerUnit.value === 0 ? null : `${figure(msPerUnit)} ms for each unit`;
  const whole = fixedMs === null ? null : `${figure(fixedMs)} ms whatever its size`;
  const company = curve
    .slice(1)
    .map(({ atATime, factor }) => `${atATime}: × ${figure(factor)}`)
    .join(", ");
  return [
    `a job alone: ${[whole, per].filter((text) => text !== null).join(", and ")}; ${digits(units.mean)} units on average`,
    ...(company === "" ? [] : [`with more at a time: ${company}`]),
  ];
}

function modelLines(fit: AIModelFit): string[] {
  const { pipeline, model, jobs, results, noiseCv, coldStarts, loadMs, failures, notes } = fit;
  const isTimed = fit.msPerUnit !== null;
  return [
    `${pipeline} ${model}: ${counted(results, "result")}, ${counted(jobs, "answered job")}`,
    ...timeLines(fit),
    ...(noiseCv === null ? [] : [`spread ${figure(noiseCv)}`]),
    ...(loadMs === null
      ? isTimed
        ? ["no cold start was seen"]
        : []
      : [`${counted(coldStarts, "cold start")}: + ${figure(loadMs, 0.001)} s`]),
    ...(failures === null ? [] : [`failed: ${figure(failures, PERCENT)} % of results`]),
    ...(isTimed ? [`${counted(fit.capacity, "job")} at a time`] : []),
    ...notes.map((text) => `note: ${text}`),
  ];
}

/** The lines about one worker, the first of which names it. */
export function describeAIFit({ worker, models }: AIWorkerFit): readonly string[] {
  return [`${worker}, AI jobs`, ...models.flatMap(modelLines)];
}
