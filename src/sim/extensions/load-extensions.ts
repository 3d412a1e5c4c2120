/**
 * Loading extensions. What that takes, the registries of all that can be added and what stands in them,
 * sources of orchestrators and of events too, is loaded only where there are extensions.
 */
import { resolve } from "node:path";
import { checkList } from "../../core/checks.js";
import { InputError } from "../../core/errors.js";
import type { Extension, ExtensionFile } from "./extension.js";

const EXTENSIONS_MAX = 100;

/**
 * Loads extensions: runs their code, and registers what they export for the life of the process.
 * Only scenarios that are loaded with an extension may name what it brings.
 *
 * @param paths files, relative to the working directory; at most 100
 * @throws InputError (`EXTENSION`) for a file that is no extension, or brings a name that is taken
 */
export async function loadExtensions(paths: readonly string[]): Promise<readonly Extension[]> {
  checkList({ paths });
  if (paths.length > EXTENSIONS_MAX) {
    const text = `found ${paths.length} extensions, expected at most ${EXTENSIONS_MAX}`;
    throw new InputError(text, { code: "EXTENSION" });
  }
  return loadAll(paths.map((path) => ({ path: resolve(path) })));
}

/**
 * Loads the very extensions that another thread has; those that are loaded already are not again.
 *
 * @throws InputError (`EXTENSION`) also for a file that has changed since
 */
export function loadedExtensions(files: readonly ExtensionFile[]): Promise<readonly Extension[]> {
  return loadAll(files);
}

async function loadAll(
  files: readonly (Partial<ExtensionFile> & { path: string })[],
): Promise<readonly Extension[]> {
  const all = new Map<string, Extension>();
  if (files.length === 0) return [];
  const { loadOne } = await import("./load-one.js");
  for (const file of files) {
    const extension = await loadOne(file);
    all.set(extension.sha256, extension);
  }
  return [...all.values()];
}
