/** What commands that pay, or that compare books with a chain, have in common. */
import { join } from "node:path";
import { formatDuration } from "../../../config/duration.js";
import { InputError } from "../../../core/errors.js";
import {
  lockWallet,
  openPayoutChain,
  openSignedMemory,
  type PayoutChain,
  type SignedMemory,
  type WalletLock,
} from "../../../pool/payouts/index.js";
import type { Terminal } from "../../shared/terminal.js";
import { accountAddress, keyFile, ownerOf } from "../../shared/wallet.js";
import { stateFolder } from "./state-folder.js";

export interface ChainFlags {
  readonly ethUrl?: string;
  readonly witnessUrl?: string;
}

export interface WalletFlags {
  readonly ethKeystorePath?: string;
  readonly ethAcctAddr?: string;
}

/** The nodes of the command line, open. */
export interface Nodes {
  readonly chain: PayoutChain;
  readonly witness: PayoutChain | null;
  close(): Promise<void>;
}

/**
 * Opens what `--ethUrl` and `--witnessUrl` name.
 *
 * @param why the option that needs them, for messages
 * @throws InputError (`USAGE`); (`PAYOUT_CHAIN`) when a node is of another chain
 */
export async function openNodes(
  { ethUrl, witnessUrl }: ChainFlags,
  { why, chainId, signal }: { why: string; chainId: bigint; signal: AbortSignal },
): Promise<Nodes> {
  if (ethUrl === undefined || !/^https?:\/\//.test(ethUrl)) {
    throw new InputError(`${why}: expected --ethUrl too, http or https`, { code: "USAGE" });
  }
  if (witnessUrl !== undefined && !/^https?:\/\//.test(witnessUrl)) {
    throw new InputError("--witnessUrl: expected http or https", { code: "USAGE" });
  }
  const chain = openPayoutChain({ url: ethUrl, signal });
  const witness = witnessUrl === undefined ? null : openPayoutChain({ url: witnessUrl, signal });
  const close = async (): Promise<void> => {
    await Promise.all([chain.close(), witness?.close()]);
  };
  try {
    for (const node of [chain, witness]) {
      const found = node === null ? chainId : await node.chainId();
      if (found === chainId) continue;
      throw new InputError(`payouts: the node is of chain ${found}, expected ${chainId}`, {
        code: "PAYOUT_CHAIN",
      });
    }
    return { chain, witness, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The keystore of the command line, still closed. */
export function keystoreOf({ ethKeystorePath, ethAcctAddr }: WalletFlags): string {
  if (ethKeystorePath === undefined) {
    throw new InputError("--send: expected --ethKeystorePath too", { code: "USAGE" });
  }
  const wanted = ethAcctAddr === undefined ? null : accountAddress(ethAcctAddr);
  return keyFile(ethKeystorePath, wanted);
}

/** Whose transactions are meant, without its key; null when the command line does not say. */
export function walletOf(flags: WalletFlags): string | null {
  if (flags.ethAcctAddr !== undefined) return accountAddress(flags.ethAcctAddr);
  return flags.ethKeystorePath === undefined ? null : ownerOf(keystoreOf(flags));
}

/** Keeps other processes of this user and machine from paying from the wallet. */
export async function lockOf(options: {
  readonly wallet: string;
  readonly chainId: bigint;
  readonly db: string;
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}): Promise<WalletLock> {
  const { wallet, chainId, db, waitMs, signal, terminal } = options;
  return await lockWallet({
    folder: folderOfLocks(),
    chainId,
    wallet,
    holder: `process ${process.pid} with --db ${db}`,
    waitMs,
    signal,
    onWait: (holder) => {
      if (waitMs === 0) return;
      terminal.stderr.write(
        `${wallet} is paid from by ${holder}; waiting for it, at most ${formatDuration(waitMs)}\n`,
      );
    },
  });
}

/** What this user has handed to nodes from a wallet, by whatever books; its lock has to be held. */
export function signedBy(wallet: {
  readonly wallet: string;
  readonly chainId: bigint;
}): SignedMemory {
  return openSignedMemory({ folder: folderOfLocks(), ...wallet });
}

function folderOfLocks(): string {
  return join(stateFolder(process.env), "locks");
}
