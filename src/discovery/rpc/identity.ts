/**
 * Who asks: the gateway's address and its signature, the same for every request (G-3, G-4).
 * Orchestrators of the on-chain network answer only who proves an address (G-5, G-7).
 */
import { InputError } from "../../core/errors.js";

/** What requests carry. */
export interface RequestIdentity {
  /** Ethereum address, hex with `0x`. */
  readonly address: string;
  /** R ‖ S ‖ V, hex with `0x`; `0x` alone = none. */
  readonly signature: string;
}

/** The zero address without a signature, which off-chain orchestrators accept (G-6). */
export const OFFCHAIN_IDENTITY: RequestIdentity = {
  /** The zero address. */
  address: `0x${"00".repeat(20)}`,
  /** No signature. */
  signature: "0x",
};

/** Half the order of the curve secp256k1. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** Holds a key: an ethers wallet, or anything else that signs personal messages. */
export interface MessageSigner {
  /** The signer's address, `0x` and 40 hex digits. */
  getAddress(): Promise<string>;
  /** Signs the bytes with Ethereum's personal-message prefix (EIP-191). */
  signMessage(message: Uint8Array): Promise<string>;
}

/**
 * Lets a signer prove its address: a personal-message signature over the Keccak hash of the
 * checksummed address (G-4), checked as orchestrators check it (G-5).
 *
 * @throws InputError (`SIGNATURE_INVALID`) when the signer signs with another key, or not in the
 *   form that orchestrators accept
 */
export async function signIdentity(signer: MessageSigner): Promise<RequestIdentity> {
  // Loaded only by who signs.
  const [{ getAddress }, { getBytes, hexlify, toUtf8Bytes }, { keccak256 }, { verifyMessage }] =
    await Promise.all([
      import("ethers/address"),
      import("ethers/utils"),
      import("ethers/crypto"),
      import("ethers/hash"),
    ]);
  const address = getAddress(await signer.getAddress());
  const message = getBytes(keccak256(toUtf8Bytes(address)));
  const signature = hexlify(await signer.signMessage(message));
  const recovers = (): boolean => {
    try {
      return verifyMessage(message, signature) === address;
    } catch {
      return false;
    }
  };
  if (!isLowSignature(signature) || !recovers()) {
    throw new InputError(`the signer's signature does not prove ${address}`, {
      code: "SIGNATURE_INVALID",
    });
  }
  return { address: address.toLowerCase(), signature };
}

/** G-5: 65 bytes, S in the lower half of the order, V 27 or 28. */
function isLowSignature(signature: string): boolean {
  if (!/^0x[0-9a-f]{128}(1b|1c)$/.test(signature)) return false;
  const s = BigInt(`0x${signature.slice(66, 130)}`);
  return 0n < s && s <= HALF_ORDER;
}
