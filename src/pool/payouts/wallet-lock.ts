/**
 * One process at a time pays from a wallet on a chain, whatever books it reads: a copy of the books
 * knows nothing of what the other one signs. It holds on this machine only.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkNumber } from "../../core/checks.js";
import { InputError, isPoolsimError, type PoolsimError, RemoteError } from "../../core/errors.js";
import { isOfTheName, systemCode } from "../../core/system-error.js";
import { makeFolder } from "../../io/make-folder.js";
import { type ProcessLock, tryLock } from "../../io/process-lock.js";
import { walletName } from "./wallet-name.js";

/** Which wallet is locked, and for how long a lock is waited for. */
export interface WalletLockOptions {
  /** Where locks are kept: the same folder for all processes that use the wallet. */
  readonly folder: string;
  /** The chain's number. */
  readonly chainId: bigint;
  /** The wallet's address, hex with `0x`, in any case. */
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
export type WalletLock = ProcessLock;

const LOOK_MS = 100;

/**
 * Gets the lock by which one process at a time pays from a wallet on a chain.
 *
 * @throws RemoteError (`PAYOUT_LOCKED`) when another process has it for longer than the wait
 * @throws InputError (`PAYOUT_LOCK_FOLDER`) when the folder can't be used, RemoteError with that code where the
 *   machine fails at it, as by a full disk; InputError (`OPTION_INVALID`); the signal's reason
 */
export async function lockWallet(options: WalletLockOptions): Promise<WalletLock> {
  const { waitMs, signal, onWait, chainId, wallet } = options;
  checkNumber({ waitMs }, [0, Number.POSITIVE_INFINITY]);
  const path = lockPath(options);
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    signal?.throwIfAborted();
    const got = lockAt(path, options);
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
  const name = walletName(wallet);
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const system = systemCode(error);
    const isOfMachine = system !== null && !isOfTheName(system);
    throw refused(`the folder of locks ${folder} can't be made (${why})`, error, isOfMachine);
  }
  return join(folder, `payouts-${chainId}-${name}.lock`);
}

/** The lock, or who has it. */
function lockAt(path: string, { holder }: WalletLockOptions): WalletLock | string {
  try {
    return tryLock(path, holder);
  } catch (error) {
    if (!isPoolsimError(error) || !error.code.startsWith("SQLITE_")) throw error;
    const isOfMachine = /^SQLITE_(?:FULL|IOERR|NOMEM)/.test(error.code);
    throw refused(`the lock ${path} can't be used (${error.message})`, error, isOfMachine);
  }
}

function refused(what: string, cause: unknown, isOfMachine: boolean): PoolsimError {
  const message = `payouts: ${what}`;
  return isOfMachine
    ? new RemoteError(message, { code: "PAYOUT_LOCK_FOLDER", cause })
    : new InputError(message, { code: "PAYOUT_LOCK_FOLDER", cause });
}
