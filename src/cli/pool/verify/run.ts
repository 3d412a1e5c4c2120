/** `poolsim pool verify`: derives the books again from their events, in a file that is thrown away. */

import { InputError, RemoteError } from "../../../core/errors.js";
import { counted } from "../../../core/wording.js";
import { walDamage } from "../../../io/wal-damage.js";
import type { ChainHead, PayingWallet, PoolStore } from "../../../pool/books/store/store.js";
import { type VerifyResult, verifyBooks } from "../../../pool/books/verify/verify.js";
import {
  type Adopting,
  bindingOf,
  type ChainFindings,
  type NonceRange,
  verifyChain,
} from "../../../pool/payouts/index.js";
import { EXIT } from "../../shared/failure.js";
import { stoppable } from "../../shared/stoppable.js";
import type { Terminal } from "../../shared/terminal.js";
import { ethText } from "../shared/amounts.js";
import { type AuthorFlags, authorOf } from "../shared/author.js";
import type { BooksFlags } from "../shared/flags.js";
import { fileKind, named, openBooks, withBooks } from "../shared/open-books.js";
import { print } from "../shared/output.js";
import {
  type ChainFlags,
  lockOf,
  openNodes,
  type WalletFlags,
  walletOf,
} from "../shared/paying.js";
import { withScratchStore } from "../shared/scratch-store.js";
import { examine } from "./examine.js";

/** Of `verify`: with `--ethUrl`, the chain too. */
export interface VerifyFlags extends BooksFlags, ChainFlags, WalletFlags, AuthorFlags {
  readonly chainId: number;
  readonly confirmations: number;
  readonly adopt: boolean;
  readonly adoptNonces?: NonceRange;
  readonly reason?: string;
  readonly head?: ChainHead;
}

/**
 * @returns 1 if something is wrong, the file itself included
 * @throws InputError for bad input; RemoteError when the node does not answer
 */
export async function poolVerify(flags: VerifyFlags, terminal: Terminal): Promise<number> {
  const adopting = adoptingOf(flags);
  const damage = damageOf(flags.db);
  if (damage.length > 0) return reportDamage(damage, flags, terminal);
  try {
    return await compared(flags, adopting, terminal);
  } catch (error) {
    // What the look at the file let pass.
    const isDamage = error instanceof RemoteError && /^SQLITE_(?:CORRUPT|NOTADB)/.test(error.code);
    if (!isDamage) throw error;
    return reportDamage([error.message], flags, terminal);
  }
}

/** Of a file that is or was one of books; of any other, opening it tells what it is. */
function damageOf(db: string): string[] {
  const kind = fileKind(db);
  if (kind === "damaged") return ["its beginning is not that of an SQLite file"];
  if (kind !== "database") return [];
  // First: whoever opens the file makes the index anew, which tells how much was committed.
  const log = walDamage(db);
  if (log !== null) return [log.reason];
  try {
    return examine(db);
  } catch (error) {
    throw named(db, error);
  }
}

function reportDamage(wrong: readonly string[], flags: VerifyFlags, terminal: Terminal): number {
  print(terminal, flags, { isRight: false, isDamaged: true, wrong }, () => [
    `The file ${flags.db} is damaged: what it holds can't be trusted.`,
    wrong.join("\n"),
    "Keep the file, and go on from the last copy that verify finds right.",
  ]);
  return EXIT.expectationFailed;
}

async function compared(
  flags: VerifyFlags,
  adopting: Adopting,
  terminal: Terminal,
): Promise<number> {
  const chain = flags.ethUrl === undefined ? [] : await compareChain(flags, adopting, terminal);
  const result = withBooks(flags.db, "read", (store) =>
    withScratchStore((fresh) => verifyBooks(store, fresh, { head: flags.head })),
  );
  const wrong = [...result.wrong, ...chain.flatMap((findings) => findings.wrong)];
  const isRight = wrong.length === 0;
  const ofChain = flags.ethUrl === undefined ? {} : { chain: chain.map(shownOf) };
  print(terminal, flags, { isRight, ...result, wrong, ...ofChain }, () => [
    `${derivedText(result)}\n${linksText(result, flags.head)}`,
    ...chain.map(chainText),
    isRight ? "The books are right." : wrong.join("\n"),
  ]);
  return isRight ? EXIT.ok : EXIT.expectationFailed;
}

