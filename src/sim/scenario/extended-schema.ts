/** The scenario's schema with the names that extensions add. */
import { z } from "zod";
import { schemeSetting } from "../../pool/books/attribution/registry.js";
import { admissionSchema } from "../../pool/orchestrator/admission/schema.js";
import { DEFAULT_SELECTION, selectionSchema } from "../../selection/index.js";
import type { Extension } from "../extensions/extension.js";
import { type Scenario, scenarioSchema } from "./schema.js";

/**
 * The schema that a scenario is validated with.
 *
 * @param extensions whose policies and algorithms it may name, and no others
 */
export function schemaWith(extensions: readonly Extension[]): z.ZodType<Scenario> {
  if (extensions.length === 0) return scenarioSchema;
  const { shape } = scenarioSchema;
  const selection = selectionSchema(extensions.flatMap((one) => one.selection));
  const admission = admissionSchema(extensions.flatMap((one) => one.admission));
  const attribution = schemeSetting(extensions.flatMap((one) => one.attribution));
  const orchestrator = shape.orchestrator.unwrap();
  const economics = orchestrator.shape.economics.unwrap();
  return scenarioSchema.extend({
    gateway: shape.gateway
      .unwrap()
      .extend({ selection: selection.default(DEFAULT_SELECTION) })
      .prefault({}),
    gateways: z
      .array(shape.gateways.unwrap().element.extend({ selection: selection.optional() }))
      .min(1)
      .max(100)
      .optional(),
    orchestrator: orchestrator
      .extend({
        admission: admission.prefault({}),
        economics: economics.extend({ attribution: attribution.default("perJob") }).prefault({}),
      })
      .optional(),
  });
}
