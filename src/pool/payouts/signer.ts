/**
 * The pool's key: read from an encrypted keystore file, kept in a private field, and good for one
 * thing only, signing payments. It is in no log, no error and no other object.
 */
import { SigningKey } from "ethers/crypto";
import { computeAddress, Transaction } from "ethers/transaction";
import { InputError, invariant } from "../../core/errors.js";
import type { Fees } from "./gas.js";
import type { SignedPayment } from "./payout.js";

/** What is to be signed: a transfer by EIP-1559. */
export interface Payment extends Fees {
  /** The chain's number. */
  readonly chainId: bigint;
  /** Its number among the wallet's transactions. */
  readonly nonce: number;
  /** Whom it pays. */
  readonly to: string;
  /** What it pays, in wei. */
  readonly amountWei: bigint;
  /** Most gas that it may use. */
  readonly gasLimit: bigint;
  /** When it is signed, ms since 1970. */
  readonly atMs: number;
}

/** Signs for one wallet, the same bytes for the same payment. */
export interface PayoutSigner {
  /** The address that it signs for, lower-case hex with `0x`. */
  readonly address: string;
  /** Signs a payment. The same payment always gives the same bytes. */
  sign(payment: Payment): SignedPayment;
}

/**
 * Opens a keystore and makes a signer of its key.
 *
 * @param json the file's text: Ethereum's keystore, version 3
 * @throws InputError (`KEYSTORE`) when it is none or the password does not open it; the message
 *   has neither in it
 */
export async function openKeystore(json: string, password: string): Promise<PayoutSigner> {
  // Who only looks at what is owed needs no wallet.
  const { decryptKeystoreJson } = await import("ethers/wallet");
  let key: SigningKey;
  try {
    const { privateKey } = await decryptKeystoreJson(json, password);
    key = new SigningKey(privateKey);
  } catch {
    // The cause may quote what it was given.
    throw new InputError("the password does not open the keystore, or it is none", {
      code: "KEYSTORE",
    });
  }
  return new KeySigner(key);
}

class KeySigner implements PayoutSigner {
  readonly address: string;
  readonly #key: SigningKey;

  constructor(key: SigningKey) {
    this.#key = key;
    this.address = computeAddress(key).toLowerCase();
  }

  sign(payment: Payment): SignedPayment {
    const { chainId, nonce, to, amountWei, gasLimit, maxFeeWei, priorityFeeWei, atMs } = payment;
    const transaction = Transaction.from({
      type: 2,
      chainId,
      nonce,
      to,
      value: amountWei,
      gasLimit,
      maxFeePerGas: maxFeeWei,
      maxPriorityFeePerGas: priorityFeeWei,
    });
    transaction.signature = this.#key.sign(transaction.unsignedHash);
    const { hash, serialized: signedTx } = transaction;
    invariant(hash !== null, "a signed transaction has a hash");
    return { txHash: hash, signedTx, gasLimit, maxFeeWei, priorityFeeWei, signedAtMs: atMs };
  }
}
