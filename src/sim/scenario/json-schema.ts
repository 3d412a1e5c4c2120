/**
 * The scenario's JSON Schema for editors (scenarios/scenario.schema.json), and questions that
 * messages and overrides ask it: which keys may stand somewhere, and what is the default there.
 */
import { z } from "zod";
import { DURATION_PATTERN, formatDuration } from "../../config/duration.js";
import type { Path } from "../../config/problem.js";
import { scenarioSchema } from "./schema.js";

/** What is read of a schema. */
interface Outline {
  readonly type?: string;
  readonly pattern?: string;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Outline>>;
  readonly additionalProperties?: Outline | boolean;
  readonly items?: Outline | boolean;
  readonly anyOf?: readonly Outline[];
  readonly oneOf?: readonly Outline[];
}

/** A default as its author would write it: spans of time with units, exact numbers as numbers. */
function writtenDefault(value: unknown, schema: Outline): unknown {
  if (typeof value === "number" && schema.pattern === DURATION_PATTERN) {
    return formatDuration(value);
  }
  if (typeof value === "string" && /^\d+\/1$/.test(value)) {
    const number = Number(value.slice(0, -2));
    return Number.isSafeInteger(number) ? number : value.slice(0, -2);
  }
  return value;
}

function jsonSchemaOf(part: z.ZodType) {
  return z.toJSONSchema(part, {
    io: "input",
    target: "draft-2020-12",
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type === "default" && "defaultValue" in def && jsonSchema.default === undefined) {
        const written = writtenDefault(def.defaultValue, jsonSchema as Outline);
        jsonSchema.default = written as never;
      }
    },
  });
}

/** The JSON Schema (draft 2020-12) of scenario files, made from the schema that validates them. */
export function scenarioJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    ...jsonSchemaOf(scenarioSchema),
    title: "poolsim scenario",
    description: "What `poolsim run` simulates. All settings but `name` have defaults.",
  };
}

/** What a schema is about, without its defaults and whether it may be missing. */
function inner(type: z.core.$ZodType): z.core.$ZodType {
  const { def } = type._zod;
  const isWrapped = ["optional", "default", "prefault"].includes(def.type) && "innerType" in def;
  return isWrapped ? inner(def.innerType as z.core.$ZodType) : type;
}

/** What a mapping is when it is left out, where a schema says it as a scenario would write it. */
function prefaultOf({ _zod: { def } }: z.core.$ZodType): unknown {
  return def.type === "prefault" && "defaultValue" in def ? def.defaultValue : undefined;
}

/** The outline of a schema. What is below a mapping's keys is made when asked for: it takes a while. */
function outlineOf(type: z.ZodType): Outline {
  let whole: Outline | undefined;
  const outline = () => {
    whole ??= jsonSchemaOf(type) as Outline;
    return whole;
  };
  const mapping = inner(type);
  if (!(mapping instanceof z.ZodObject) || !(mapping.def.catchall instanceof z.ZodNever)) {
    return outline();
  }
  const properties: Record<string, Outline> = {};
  for (const [key, part] of Object.entries<z.ZodType>(mapping.shape)) {
    let known: Outline | undefined;
    const get = () => {
      known ??= outlineOf(part);
      return known;
    };
    Object.defineProperty(properties, key, { enumerable: true, get });
  }
  return {
    type: "object",
    properties,
    get default() {
      return prefaultOf(type) ?? outline().default;
    },
  };
}

let root: Outline | undefined;

/** The alternatives of a schema, those that a discriminator in `value` rules out left out. */
function alternatives(schema: Outline, value: unknown): readonly Outline[] {
  const branches = schema.oneOf ?? schema.anyOf;
  if (branches === undefined) return [schema];
  const isPossible = (branch: Outline) =>
    Object.entries(branch.properties ?? {}).every(([key, property]) => {
      if (property.const === undefined || typeof value !== "object" || value === null) return true;
      const given = Object.entries(value).find(([name]) => name === key)?.[1];
      return given === undefined || given === property.const;
    });
  return branches.filter(isPossible);
}

function step(schema: Outline, part: string | number): Outline | undefined {
  if (typeof part === "number") return typeof schema.items === "object" ? schema.items : undefined;
  const { properties = {} } = schema;
  if (Object.hasOwn(properties, part)) return properties[part];
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
}

/** A child of a plain value; undefined where there is none. */
export function childValue(value: unknown, part: string | number): unknown {
  if (Array.isArray(value)) return typeof part === "number" ? value[part] : undefined;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[part];
}

/** The schemas that may apply at a path of a scenario that is not validated yet. */
function schemasAt(path: Path, value: unknown): readonly Outline[] {
  root ??= outlineOf(scenarioSchema);
  let current = value;
  let schemas = alternatives(root, current);
  for (const part of path) {
    const child = childValue(current, part);
    schemas = schemas.flatMap((schema) => {
      const next = step(schema, part);
      return next === undefined ? [] : alternatives(next, child);
    });
    current = child;
  }
  return schemas;
}

/**
 * The keys that may stand in the mapping at a path.
 *
 * @param path of the mapping
 * @param value the whole scenario, as far as it is known
 */
export function keysAt(path: Path, value: unknown): readonly string[] {
  const keys = schemasAt(path, value).flatMap((schema) => Object.keys(schema.properties ?? {}));
  return [...new Set(keys)].filter((key) => key !== "$schema");
}

/** True where a list is expected. */
export function isListAt(path: Path, value: unknown): boolean {
  return schemasAt(path, value).some((schema) => schema.type === "array");
}

/** True where a span of time is expected. */
export function isDurationAt(path: Path, value: unknown): boolean {
  return schemasAt(path, value).some((schema) => schema.pattern === DURATION_PATTERN);
}

/** The default at a path as a scenario would write it; undefined when there is none. */
export function defaultAt(path: Path, value: unknown): unknown {
  const parent = path.slice(0, -1);
  const last = path.at(-1);
  if (last === undefined) return undefined;
  for (const schema of schemasAt(parent, value)) {
    const found = step(schema, last)?.default;
    if (found !== undefined) return structuredClone(found);
  }
  return undefined;
}
