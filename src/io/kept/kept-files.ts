/**
 * A folder of entries that can be made again, named by hashes of what they were made from. Entries
 * appear whole or not at all. Any number of processes may use a folder at the same time: two that make
 * the same entry write the same bytes.
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import { systemCode } from "../../core/system-error.js";
import { checkFolder, entriesFolder, isOwn, LEFT_FILES } from "./folder.js";
import { sweep } from "./sweep.js";

/** Keeps bytes by keys of 64 hex digits. */
export interface KeptFiles {
  /** The bytes of an entry as they were found, whole or not; `undefined` where there is none. */
  readonly read: (key: string) => Promise<Uint8Array | undefined>;
  /** Keeps an entry, if it can be kept. Rejects for no disk. */
  readonly write: (key: string, bytes: Uint8Array) => Promise<void>;
  /** Ends what is under way, and makes room. May be called again. */
  readonly close: () => Promise<void>;
}

/** How entries are kept. */
export interface KeptFilesOptions {
  /** A larger entry is not read. */
  readonly entryBytesMax: number;
  /** The most bytes of all entries; the longest unused make room for new ones. @default 1 GB */
  readonly bytesMax?: number | undefined;
  /** Somebody vouches for what lies in it, whoever may write to it. @default false */
  readonly isNamed?: boolean | undefined;
  /** Told once when entries cannot be written, and why; nothing more is written then. */
  readonly onProblem?: ((problem: string) => void) | undefined;
}

/** The most bytes of all entries together. */
export const KEPT_BYTES_MAX = 1_000_000_000;
/** A sweep is due after this part of it was written. */
const SWEEP_PART = 0.1;
/** An entry that is used is new again; not so often that reading becomes writing. */
const REFRESH_MS = 3_600_000;
/** Neither links nor pipes are waited for or followed; Windows has no such flags. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

async function bytesOf(
  handle: FileHandle,
  { bytesMax, isNamed }: { readonly bytesMax: number; readonly isNamed: boolean },
): Promise<Uint8Array | undefined> {
  const stats = await handle.stat();
  if (!stats.isFile() || stats.size > bytesMax) return undefined;
  if (!isNamed && !isOwn(stats)) return undefined;
  const bytes = Buffer.alloc(stats.size);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
  if (bytesRead !== stats.size) return undefined;
  const now = Date.now();
  if (now - stats.mtimeMs > REFRESH_MS) {
    // Who may read and not write, reads all the same.
    await handle.utimes(now / 1000, now / 1000).catch(() => {});
  }
  return bytes;
}

/** @returns whether there was none */
async function madeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    return false;
  }
}

class Folder implements KeptFiles {
  readonly #folder: string;
  readonly #entryBytesMax: number;
  readonly #bytesMax: number;
  readonly #isNamed: boolean;
  readonly #onProblem: ((problem: string) => void) | undefined;
  readonly #writing = new Set<Promise<void>>();
  #isMade = false;
  #isFailing = false;
  #unswept = 0;
  #sweeping: Promise<void> | undefined;

  constructor(folder: string, options: KeptFilesOptions) {
    const { entryBytesMax, bytesMax = KEPT_BYTES_MAX, isNamed = false, onProblem } = options;
    this.#folder = folder;
    this.#entryBytesMax = entryBytesMax;
    this.#bytesMax = bytesMax;
    this.#isNamed = isNamed;
    this.#onProblem = onProblem;
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(join(entriesFolder(this.#folder), key), READ_ONLY);
      return await bytesOf(handle, { bytesMax: this.#entryBytesMax, isNamed: this.#isNamed });
    } catch (error) {
      if (systemCode(error) === null) throw error;
      return undefined;
    } finally {
      await handle?.close();
    }
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    if (this.#isFailing) return;
    const writing = this.#keep(key, bytes);
    this.#writing.add(writing);
    try {
      await writing;
      this.#unswept += bytes.length;
      if (this.#unswept > SWEEP_PART * this.#bytesMax) await this.#sweep();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#writing.delete(writing);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#writing);
    try {
      if (this.#unswept > 0) await this.#sweep();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #keep(key: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.#writeWhole(key, bytes);
    } catch (error) {
      // Somebody cleared the folder meanwhile.
      if (systemCode(error) !== "ENOENT") throw error;
      this.#isMade = false;
      await this.#writeWhole(key, bytes);
    }
  }

  async #writeWhole(key: string, bytes: Uint8Array): Promise<void> {
    await this.#make();
    const entries = entriesFolder(this.#folder);
    const temporary = join(entries, `${key}.${randomBytes(8).toString("hex")}.tmp`);
    try {
      await writeFile(temporary, bytes, { flag: "wx", mode: 0o600 });
      await rename(temporary, join(entries, key));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async #make(): Promise<void> {
    if (this.#isMade) return;
    const entries = entriesFolder(this.#folder);
    // One by one: made with their parents, folders below /proc or such take Node for ever.
    await madeFolder(this.#folder);
    const isNew = await madeFolder(entries);
    checkFolder(this.#folder, this.#isNamed);
    this.#isMade = true;
    // A folder that was there before may be somebody's who wants git to see what lies in it.
    if (!isNew) return;
    for (const [name, text] of LEFT_FILES) {
      await writeFile(join(entries, name), text, { mode: 0o600 });
    }
  }

  /** One at a time. */
  #sweep(): Promise<void> {
    this.#unswept = 0;
    this.#sweeping ??= sweep(this.#folder, { bytesMax: this.#bytesMax, nowMs: Date.now() }).finally(
      () => {
        this.#sweeping = undefined;
      },
    );
    return this.#sweeping;
  }

  #fail(error: unknown): void {
    if (!(error instanceof InputError) && systemCode(error) === null) throw error;
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#onProblem?.(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Opens a folder for entries; it is made when the first one is written.
 *
 * @param folder such as `.poolsim`
 * @throws InputError (`KEPT_FOLDER`) for what is no folder, or one that others may write to: what it
 *   held could not be trusted
 */
export function openKeptFiles(folder: string, options: KeptFilesOptions): KeptFiles {
  checkFolder(folder, options.isNamed);
  return new Folder(folder, options);
}
