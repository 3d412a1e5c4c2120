/** The credit of a gateway with all orchestrators that it pays (P-25). */
import { BALANCE_IDLE_LIMIT_MS } from "./certain-tickets.js";
import { CreditAccount } from "./payment.js";

/** The accounts of one gateway, one per (ticket recipient, auth session id) (P-25). */
export class CreditAccounts {
  readonly #accounts = new Map<string, CreditAccount>();
  readonly #sweepOffsetMs: number;

  /** @param sweepOffsetMs an instant of a sweep; see {@link CreditAccount} */
  constructor(sweepOffsetMs = 0) {
    this.#sweepOffsetMs = sweepOffsetMs;
  }

  /** Number of accounts kept. */
  get size(): number {
    return this.#accounts.size;
  }

  /**
   * The account of a recipient under an auth session, made at balance 0 if there is none.
   *
   * @param recipient handle or address of the ticket recipient
   * @param authSessionId handle or text of the auth-token session
   */
  open(recipient: number | string, authSessionId: number | string): CreditAccount {
    const key = JSON.stringify([recipient, authSessionId]);
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = new CreditAccount(this.#sweepOffsetMs);
      this.#accounts.set(key, account);
    }
    return account;
  }

  /**
   * Forgets accounts idle for more than 10 min. An account forgets its own balance by itself;
   * this only frees memory.
   *
   * @param nowMs an instant at which a sweep takes place
   */
  sweep(nowMs: number): void {
    for (const [key, account] of this.#accounts) {
      if (nowMs - account.lastUsedMs > BALANCE_IDLE_LIMIT_MS) this.#accounts.delete(key);
    }
  }
}
