/** Admission rules from a file (`--admission`): YAML, what is wrong in it by line and column. */

import { pathText } from "../../../config/problem.js";
import { readYaml } from "../../../config/yaml-source.js";
import { InputError } from "../../../core/errors.js";
import { type AdmissionPolicy, createAdmission, regionLimitsIn } from "../../../pool/index.js";
import { admissionSchema } from "../../../pool/orchestrator/admission/schema.js";
import { describeIssues } from "../../../sim/scenario/describe-issues.js";

/** Where scenarios have these rules: what is known there is known here. */
const PLACE = ["orchestrator", "admission"];

/**
 * Reads the rules.
 *
 * @param file its name for messages
 * @throws InputError (`ADMISSION`) with the first place that is wrong
 */
export function readAdmission(bytes: Uint8Array, file: string): AdmissionPolicy {
  const { value, find } = yamlOf(bytes, file);
  const parsed = admissionSchema().safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => ({
      ...issue,
      path: [...PLACE, ...issue.path],
    }));
    const { findings } = describeIssues(issues, { orchestrator: { admission: value } });
    const [finding] = findings;
    const path = finding?.path.slice(PLACE.length) ?? [];
    const place = find(path, finding?.atKey === true)?.text ?? file;
    const subject = path.length === 0 ? "" : `${pathText(path)}: `;
    throw wrong(`${place}: ${subject}${finding?.text ?? "wrong"}`);
  }
  const names = regionLimitsIn(parsed.data).flatMap(([, , limits]) => Object.keys(limits));
  return createAdmission(parsed.data, { names: [...new Set(names)] });
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
