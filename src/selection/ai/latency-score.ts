/** How AI requests are scored and billed: seconds per unit and step, and the units. */
import { AI_PIPELINES } from "./pipelines.js";

const LIGHTNING = "ByteDance/SDXL-Lightning";
const LIGHTNING_STEPS = 8;
const INT64_MAX = 2n ** 63n - 1n;

/** Denoising steps of a request that names none; other pipelines have no steps. */
const DEFAULT_STEPS: ReadonlyMap<string, number> = new Map([
  ["text-to-image", 50],
  ["image-to-image", 100],
  ["image-to-video", 25],
  ["upscale", 75],
]);

/**
 * The steps that a latency score is divided by. The models of SDXL-Lightning have
 * theirs in their ids, whatever the request says.
 *
 * @param pipeline its name
 * @param model id
 * @param steps as requested; null = not given
 * @returns at least 1, and 1 for a pipeline without steps
 */
export function inferenceSteps(pipeline: string, model: string, steps: number | null): number {
  const standard = DEFAULT_STEPS.get(pipeline);
  if (standard === undefined) return 1;
  const isLightning = pipeline === "text-to-image" || pipeline === "image-to-image";
  if (isLightning && model.startsWith(LIGHTNING)) return lightningSteps(model);
  return steps === null ? standard : Math.max(1, steps);
}

function lightningSteps(model: string): number {
  const digits = /_([0-9]+)step/.exec(model)?.[1];
  if (digits === undefined || BigInt(digits) > INT64_MAX) return LIGHTNING_STEPS;
  return Math.max(1, Number(digits));
}

/** What a score is made of. */
export interface AILatency {
  /** Name of the pipeline. */
  readonly pipeline: string;
  /** How long the request took, ns; 64 bits. */
  readonly tookNs: bigint;
  /** Units, see {@link aiUnits}; 64 bits. */
  readonly units: bigint;
  /** Id of the model. @default "" */
  readonly model?: string | undefined;
  /** Steps as requested; null (default) = not given. */
  readonly steps?: number | null | undefined;
}

/**
 * A request's latency score: seconds per unit, and per step where the pipeline has any. It
 * compares only with others of the same pipeline; the pool is sorted by it.
 *
 * @returns 0 for no units, which sorts in front, and for a pipeline that has no score
 */
export function aiLatencyScore(latency: AILatency): number {
  const { pipeline, tookNs, units, model = "", steps = null } = latency;
  if (AI_PIPELINES.get(pipeline)?.scored === "never") return 0;
  const each = DEFAULT_STEPS.has(pipeline) ? inferenceSteps(pipeline, model, steps) : 1;
  return aiScore(seconds(tookNs), Number(units), each);
}

/**
 * {@link aiLatencyScore} of a pipeline that has a score, from numbers.
 *
 * @param tookS how long the request took, s
 * @param units as its score counts them
 * @param steps see {@link inferenceSteps}
 */
export function aiScore(tookS: number, units: number, steps: number): number {
  return units <= 0 ? 0 : tookS / units / steps;
}

/** Whole seconds and the rest are each rounded, as Go does it. */
function seconds(ns: bigint): number {
  return Number(ns / 1_000_000_000n) + Number(ns % 1_000_000_000n) / 1e9;
}

/** What the units of a request are computed of; which parts count depends on the pipeline. */
export interface AISize {
  /** Pixels; of the picture that is asked for, or of the one that is sent. */
  readonly height?: number | undefined;
  /** Pixels, likewise. */
  readonly width?: number | undefined;
  /** How many pictures are asked for; less than 1 counts as 1. @default 1 */
  readonly images?: number | undefined;
  /** The text that is to be spoken. */
  readonly text?: string | undefined;
  /** Length of the audio in whole seconds. */
  readonly audioSeconds?: number | undefined;
  /** Tokens: used, for the score; `max_tokens` of the request, for the bill. @default 256 */
  readonly tokens?: number | undefined;
}

/** Units of a request. */
export interface AIUnits {
  /** What the latency score is divided by. */
  readonly scored: bigint;
  /** What is paid for. */
  readonly billed: bigint;
}

const VIDEO_FRAMES = 25;
const DEFAULT_MAX_TOKENS = 256;

/**
 * The units of a request. Live video has none here: see `liveUnits`.
 *
 * @param pipeline its name
 * @param size whole numbers; what is missing counts as the pipeline's default, or 0
 * @returns undefined if there is no such pipeline
 */
export function aiUnits(pipeline: string, size: AISize): AIUnits | undefined {
  const { images = 1, text = "", audioSeconds = 0, tokens = DEFAULT_MAX_TOKENS } = size;
  const pixels = (height: number, width: number) =>
    product(size.height ?? height, size.width ?? width);
  switch (pipeline) {
    case "text-to-image":
      return both(pixels(512, 512) * product(Math.max(1, images)));
    case "image-to-image":
      return both(pixels(0, 0) * product(Math.max(1, images)));
    case "image-to-video":
      return both(pixels(576, 1024) * product(VIDEO_FRAMES));
    case "upscale":
    case "segment-anything-2":
    case "image-to-text":
      return both(pixels(0, 0));
    case "text-to-speech":
      return both(product(new TextEncoder().encode(text).length));
    case "audio-to-text":
      return units(product(audioSeconds), product(audioSeconds, 1000));
    case "llm":
      return both(product(tokens));
    default:
      return pipeline === "live-video-to-video" ? both(0n) : undefined;
  }
}

function both(count: bigint): AIUnits {
  return units(count, count);
}

/** In 64 bits, as they travel. */
function units(scored: bigint, billed: bigint): AIUnits {
  return { scored: BigInt.asIntN(64, scored), billed: BigInt.asIntN(64, billed) };
}

/** What is no number counts as 0. */
function product(...factors: readonly number[]): bigint {
  const whole = (factor: number) => (Number.isFinite(factor) ? BigInt(Math.trunc(factor)) : 0n);
  return factors.reduce((all, factor) => all * whole(factor), 1n);
}

/**
 * What an orchestrator debits for a text to be spoken: 1000 for each character. The gateway
 * pays for {@link aiUnits}, which are bytes, so that its balance drains about 1000 times as fast as
 * it expects.
 */
export function debitedSpeechUnits(text: string): bigint {
  return 1000n * BigInt([...text].length);
}
