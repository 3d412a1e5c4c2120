/**
 * A small file beside the locks: what was the last payment that this machine handed to a node from a
 * wallet on a chain. Whoever restores books leaves it where it is.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError, type PoolsimError, RemoteError } from "../../core/errors.js";
import { isOfTheName, systemCode } from "../../core/system-error.js";
import { makeFolder } from "../../io/make-folder.js";
import type { SignedMemory, SignedNonce } from "./fence.js";
import { walletName } from "./wallet-name.js";

/** Whose file it is, and where. */
export interface SignedMemoryOptions {
  /** The same folder for all processes that use the wallet; made if it is not there. */
  readonly folder: string;
  /** The chain's number. */
  readonly chainId: bigint;
  /** The wallet's address, hex with `0x`, in any case. */
  readonly wallet: string;
}

const SIGNED = z.strictObject({
  nonce: z.int().min(0),
  txHash: z.string().regex(/^0x[\da-f]{64}$/),
});
const BYTES_MAX = 1_000;

/**
 * Opens it. One process at a time may use it: who has the wallet's lock.
 *
 * @throws InputError (`PAYOUT_SIGNED`), then and when it is used, where it can't be read or written, and
 *   RemoteError with that code where the machine fails at it, as by a full disk; InputError
 *   (`OPTION_INVALID`) for a wallet that is no address
 */
export function openSignedMemory({ folder, chainId, wallet }: SignedMemoryOptions): SignedMemory {
  const path = join(folder, `signed-${chainId}-${walletName(wallet)}.json`);
  let last = read(path);
  return {
    last: () => last,
    note: (signed) => {
      write(folder, path, signed);
      last = signed;
    },
  };
}

function read(path: string): SignedNonce | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw refused(path, "can't be read", error);
  }
  try {
    return SIGNED.parse(JSON.parse(text.slice(0, BYTES_MAX)));
  } catch (error) {
    throw refused(path, "is damaged; remove it and pay with --fence", error);
  }
}

/** It has its name only when it is whole and on the disk. */
function write(folder: string, path: string, { nonce, txHash }: SignedNonce): void {
  try {
    makeFolder(folder, 0o700);
    const fresh = `${path}.new`;
    const descriptor = openSync(fresh, "w", 0o600);
    try {
      // All of it, also where the disk has room for a part first.
      writeFileSync(descriptor, `${JSON.stringify({ nonce, txHash })}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(fresh, path);
  } catch (error) {
    throw refused(path, "can't be written", error);
  }
}

function refused(path: string, why: string, cause: unknown): PoolsimError {
  const reason = cause instanceof Error ? ` (${cause.message.split("\n")[0] ?? ""})` : "";
  const message = `payouts: ${path} ${why}${reason}`;
  const system = systemCode(cause);
  return system === null || isOfTheName(system)
    ? new InputError(message, { code: "PAYOUT_SIGNED", cause })
    : new RemoteError(message, { code: "PAYOUT_SIGNED", cause });
}
