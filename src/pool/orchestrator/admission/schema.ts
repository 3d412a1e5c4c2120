/**
 * What admission rules may say: in files and scenarios, where spans of time are text (`10m`), and in
 * the library, where they are milliseconds. Unknown keys are refused, and what is out of bounds.
 */
import { z } from "zod";
import { name } from "../../../config/fields.js";
import { FILE_FIELDS, LIBRARY_FIELDS, type SettingFields } from "../../../config/registry.js";
import { InputError } from "../../../core/errors.js";
import type { AdmissionEntry } from "./entry.js";
import type { ListConfig } from "./list.js";
import { ADMISSION_POLICIES, type OwnAdmissionEntry } from "./registry.js";

/** Which policies apply; empty: everyone is admitted. Those of extensions have their names too. */
export type AdmissionConfig = ListConfig & {
  readonly [Entry in OwnAdmissionEntry as Entry["name"]]?:
    | Parameters<Entry["create"]>[0]
    | undefined;
};

type OwnShape = {
  [Entry in OwnAdmissionEntry as Entry["name"]]: z.ZodOptional<ReturnType<Entry["settings"]>>;
};

function described(entry: AdmissionEntry, fields: SettingFields): z.ZodType {
  return entry.settings(fields).describe(entry.description).optional();
}

/** @param added policies of extensions that may be named too */
function admissionOf(fields: SettingFields, added: readonly AdmissionEntry[]) {
  const shape = Object.fromEntries(
    ADMISSION_POLICIES.own.map((entry) => [entry.name, described(entry, fields)]),
  ) as OwnShape;
  const others = Object.fromEntries(added.map((entry) => [entry.name, described(entry, fields)]));
  return z
    .strictObject({
      exclude: z.array(name("A worker, or a kind of worker.")).max(10_000).default([]),
      include: z.array(name("A worker, or a kind of worker.")).max(10_000).optional(),
      ...shape,
      ...(others as Record<never, never>),
    })
    .describe(
      "Which workers serve, when, and with how many sessions. Empty: everyone (policy none).",
    );
}

/**
 * The rules as a scenario or a file has them.
 *
 * @param added policies of extensions that they may name besides poolsim's own
 */
export function admissionSchema(added: readonly AdmissionEntry[] = []) {
  return admissionOf(FILE_FIELDS, added);
}

/**
 * Reads admission rules as files and scenarios write them (`poolsim pool serve --admission`).
 *
 * @param value e.g. what a YAML or JSON file holds
 * @returns the rules with their defaults, for `createAdmission`
 * @throws InputError (`ADMISSION`) for an unknown key and for whatever is wrong or out of bounds,
 *   saying where
 */
export function parseAdmission(value: unknown): AdmissionConfig {
  return checked(admissionSchema(), value);
}

/** The schema in the library's form, made once for so many policies: none is ever taken away. */
let library: { readonly policies: number; readonly schema: z.ZodType<AdmissionConfig> } | undefined;

/**
 * The rules of a configuration in the library's form.
 *
 * @throws InputError (`ADMISSION`), as {@link parseAdmission}
 */
export function checkedAdmission(value: AdmissionConfig): AdmissionConfig {
  const { all, own } = ADMISSION_POLICIES;
  if (library?.policies !== all.length) {
    const schema = admissionOf(LIBRARY_FIELDS, all.slice(own.length));
    library = { policies: all.length, schema };
  }
  return checked(library.schema, value);
}

function checked(schema: z.ZodType<AdmissionConfig>, value: unknown): AdmissionConfig {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = ["admission", ...(issue?.path ?? [])].map(String).join(".");
  throw new InputError(`${path}: ${issue?.message ?? "wrong"}`, { code: "ADMISSION" });
}
