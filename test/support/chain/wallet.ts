/** The pool's wallet on test chains, and those it pays. */
import { computeAddress } from "ethers/transaction";
import { encryptKeystoreJsonSync } from "ethers/wallet";

export const CHAIN_ID = 31_337n;
export const ETH = 10n ** 18n;
export const PASSWORD = "correct horse battery staple";
/** Anvil's first account: known to everybody, rich on every test chain. */
export const POOL_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
export const POOL_ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
export const WALLET = POOL_ADDRESS.toLowerCase();
/** Anvil's second account, not the pool's: makes contracts, sends money. */
export const STRANGER = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
export const STRANGER_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

/** A worker's address by number. */
export const worker = (index: number): string =>
  `0x${(0xbeef_0000 + index).toString(16).padStart(40, "0")}`;

/** A wallet of its own by number, from 1: what one run did is nothing to the next one. */
export function ownWallet(index: number): {
  readonly address: string;
  readonly keystore: string;
  readonly privateKey: string;
} {
  const privateKey = `0x${(0x9001_0000 + index).toString(16).padStart(64, "0")}`;
  const address = computeAddress(privateKey);
  const options = { scrypt: { N: 2, r: 1, p: 1 } };
  const keystore = encryptKeystoreJsonSync({ address, privateKey }, PASSWORD, options);
  return { address: address.toLowerCase(), keystore, privateKey };
}

/** An encrypted keystore of the pool's wallet, or of the stranger's, cheap to open. */
export function keystoreJson(whose: "pool" | "stranger" = "pool"): string {
  const account =
    whose === "pool"
      ? { address: POOL_ADDRESS, privateKey: POOL_KEY }
      : { address: STRANGER, privateKey: STRANGER_KEY };
  return encryptKeystoreJsonSync(account, PASSWORD, { scrypt: { N: 2, r: 1, p: 1 } });
}
