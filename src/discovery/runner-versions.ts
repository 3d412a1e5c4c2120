/** The flag `-aiMinRunnerVersion`: which version of a model's container a job asks for (K-10). */
import type { ModelConstraint } from "./capabilities.js";
import { pipelineToCapability } from "./capability.js";

const fields = ["model_id", "pipeline", "minVersion"] as const;
type Field = (typeof fields)[number];

/**
 * Reads the flag as go-livepeer does: a JSON list of `{model_id, pipeline, minVersion}`, keys in
 * any case. An entry with an empty part or an unknown pipeline is left out, and a text that is
 * not such a list asks for nothing.
 */
export function parseMinRunnerVersions(
  text: string,
): ReadonlyMap<number, ReadonlyMap<string, ModelConstraint>> {
  const constraints = new Map<number, Map<string, ModelConstraint>>();
  for (const entry of read(text) ?? []) {
    const capability = pipelineToCapability(entry.pipeline);
    if (capability === undefined || entry.model_id === "" || entry.minVersion === "") continue;
    const models = constraints.get(capability) ?? new Map<string, ModelConstraint>();
    models.set(entry.model_id, { warm: false, capacity: 0, runnerVersion: entry.minVersion });
    constraints.set(capability, models);
  }
  return constraints;
}

function read(text: string): Record<Field, string>[] | null {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(list)) return null;
  const entries = list.map(readEntry);
  const good = entries.filter((entry) => entry !== null);
  return good.length === entries.length ? good : null;
}

function readEntry(item: unknown): Record<Field, string> | null {
  const entry = { model_id: "", pipeline: "", minVersion: "" };
  if (item === null) return entry;
  if (typeof item !== "object" || Array.isArray(item)) return null;
  for (const [key, value] of Object.entries(item)) {
    const field = fields.find((name) => name.toLowerCase() === key.toLowerCase());
    if (field === undefined || value === null) continue;
    if (typeof value !== "string") return null;
    entry[field] = value;
  }
  return entry;
}
