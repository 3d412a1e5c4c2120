/** Which capabilities a video job needs, from what is known of its input and outputs (K-11). */
import { InputError } from "../core/errors.js";
import { bitString, type JobCapabilities } from "./capabilities.js";
import {
  CAPABILITY_AUTH_TOKEN,
  CAPABILITY_MPEG7_SIGNATURE,
  CAPABILITY_SEGMENT_SLICING,
} from "./capability.js";

const inputCodecs = { h264: 0, hevc: 15, vp8: 17, vp9: 18 } as const;
const encoders = { h264: 0, h265: 16, vp8: 19, vp9: 20 } as const;
const containers = { none: 1, mpegts: 1, mp4: 2 } as const;
const h264Profiles = { none: null, baseline: 7, main: 8, high: 9, constrainedHigh: 10 } as const;
const storages = { memory: null, direct: 4, s3: 5, gcs: 6 } as const;
const pixelFormats = new Map<string, number | null>([
  ["unknown", null],
  ["420-8", null],
  ["444-8", 21],
  ["422-8", 22],
  ["444-10", 23],
  ["422-10", 24],
  ["420-10", 25],
]);

/** One rendition, as far as capabilities go. */
export interface JobProfile {
  /** The format that the rendition's segments come in. @default "none" */
  readonly container?: keyof typeof containers | undefined;
  /** The codec that the rendition is encoded with. @default "h264" */
  readonly encoder?: keyof typeof encoders | undefined;
  /** The H.264 profile that is asked for. @default "none" */
  readonly profile?: keyof typeof h264Profiles | undefined;
  /** Denominator of the frame rate; 0 = a whole number of frames. @default 0 */
  readonly fpsDen?: number | undefined;
  /** Distance of key frames in ms, or a negative special value. @default 0 */
  readonly gop?: number | undefined;
}

/** A video job. */
export interface VideoJob {
  /** The renditions that are asked for. */
  readonly profiles: readonly JobProfile[];
  /** The codec of the input. @default "h264" */
  readonly codec?: keyof typeof inputCodecs | undefined;
  /** Chroma and depth of H.264 input, e.g. `420-8`; RTMP knows none (K-12). @default "unknown" */
  readonly pixelFormat?: string | undefined;
  /** Where the gateway keeps segments. @default "memory" */
  readonly storage?: keyof typeof storages | undefined;
  /** How often results are verified; above 0 signatures are needed. @default 0 */
  readonly verificationFreq?: number | undefined;
  /**
   * Whether segment parameters are passed, which needs a capability of its own: HTTP push always
   * does, RTMP never (K-12). @default false
   */
  readonly segmentParameters?: boolean | undefined;
  /** The least version of go-livepeer that an orchestrator must have (K-9); "" = any. @default "" */
  readonly minVersion?: string | undefined;
}

/**
 * The capabilities that a job needs (K-11, K-12).
 *
 * @throws InputError (`PIXEL_FORMAT`) for H.264 input of a pixel format that no node decodes
 */
export function jobCapabilities(job: VideoJob): JobCapabilities {
  const { codec = "h264", pixelFormat = "unknown", storage = "memory" } = job;
  const needed: (number | null)[] = [CAPABILITY_AUTH_TOKEN];
  if ((job.verificationFreq ?? 0) > 0) needed.push(CAPABILITY_MPEG7_SIGNATURE);
  if (job.segmentParameters ?? false) needed.push(CAPABILITY_SEGMENT_SLICING);
  needed.push(inputCodecs[codec], storages[storage]);
  if (codec === "h264") needed.push(ofPixelFormat(pixelFormat));
  for (const { container, encoder, profile, fpsDen, gop } of job.profiles) {
    needed.push(containers[container ?? "none"], encoders[encoder ?? "h264"]);
    if ((fpsDen ?? 0) > 0) needed.push(3);
    needed.push(h264Profiles[profile ?? "none"]);
    if ((gop ?? 0) !== 0) needed.push(11);
  }
  return {
    bitstring: bitString(needed.filter((capability) => capability !== null)),
    minVersion: job.minVersion ?? "",
    perCapability: null,
  };
}

function ofPixelFormat(format: string): number | null {
  const capability = pixelFormats.get(format);
  if (capability !== undefined) return capability;
  const known = [...pixelFormats.keys()].join(", ");
  throw new InputError(`pixel format "${format}" cannot be decoded, expected one of ${known}`, {
    code: "PIXEL_FORMAT",
  });
}
