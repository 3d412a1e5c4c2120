/** The capabilities by number, with their names and standard sets (K-1). */
import { lowerCase } from "../core/go-text.js";

/** Every job asks for it, which is why no video job is "legacy only" (D-23). */
export const CAPABILITY_AUTH_TOKEN = 12;
export const CAPABILITY_MPEG7_SIGNATURE = 14;
export const CAPABILITY_SEGMENT_SLICING = 26;

const names = new Map<number, string>([
  [-2, "Invalid"],
  [-1, "Unused"],
  [0, "H.264"],
  [1, "MPEGTS"],
  [2, "MP4"],
  [3, "Fractional framerates"],
  [4, "Storage direct"],
  [5, "Storage S3"],
  [6, "Storage GCS"],
  [7, "H264 Baseline profile"],
  [8, "H264 Main profile"],
  [9, "H264 High profile"],
  [10, "H264 Constrained, Contained High profile"],
  [11, "GOP"],
  [12, "Auth token"],
  [14, "MPEG7 signature"],
  [15, "HEVC decode"],
  [16, "HEVC encode"],
  [17, "VP8 decode"],
  [18, "VP9 decode"],
  [19, "VP8 encode"],
  [20, "VP9 encode"],
  [21, "H264 Decode YUV444 8-bit"],
  [22, "H264 Decode YUV422 8-bit"],
  [23, "H264 Decode YUV444 10-bit"],
  [24, "H264 Decode YUV422 10-bit"],
  [25, "H264 Decode YUV420 10-bit"],
  [26, "Segment slicing"],
  [27, "Text to image"],
  [28, "Image to image"],
  [29, "Image to video"],
  [30, "Upscale"],
  [31, "Audio to text"],
  [32, "Segment anything 2"],
  [33, "Llm"],
  [34, "Image to text"],
  [35, "Live video to video"],
  [36, "Text to speech"],
  [37, "byoc"],
]);
const numbers = new Map([...names].map(([capability, name]) => [name, capability]));

/** Every capability that has a name, with it: number to name. */
export const CAPABILITY_NAMES: ReadonlyMap<number, string> = names;
/** What a node advertises unless told otherwise (K-15). */
export const DEFAULT_CAPABILITIES: readonly number[] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 26,
];
/** What a node may have besides (K-15). */
export const OPTIONAL_CAPABILITIES: readonly number[] = [
  15, 16, 17, 18, 21, 22, 23, 24, 25, 27, 28, 29, 30, 31, 32, 34, 36,
];
/** What an orchestrator may demand of a job; present ones demand nothing (K-3). */
export const MANDATORY_CAPABILITIES: readonly number[] = [CAPABILITY_AUTH_TOKEN];
/** What orchestrators that send no capabilities are taken to have (K-13). */
export const LEGACY_CAPABILITIES: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/** The name of a capability, or its number as text. */
export function capabilityText(capability: number): string {
  return names.get(capability) ?? String(capability);
}

/**
 * What a capability is called where pipelines are named, as a remote signer writes it: its
 * name in lower case, with dashes; its number as text if it has none.
 */
export function capabilityPipeline(capability: number): string {
  return lowerCase(capabilityText(capability)).replaceAll(" ", "-");
}

/**
 * The capability that an AI pipeline needs (K-5).
 *
 * @param pipeline e.g. `text-to-image`; only its first letter may differ in case
 * @returns its number, or undefined for a pipeline that is not known
 */
export function pipelineToCapability(pipeline: string): number | undefined {
  const spaced = pipeline.replaceAll("-", " ");
  return numbers.get(spaced.replace(/^[a-z]/, (letter) => letter.toUpperCase()));
}
