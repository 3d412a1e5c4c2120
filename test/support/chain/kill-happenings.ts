/**
 * What happens to a pool's chain while its command runs or is dead: another program with the wallet's
 * key takes a nonce, blocks are undone, or both at once.
 */
import { keccak256 } from "ethers/crypto";
import { Wallet } from "ethers/wallet";
import type { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { type Anvil, setClock } from "./anvil.js";
import { CHAIN_ID, ETH, STRANGER } from "./wallet.js";

const GWEI = 10n ** 9n;
/** Above anything that a payout may offer, so that a node takes it in a payout's place. */
const FEES = { maxFeePerGas: 90n * GWEI, maxPriorityFeePerGas: 50n * GWEI };
/** More blocks than a payout needs to be confirmed. */
const DEPTH_MAX = 6;
const REASON = ["--reason", "a drill"];
/** Less than any payout, and so much less that what is left is due. */
const PART_WEI = (4n * ETH) / 1_000n;

export interface HappeningOptions {
  readonly anvil: Anvil;
  readonly wallet: string;
  readonly privateKey: string;
  /** The next of a series of numbers, 0 … 1. */
  readonly draw: () => number;
  /** A look into the books as they are now. */
  readonly look: <T>(work: (store: SqlitePoolStore) => T) => T;
  /** A worker with nothing earned yet, and how to let it earn what is paid to it; null: not now. */
  readonly other: { readonly address: string; readonly earn: () => bigint } | null;
}

/** Who takes a nonce, and what an operator says of it when payouts ask. */
interface Outside {
  readonly to: string;
  readonly wei: bigint;
  readonly nonce: number;
  /** Arguments of the command; null: nothing beyond `verify --adopt`. */
  readonly remedy: readonly string[] | null;
}

/** What has happened so far. */
export class Happenings {
  /** Hashes of the transactions that are not poolsim's. */
  readonly hashes: string[] = [];
  /** What the operator has to say besides `verify --adopt`, if payouts stop. */
  readonly remedies: (readonly string[])[] = [];
  readonly #options: HappeningOptions;

  constructor(options: HappeningOptions) {
    this.#options = options;
  }

  /** The last blocks are undone, their transactions forgotten or taken up again; perhaps with {@link outside}. */
  async reorganise(): Promise<void> {
    const { anvil, draw } = this.#options;
    await anvil.rpc("anvil_reorg", 1 + Math.floor(draw() * DEPTH_MAX), []);
    await setClock(anvil);
    if (draw() < 0.5) await anvil.rpc("anvil_dropAllTransactions");
    if (draw() < 0.4) await this.outside();
  }

  /** A transaction that is not poolsim's gets a payout's nonce, or the next one. */
  async outside(): Promise<void> {
    const { anvil, privateKey, draw } = this.#options;
    const drawn = await this.#drawn();
    const { to, wei, nonce, remedy } = drawn;
    // Signed as another program does: `verify` takes in only bytes that it can prove.
    const signed = await new Wallet(privateKey).signTransaction({
      ...{ to, value: wei, nonce, chainId: CHAIN_ID, gasLimit: 0x8000n, type: 2 },
      ...FEES,
    });
    this.hashes.push(keccak256(signed));
    // Its nonce may be used by now.
    await anvil.rpc("eth_sendRawTransaction", signed).catch(() => {});
    if (remedy !== null) this.remedies.push([...remedy, ...REASON]);
    if (draw() < 0.5) await anvil.rpc("anvil_mine", "0x1");
  }

  async #drawn(): Promise<Outside> {
    const { anvil, wallet, draw, look, other } = this.#options;
    const used = Number(await anvil.rpc("eth_getTransactionCount", wallet, "latest"));
    const ours = look((store) => store.payouts.list()).filter(({ nonce }) => nonce >= used);
    const payout = ours[Math.floor(draw() * ours.length)];
    const nonce = payout?.nonce ?? used;
    const range = `${nonce}..${nonce}`;
    const kind = draw();
    if (payout !== undefined && kind < 0.2) {
      return { to: payout.address, wei: payout.amountWei, nonce, remedy: null };
    }
    if (payout !== undefined && kind < 0.4) {
      const remedy = ["verify", "--adopt-nonces", range];
      return { to: payout.address, wei: PART_WEI, nonce, remedy };
    }
    if (other !== null && kind < 0.6) {
      return { to: other.address, wei: other.earn(), nonce, remedy: null };
    }
    return kind < 0.8
      ? { to: wallet, wei: 0n, nonce, remedy: null }
      : { to: STRANGER, wei: 1n, nonce, remedy: ["payouts", "--acknowledge-nonces", range] };
  }

  /** What transactions that are not poolsim's cost the wallet, as far as the books need not know them. */
  async unbookedWei(): Promise<bigint> {
    const { anvil, look } = this.#options;
    let sum = 0n;
    for (const hash of this.hashes) {
      const receipt = Object(await anvil.rpc("eth_getTransactionReceipt", hash));
      const isBooked = look((store) => store.payouts.list()).some(
        ({ txHash, state }) => txHash === hash && state === "confirmed",
      );
      if (Reflect.get(receipt, "status") !== "0x1" || isBooked) continue;
      const transaction = Object(await anvil.rpc("eth_getTransactionByHash", hash));
      const isOwn = Reflect.get(transaction, "to") === Reflect.get(transaction, "from");
      if (!isOwn) sum += BigInt(Reflect.get(transaction, "value"));
      const gas = BigInt(Reflect.get(receipt, "gasUsed"));
      sum += gas * BigInt(Reflect.get(receipt, "effectiveGasPrice"));
    }
    return sum;
  }
}
