/** What files that are kept for a wallet call it. */
import { refuse } from "../../core/checks.js";

const ADDRESS = /^0x[\da-f]{40}$/;

/**
 * One address has one name, however it is written: by another one, another process would not see the
 * lock, nor what was signed.
 *
 * @throws InputError (`OPTION_INVALID`) for what is no address
 */
export function walletName(wallet: string): string {
  const name = String(wallet).toLowerCase();
  return ADDRESS.test(name)
    ? name
    : refuse(`wallet: found ${JSON.stringify(wallet)}, expected an address of 20 bytes in hex`);
}
