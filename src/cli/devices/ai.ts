/** `poolsim devices --ai`: the tables of AI models, with how each figure is known. */
import { counted, fixed, grouped } from "../../core/wording.js";
import {
  AI_FIGURES,
  type AIFigure,
  type AIModel,
  parseAIModels,
} from "../../sim/network/ai-models.js";
import { type AIGpus, type AINode, parseAIGpus, parseAINodes } from "../../sim/network/ai-nodes.js";
import { AI_SOURCES } from "../../sim/network/ai-sources.js";
import { isImputed } from "../../sim/network/devices.js";
import { styleOf, wrapped } from "../../sim/report/style.js";
import { table } from "../../sim/report/table.js";
import { type PackagedData, packagedData } from "../../sim/scenario/packaged-data.js";
import type { TextStream } from "../shared/terminal.js";
import { MARKS } from "./marks.js";

/** What is known of the network's AI models. */
export interface AITables {
  readonly models: readonly AIModel[];
  readonly gpus: readonly AIGpus[];
  readonly nodes: readonly AINode[];
}

/** The tables that come with poolsim. */
export function packagedAITables(): AITables {
  const file = (name: PackagedData) => ({ name, text: packagedData(name) });
  return {
    models: [...parseAIModels(file("ai-models.csv")).values()],
    gpus: parseAIGpus(file("ai-gpus.csv")),
    nodes: parseAINodes(file("ai-nodes.csv")),
  };
}

/** Share of all figures that were not measured on the model, 0 … 1. */
export function imputedShareOf(models: readonly AIModel[]): number {
  const all = models.flatMap(({ basis }) => AI_FIGURES.map((figure) => basis[figure]));
  return all.filter(isImputed).length / Math.max(1, all.length);
}

function gpusOf(gpus: readonly AIGpus[], { pipeline, model }: AIModel): string {
  const counts = new Map<string, number>();
  for (const one of gpus) {
    if (one.pipeline !== pipeline || one.model !== model) continue;
    const name = one.gpu.replace(/^NVIDIA (?:GeForce )?/, "");
    counts.set(name, (counts.get(name) ?? 0) + one.count);
  }
  return [...counts].map(([name, count]) => `${count} × ${name}`).join(", ");
}

function tail({ spread }: AIModel): string {
  const last = spread.at(-1);
  return last === undefined ? "" : `× ${fixed(last.factor, 1)}`;
}

/** The table, and what its marks mean. */
export function renderAI(
  { models, gpus, nodes }: AITables,
  { width, hasColour }: TextStream,
): string {
  const style = styleOf({ width, hasColour });
  const cells = (figure: AIFigure, text: (model: AIModel) => string) =>
    models.map((model) => `${MARKS[model.basis[figure]]}${text(model)}`);
  const list = table(
    [
      { head: "pipeline", cells: models.map(({ pipeline }) => pipeline), align: "left" },
      { head: "model", cells: models.map(({ model }) => model), align: "left" },
      { head: "wei per unit", cells: cells("price", (one) => grouped(Number(one.priceWei))) },
      { head: "GiB", cells: cells("memory", (one) => fixed(one.memoryGib, 1)), rank: 1 },
      { head: "warm, %", cells: cells("warm", (one) => fixed(100 * one.warm, 0)), rank: 2 },
      {
        head: "success, %",
        cells: cells("success", (one) => fixed(100 * one.success, 0)),
        rank: 3,
      },
      { head: "slowest tenth", cells: cells("spread", tail), rank: 4 },
      { head: "seen on", cells: models.map((one) => gpusOf(gpus, one)), align: "left", rank: 5 },
    ],
    style,
  );
  const seconds = nodes
    .filter(({ isDiscoveryImputed }) => !isDiscoveryImputed)
    .map(({ discoveryMs }) => discoveryMs)
    .sort((a, b) => a - b);
  const median = seconds[Math.floor(seconds.length / 2)] ?? Number.NaN;
  const gpuCount = nodes.reduce((sum, one) => sum + one.gpus, 0);
  const note = `Prices: the median of what orchestrators asked in 2026. Warm: the share of orchestrators with the model that had it loaded. Success, and how many times the median the slowest tenth takes: of tests in 2024. ~ taken from other models, ? a guess: ${fixed(100 * imputedShareOf(models), 0)} % of all figures. How long a request takes nobody published: every requestMs is a guess; what your own workers show is better (poolsim calibrate). ${counted(nodes.length, "orchestrator")} reported ${gpuCount} GPUs for AI; ${seconds.length} of them answered a gateway's discovery in ${fixed(median, 0)} ms (median).`;
  return `${list}\n\n${style.dim(wrapped(note, width))}\n`;
}

/** Where each figure comes from. */
export function aiDetails(models: readonly AIModel[], { width, hasColour }: TextStream): string {
  const style = styleOf({ width, hasColour });
  const rows = models.flatMap((model) => AI_FIGURES.map((figure) => ({ model, figure })));
  const list = table(
    [
      {
        head: "model",
        cells: rows.map(({ model }) => `${model.pipeline}/${model.model}`),
        align: "left",
      },
      { head: "figure", cells: rows.map(({ figure }) => figure), align: "left" },
      {
        head: "known how",
        cells: rows.map(({ model, figure }) => model.basis[figure]),
        align: "left",
      },
      {
        head: "source",
        cells: rows.map(({ model, figure }) => model.source[figure]),
        align: "left",
      },
    ],
    style,
  );
  const sources = [...AI_SOURCES].map(([key, { what, address }]) =>
    wrapped(`${key}: ${what}${address === "" ? "" : `, ${address}`}`, width, "  "),
  );
  return `\n${list}\n\n${sources.join("\n")}\n`;
}
