/**
 * The attribution schemes: a new one is a file beside this and a line here. The settings of books,
 * the command line, scenarios, `compare-schemes` and the docs read this list.
 */
import { z } from "zod";
import { Registry } from "../../../config/registry.js";
import { InputError } from "../../../core/errors.js";
import { byWeightsEntry } from "./by-weights.js";
import type { SchemeEntry, SchemeSettingValues } from "./entry.js";
import { perJobEntry } from "./per-job.js";
import type { AttributionScheme } from "./scheme.js";
import { slidingWindowEntry } from "./sliding-window.js";

const OWN = [perJobEntry, byWeightsEntry, slidingWindowEntry] as const;

/** A scheme as books and the command line call it. */
export type SchemeName = (typeof OWN)[number]["name"];

/** All schemes, the default first. */
export const SCHEMES: readonly SchemeEntry<SchemeName>[] = OWN;

/** The same with those that extensions added: simulations can use them, books cannot. */
export const ATTRIBUTION_SCHEMES = new Registry<SchemeEntry, SchemeEntry<SchemeName>>(
  "attribution scheme",
  OWN,
  OWN.map(({ settingName }) => settingName),
);

/** Their names, in that order. */
export const SCHEME_NAMES: readonly SchemeName[] = SCHEMES.map(({ name }) => name);

/** Settings of all schemes with their defaults, each once, as text. */
export const SCHEME_DEFAULTS: Readonly<Record<string, string>> = Object.fromEntries(
  SCHEMES.flatMap(({ settings }) =>
    Object.entries(settings.parse({})).map(([key, value]) => [key, String(value)]),
  ),
);

/** The scheme that a name stands for. @throws InputError (`SCHEME`) */
export function schemeEntryOf(name: string): SchemeEntry<SchemeName> {
  const known = SCHEMES.find((entry) => entry.name === name);
  if (known !== undefined) return known;
  throw new InputError(`scheme: expected ${SCHEME_NAMES.join(", ")}, found "${name}"`, {
    code: "SCHEME",
  });
}

/** A scheme's name in scenarios, or that as `scheme` beside its settings. */
export type SchemeSetting = string | SchemeSettingValues;

/**
 * What scenarios may say of a scheme: its name, or its name with settings.
 *
 * @param added schemes of extensions that may be named too
 */
export function schemeSetting(added: readonly SchemeEntry[] = []) {
  const all: readonly SchemeEntry[] = [...SCHEMES, ...added];
  const names = all.map(({ settingName }) => settingName);
  const objects = all.map(({ settingName, description, settings }) =>
    settings.extend({ scheme: z.literal(settingName) }).describe(description),
  );
  const [first, ...others] = objects;
  if (first === undefined) throw new TypeError("there is at least one scheme");
  return z
    .union([z.enum(names), z.discriminatedUnion("scheme", [first, ...others])])
    .superRefine((setting, context) => {
      try {
        schemeOfSetting(setting);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        context.addIssue({ code: "custom", message: error.message.replace(/^\w+: /, "") });
      }
    });
}

/** The scheme that a scenario's setting asks for. @throws InputError (`SCHEME`) */
export function schemeOfSetting(setting: SchemeSetting): AttributionScheme {
  const { scheme, ...said } = typeof setting === "string" ? { scheme: setting } : { ...setting };
  const entry = ATTRIBUTION_SCHEMES.all.find(({ settingName }) => settingName === scheme);
  return (entry ?? schemeEntryOf(String(scheme))).create(said);
}
