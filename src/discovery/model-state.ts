/** What an answer says of the model of an AI job, and why it is left out for that. */
import type { Capabilities, PerCapability } from "./capabilities.js";
import type { Rejection } from "./rejection.js";

/**
 * What an answer says of the model that is asked for: loaded, not loaded, the capability without
 * this model, not even the capability, or no constraints at all.
 */
export type ModelState = "warm" | "cold" | "otherModel" | "noCapability" | "noConstraints";

/**
 * Reads {@link ModelState} from the capabilities of an answer.
 *
 * @param capabilities as sent; null = none, which counts as no constraints
 * @param capability number, see `pipelineToCapability`
 * @param model id
 */
export function modelState(
  capabilities: Pick<Capabilities, "constraints"> | null,
  capability: number,
  model: string,
): ModelState {
  const constraints = capabilities?.constraints ?? null;
  if (constraints === null) return "noConstraints";
  const models = constraints.perCapability?.get(capability);
  if (models === undefined) return "noCapability";
  const constraint = models.get(model);
  if (constraint === undefined) return "otherModel";
  return constraint.warm ? "warm" : "cold";
}

const REJECTIONS: Readonly<Record<ModelState, Rejection | null>> = {
  warm: null,
  cold: null,
  noConstraints: {
    rule: "A-17",
    reason: "constraints-missing",
    detail: "it has the capability and tells no constraints, which crashes go-livepeer's request",
  },
  noCapability: {
    rule: "A-16",
    reason: "model-missing",
    detail: "its constraints tell no model of the capability",
  },
  otherModel: {
    rule: "A-16",
    reason: "model-missing",
    detail: "its constraints do not tell this model",
  },
};

/** Why an answer that discovery finds gets no session for an AI job; null = it gets one. */
export function modelRejection(state: ModelState): Rejection | null {
  return REJECTIONS[state];
}

/**
 * The same for all models that a job asks for.
 *
 * @param capabilities of the answer
 * @param job the models by capability; null = a video job, which asks for none
 */
export function jobModelRejection(
  capabilities: Pick<Capabilities, "constraints"> | null,
  job: PerCapability | null,
): Rejection | null {
  for (const [capability, models] of job ?? []) {
    for (const model of models.keys()) {
      const rejection = modelRejection(modelState(capabilities, capability, model));
      if (rejection !== null) return rejection;
    }
  }
  return null;
}
