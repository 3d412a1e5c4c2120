/**
 * What is known of AI models of the network, as starting values: what a unit costs, how often tests
 * succeeded, how far orchestrators' times lie apart, how much memory a model takes, how many have it
 * loaded. Every figure says whether it was measured, derived, taken from others, or guessed.
 */
import type { Cell } from "../../io/csv-table.js";
import { dataError, numberIn, parseCsv, quoted } from "../../io/csv-table.js";
import { AI_PIPELINES } from "../../selection/ai/pipelines.js";
import { AI_SOURCES } from "./ai-sources.js";
import { type Basis, basisIn, isImputed, sourceIn } from "./devices.js";
import type { DataText } from "./regions.js";

/** The figures of a model that say how they are known. */
export const AI_FIGURES = [
  "price",
  "success",
  "spread",
  "memory",
  "warm",
  "coldStart",
  "requestUnits",
  "requestTime",
] as const;

/** One of {@link AI_FIGURES}. */
export type AIFigure = (typeof AI_FIGURES)[number];

/** A model of a pipeline. */
export interface AIModel {
  /** One of rule A-28's. */
  readonly pipeline: string;
  readonly model: string;
  /** Median of what orchestrators ask, whole wei per unit (A-29 tells the unit, A-85 the rounding). */
  readonly priceWei: bigint;
  /** Share of test requests that succeeded, 0 … 1, orchestrators that never answer included. */
  readonly success: number;
  /** Quantiles of an orchestrator's mean time ÷ the median of all, rising. */
  readonly spread: readonly { readonly q: number; readonly factor: number }[];
  /** Memory of a GPU that the model takes, GiB. */
  readonly memoryGib: number;
  /** Share of the orchestrators that have the model and have it loaded, 0 … 1. */
  readonly warm: number;
  /** What a request takes more when its model has to be loaded, ms. */
  readonly coldStartMs: number;
  /** Units of a usual request; of a second of a live stream. */
  readonly requestUnits: bigint;
  /** What such a request takes alone on a usual GPU, ms; a live stream: 1000. */
  readonly requestMs: number;
  readonly basis: Readonly<Record<AIFigure, Basis>>;
  /** Where each figure comes from: keys of `AI_SOURCES`, joined by +. */
  readonly source: Readonly<Record<AIFigure, string>>;
}

const MAX_MODELS = 2_000;

function spreadIn(fileName: string, cell: Cell): AIModel["spread"] {
  const points = cell.text.split("|").map((part) => {
    const [, q, factor] = /^(0\.\d{1,4}):(\d{1,4}(?:\.\d{1,6})?)$/.exec(part) ?? [];
    return { q: Number(q), factor: Number(factor) };
  });
  const isRising = points.every(({ q, factor }, at) => {
    const before = points[at - 1] ?? { q: 0, factor: 0 };
    return q > before.q && factor >= before.factor;
  });
  if (isRising) return points;
  const expected = "expected quantile:factor pairs joined by |, rising, such as 0.1:0.8|0.5:1";
  throw dataError(fileName, cell, `${quoted(cell.text)}, ${expected}`);
}

function wholeIn(fileName: string, cell: Cell): bigint {
  if (/^\d{1,30}$/.test(cell.text)) return BigInt(cell.text);
  throw dataError(fileName, cell, `${quoted(cell.text)}, expected a whole number`);
}

function ofFigures<T>(of: (figure: AIFigure) => T): Readonly<Record<AIFigure, T>> {
  return {
    price: of("price"),
    success: of("success"),
    spread: of("spread"),
    memory: of("memory"),
    warm: of("warm"),
    coldStart: of("coldStart"),
    requestUnits: of("requestUnits"),
    requestTime: of("requestTime"),
  };
}

/** What a model is called in {@link parseAIModels}'s answer. */
export function aiModelKey(pipeline: string, model: string): string {
  return `${pipeline}/${model}`;
}

/**
 * Parses a table of AI models.
 *
 * @param file name for messages, and text; at most 2000 models
 * @returns the models by `<pipeline>/<model>`, in the order of the file
 * @throws InputError (`DATA_FILE_INVALID`) with a position
 */
export function parseAIModels(file: DataText): ReadonlyMap<string, AIModel> {
  const models = new Map<string, AIModel>();
  for (const record of parseCsv(file.text, file.name, { maxRecords: MAX_MODELS }).records) {
    const pipelineCell = record.cell("pipeline");
    const { text: pipeline } = pipelineCell;
    if (!AI_PIPELINES.has(pipeline)) {
      const expected = `expected one of ${[...AI_PIPELINES.keys()].join(", ")}`;
      throw dataError(file.name, pipelineCell, `${quoted(pipeline)}, ${expected}`);
    }
    const modelCell = record.cell("model");
    const { text: model } = modelCell;
    if (!/^[\w./-]{1,120}$/.test(model)) {
      throw dataError(file.name, modelCell, `${quoted(model)}, expected the id of a model`);
    }
    const key = aiModelKey(pipeline, model);
    if (models.has(key)) {
      throw dataError(file.name, modelCell, `model ${quoted(model)} of ${pipeline} stands twice`);
    }
    const number = (column: string, min: number, max: number) =>
      numberIn(file.name, record.cell(column), { min, max });
    models.set(key, {
      pipeline,
      model,
      priceWei: wholeIn(file.name, record.cell("priceWei")),
      success: number("success", 0, 1),
      spread: spreadIn(file.name, record.cell("spread")),
      memoryGib: number("memoryGib", 0, 10_000),
      warm: number("warm", 0, 1),
      coldStartMs: number("coldStartMs", 0, 3_600_000),
      requestUnits: wholeIn(file.name, record.cell("requestUnits")),
      requestMs: number("requestMs", 0, 3_600_000),
      basis: ofFigures((figure) => basisIn(file.name, record.cell(`${figure}Basis`))),
      source: ofFigures((figure) =>
        sourceIn(file.name, record.cell(`${figure}Source`), AI_SOURCES),
      ),
    });
  }
  return models;
}

/** What of a model's figures somebody uses. */
export interface AIModelUse {
  readonly model: AIModel;
  readonly figures: readonly AIFigure[];
}

/** Share of the figures that are used which nobody measured on that model; 0 for none. */
export function imputedAIShare(uses: readonly AIModelUse[]): number {
  const all = uses.flatMap(({ model, figures }) => figures.map((one) => model.basis[one]));
  return all.length === 0 ? 0 : all.filter(isImputed).length / all.length;
}
