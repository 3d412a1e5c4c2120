/** One entry of an extension, checked and wrapped: what it exports becomes what a registry lists. */
import { z } from "zod";
import { FILE_FIELDS, type SettingFields } from "../../config/registry.js";
import { ORCHESTRATOR_SOURCES, type OrchestratorSourceEntry } from "../../discovery/index.js";
import type { EventSourceEntry } from "../../pool/books/sources/entry.js";
import { EVENT_SOURCES } from "../../pool/books/sources/registry.js";
import {
  ADMISSION_POLICIES,
  type AdmissionEntry,
  ATTRIBUTION_SCHEMES,
  commissionOf,
  type SchemeEntry,
  splitWei,
} from "../../pool/index.js";
import { SELECTION_ALGORITHMS, type SelectionEntry } from "../../selection/index.js";
import { type Author, guarded, wholeAlgorithm, wholePolicy, wholeScheme } from "./guarded.js";
import { wholeEventReader, wholeOrchestratorSource } from "./guarded-sources.js";
import { extensionError } from "./read-module.js";
import { wholeZod } from "./whole-zod.js";

type Callable = (...given: unknown[]) => unknown;
const callable = z.custom<Callable>((value) => typeof value === "function", "expected a function");

const common = {
  name: z.string(),
  description: z.string().min(1).max(1000),
  create: callable,
};
const policySchema = z.strictObject({
  ...common,
  settings: callable,
  needs: z.array(z.enum(["benchmark", "tiers", "shadows"])).default([]),
  limitsByRegion: z.string().optional(),
});
const algorithmSchema = z.strictObject({
  ...common,
  settings: callable.optional(),
  needs: z.array(z.enum(["latencies"])).default([]),
});

const schemeSchema = z.strictObject({
  ...common,
  settings: callable.optional(),
  needs: z.array(z.enum(["rounds", "renditions"])).default([]),
});

/** Calls `settings` of an entry once, to see that a schema comes back. */
function settingsOf<Schema extends z.ZodType>(
  author: Author,
  settings: Callable,
  isSchema: (value: unknown) => value is Schema,
): (fields: SettingFields) => Schema {
  const make = (fields: SettingFields): Schema => {
    const schema = guarded(author, "settings", () => settings({ ...fields, z: wholeZod }));
    if (isSchema(schema)) return schema;
    throw extensionError(author.path, `${author.what}: settings gives no schema of the z it gets`);
  };
  make(FILE_FIELDS);
  return make;
}

export function policyOf(path: string, value: unknown): AdmissionEntry {
  const given = policySchema.parse(value);
  const { name, description, needs, limitsByRegion } = given;
  const author = { path, what: `${ADMISSION_POLICIES.kind} ${name}` };
  return {
    name,
    description,
    needs,
    limitsByRegion,
    settings: settingsOf(author, given.settings, (one) => one instanceof z.ZodType),
    create: (settings, regions) => {
      const made = guarded(author, "create", () => given.create(settings, regions));
      return wholePolicy(name, made, author);
    },
  };
}

export function algorithmOf(path: string, value: unknown): SelectionEntry {
  const given = algorithmSchema.parse(value);
  const { name, description, needs, settings } = given;
  const author = { path, what: `${SELECTION_ALGORITHMS.kind} ${name}` };
  return {
    name,
    description,
    settings: settings && settingsOf(author, settings, (one) => one instanceof z.ZodObject),
    create: (own, context) => {
      const made = guarded(author, "create", () => given.create(own, context));
      return wholeAlgorithm(made, author, needs.includes("latencies"));
    },
  };
}

export function schemeOf(path: string, value: unknown): SchemeEntry {
  const given = schemeSchema.parse(value);
  const { name, description, needs } = given;
  const author = { path, what: `${ATTRIBUTION_SCHEMES.kind} ${name}` };
  const schema =
    given.settings && settingsOf(author, given.settings, (one) => one instanceof z.ZodObject);
  return {
    name,
    settingName: name,
    description,
    needs,
    settings: (schema?.(FILE_FIELDS) ?? z.strictObject({})) as SchemeEntry["settings"],
    create: (own) => {
      const made = guarded(author, "create", () => given.create(own, { splitWei, commissionOf }));
      return wholeScheme(name, made, author);
    },
  };
}

const sourceSchema = z.strictObject({
  ...common,
  settings: callable,
});

const isObjectSchema = (value: unknown): value is z.ZodObject => value instanceof z.ZodObject;

export function orchestratorSourceOf(path: string, value: unknown): OrchestratorSourceEntry {
  const given = sourceSchema.parse(value);
  const { name, description } = given;
  const author = { path, what: `${ORCHESTRATOR_SOURCES.kind} ${name}` };
  return {
    name,
    description,
    settings: settingsOf(author, given.settings, isObjectSchema),
    label: () => `${name} of an extension`,
    create: (settings) => {
      const made = guarded(author, "create", () => given.create(settings));
      return wholeOrchestratorSource(name, made, author);
    },
  };
}

export function eventSourceOf(path: string, value: unknown): EventSourceEntry {
  const given = sourceSchema.parse(value);
  const { name, description } = given;
  const author = { path, what: `${EVENT_SOURCES.kind} ${name}` };
  const settings = settingsOf(author, given.settings, isObjectSchema);
  if (!(name in settings(FILE_FIELDS).shape)) {
    throw extensionError(path, `${author.what}: expected a setting ${name} that says where it is`);
  }
  return {
    name,
    description,
    settings,
    create: (own, { folder }) => {
      const made = guarded(author, "create", () => given.create(own, { folder }));
      return wholeEventReader(name, made, author);
    },
  };
}
