/** What goes wrong besides a kill: an operator's procedures, and nodes that say what is not so. */
import { keccak256 } from "ethers/crypto";
import { Transaction } from "ethers/transaction";
import type { Anvil } from "./anvil.js";
import { asOf } from "./behind.js";
import { estimatedRecipient } from "./lies.js";
import type { RpcCall } from "./rpc-proxy.js";

/**
 * `restored`: the killed books' place is taken by a backup made before anything was paid; `older`:
 * all is paid, and a backup made when the process was killed takes the place; `swapped`: instead of
 * a kill, another file is moved over the books; `counts`, `payee`, `gas`, `behind`: lies of the node;
 * `raised`: payments wait, and their fees are raised at each look; `outside`, `reorg`: as
 * `kill-happenings.ts` has it, instead of the kill or after it.
 */
export const FAULTS = [
  "none",
  "restored",
  "older",
  "swapped",
  "counts",
  "payee",
  "gas",
  "raised",
  "outside",
  "reorg",
  "behind",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface LieOptions {
  readonly fault: Fault;
  readonly anvil: Anvil;
  /** Whose estimates fail. */
  readonly payee: string;
  /** The next of a series of numbers, 0 … 1. */
  readonly draw: () => number;
}

type Liar = (call: RpcCall) => Promise<object | null>;

/** Answers in the node's place; null: the truth. Remembers what was asked over several starts. */
export function liar({ fault, payee, draw, anvil }: LieOptions): Liar {
  switch (fault) {
    case "counts":
      return async ({ method }) =>
        method === "eth_getTransactionCount" && draw() < 0.25
          ? { result: `0x${(100 + Math.floor(draw() * 900)).toString(16)}` }
          : null;
    case "payee":
      return async (call) =>
        estimatedRecipient(call) === payee
          ? { error: { code: -32_000, message: "invalid opcode: INVALID" } }
          : null;
    case "gas":
      return dearer();
    case "raised":
      return withholding(anvil, draw);
    case "behind":
      return async (call) => {
        if (draw() < 0.6) return null;
        const head = Number(await anvil.rpc("eth_blockNumber"));
        const last = head - Math.floor(draw() * BEHIND_MAX);
        // Its errors are the same at any block.
        return await asOf(anvil, call, last).then(
          (result) => ({ result }),
          () => null,
        );
      };
    default:
      return async () => null;
  }
}

/** Blocks by which a node is behind at most, and one more. */
export const BEHIND_MAX = 7;

/** From the first sending on, everything needs three times as much gas. */
function dearer(): Liar {
  let units = 21_000n;
  return async ({ method, params }) => {
    if (method === "eth_estimateGas") return { result: `0x${units.toString(16)}` };
    if (method !== "eth_sendRawTransaction") return null;
    units = 63_000n;
    const { gasLimit } = Transaction.from(String(params[0]));
    if (gasLimit >= units) return null;
    return { error: { code: -32_000, message: `intrinsic gas too low: ${gasLimit} < ${units}` } };
  };
}

/** Some bytes are not passed on, or only later: any of a payment's bytes may be the one in a block. */
function withholding(anvil: Anvil, draw: () => number): Liar {
  const held: string[] = [];
  return async ({ method, params }) => {
    if (held.length > 0 && draw() < 0.1) {
      const [late = ""] = held.splice(Math.floor(draw() * held.length), 1);
      // Another one of its nonce may be in a block.
      await anvil.rpc("eth_sendRawTransaction", late).catch(() => {});
    }
    if (method !== "eth_sendRawTransaction" || draw() < 0.5) return null;
    const bytes = String(params[0]);
    held.push(bytes);
    return { result: keccak256(bytes) };
  };
}
