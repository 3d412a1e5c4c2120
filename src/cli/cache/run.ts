/** `poolsim cache`: how much is kept, and how to be rid of it. */
import { counted, fixed } from "../../core/wording.js";
import { clearKept, type KeptSize, keptSize } from "../../io/kept/sweep.js";
import { EXIT } from "../shared/failure.js";
import type { Terminal } from "../shared/terminal.js";
import { visible } from "../shared/visible.js";

const MEGABYTE = 1e6;

function text({ entries, bytes }: KeptSize): string {
  return `${counted(entries, "replication")}, ${fixed(bytes / MEGABYTE, 1)} MB`;
}

/**
 * Says how much a folder holds.
 *
 * @returns the exit code
 * @throws InputError (`KEPT_FOLDER`)
 */
export async function showCache(folder: string, { stdout }: Terminal): Promise<number> {
  stdout.write(`${visible(folder)}: ${text(await keptSize(folder))}, at most 1,000 MB\n`);
  return EXIT.ok;
}

/**
 * Takes away what a folder holds of poolsim's.
 *
 * @returns the exit code
 * @throws InputError (`KEPT_FOLDER`)
 */
export async function clearCache(folder: string, { stdout }: Terminal): Promise<number> {
  stdout.write(`${visible(folder)}: took away ${text(await clearKept(folder))}\n`);
  return EXIT.ok;
}
