/** What answers' ticket parameters are checked against (P-6): flags, the chain, the gateway's funds. */
import type { SenderInfo, TicketLimits } from "../../discovery/index.js";
import type { OnChainSource } from "../../discovery/sources/chain/on-chain-source.js";
import type { AccountFlags } from "../shared/wallet.js";

/** Funds that are never too small. */
const ASSUMED_FUNDS: SenderInfo = {
  deposit: 2n ** 255n,
  withdrawRound: 0n,
  reserveFundsRemaining: 2n ** 255n,
};

/** The limits, and what they rest on. */
export interface FoundLimits {
  readonly limits: TicketLimits;
  /** What was assumed, for the reader; null = nothing. */
  readonly note: string | null;
}

/**
 * Reads the limits as they are now.
 *
 * @param chain null = none is known: no expiry and no funds are held against the parameters
 * @param account whose funds count; null = nobody's, they are assumed to suffice
 * @throws RemoteError `CHAIN_…`; the signal's reason
 */
export async function readTicketLimits(
  flags: AccountFlags,
  chain: OnChainSource | null,
  account: string | null,
  signal: AbortSignal,
): Promise<FoundLimits> {
  const sender =
    chain === null || account === null ? null : await chain.senderInfo(account, { signal });
  if (chain !== null && chain.chainState() === null) await chain.sync({ signal });
  const state = chain?.chainState() ?? null;
  const { maxTicketEV, maxTotalEV, depositMultiplier } = flags;
  return {
    limits: {
      maxTicketEV,
      maxTotalEV,
      depositMultiplier: BigInt(depositMultiplier),
      lastInitializedRound: state?.lastInitializedRound ?? 0n,
      lastSeenL1Block: state?.lastSeenL1Block ?? 0n,
      sender: sender ?? ASSUMED_FUNDS,
    },
    note: noteOf(chain !== null, account !== null),
  };
}

function noteOf(hasChain: boolean, hasAccount: boolean): string | null {
  if (!hasChain) {
    return "ticket parameters were held neither against the chain's block nor against a gateway's funds: neither is known without --ethUrl (P-6)";
  }
  return hasAccount
    ? null
    : "a gateway's funds were taken to suffice: name an account by --ethAcctAddr (P-6)";
}
