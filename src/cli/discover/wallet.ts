/** The gateway's account: its key in a keystore, with which requests are signed (G-4). */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import { OFFCHAIN_IDENTITY, type RequestIdentity, signIdentity } from "../../discovery/index.js";
import type { AccountFlags } from "./flags.js";

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

/** A short file as text. */
export function readSmall(path: string, flag: string): string {
  try {
    const { size } = statSync(path);
    if (size > KEY_BYTES_MAX) throw new Error(`${size} bytes long`);
    return readFileSync(path, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refuse(`${flag} ${path}: cannot be read (${why})`, error);
  }
}

/** The address that a keystore file is for; null when it is no keystore file. */
function ownerOf(text: string): string | null {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== "object" || json === null || !("address" in json)) return null;
    const hex = String(json.address).toLowerCase().replace(/^0x/, "");
    return /^[0-9a-f]{40}$/.test(hex) ? `0x${hex}` : null;
  } catch {
    return null;
  }
}

/** The key file: the one named, or that of the account in a folder of them. */
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
  return first.text;
}

/**
 * Reads the account of the command line. Without a keystore requests are unsigned, which only
 * off-chain orchestrators accept (G-6, G-7).
 *
 * @throws InputError (`KEYSTORE`) when the key cannot be had
 */
export async function openAccount(flags: AccountFlags): Promise<Account> {
  const { ethKeystorePath, ethAcctAddr, ethPassword } = flags;
  if (ethAcctAddr !== undefined && !/^0x[0-9a-fA-F]{40}$/.test(ethAcctAddr)) {
    refuse(`--ethAcctAddr ${ethAcctAddr}: expected an address: 0x and 40 hex digits`);
  }
  const wanted = ethAcctAddr?.toLowerCase() ?? null;
  if (ethKeystorePath === undefined) return { identity: OFFCHAIN_IDENTITY, address: wanted };
  const key = keyFile(ethKeystorePath, wanted);
  if (ethPassword === undefined) refuse("--ethKeystorePath: expected --ethPassword too");
  const password = existsSync(ethPassword)
    ? readSmall(ethPassword, "--ethPassword").trimEnd()
    : ethPassword;
  const { Wallet } = await import("ethers/wallet");
  const wallet = await Wallet.fromEncryptedJson(key, password).catch((error: unknown) =>
    refuse(`--ethKeystorePath ${ethKeystorePath}: the password does not open it`, error),
  );
  const identity = await signIdentity(wallet);
  return { identity, address: identity.address };
}
