/**
 * Which code computes: a hash of all of this build, so that what one build has kept is never taken
 * for another's, however little they differ.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** What computes: two that are equal give the same results. */
export interface Build {
  /** SHA-256 of the built code and of what package.json says that it depends on, hex. */
  readonly code: string;
  /** Node's major version, such as `22`. */
  readonly node: string;
}

/** Files that say nothing of what is computed: types, maps, the stamp of the build. */
const NO_CODE = /(?:\.d\.ts|\.map|\.built)$/;

/**
 * A hash of all code below some folders.
 *
 * @param roots absolute; with files beside them that count too
 */
export function hashOfCode(roots: readonly string[]): string {
  const hash = createHash("sha256");
  for (const root of roots) {
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !NO_CODE.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
      .sort();
    for (const file of files) {
      const bytes = readFileSync(join(root, file));
      hash.update(`${file}\n${bytes.length}\n`).update(bytes);
    }
  }
  return hash.digest("hex");
}

/** Major version of a Node, of `22.1.0` or such. */
export function majorOf(version: string): string {
  return version.split(".")[0] ?? version;
}

let known: Build | null | undefined;

/**
 * This build.
 *
 * @returns `null` in a bundle, whose code lies nobody knows where
 */
export function thisBuild(): Build | null {
  known ??= found();
  return known;
}

function found(): Build | null {
  // Bundles of the CommonJS form have no place of their own.
  const here: string | undefined = import.meta.url;
  if (here === undefined) return null;
  const root = new URL("../../", here);
  const isSource = here.endsWith(".ts");
  const manifest = new URL("../package.json", root);
  const isKnown = ["sim/kept/build", "sim/simulate", "core/version"].every((module) =>
    existsSync(new URL(`${module}.${isSource ? "ts" : "js"}`, root)),
  );
  if (!isKnown || !existsSync(manifest)) return null;
  // From the sources, threads run what was built.
  const dist = new URL("../dist/", root);
  const roots = isSource && existsSync(dist) ? [root, dist] : [root];
  const code = createHash("sha256")
    .update(hashOfCode(roots.map((url) => fileURLToPath(url))))
    .update(readFileSync(manifest))
    .digest("hex");
  return { code, node: majorOf(process.versions.node) };
}