function adoptingOf(flags: VerifyFlags): Adopting {
  const { ethUrl, adopt, adoptNonces: range, reason } = flags;
  const asked = adopt ? "--adopt" : range !== undefined ? "--adopt-nonces" : null;
  if (asked !== null && ethUrl === undefined) {
    throw new InputError(`${asked}: expected --ethUrl too`, { code: "USAGE" });
  }
  if ((range === undefined) !== (reason === undefined) || reason?.trim() === "") {
    throw new InputError("expected --adopt-nonces and --reason together", { code: "USAGE" });
  }
  if (range !== undefined && reason !== undefined) {
    return { kind: "these", range, reason, author: authorOf(flags) };
  }
  return { kind: adopt ? "recognised" : "nothing" };
}

/** Each paying wallet of the chain, one after the other. */
async function compareChain(
  flags: VerifyFlags,
  adopting: Adopting,
  terminal: Terminal,
): Promise<readonly ChainFindings[]> {
  const { db, confirmations } = flags;
  const chainId = BigInt(flags.chainId);
  const isWriting = adopting.kind !== "nothing";
  const store = openBooks(db, isWriting ? "write" : "read");
  try {
    const wallets = walletsOf(flags, store);
    return await stoppable(async (signal) => {
      const options = { why: "--ethUrl", chainId, signal };
      const { chain, witness, close } = await openNodes(flags, options);
      const findings: ChainFindings[] = [];
      try {
        for (const wallet of wallets) {
          const locked = { wallet: wallet.fromAddress, chainId, db, waitMs: 0, signal, terminal };
          const lock = isWriting ? await lockOf(locked) : null;
          try {
            const shared = { store, chain, witness, wallet, adopting, confirmations };
            findings.push(await verifyChain({ ...shared, nowMs: Date.now() }));
          } finally {
            lock?.release();
          }
        }
      } finally {
        await close();
      }
      return findings;
    });
  } catch (error) {
    throw named(db, error);
  } finally {
    store.close();
  }
}

function walletsOf(flags: VerifyFlags, store: PoolStore): readonly PayingWallet[] {
  const chainId = BigInt(flags.chainId);
  const own = store.payouts.payingWallets().filter((wallet) => wallet.chainId === chainId);
  const asked = walletOf(flags);
  if (asked !== null) return [{ chainId, fromAddress: asked }];
  if (own.length > 0) return own;
  const bound = bindingOf(store);
  if (bound?.chainId === chainId) return [bound];
  throw new InputError(
    `these books have no payout on chain ${chainId} yet: expected --ethAcctAddr, the paying wallet`,
    { code: "USAGE" },
  );
}

function derivedText({ events, entries, rounds, accounts }: VerifyResult): string {
  return (
    `${counted(events, "event")}, ${counted(entries, "entry", "entries")}, ` +
    `${counted(rounds, "closed round")} and ${counted(accounts, "account")} derived again`
  );
}

/** What the chain of hashes can't tell is said too. */
function linksText({ links }: VerifyResult, head: ChainHead | undefined): string {
  const what = `${counted(links, "link")} of the chain of hashes made again`;
  return head === undefined
    ? `${what}; who made all of them anew is found with --head only`
    : `${what} and compared with the head from outside`;
}

function chainText({ payouts, adopted, mended }: ChainFindings): string {
  return [
    `${counted(payouts, "payout")} compared with the chain`,
    ...mended.map(({ id, state }) => `payout ${id} is now ${state}, as on chain`),
    ...adopted.map(
      ({ id, amountWei, address, nonce }) =>
        `payout ${id} of ${ethText(amountWei)} to ${address}: taken in from nonce ${nonce}`,
    ),
  ].join("\n");
}

function shownOf({ payouts, adopted, mended, wrong }: ChainFindings): object {
  return {
    payouts,
    adopted: adopted.map(({ id, address, amountWei, nonce }) => ({
      id,
      address,
      amountWei,
      nonce,
    })),
    mended: mended.map(({ id, state }) => ({ id, state })),
    wrong,
  };
}
