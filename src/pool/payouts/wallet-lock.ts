/**
 * One process at a time pays from a wallet on a chain, whatever books it reads: a copy of the books
 * knows nothing of what the other one signs. The lock is SQLite's, on a small file of its own: the
 * system lets go of it when the process ends, however it ends. It holds on this machine only.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InputError, isPoolsimError, RemoteError } from "../../core/errors.js";
import { SqliteDatabase } from "../../io/sqlite.js";

/** Which wallet is locked, and for how long a lock is waited for. */
export interface WalletLockOptions {
  /** Where locks are kept: the same folder for all processes that use the wallet. */
  readonly folder: string;
  /** The chain's number. */
  readonly chainId: bigint;
  /** The wallet's address, lower-case hex with `0x`. */
  readonly wallet: string;
  /** Who holds it, for those that wait. */
  readonly holder: string;
  /** How long to wait for another process, ms; 0: not at all. */
  readonly waitMs: number;
  /** Ends the waiting when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Called once, when there is somebody to wait for. */
  readonly onWait?: ((holder: string) => void) | undefined;
}

/** What was got; it is let go at the end of the process too. */
export interface WalletLock {
  /**
   * Checks that nobody else can hold the same lock.
   *
   * @throws RemoteError (`DATABASE_REPLACED`) when somebody removed the lock's file
   */
  assertHeld(): void;
  /** Gives the lock back. */
  release(): void;
}

const LOOK_MS = 100;

/**
 * Gets the lock by which one process at a time pays from a wallet on a chain.
 *
 * @throws RemoteError (`PAYOUT_LOCKED`) when another process has it for longer than the wait
 * @throws InputError (`PAYOUT_LOCK_FOLDER`) when the folder can't be used; the signal's reason
 */
export async function lockWallet(options: WalletLockOptions): Promise<WalletLock> {
  const { waitMs, signal, onWait, chainId, wallet } = options;
  const path = lockPath(options);
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    signal?.throwIfAborted();
    const got = tryLock(path, options);
    if (typeof got !== "string") return got;
    if (waitedMs === 0) onWait?.(got);
    if (waitedMs >= waitMs) {
      throw new RemoteError(
        `payouts: another process pays from ${wallet} on chain ${chainId}: ${got}`,
        { code: "PAYOUT_LOCKED" },
      );
    }
    await sleep(LOOK_MS, undefined, signal === undefined ? {} : { signal });
  }
}

function lockPath({ folder, chainId, wallet }: WalletLockOptions): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`payouts: the folder of locks ${folder} can't be made (${why})`, {
      code: "PAYOUT_LOCK_FOLDER",
      cause: error,
    });
  }
  return join(folder, `payouts-${chainId}-${wallet}.lock`);
}

/** The lock, or who has it. */
function tryLock(path: string, { holder }: WalletLockOptions): WalletLock | string {
  let database: SqliteDatabase | null = null;
  try {
    database = new SqliteDatabase({ path, busyTimeoutMs: 0 });
    database.exec("CREATE TABLE IF NOT EXISTS holders (name TEXT NOT NULL)");
    database.transaction(() => {
      database?.run("DELETE FROM holders");
      database?.run("INSERT INTO holders VALUES (?)", holder);
    });
    // Held until it is closed; who reads sees the name that was written before.
    database.exec("BEGIN EXCLUSIVE");
    return lockOf(database);
  } catch (error) {
    const other = database === null ? null : nameOf(database);
    database?.close();
    if (isBusy(error)) return other ?? "its name can't be read";
    if (!isPoolsimError(error) || !error.code.startsWith("SQLITE_")) throw error;
    throw new InputError(`payouts: the lock ${path} can't be used (${error.message})`, {
      code: "PAYOUT_LOCK_FOLDER",
      cause: error,
    });
  }
}

function lockOf(database: SqliteDatabase): WalletLock {
  let isHeld = true;
  return {
    assertHeld: () => database.assertInPlace(),
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      database.exec("ROLLBACK");
      database.close();
    },
  };
}

function nameOf(database: SqliteDatabase): string | null {
  try {
    const name = database.get("SELECT name FROM holders")?.["name"];
    return typeof name === "string" ? name : null;
  } catch {
    return null;
  }
}

function isBusy(error: unknown): boolean {
  return isPoolsimError(error) && /^SQLITE_(?:BUSY|LOCKED)/.test(error.code);
}
