/** From files to what the registries hold: each extension's exports, checked and wrapped. */
import { basename, resolve } from "node:path";
import { z } from "zod";
import { FILE_FIELDS, type RegistryEntry, type SettingFields } from "../../config/registry.js";
import { suggestion } from "../../config/suggest.js";
import { InputError } from "../../core/errors.js";
import {
  ADMISSION_POLICIES,
  type AdmissionEntry,
  ATTRIBUTION_SCHEMES,
  commissionOf,
  type SchemeEntry,
  splitWei,
} from "../../pool/index.js";
import { SELECTION_ALGORITHMS, type SelectionEntry } from "../../selection/index.js";
import type { Extension, ExtensionFile } from "./extension.js";
import { type Author, guarded, wholeAlgorithm, wholePolicy, wholeScheme } from "./guarded.js";
import { extensionError, readModule } from "./read-module.js";

const EXTENSIONS_MAX = 100;

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
    const schema = guarded(author, "settings", () => settings(fields));
    if (isSchema(schema)) return schema;
    throw extensionError(author.path, `${author.what}: settings gives no schema of the z it gets`);
  };
  make(FILE_FIELDS);
  return make;
}

function policyOf(path: string, value: unknown): AdmissionEntry {
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

function algorithmOf(path: string, value: unknown): SelectionEntry {
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

function schemeOf(path: string, value: unknown): SchemeEntry {
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

/** What an extension may export, each a list of entries of one kind. */
const KINDS = ["admission", "selection", "attribution"] as const;

function entriesOf<Entry>(
  path: string,
  kind: string,
  exported: unknown,
  entryOf: (path: string, value: unknown) => Entry,
): readonly Entry[] {
  if (exported === undefined) return [];
  if (!Array.isArray(exported)) throw extensionError(path, `${kind}: expected a list`);
  return exported.map((value: unknown, index) => {
    try {
      return entryOf(path, value);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const [issue] = error.issues;
      const place = [kind, index, ...(issue?.path ?? [])].map(String).join(".");
      throw extensionError(path, `${place}: ${issue?.message ?? "wrong"}`, error);
    }
  });
}

/** Extensions of this process, by the hash of their bytes. */
const loaded = new Map<string, Extension>();

function assertFree(path: string, entries: readonly RegistryEntry[], of: (name: string) => void) {
  const seen = new Set<string>();
  for (const { name } of entries) {
    try {
      of(name);
    } catch (error) {
      throw error instanceof InputError ? extensionError(path, error.message, error) : error;
    }
    if (seen.has(name)) throw extensionError(path, `it exports two of the name ${name}`);
    seen.add(name);
  }
}

async function loadOne({ path, sha256: expected }: Partial<ExtensionFile> & { path: string }) {
  const { sha256, exports } = await readModule(path, expected);
  const known = loaded.get(sha256);
  if (known !== undefined) return { ...known, path, name: basename(path) };
  for (const name of Object.keys(exports)) {
    if ((KINDS as readonly string[]).includes(name)) continue;
    const hint = suggestion(name, KINDS) || `, expected one of ${KINDS.join(", ")}`;
    throw extensionError(path, `unknown export ${name}${hint}`);
  }
  const admission = entriesOf(path, "admission", exports["admission"], policyOf);
  const selection = entriesOf(path, "selection", exports["selection"], algorithmOf);
  const attribution = entriesOf(path, "attribution", exports["attribution"], schemeOf);
  if (admission.length + selection.length + attribution.length === 0) {
    throw extensionError(path, `it exports nothing, expected ${KINDS.join(", ")}`);
  }
  assertFree(path, admission, (name) => ADMISSION_POLICIES.assertFree(name));
  assertFree(path, selection, (name) => SELECTION_ALGORITHMS.assertFree(name));
  assertFree(path, attribution, (name) => ATTRIBUTION_SCHEMES.assertFree(name));
  for (const entry of admission) ADMISSION_POLICIES.add(entry);
  for (const entry of selection) SELECTION_ALGORITHMS.add(entry);
  for (const entry of attribution) ATTRIBUTION_SCHEMES.add(entry);
  const adds = [
    ...admission.map(({ name }) => `${ADMISSION_POLICIES.kind} ${name}`),
    ...selection.map(({ name }) => `${SELECTION_ALGORITHMS.kind} ${name}`),
    ...attribution.map(({ name }) => `${ATTRIBUTION_SCHEMES.kind} ${name}`),
  ];
  const extension = { path, sha256, name: basename(path), adds, admission, selection, attribution };
  loaded.set(sha256, extension);
  return extension;
}

/**
 * Loads extensions: runs their code, and registers what they export for the life of the process.
 * Only scenarios that are loaded with an extension may name what it brings.
 *
 * @param paths files, relative to the working directory; at most 100
 * @throws InputError (`EXTENSION`) for a file that is no extension, or brings a name that is taken
 */
export async function loadExtensions(paths: readonly string[]): Promise<readonly Extension[]> {
  if (paths.length > EXTENSIONS_MAX) {
    const text = `found ${paths.length} extensions, expected at most ${EXTENSIONS_MAX}`;
    throw new InputError(text, { code: "EXTENSION" });
  }
  return loadAll(paths.map((path) => ({ path: resolve(path) })));
}

/**
 * Loads the very extensions that another thread has.
 *
 * @throws InputError (`EXTENSION`) also for a file that has changed since
 */
export async function reloadExtensions(files: readonly ExtensionFile[]): Promise<void> {
  await loadAll(files);
}

async function loadAll(
  files: readonly (Partial<ExtensionFile> & { path: string })[],
): Promise<readonly Extension[]> {
  const all = new Map<string, Extension>();
  for (const file of files) {
    const extension = await loadOne(file);
    all.set(extension.sha256, extension);
  }
  return [...all.values()];
}
