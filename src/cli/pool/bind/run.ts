/** `poolsim pool bind`: from which wallet, on which chain, books are paid. */
import { InputError } from "../../../core/errors.js";
import { utcText } from "../../../core/utc.js";
import type { PayingWallet } from "../../../pool/books/store/store.js";
import { assertAllKnown, bind, bindingOf } from "../../../pool/payouts/index.js";
import { EXIT } from "../../shared/failure.js";
import { stoppable } from "../../shared/stoppable.js";
import type { Terminal } from "../../shared/terminal.js";
import { accountAddress } from "../../shared/wallet.js";
import { type AuthorFlags, authoredOf } from "../shared/author.js";
import type { BooksFlags } from "../shared/flags.js";
import { named, openBooks, withBooks } from "../shared/open-books.js";
import { lines, print } from "../shared/output.js";
import { type ChainFlags, lockOf, openNodes, signedBy } from "../shared/paying.js";

export interface BindFlags extends BooksFlags, AuthorFlags, ChainFlags {
  readonly chainId?: number;
  readonly reason?: string;
  readonly keyLost: boolean;
  readonly mistaken: boolean;
}

const ARBITRUM_ONE = 42_161n;

/**
 * Runs the command.
 *
 * @throws InputError (`ACT`, `KEYSTORE` for what is no address, `USAGE`); (`PAYOUT_NONCES_UNKNOWN`) when
 *   the wallet before has paid what these books don't know, (`PAYOUT_SIGNED`) when it may still have, (`PAYOUT_BOUND`)
 *   for `--mistaken` that is none; RemoteError when the node does not answer
 */
export async function poolBind(
  text: string | undefined,
  flags: BindFlags,
  terminal: Terminal,
): Promise<number> {
  if (text === undefined) return shown(flags, terminal);
  const { reason, db } = flags;
  if (reason === undefined) {
    throw new InputError("--reason: expected why; it is kept", { code: "USAGE" });
  }
  const authored = authoredOf({ ...flags, reason });
  const store = openBooks(db, "write");
  try {
    const before = bindingOf(store);
    const chainId =
      flags.chainId === undefined ? (before?.chainId ?? ARBITRUM_ONE) : BigInt(flags.chainId);
    const asked = { chainId, fromAddress: accountAddress(text) };
    const isChange = before !== null && !isSame(before, asked);
    const detail = isChange && flags.mistaken ? { mistaken: before.fromAddress } : {};
    const change = (): boolean => bind(store, asked, authored, { detail, before });
    const isNew = isChange ? await looking(store, before, { flags, terminal, change }) : change();
    print(terminal, flags, { chainId, wallet: asked.fromAddress, isNew, before }, () => [
      isNew
        ? `These books are paid from ${asked.fromAddress} on chain ${chainId}.`
        : `They were before: nothing changed.`,
    ]);
    return EXIT.ok;
  } catch (error) {
    throw named(db, error);
  } finally {
    store.close();
  }
}

/** Nobody pays from the wallet before while it is looked at, nor between that and the change. */
async function looking(
  store: ReturnType<typeof openBooks>,
  before: PayingWallet,
  {
    flags,
    terminal,
    change,
  }: { readonly flags: BindFlags; readonly terminal: Terminal; readonly change: () => boolean },
): Promise<boolean> {
  const { chainId, fromAddress: wallet } = before;
  return await stoppable(async (signal) => {
    const lock = await lockOf({ wallet, chainId, db: flags.db, waitMs: 0, signal, terminal });
    try {
      const why = `${wallet} may have paid what these books don't know`;
      const { chain, witness, close } = await openNodes(flags, { why, chainId, signal });
      try {
        const signed = signedBy({ wallet, chainId });
        const { keyLost, mistaken: isMistaken } = flags;
        const said = { looksForHidden: !keyLost, isMistaken };
        await assertAllKnown({ store, chain, witness, wallet: before, signed, ...said });
      } finally {
        await close();
      }
      return change();
    } finally {
      lock.release();
    }
  });
}

function shown(flags: BindFlags, terminal: Terminal): number {
  return withBooks(flags.db, "read", (store) => {
    const bound = bindingOf(store);
    const [act] = store.acts.list({ kinds: ["bind"], limit: 1 });
    const json = { chainId: bound?.chainId ?? null, wallet: bound?.fromAddress ?? null };
    print(terminal, flags, { ...json, act: act ?? null }, () => [
      bound === null
        ? "These books have never paid: the first payment binds them to its wallet and chain."
        : lines(
            ["wallet", bound.fromAddress],
            ["chain", bound.chainId.toString()],
            ...(act === undefined
              ? []
              : ([["since", `${utcText(act.atMs)}, ${act.author}: ${act.reason}`]] as const)),
          ),
    ]);
    return EXIT.ok;
  });
}

function isSame(one: PayingWallet, other: PayingWallet): boolean {
  return one.chainId === other.chainId && one.fromAddress === other.fromAddress;
}
