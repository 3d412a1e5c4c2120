/**
 * AI requests, made up beside the simulation: the model has no AI work, but a pool's books do. Each
 * request is told in two halves, who received it and what it earned (E-15 … E-17).
 */
import { type RandomKey, uniform } from "../../core/random.js";
import { drawExponential } from "../engine/distributions.js";
import { type PoolSource, type RecordedEvent, uuidOf } from "./recorded-event.js";

/** Price in wei of a unit, and how many units. */
const PIPELINES = [
  {
    pipeline: "text-to-image",
    modelId: "ByteDance/SDXL-Lightning",
    units: 1_048_576n,
    wei: 4_768_371n,
  },
  {
    pipeline: "llm",
    modelId: "meta-llama/Meta-Llama-3.1-8B-Instruct",
    units: 256n,
    wei: 1_800_000_001n,
  },
  {
    pipeline: "audio-to-text",
    modelId: "openai/whisper-large-v3",
    units: 30_000n,
    wei: 12_882_811n,
  },
] as const;

/** Cumulated: what else may become of a request than one worker's paid answer. */
const FATES = [
  /** A worker fails, another one answers: both say that they received it. */
  ["retried", 0.05],
  /** Nobody is paid. */
  ["failed", 0.08],
  /** The node's own worker answers: nobody says that they received it (E-16). */
  ["local", 0.1],
] as const;

const ANSWER_MS = { mean: 4_000, least: 300 };
/** A worker is given up after this, and no two times of a request are the same second. */
const RETRY_MS = 2_000;
const DEBIT_MS = 40;
const NS_PER_MS = 1_000_000n;
const DAY_MS = 86_400_000;

const DRAW = { gap: 1, source: 2, worker: 3, other: 4, fate: 5, pipeline: 6, answer: 7, units: 8 };

/** A node with AI workers. */
export interface AiNode {
  readonly source: PoolSource;
  readonly workers: readonly string[];
}

export interface AiRequestOptions {
  readonly key: RandomKey;
  /** Names the record: ids of others differ. */
  readonly run: string;
  /** Ms since 1970. */
  readonly startMs: number;
  readonly durationMs: number;
  /** Of all nodes together. */
  readonly perDay: number;
  /** With at least one worker each. */
  readonly nodes: readonly AiNode[];
}

export interface AiRequests {
  /** Not in order. */
  readonly events: readonly RecordedEvent[];
  /** What each worker's requests brought, by source and address. */
  readonly feesWei: ReadonlyMap<PoolSource, ReadonlyMap<string, bigint>>;
  /** What requests brought that nobody says to have received. */
  readonly unattributedWei: bigint;
}

/** Makes them up. */
export function aiRequests({
  key,
  run,
  startMs,
  durationMs,
  perDay,
  nodes,
}: AiRequestOptions): AiRequests {
  const events: RecordedEvent[] = [];
  const fees = new Map(nodes.map(({ source }) => [source, new Map<string, bigint>()]));
  let unattributedWei = 0n;
  const tell = ({ source, workers }: AiNode): void => {
    const at = { atMs: startMs, nodeType: source.nodeType, region: source.region };
    const own = (index: number | string) =>
      ({ identity: { form: "caller", id: `${run}-${source.name}-${index}` }, ...at }) as const;
    events.push({ source, event: { ...own("start"), type: "reset", node: "orchestrator" } });
    for (const [index, address] of workers.entries()) {
      const connection = `10.128.${index >> 8}.${index & 255}:20000`;
      events.push({
        source,
        event: { ...own(index), type: "worker-connected", address, connection },
      });
    }
  };
  if (perDay > 0) for (const node of nodes) tell(node);
  let atMs = startMs;
  for (let request = 0; perDay > 0; request++) {
    const draw = (what: number) => uniform(key.k0 ^ what, key.k1, request);
    atMs += drawExponential(DAY_MS / perDay, draw(DRAW.gap));
    if (atMs >= startMs + durationMs) break;
    const node = picked(nodes, draw(DRAW.source));
    const { source, workers } = node;
    const { pipeline, modelId, units, wei } = picked(PIPELINES, draw(DRAW.pipeline));
    const requestId = uuidOf(`request ${run} ${request}`).slice(0, 8) + request.toString(16);
    const fate = FATES.find(([, below]) => draw(DRAW.fate) < below)?.[0] ?? "answered";
    const worker = picked(workers, draw(DRAW.worker));
    const other = picked(workers, draw(DRAW.other));
    const answerMs = ANSWER_MS.least + drawExponential(ANSWER_MS.mean, draw(DRAW.answer));
    const { nodeType, region } = source;
    const half = (name: string, ms: number) =>
      ({
        identity: { form: "caller", id: `${run}-ai-${request}-${name}` },
        atMs: Math.floor(ms),
        nodeType,
        region,
        requestId,
        pipeline,
        modelId,
      }) as const;
    let receivedMs = atMs + answerMs;
    const received = (address: string, name: string) => {
      events.push({ source, event: { ...half(name, receivedMs), type: "job-received", address } });
    };
    if (fate !== "local") received(worker, "received");
    if (fate === "failed") continue;
    if (fate === "retried") {
      receivedMs += RETRY_MS + answerMs;
      received(other, "received-again");
    }
    const computeUnits = units * BigInt(1 + Math.floor(draw(DRAW.units) * 4));
    const feesWei = computeUnits * wei;
    events.push({
      source,
      event: {
        ...half("processed", receivedMs + DEBIT_MS),
        type: "job-processed",
        job: "ai",
        address: null,
        computeUnits,
        pricePerComputeUnitWei: wei,
        feesWei,
        durationMs: 0n,
        responseTimeNs: BigInt(Math.round(answerMs)) * NS_PER_MS + BigInt(request % 1_000_000),
        realTimeRatio: null,
        renditions: null,
        round: null,
      },
    });
    if (fate === "local") unattributedWei += feesWei;
    else {
      const owner = fate === "retried" ? other : worker;
      const earned = fees.get(source);
      earned?.set(owner, (earned.get(owner) ?? 0n) + feesWei);
    }
  }
  return { events, feesWei: fees, unattributedWei };
}

function picked<T>(items: readonly T[], u: number): T {
  const item = items[Math.floor(u * items.length)];
  if (item === undefined) throw new RangeError("expected at least one to pick from");
  return item;
}
