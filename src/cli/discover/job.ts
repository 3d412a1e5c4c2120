/** What the job of the command line needs: a video job (K-11), or an AI job (K-5). */
import { InputError } from "../../core/errors.js";
import { lowerCase } from "../../core/go-text.js";
import {
  bitString,
  CAPABILITY_NAMES,
  DEFAULT_CAPABILITIES,
  DEFAULT_MODEL,
  type JobCapabilities,
  jobCapabilities,
  type PerCapability,
  parseMinRunnerVersions,
  pipelineToCapability,
} from "../../discovery/index.js";
import type { JobFlags } from "./flags.js";

const FIRST_PIPELINE = 27;

/** What an AI job asks for. */
export interface AIJobAsked {
  /** Number of the pipeline's capability. */
  readonly capability: number;
  /** Id of the model; null = any. */
  readonly model: string | null;
}

/**
 * What AI job the flags ask for; null = a video job.
 *
 * @throws InputError (`USAGE`)
 */
export function aiJobOf({ pipeline, modelId }: JobFlags): AIJobAsked | null {
  return pipeline === undefined
    ? null
    : { capability: capabilityOf(pipeline), model: modelId ?? null };
}

function capabilityOf(pipeline: string): number {
  const capability = pipelineToCapability(pipeline);
  if (lowerCase(pipeline) === "byoc") {
    throw new InputError(
      "--pipeline byoc: not offered, as gateways choose for external capabilities by none of these rules but by tokens that each orchestrator gives (A-64 … A-68); --runners and --app show live runners",
      { code: "USAGE" },
    );
  }
  if (capability === undefined) {
    const known = [...CAPABILITY_NAMES].filter(([number]) => number >= FIRST_PIPELINE);
    // Not all that are capabilities are pipelines.
    const names = known
      .map(([, name]) => name.toLowerCase().replaceAll(" ", "-"))
      .filter((name) => pipelineToCapability(name) !== undefined);
    throw new InputError(`--pipeline ${pipeline}: expected one of ${names.join(", ")}`, {
      code: "USAGE",
    });
  }
  return capability;
}

/** The default set, the capability, and of its model not whether it is loaded. */
function aiJob(pipeline: string, flags: JobFlags): JobCapabilities {
  const { modelId, warm, aiMinRunnerVersion = "[]" } = flags;
  const capability = capabilityOf(pipeline);
  const least = parseMinRunnerVersions(aiMinRunnerVersion).get(capability);
  const model =
    modelId === undefined
      ? []
      : [
          [
            modelId,
            { warm, capacity: 0, runnerVersion: "", ...versionOf(least?.get(modelId)) },
          ] as const,
        ];
  return {
    bitstring: bitString([...DEFAULT_CAPABILITIES, capability]),
    minVersion: "",
    perCapability: model.length === 0 ? null : new Map([[capability, new Map(model)]]),
  };
}

function versionOf(model: { readonly runnerVersion: string } | undefined) {
  return model === undefined ? {} : { runnerVersion: model.runnerVersion };
}

/** The models whose highest prices count for the job; without a model the capability's default. */
export function pricedModels(flags: JobFlags): PerCapability | null {
  const job = aiJobOf(flags);
  if (job === null) return null;
  const any = { warm: false, capacity: 0, runnerVersion: "" };
  return new Map([[job.capability, new Map([[job.model ?? DEFAULT_MODEL, any]])]]);
}

/**
 * The capabilities that the flags ask for; `minVersion` is left to `orchMinLivepeerVersion`.
 *
 * @throws InputError (`USAGE`, `PIXEL_FORMAT`)
 */
export function jobOf(flags: JobFlags): JobCapabilities {
  if (flags.pipeline !== undefined) return aiJob(flags.pipeline, flags);
  if (flags.modelId !== undefined || flags.warm) {
    throw new InputError("--modelId and --warm: expected --pipeline too", { code: "USAGE" });
  }
  const { codec, pixelFormat, storage, verificationFreq, ingest } = flags;
  const { container, encoder, profile, fpsDen, gop } = flags;
  return jobCapabilities({
    codec,
    pixelFormat,
    storage,
    verificationFreq,
    segmentParameters: ingest === "http",
    profiles: [{ container, encoder, profile, fpsDen, gop }],
  });
}
