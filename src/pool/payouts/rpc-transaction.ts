/**
 * A transaction in a node's words. Its signed bytes are made again from its parts: what hashes to
 * its hash and was signed by its sender is what the sender signed, whatever else the node says.
 */
import { Signature } from "ethers/crypto";
import { verifyAuthorization } from "ethers/hash";
import { accessListify, Transaction } from "ethers/transaction";
import { isRecord } from "../../io/json-rpc/json-rpc.js";
import type { ChainTransaction } from "./chain.js";
import { hex, quantity, safe } from "./rpc-values.js";

type Json = Readonly<Record<string, unknown>>;

/** @throws RemoteError (`CHAIN_TRANSPORT`) for what is no transaction */
export function readTransaction(json: Json): ChainTransaction {
  const { blockNumber, blockHash, to } = json;
  const chainId = chainOf(json);
  const isMined = blockNumber !== null && blockNumber !== undefined;
  const plain = {
    txHash: hex(json["hash"], 32),
    from: hex(json["from"], 20),
    to: to === null || to === undefined ? null : hex(to, 20),
    nonce: safe(json["nonce"]),
    valueWei: quantity(json["value"]),
    block: isMined ? { number: safe(blockNumber), hash: hex(blockHash, 32) } : null,
    ...(chainId === undefined ? {} : { chainId }),
  };
  return { ...plain, payment: paymentOf(json, plain) };
}

/** EIP-155: the chain is in the signature of transactions that have no type. */
function chainOfSignature(v: bigint): bigint | undefined {
  return v >= 35n ? (v - 35n) / 2n : undefined;
}

/** For which chain it is signed; undefined: it does not say, as before EIP-155. */
function chainOf(json: Json): bigint | undefined {
  const { chainId, v } = json;
  if (chainId !== undefined && chainId !== null) return quantity(chainId);
  return v === undefined || v === null ? undefined : chainOfSignature(quantity(v));
}

/**
 * Nonces of an address that somebody's transaction uses up by authorizations of it (EIP-7702), each as a
 * transaction that pays nobody and has the hash of the one that carries it.
 *
 * @throws RemoteError (`CHAIN_TRANSPORT`) for what is no transaction
 */
export function authorizationsOf(address: string, json: Json): ChainTransaction[] {
  const list: unknown = json["authorizationList"];
  if (!Array.isArray(list)) return [];
  const { txHash, block } = readTransaction(json);
  return list.filter(isRecord).flatMap((authorization) =>
    authorityOf(authorization) === address
      ? {
          ...{ txHash, block, from: address, to: null, valueWei: 0n, payment: null },
          nonce: safe(authorization["nonce"]),
        }
      : [],
  );
}

/** Who signed it; null: nobody, such as the chain passes over. */
function authorityOf(json: Json): string | null {
  try {
    const what = {
      address: hex(json["address"], 20),
      nonce: quantity(json["nonce"]),
      chainId: quantity(json["chainId"]),
    };
    return verifyAuthorization(what, signatureOf(json)).toLowerCase();
  } catch {
    return null;
  }
}

function signatureOf(json: Json): Signature {
  return Signature.from({
    r: `0x${quantity(json["r"]).toString(16).padStart(64, "0")}`,
    s: `0x${quantity(json["s"]).toString(16).padStart(64, "0")}`,
    v: quantity(json["v"] ?? json["yParity"]),
  });
}

function paymentOf(
  json: Json,
  { txHash, from, to, nonce, valueWei }: Omit<ChainTransaction, "payment" | "block" | "chainId">,
): ChainTransaction["payment"] {
  try {
    const transaction = signedOf(json, { to, nonce, value: valueWei });
    if (transaction.hash !== txHash || transaction.from?.toLowerCase() !== from) return null;
    const price = transaction.gasPrice ?? 0n;
    return {
      txHash,
      signedTx: transaction.serialized,
      gasLimit: transaction.gasLimit,
      maxFeeWei: transaction.maxFeePerGas ?? price,
      priorityFeeWei: transaction.maxPriorityFeePerGas ?? price,
    };
  } catch {
    // Kinds of transactions that are not known here: seen, but never sent again.
    return null;
  }
}

function signedOf(
  json: Json,
  { to, nonce, value }: { to: string | null; nonce: number; value: bigint },
): Transaction {
  const type = safe(json["type"] ?? "0x0");
  const input = json["input"] ?? json["data"];
  const v = quantity(json["v"] ?? json["yParity"]);
  const shared = {
    type,
    to,
    nonce,
    value,
    gasLimit: quantity(json["gas"]),
    data: typeof input === "string" ? input : "0x",
    signature: signatureOf(json),
  };
  if (type === 0) {
    const chainId = chainOfSignature(v) ?? 0n;
    return Transaction.from({ ...shared, chainId, gasPrice: quantity(json["gasPrice"]) });
  }
  const list = Array.isArray(json["accessList"]) ? json["accessList"] : [];
  const accessList = accessListify(list);
  const chainId = quantity(json["chainId"]);
  const typed = { ...shared, chainId, accessList };
  if (type === 1) return Transaction.from({ ...typed, gasPrice: quantity(json["gasPrice"]) });
  return Transaction.from({
    ...typed,
    maxFeePerGas: quantity(json["maxFeePerGas"]),
    maxPriorityFeePerGas: quantity(json["maxPriorityFeePerGas"]),
  });
}
