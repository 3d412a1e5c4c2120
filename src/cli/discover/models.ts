/** What an orchestrator offers for AI jobs: each model with capacity, price and hardware. */
import { counted, grouped } from "../../core/wording.js";
import {
  capabilityPipeline,
  type Gpu,
  type PriceInfo,
  pipelineToCapability,
  pricePerPixel,
} from "../../discovery/index.js";
import type { Judged } from "./gather.js";
import type { AIJobAsked } from "./job.js";

/** A model of a pipeline at one orchestrator; what it does not tell is null. */
export interface ModelRow {
  readonly pipeline: string;
  readonly model: string;
  readonly warm: boolean | null;
  /** How many more jobs at a time. */
  readonly capacity: number | null;
  /** How many it has, which only live video tells. */
  readonly inUse: number | null;
  readonly price: PriceInfo | null;
  readonly gpus: readonly Gpu[];
}

type Draft = { -readonly [Key in keyof ModelRow]: ModelRow[Key] };

/** The models that somebody tells of, in constraints, prices or hardware; of a job only its own. */
export function modelRows({ report, details }: Judged, ai: AIJobAsked | null): readonly ModelRow[] {
  const rows = new Map<string, Draft>();
  const rowOf = (pipeline: string, model: string): Draft => {
    const key = JSON.stringify([pipeline, model]);
    const known = rows.get(key);
    if (known !== undefined) return known;
    const told = { warm: null, capacity: null, inUse: null, price: null };
    const row: Draft = { pipeline, model, ...told, gpus: [] };
    rows.set(key, row);
    return row;
  };
  const answer = details?.answer ?? report.info;
  const models = answer?.capabilities?.constraints?.perCapability ?? report.models;
  for (const [capability, byId] of models ?? []) {
    for (const [model, { warm, capacity, capacityInUse = null }] of byId) {
      const inUse = capacityInUse === 0 ? null : capacityInUse;
      Object.assign(rowOf(capabilityPipeline(capability), model), { warm, capacity, inUse });
    }
  }
  for (const price of answer?.capabilitiesPrices ?? []) {
    rowOf(capabilityPipeline(price.capability), price.constraint).price ??= price;
  }
  for (const { pipeline, modelId, gpus } of answer?.hardware ?? []) {
    const row = rowOf(pipeline, modelId);
    row.gpus = [...row.gpus, ...gpus];
  }
  const all = [...rows.values()];
  if (ai === null) return all;
  return all
    .filter(({ pipeline }) => pipelineToCapability(pipeline) === ai.capability)
    .filter(({ model }) => ai.model === null || model === ai.model);
}

/** `2 × NVIDIA GeForce RTX 4090, 24 GiB`, by name and memory, the most numerous first. */
export function gpuText(gpus: readonly Gpu[]): string {
  const counts = new Map<string, number>();
  for (const { name, memoryTotal } of gpus) {
    const memory = memoryTotal > 0n ? `, ${memoryText(memoryTotal)}` : "";
    const key = `${name === "" ? "GPU without a name" : name}${memory}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, few], [b, many]) => many - few || (a < b ? -1 : 1))
    .map(([name, count]) => `${grouped(count)} × ${name}`)
    .join(", ");
}

function memoryText(bytes: bigint): string {
  const tenths = Number((bytes * 10n) / 2n ** 30n) / 10;
  return tenths < 1 ? `${bytes / 2n ** 20n} MiB` : `${Math.round(tenths)} GiB`;
}

/** One model in a line. */
export function modelText({ pipeline, model, ...row }: ModelRow): string {
  const { warm, capacity, inUse, gpus } = row;
  const price = row.price === null || row.price.pixelsPerUnit === 0n ? null : row.price;
  const facts = [
    warm !== null && (warm ? "warm" : "cold"),
    capacity !== null && capacity > 0 && `capacity ${grouped(capacity)}`,
    inUse !== null && `${grouped(inUse)} in use`,
    price !== null && `${pricePerPixel(price)?.toFixed(3)} wei/unit`,
    gpus.length > 0 && gpuText(gpus),
  ].filter((fact) => fact !== false);
  return `${pipeline} ${model}: ${facts.length === 0 ? "nothing told" : facts.join(" · ")}`;
}

/** All GPUs of the models, and those of live runners. */
export function gpusOf(judged: Judged, ai: AIJobAsked | null): readonly Gpu[] {
  const byId = new Map<string, Gpu>();
  for (const [row, { gpus }] of modelRows(judged, ai).entries()) {
    for (const [at, gpu] of gpus.entries()) {
      // One card can run several models; cards without an id are told apart by where they stand.
      byId.set(gpu.id === "" ? `${row}/${at}` : `id ${gpu.id}`, gpu);
    }
  }
  return [...byId.values()];
}

/** `600 GPUs: 400 × …, 200 × …`, those of a node once, by however many names; empty where nobody tells any. */
export function allGpusText(list: readonly Judged[], ai: AIJobAsked | null): string {
  const nodes = new Map(list.map((one) => [one.report.transcoder || one.report.uri, one]));
  const gpus = [...nodes.values()].flatMap((one) => gpusOf(one, ai));
  return gpus.length === 0 ? "" : `${counted(gpus.length, "GPU")}: ${gpuText(gpus)}`;
}
