/**
 * Nonces that the chain has used and the books can't explain: a restored backup, another copy of
 * the books, or somebody else with the same key. One answer of a node is no proof of it: the
 * transactions are looked for before payouts stop for it.
 */
import { InputError, isPoolsimError, RemoteError } from "../../core/errors.js";
import { ethText } from "./amounts.js";
import type { PayoutChain } from "./chain.js";
import { findNonce } from "./nonce-search.js";
import { countOf, type NonceRange, noncesOf, rangesText } from "./nonces.js";

/** Of many, so many are looked for. */
const SHOWN_MAX = 5;

export interface UnknownNonces {
  readonly chain: PayoutChain;
  readonly wallet: string;
  readonly unknown: readonly NonceRange[];
  /** What else can be done about it. @default nothing */
  readonly advice?: string | undefined;
}

/**
 * Proves that they are used.
 *
 * @returns what payouts end with (`PAYOUT_NONCES_UNKNOWN`)
 * @throws RemoteError (`CHAIN_…`) when the node contradicts itself, or fails
 */
export async function unknownNonces({
  chain,
  wallet,
  unknown,
  advice = "",
}: UnknownNonces): Promise<InputError> {
  const shown: string[] = [];
  for (const nonce of noncesOf(unknown, SHOWN_MAX)) {
    shown.push(`nonce ${nonce} ${await described(chain, wallet, nonce)}`);
  }
  const rest = countOf(unknown) - shown.length;
  const more = rest > 0 ? `; ${rest} more` : "";
  return new InputError(
    `payouts: ${wallet} has transactions on chain that these books do not know, nonces ` +
      `${rangesText(unknown)}: ${shown.join("; ")}${more}; nothing more is paid until they are ` +
      `taken in or acknowledged${advice}`,
    { code: "PAYOUT_NONCES_UNKNOWN" },
  );
}

async function described(chain: PayoutChain, wallet: string, nonce: number): Promise<string> {
  const head = await chain.head();
  try {
    const found = await findNonce({ chain, wallet, nonce, head });
    if ("unclear" in found) throw new RemoteError(found.unclear, { code: "CHAIN_CONTRADICTION" });
    const { to, valueWei, txHash } = found.transaction;
    const whom = to ?? "nobody (it makes a contract, or gives the wallet code)";
    return `sent ${ethText(valueWei)} to ${whom} in block ${found.blockNumber}, ${txHash}`;
  } catch (error) {
    // It has not kept the state of old blocks: it counts the nonce as used all the same.
    if (isPoolsimError(error) && error.code === "CHAIN_RPC") {
      return `can't be read (${error.message})`;
    }
    throw error;
  }
}
