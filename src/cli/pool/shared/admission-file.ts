/** Admission rules from a file (`--admission`): YAML, what is wrong in it by line and column. */

import { type Path, pathText } from "../../../config/problem.js";
import { readYaml, type YamlSource } from "../../../config/yaml-source.js";
import { InputError } from "../../../core/errors.js";
import type { PageRule } from "../../../pool/api/index.js";
import { type AdmissionPolicy, createAdmission, regionLimitsIn } from "../../../pool/index.js";
import {
  type AdmissionConfig,
  admissionSchema,
} from "../../../pool/orchestrator/admission/schema.js";
import { describeIssues } from "../../../sim/scenario/describe-issues.js";

/** Where scenarios have these rules: what is known there is known here. */
const PLACE = ["orchestrator", "admission"];

/** Who is admitted, and how that is said. */
export interface AdmissionRules {
  readonly policy: AdmissionPolicy;
  /** null: everybody is. */
  readonly rule: PageRule | null;
}

/** Everybody is admitted. */
export function noRules(): AdmissionRules {
  return { policy: createAdmission({}), rule: null };
}

/**
 * Reads the rules.
 *
 * @param file its name for messages
 * @throws InputError (`ADMISSION`) with the first place that is wrong
 */
export function readAdmission(bytes: Uint8Array, file: string): AdmissionRules {
  const { value, find } = yamlOf(bytes, file);
  return admissionAt(value, [], { file, find });
}

/**
 * The rules that a value of a YAML file says.
 *
 * @param at where in the file it stands
 * @throws InputError (`ADMISSION`) with the first place that is wrong
 */
export function admissionAt(
  value: unknown,
  at: Path,
  { file, find }: { readonly file: string; readonly find: YamlSource["find"] },
): AdmissionRules {
  const parsed = admissionSchema().safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => ({
      ...issue,
      path: [...PLACE, ...issue.path],
    }));
    const { findings } = describeIssues(issues, { orchestrator: { admission: value } });
    const [finding] = findings;
    const path = [...at, ...(finding?.path.slice(PLACE.length) ?? [])];
    // What is missing stands nowhere: then what it is missing from does.
    const found = find(path, finding?.atKey === true) ?? find(path.slice(0, -1), false);
    const place = found?.text ?? file;
    const subject = path.length === 0 ? "" : `${pathText(path)}: `;
    throw wrong(`${place}: ${subject}${finding?.text ?? "wrong"}`);
  }
  const names = regionLimitsIn(parsed.data).flatMap(([, , limits]) => Object.keys(limits));
  const policy = createAdmission(parsed.data, { names: [...new Set(names)] });
  return { policy, rule: ruleOf(parsed.data) };
}

/** Names of workers stay the operator's. */
function ruleOf({ exclude, include, ...policies }: AdmissionConfig): PageRule | null {
  const all = Object.entries(policies).flatMap(([name, settings]) =>
    settings === undefined ? [] : [{ name, settings: Object.entries(settings) }],
  );
  const isByName = (exclude ?? []).length > 0 || include !== undefined;
  if (all.length === 0 && !isByName) return null;
  const texts = all.map(({ name, settings }) => {
    const values = settings.filter(([, value]) => ["number", "string"].includes(typeof value));
    const said = values.map(([key, value]) => `${key} ${String(value)}`).join(", ");
    return said === "" ? name : `${name} (${said})`;
  });
  const limits = all.flatMap(({ settings }) => settings.filter(([key]) => key === "limitMs"));
  const [limit] = limits.flatMap(([, value]) => (typeof value === "number" ? [value] : []));
  return {
    text: [...texts, ...(isByName ? ["some by name"] : [])].join("; "),
    limitMs: limit ?? null,
  };
}

function yamlOf(bytes: Uint8Array, file: string): ReturnType<typeof readYaml> {
  try {
    return readYaml(bytes, file);
  } catch (error) {
    throw error instanceof InputError ? wrong(error.message, error) : error;
  }
}

function wrong(message: string, cause?: unknown): InputError {
  return new InputError(message, { code: "ADMISSION", cause });
}
