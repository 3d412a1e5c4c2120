/**
 * The ledger's accounts, by name. Value comes in from `world` and leaves to it, so that all
 * balances together are always zero.
 */
import { InputError } from "../../core/errors.js";

/** Accounts that exist once. */
export type CommonAccount =
  /** The outside: gateways that pay, chains that take gas, workers' own wallets. */
  | "world"
  /** The pool's money on chain. */
  | "wallet"
  /** Winning tickets not redeemed yet. */
  | "ticketsReceivable"
  /** Income before it is attributed. */
  | "feesEarned"
  /** What the operator keeps; pays the delegators' part, so it may be negative. */
  | "commission"
  /** What the orchestrator's delegators get (feeShare). */
  | "delegators"
  /** Fees of jobs whose worker is not known yet. */
  | "unattributed"
  | "gas"
  /** Less than a wei at a time, from exact fractions. */
  | "rounding";

/** Accounts of one payee: owed to it, on the way to it, received by it. */
export type PayeeAccount = `pending:${string}` | `inPayout:${string}` | `paid:${string}`;

/** An account of the ledger, by name. */
export type Account = CommonAccount | PayeeAccount;

/** Whose work it is and where it was done: balances are kept apart by all three. */
export interface Payee {
  /** Ethereum address, or any name without a colon. */
  readonly address: string;
  /** `transcode` or `ai`. */
  readonly nodeType: string;
  /** The region that the work was done in. */
  readonly region: string;
}

/**
 * What a worker has earned and not been paid.
 *
 * @throws InputError (`LEDGER_ACCOUNT`) if a part is empty or has a colon in it
 */
export function pendingAccount({ address, nodeType, region }: Payee): Account {
  return `pending:${part(address).toLowerCase()}:${part(nodeType)}:${part(region)}`;
}

/** What is on its way to an address: payouts are per address, across node types and regions. */
export function inPayoutAccount(address: string): Account {
  return `inPayout:${part(address).toLowerCase()}`;
}

/** What an address has received. */
export function paidAccount(address: string): Account {
  return `paid:${part(address).toLowerCase()}`;
}

function part(text: string): string {
  if (text === "" || text.includes(":")) {
    throw new InputError(`"${text}" can't be part of an account's name`, {
      code: "LEDGER_ACCOUNT",
    });
  }
  return text;
}
