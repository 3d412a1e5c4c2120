/** A file of several sources (`--sources`): YAML, and whatever is wrong in it by line and column. */

import { readFileSync, statSync } from "node:fs";
import { DURATION_EXPECTED, parseDuration } from "../../../config/duration.js";
import { valueText } from "../../../config/problem.js";
import { suggestion } from "../../../config/suggest.js";
import { readYaml } from "../../../config/yaml-source.js";
import { InputError } from "../../../core/errors.js";
import { grouped } from "../../../core/wording.js";
import type { Environment } from "../../../pool/books/sources/entry.js";
import { SourceList } from "../shared/source-list.js";
import type { ChosenSources } from "../shared/source-parts.js";

const BYTES_MAX = 1_000_000;
const KEYS = ["every", "sources"];

/** @throws InputError (`SOURCES`) */
export function readSourcesFile(file: string, env: Environment): ChosenSources {
  const yaml = readYaml(bytesOf(file), file);
  const fail = (key: string | null, text: string, atKey = false): never => {
    const path = key === null ? [] : [key];
    const place = yaml.find(path, atKey)?.text ?? file;
    throw new InputError(`${place}: ${key === null ? "" : `${key}: `}${text}`, { code: "SOURCES" });
  };
  const root: unknown = yaml.value;
  if (!isMapping(root)) return fail(null, `found ${valueText(root ?? null)}, expected a mapping`);
  const stranger = Object.keys(root).find((key) => !KEYS.includes(key));
  if (stranger !== undefined) fail(stranger, `unknown key${suggestion(stranger, KEYS)}`, true);
  const sources = new SourceList({ file, yaml, env }).read(root["sources"], ["sources"]);
  const { every } = root;
  if (every === undefined) return { sources, everyMs: undefined };
  const ms = typeof every === "string" ? parseDuration(every) : undefined;
  if (ms !== undefined && ms >= 1 && ms <= 86_400_000) return { sources, everyMs: ms };
  return fail("every", `found ${valueText(every)}, ${DURATION_EXPECTED}, at most 1d`);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bytesOf(file: string): Uint8Array {
  try {
    const { size } = statSync(file);
    if (size <= BYTES_MAX) return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const why = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw new InputError(`--sources ${file}: ${why}`, { code: "SOURCES", cause: error });
  }
  const most = grouped(BYTES_MAX);
  throw new InputError(`--sources ${file}: it has more than ${most} bytes`, { code: "SOURCES" });
}
