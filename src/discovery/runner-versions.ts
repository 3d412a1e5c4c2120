/** The flag `-aiMinRunnerVersion`: which version of a model's container a job asks for (K-10). */

import { foldGoKey } from "../core/go-text.js";
import {
  elements,
  type JsonSlice,
  MAX_NESTING_DEPTH,
  members,
  nestingDepth,
  stringValue,
  valueAt,
} from "../core/json-scanner.js";
import type { ModelConstraint } from "./capabilities.js";
import { pipelineToCapability } from "./capability.js";

/** Names of the fields, as {@link foldGoKey} gives them. */
const fields = ["model_id", "pipeline", "minversion"] as const;
type Entry = Record<(typeof fields)[number], string>;

/**
 * Reads the flag as go-livepeer does: a JSON list of `{model_id, pipeline, minVersion}`, as Go
 * decodes it (W-17): keys in any case, of repeated ones the last that is not null. An entry with an
 * empty part or an unknown pipeline is left out, and a text that is not such a list asks for
 * nothing.
 */
export function parseMinRunnerVersions(
  text: string,
): ReadonlyMap<number, ReadonlyMap<string, ModelConstraint>> {
  const constraints = new Map<number, Map<string, ModelConstraint>>();
  for (const { pipeline, model_id: model, minversion } of read(text) ?? []) {
    const capability = pipelineToCapability(pipeline);
    if (capability === undefined || model === "" || minversion === "") continue;
    const models = constraints.get(capability) ?? new Map<string, ModelConstraint>();
    models.set(model, { warm: false, capacity: 0, runnerVersion: minversion });
    constraints.set(capability, models);
  }
  return constraints;
}

function read(text: string): Entry[] | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const list = valueAt(text, 0);
  if (list.kind !== "array" || nestingDepth(text) > MAX_NESTING_DEPTH) return null;
  const entries: Entry[] = [];
  for (const item of elements(text, list)) {
    const entry = readEntry(text, item);
    if (entry === null) return null;
    entries.push(entry);
  }
  return entries;
}

function readEntry(text: string, item: JsonSlice): Entry | null {
  const entry = { model_id: "", pipeline: "", minversion: "" };
  if (item.kind === "null") return entry;
  if (item.kind !== "object") return null;
  for (const [key, value] of members(text, item)) {
    const field = fields.find((name) => name === foldGoKey(key));
    if (field === undefined || value.kind === "null") continue;
    if (value.kind !== "string") return null;
    entry[field] = stringValue(text, value);
  }
  return entry;
}
