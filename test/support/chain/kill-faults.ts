/** What goes wrong besides a kill: an operator's procedures, and nodes that say what is not so. */
import { Transaction } from "ethers/transaction";
import { estimatedRecipient } from "./lies.js";
import type { RpcCall } from "./rpc-proxy.js";

/**
 * `restored`: the killed books' place is taken by a backup made before anything was paid; `older`:
 * all is paid, and a backup made when the process was killed takes the place; `swapped`: instead of
 * a kill, another file is moved over the books; `counts`, `payee`, `gas`: lies of the node.
 */
export const FAULTS = ["none", "restored", "older", "swapped", "counts", "payee", "gas"] as const;
export type Fault = (typeof FAULTS)[number];

export interface LieOptions {
  readonly fault: Fault;
  /** Whose estimates fail. */
  readonly payee: string;
  /** The next of a series of numbers, 0 … 1. */
  readonly draw: () => number;
}

/** Answers in the node's place; null: the truth. Remembers what was asked over several starts. */
export function liar({ fault, payee, draw }: LieOptions): (call: RpcCall) => object | null {
  let units = 21_000n;
  return (call) => {
    if (fault === "counts" && call.method === "eth_getTransactionCount") {
      return draw() < 0.25
        ? { result: `0x${(100 + Math.floor(draw() * 900)).toString(16)}` }
        : null;
    }
    if (fault === "payee" && estimatedRecipient(call) === payee) {
      return { error: { code: -32_000, message: "invalid opcode: INVALID" } };
    }
    if (fault !== "gas") return null;
    if (call.method === "eth_estimateGas") return { result: `0x${units.toString(16)}` };
    if (call.method !== "eth_sendRawTransaction") return null;
    // From the first sending on, everything needs three times as much.
    units = 63_000n;
    const { gasLimit } = Transaction.from(String(call.params[0]));
    if (gasLimit >= units) return null;
    return { error: { code: -32_000, message: `intrinsic gas too low: ${gasLimit} < ${units}` } };
  };
}
