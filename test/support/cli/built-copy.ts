/** A copy of the built package that stays as it is while others build it anew. */
import { cpSync, existsSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const TRIES_MAX = 20;

/**
 * Copies it into a folder.
 *
 * @returns the path of the copied command
 */
export async function copyOfBuilt(folder: string): Promise<string> {
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  cpSync(join(ROOT, "package.json"), join(folder, "package.json"));
  const [dist, copy] = [join(ROOT, "dist"), join(folder, "dist")];
  for (let tries = 1; ; tries++) {
    try {
      rmSync(copy, { recursive: true, force: true });
      const { ino } = statSync(dist);
      cpSync(dist, copy, { recursive: true });
      // The same folder before and after, and whole: no build took its place meanwhile.
      if (statSync(dist).ino === ino && existsSync(join(dist, ".built"))) {
        return join(copy, "cli", "main.js");
      }
    } catch (error) {
      if (tries >= TRIES_MAX) throw error;
    }
    if (tries >= TRIES_MAX) throw new Error(`dist/ was never still in ${tries} tries`);
    await sleep(250);
  }
}
