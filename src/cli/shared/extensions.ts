/** The flag `--extension`: the code that loads extensions is itself loaded only where there are some. */
import type { Extension } from "../../sim/extensions/extension.js";

/** @throws InputError (`EXTENSION`) */
export async function extensionsOf(files: readonly string[]): Promise<readonly Extension[]> {
  if (files.length === 0) return [];
  const { loadExtensions } = await import("../../sim/extensions/load-extensions.js");
  return loadExtensions(files);
}
