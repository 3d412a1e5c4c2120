/** The gateway's account: its key in a keystore, with which requests are signed (G-4). */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import type { Rational } from "../../core/rational.js";
import {
  OFFCHAIN_IDENTITY,
  type RequestIdentity,
  readSignerHeaders,
  signerIdentity,
  signIdentity,
} from "../../discovery/index.js";
import { assertSecret, readShort } from "../../io/secret-file.js";

/** Where the key is, and whose account. */
export type KeyFlags = Pick<AccountFlags, "ethKeystorePath" | "ethAcctAddr" | "ethPassword">;

/** A remote signer that holds the key, where gateways have none (A-76). */
export interface SignerFlags {
  readonly remoteSignerUrl?: string;
  readonly remoteSignerHeadersFile?: string;
}

/** Who asks, and what its tickets may be like (P-6). */
export interface AccountFlags {
  readonly maxTicketEV: Rational;
  readonly maxTotalEV: Rational;
  readonly depositMultiplier: number;
  readonly ethKeystorePath?: string;
  readonly ethAcctAddr?: string;
  readonly ethPassword?: string;
}

const KEY_BYTES_MAX = 65_536;
const FILES_MAX = 10_000;

/** Who asks. */
export interface Account {
  readonly identity: RequestIdentity;
  /** Whose deposit and reserve count: lower-case hex with `0x`; null = none was named. */
  readonly address: string | null;
}

function refuse(message: string, cause?: unknown): never {
  throw new InputError(message, { code: "KEYSTORE", cause });
}

const code = "KEYSTORE";

function readSmall(path: string, flag: string): string {
  return readShort(path, { flag, bytesMax: KEY_BYTES_MAX, code }).toString("utf8");
}

/**
 * A password's file: white space around the password is not part of it, as in go-livepeer.
 *
 * @throws InputError (`KEYSTORE`) if it can't be read, or others may read it
 */
export function readPassword(path: string, flag: string): string {
  assertSecret(path, flag, code);
  return readSmall(path, flag).trim();
}

/**
 * An account of `--ethAcctAddr`, with or without `0x`, in lower case with it.
 *
 * @throws InputError (`KEYSTORE`)
 */
export function accountAddress(text: string): string {
  const [, digits] = /^(?:0x)?([0-9a-fA-F]{40})$/i.exec(text) ?? [];
  if (digits === undefined) {
    return refuse(`--ethAcctAddr ${text}: expected an address: 40 hex digits, with or without 0x`);
  }
  return `0x${digits.toLowerCase()}`;
}

/** The address that a keystore file is for; null when it is no keystore file. */
export function ownerOf(text: string): string | null {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== "object" || json === null || !("address" in json)) return null;
    const hex = String(json.address).toLowerCase().replace(/^0x/, "");
    return /^[0-9a-f]{40}$/.test(hex) ? `0x${hex}` : null;
  } catch {
    return null;
  }
}

/**
 * The key file: the one named, or that of the account in a folder of them.
 *
 * @throws InputError (`KEYSTORE`) if there is none, or others may read it
 */
export function keyFile(path: string, wanted: string | null): string {
  if (!existsSync(path)) refuse(`--ethKeystorePath ${path}: no such file or folder`);
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .slice(0, FILES_MAX)
        .map((name) => join(path, name))
        .filter((file) => statSync(file).isFile())
    : [path];
  const keys = files
    .map((file) => ({ file, text: readSmall(file, "--ethKeystorePath") }))
    .map(({ file, text }) => ({ file, text, owner: ownerOf(text) }))
    .filter(({ owner }) => owner !== null && (wanted === null || owner === wanted));
  const [first, second] = keys;
  if (first === undefined) {
    refuse(`--ethKeystorePath ${path}: no key${wanted === null ? "" : ` of ${wanted}`}`);
  }
  if (second !== undefined && wanted === null) {
    refuse(`--ethKeystorePath ${path}: several keys, expected --ethAcctAddr to choose one`);
  }
  assertSecret(first.file, "--ethKeystorePath", code);
  return first.text;
}

/**
 * Reads the account of the command line. Without a keystore requests are unsigned, which only
 * off-chain orchestrators accept (G-6, G-7).
 *
 * A remote signer signs instead where there is one, as for a gateway (A-76).
 *
 * @throws InputError (`KEYSTORE`) when the key cannot be had, (`SIGNER_…`); RemoteError for a signer
 *   that does not sign
 */
export async function openAccount(
  flags: KeyFlags & SignerFlags,
  signal: AbortSignal,
): Promise<Account> {
  const { ethKeystorePath, ethAcctAddr, ethPassword } = flags;
  const wanted = ethAcctAddr === undefined ? null : accountAddress(ethAcctAddr);
  if (ethKeystorePath === undefined) {
    const { remoteSignerUrl: url, remoteSignerHeadersFile: file } = flags;
    if (url === undefined) return { identity: OFFCHAIN_IDENTITY, address: wanted };
    const headers = file === undefined ? {} : readSignerHeaders(file);
    const identity = await signerIdentity({ url, headers }, { signal });
    return { identity, address: wanted ?? identity.address };
  }
  const key = keyFile(ethKeystorePath, wanted);
  if (ethPassword === undefined) refuse("--ethKeystorePath: expected --ethPassword too");
  const password = existsSync(ethPassword)
    ? readPassword(ethPassword, "--ethPassword")
    : ethPassword;
  const { Wallet } = await import("ethers/wallet");
  const wallet = await Wallet.fromEncryptedJson(key, password).catch((error: unknown) =>
    refuse(`--ethKeystorePath ${ethKeystorePath}: the password does not open it`, error),
  );
  const identity = await signIdentity(wallet);
  return { identity, address: identity.address };
}
