/**
 * A killed pool's income from the chain: tickets are redeemed, reorganisations undo that, and what is
 * undone is mined again, at once or after the operator has voided it. Each ticket counts once.
 */
import type { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import type { LivepeerChain } from "../chain/livepeer-chain.js";

const RECIPIENT = `0x${"0c".repeat(20)}`;
const SENDER = `0x${"5e".repeat(20)}`;
/** Blocks that a reorganisation undoes, payments of the last round with them. */
const DEPTH_MAX = 4;

export interface IncomeKillOptions {
  readonly chain: LivepeerChain;
  /** A command of the pool's, again after each time that it was killed. */
  readonly command: (args: readonly string[], good?: readonly number[]) => Promise<void>;
  /** A look into the books as they are now. */
  readonly look: <T>(work: (store: SqlitePoolStore) => T) => T;
  /** The next of a series of numbers, 0 … 1. */
  readonly draw: () => number;
  /** Of commands that need one. */
  readonly why: readonly string[];
}

export class IncomeKills {
  /** Sentences; empty when all is well. */
  readonly wrong: string[] = [];
  readonly #options: IncomeKillOptions;
  #redeemedWei = 0n;

  constructor(options: IncomeKillOptions) {
    this.#options = options;
  }

  /** One ticket of so much. */
  async round(wei: bigint): Promise<void> {
    const { chain, draw } = this.#options;
    // Contracts and the wallet's money are not undone.
    if (this.#redeemedWei === 0n) await chain.mine(DEPTH_MAX);
    await chain.send("TicketBroker", "redeem", SENDER, RECIPIENT, wei, wei, 9n);
    const block = Object(await chain.rpc("eth_getBlockByNumber", "latest", false));
    const hash = String(Reflect.get(block, "transactions")?.[0]);
    const bytes = await chain.rpc("eth_getRawTransactionByHash", hash);
    this.#redeemedWei += wei;
    await this.#reconcile();
    this.#check("redeemed");
    if (draw() < 0.4) return;
    await chain.reorg(1 + Math.floor(draw() * DEPTH_MAX));
    await chain.rpc("anvil_dropAllTransactions");
    if (draw() < 0.6) await this.#void(hash, wei);
    await chain.rpc("eth_sendRawTransaction", bytes);
    await chain.mine(1);
    await this.#reconcile();
    this.#check("mined again");
  }

  /** What the chain lacks, and the operator has seen that it does. */
  async #void(hash: string, wei: bigint): Promise<void> {
    const { command, look, why } = this.#options;
    await this.#reconcile([1]);
    this.#check("undone");
    const told = look((store) => store.events.ticketsOf(wei));
    for (const { sequence } of told) await command(["void", String(sequence), ...why]);
    this.#redeemedWei -= wei;
    this.#check(`${hash} is void`);
    await this.#reconcile();
    this.#check("undone and void");
    this.#redeemedWei += wei;
  }

  async #reconcile(good: readonly number[] = [0]): Promise<void> {
    const { chain, command, why } = this.#options;
    const where = ["--ethUrl", chain.url, "--ethController", chain.controller];
    const what = ["--recipient", RECIPIENT, "--confirmations", "1", "--enter", ...why];
    await command(["reconcile", ...where, ...what], good);
  }

  #check(when: string): void {
    const tickets = this.#options.look((store) => store.tickets.list());
    const sum = tickets.reduce((all, { faceValueWei }) => all + faceValueWei, 0n);
    const hashes = new Set(tickets.map(({ txHash }) => txHash));
    if (sum !== this.#redeemedWei || hashes.size !== tickets.length) {
      this.wrong.push(`${when}: ${tickets.length} tickets of ${sum}, not ${this.#redeemedWei}`);
    }
  }
}
