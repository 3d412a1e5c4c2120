/** Which modules a command line loads, or an import. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { MAIN, ownState } from "./command.js";

const ROOT = new URL("../../", pathToFileURL(MAIN)).href;
/** The command as it was compiled: a file for each module. */
const UNBUNDLED = join(MAIN, "../unbundled.js");

/** Writes the address of each module that is loaded as a line of a file. */
const HOOK = `
import { appendFileSync } from "node:fs";
export async function load(url, context, next) {
  appendFileSync(process.env.LOADED_MODULES, url + "\\n");
  return next(url, context);
}`;

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/**
 * @returns what the unbundled command loads, below the project's folder: `dist/cli/program.js`,
 *   `node_modules/commander/esm.mjs`; Node's own modules are left out
 */
export function loadedModules(...args: readonly string[]): readonly string[] {
  return modulesOf([UNBUNDLED, ...args]);
}

/** @returns what the bundled command loads, in the same form */
export function loadedByBundle(...args: readonly string[]): readonly string[] {
  return modulesOf([MAIN, ...args]);
}

/** @returns what importing a file of the build loads, `pool/api/index.js` for one, in the same form */
export function importedModules(file: string): readonly string[] {
  return modulesOf(["--import", `${ROOT}dist/${file}`, "--eval", "0"]);
}

function modulesOf(args: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-modules-"));
  try {
    const list = join(folder, "modules");
    const register = `import { register } from "node:module"; register(${JSON.stringify(dataUrl(HOOK))});`;
    const { status, stderr } = spawnSync(
      process.execPath,
      ["--import", dataUrl(register), ...args],
      {
        cwd: folder,
        encoding: "utf8",
        timeout: 900_000,
        env: { ...ownState(folder), LOADED_MODULES: list },
      },
    );
    if (status !== 0) throw new Error(`node ${args.join(" ")}: ${status}\n${stderr}`);
    return readFileSync(list, "utf8")
      .trimEnd()
      .split("\n")
      .flatMap((url) => (url.startsWith(ROOT) ? url.slice(ROOT.length) : []));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
