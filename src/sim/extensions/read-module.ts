/**
 * Reads an extension's file. It is one ES module that stands alone: what it imports is packages and
 * Node's own modules, so that the hash of its bytes says which code of its author ran.
 */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { init, parse } from "es-module-lexer";
import { InputError } from "../../core/errors.js";

const BYTES_MAX = 1_000_000;

/** An error with an extension's file in front. */
export function extensionError(path: string, text: string, cause?: unknown): InputError {
  return new InputError(`extension ${basename(path)}: ${text}`, { code: "EXTENSION", cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function bytesOf(path: string): Uint8Array {
  if (!path.endsWith(".mjs")) {
    throw extensionError(path, "expected an ES module, a file whose name ends in .mjs");
  }
  try {
    const { size } = statSync(path);
    if (size > BYTES_MAX) {
      throw extensionError(path, `found ${size} bytes, expected at most ${BYTES_MAX}`);
    }
    return readFileSync(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw extensionError(path, `it cannot be read (${messageOf(error)})`, error);
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** @returns whether it imports nothing, not even packages or Node's own modules */
async function assertOneFile(path: string, bytes: Uint8Array): Promise<boolean> {
  await init;
  let imports: ReturnType<typeof parse>[0];
  try {
    [imports] = parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw extensionError(path, `it is no ES module (${messageOf(error)})`, error);
  }
  for (const { n: specifier, d: dynamic } of imports) {
    // −2 is `import.meta`.
    if (dynamic === -2) continue;
    if (specifier === undefined) {
      throw extensionError(path, "it imports what it computes; expected names of packages only");
    }
    // A package is `name/…` or `@scope/name/…`: no path, no URL.
    if (isBuiltin(specifier) || /^(@[\w.-]+\/)?\w[\w.-]*(\/[^:]*)?$/.test(specifier)) continue;
    throw extensionError(
      path,
      `it imports ${JSON.stringify(specifier)}, but an extension is one file: its hash says what ran`,
    );
  }
  return imports.every(({ d: dynamic }) => dynamic === -2);
}

/** An extension's exports and the hash of its bytes. */
export interface ReadModule {
  readonly sha256: string;
  readonly isAlone: boolean;
  readonly exports: Readonly<Record<string, unknown>>;
}

/**
 * Reads, checks and runs an extension's file.
 *
 * @param path absolute
 * @param expected SHA-256 that it must have, hex; undefined: any
 * @throws InputError (`EXTENSION`) for a file that is none, or has changed
 */
export async function readModule(path: string, expected: string | undefined): Promise<ReadModule> {
  const bytes = bytesOf(path);
  const sha256 = sha256Of(bytes);
  if (expected !== undefined && sha256 !== expected) {
    throw extensionError(path, "it has changed since it was loaded");
  }
  const isAlone = await assertOneFile(path, bytes);
  // The hash tells versions of one file apart, which Node would take for the same.
  const url = `${pathToFileURL(path).href}?sha256=${sha256}`;
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = await import(/* @vite-ignore */ url);
  } catch (error) {
    throw extensionError(path, `it fails when it is loaded: ${messageOf(error)}`, error);
  }
  if (sha256Of(bytesOf(path)) !== sha256) {
    throw extensionError(path, "it has changed while it was loaded");
  }
  return { sha256, isAlone, exports };
}
