/**
 * An earlier poolsim as a peer: a commit of this repository, made in a scratch folder with its own
 * sources, benches and scenarios. It needs the repository's history, which a packed or shallow copy has
 * not.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** The commit that this poolsim promises to be so many times as fast as. */
export const EARLIER = "3db21f5";

/** The folder that it is in, or why it is not there. */
export type EarlierPoolsim = { readonly folder: string } | { readonly absent: string };

let made: EarlierPoolsim | undefined;

/** Makes it, once; the folder is removed when the process ends. */
export function earlierPoolsim(): EarlierPoolsim {
  made ??= make();
  return made;
}

function make(): EarlierPoolsim {
  try {
    execFileSync("git", ["cat-file", "-e", `${EARLIER}^{commit}`], { cwd: ROOT, stdio: "ignore" });
  } catch {
    return { absent: `git history is not there: this copy does not have the commit ${EARLIER}` };
  }
  const folder = mkdtempSync(join(tmpdir(), `poolsim-${EARLIER}-`));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const archive = execFileSync("git", ["archive", EARLIER], { cwd: ROOT, maxBuffer: 1e9 });
  execFileSync("tar", ["-x", "-C", folder], { input: archive });
  // Its dependencies are among those of today.
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return { folder };
}
