/** Making room: which entries go, and how all of them go. */
import { lstat, readdir, readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { systemCode } from "../../core/system-error.js";
import { checkFolder, entriesFolder, LEFT_FILES } from "./folder.js";

/** Room is made down to this part of the most, so that it need not be made again at once. */
const KEPT_PART = 0.9;
/** A file that is still being written after this time was left by a process that died. */
const ABANDONED_MS = 3_600_000;
const AT_A_TIME = 16;

const ENTRY = /^[0-9a-f]{64}$/;
const UNFINISHED = /^[0-9a-f]{64}\.[0-9a-f]{16}\.tmp$/;

/** A file in the folder of entries. */
export interface KeptFile {
  readonly name: string;
  readonly bytes: number;
  /** When it was written or last used, ms since 1970. */
  readonly usedMs: number;
}

/** How much is kept. */
export interface KeptSize {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * What has to go: what a process that died left, and of entries the longest unused, if all of them are
 * more than allowed.
 */
export function dueFiles(
  files: readonly KeptFile[],
  { bytesMax, nowMs }: { readonly bytesMax: number; readonly nowMs: number },
): readonly KeptFile[] {
  const isOld = ({ usedMs }: KeptFile) => Math.abs(nowMs - usedMs) > ABANDONED_MS;
  const due = files.filter((file) => UNFINISHED.test(file.name) && isOld(file));
  const entries = files.filter(({ name }) => ENTRY.test(name));
  let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes <= bytesMax) return due;
  const oldest = entries.toSorted((a, b) => a.usedMs - b.usedMs || (a.name < b.name ? -1 : 1));
  for (const entry of oldest) {
    if (bytes <= KEPT_PART * bytesMax) break;
    bytes -= entry.bytes;
    due.push(entry);
  }
  return due;
}

/** What it gives; `undefined` where the file or folder is gone, as another process may be at work. */
async function unlessGone<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Everything of poolsim's in the folder of entries; what else lies there is nobody's business. */
async function keptFiles(folder: string): Promise<readonly KeptFile[]> {
  const entries = entriesFolder(folder);
  const limit = pLimit(AT_A_TIME);
  const names = (await unlessGone(() => readdir(entries))) ?? [];
  const found = await limit.map(
    names.filter((name) => ENTRY.test(name) || UNFINISHED.test(name)),
    async (name): Promise<readonly KeptFile[]> => {
      const stats = await unlessGone(() => lstat(join(entries, name)));
      if (stats === undefined || stats.isDirectory()) return [];
      return [{ name, bytes: stats.size, usedMs: stats.mtimeMs }];
    },
  );
  return found.flat();
}

async function remove(folder: string, files: readonly KeptFile[]): Promise<void> {
  const limit = pLimit(AT_A_TIME);
  const entries = entriesFolder(folder);
  await limit.map([...files], ({ name }) => rm(join(entries, name), { force: true }));
}

function sizeOf(files: readonly KeptFile[]): KeptSize {
  const entries = files.filter(({ name }) => ENTRY.test(name));
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  return { entries: entries.length, bytes };
}

/** Makes room in a folder. */
export async function sweep(
  folder: string,
  limits: { readonly bytesMax: number; readonly nowMs: number },
): Promise<void> {
  await remove(folder, dueFiles(await keptFiles(folder), limits));
}

/**
 * How much a folder holds.
 *
 * @throws InputError (`KEPT_FOLDER`) as `openKeptFiles`
 */
export async function keptSize(folder: string): Promise<KeptSize> {
  checkFolder(folder);
  return sizeOf(await keptFiles(folder));
}

/**
 * Takes away all entries, and the folder where nothing else lies in it.
 *
 * @returns what was taken away
 * @throws InputError (`KEPT_FOLDER`) as `openKeptFiles`
 */
export async function clearKept(folder: string): Promise<KeptSize> {
  checkFolder(folder);
  const files = await keptFiles(folder);
  await remove(folder, files);
  for (const [name, own] of LEFT_FILES) {
    const path = join(entriesFolder(folder), name);
    const text = await unlessGone(() => readFile(path, "utf8"));
    if (text === own) await rm(path, { force: true });
  }
  await removeIfEmpty(entriesFolder(folder));
  await removeIfEmpty(folder);
  return sizeOf(files);
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (systemCode(error) === null) throw error;
  }
}
