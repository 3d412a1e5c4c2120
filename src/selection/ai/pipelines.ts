/** The AI pipelines as a gateway knows them: capability, default model, and when they are scored. */

/**
 * When a request's latency score is set: `always`, whatever became of it, so that an instant
 * refusal looks very fast; after `success` only; at the `end` of the stream, when the session has
 * gone back already; `never`.
 */
export type ScoreTime = "always" | "success" | "end" | "never";

/** One pipeline. */
export interface AIPipeline {
  /** As requests name it, e.g. `text-to-image`. */
  readonly name: string;
  /** Number of its capability (K-1, A-28). */
  readonly capability: number;
  /** The model of a request that names none. */
  readonly defaultModel: string;
  /** Whether it is live video. */
  readonly live: boolean;
  /** When its latency score is set. Of llm this is for requests that do not stream. */
  readonly scored: ScoreTime;
}

const [always, success, never] = ["always", "success", "never"] as const;

const rows: readonly (readonly [string, number, string, ScoreTime])[] = [
  ["text-to-image", 27, "stabilityai/sdxl-turbo", always],
  ["image-to-image", 28, "stabilityai/sdxl-turbo", always],
  ["image-to-video", 29, "stabilityai/stable-video-diffusion-img2vid-xt", success],
  ["upscale", 30, "stabilityai/stable-diffusion-x4-upscaler", success],
  ["audio-to-text", 31, "openai/whisper-large-v3", success],
  ["segment-anything-2", 32, "facebook/sam2-hiera-large", success],
  ["llm", 33, "meta-llama/llama-3.1-8B-Instruct", success],
  ["image-to-text", 34, "Salesforce/blip-image-captioning-large", always],
  ["live-video-to-video", 35, "noop", never],
  ["text-to-speech", 36, "parler-tts/parler-tts-large-v1", success],
];

/** Number of the capability of live video. */
export const CAPABILITY_LIVE_VIDEO = 35;

/** Every pipeline that processes requests, by its name. */
export const AI_PIPELINES: ReadonlyMap<string, AIPipeline> = new Map(
  rows.map(([name, capability, defaultModel, scored]) => [
    name,
    { name, capability, defaultModel, live: capability === CAPABILITY_LIVE_VIDEO, scored },
  ]),
);

/**
 * The model that a request is for: what it names, else the pipeline's default.
 *
 * @param pipeline its name
 * @param model as requested; empty = none
 * @returns undefined if there is no such pipeline
 */
export function requestedModel(pipeline: string, model: string): string | undefined {
  const found = AI_PIPELINES.get(pipeline);
  if (found === undefined) return undefined;
  return model === "" ? found.defaultModel : model;
}
