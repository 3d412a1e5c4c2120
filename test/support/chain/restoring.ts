/**
 * A pool whose operator restores backups while payments that those don't know may still be mined: they
 * wait at the node, or were forgotten by it and are handed to it again at any time. Who is paid what is
 * known apart from any books.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { recordAct } from "../../../src/pool/books/acts.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { backUpFile, copyBooks } from "../../../src/pool/operate/jobs/backup-job.js";
import type { SignedMemory, SignedNonce } from "../../../src/pool/payouts/fence.js";
import type { PayoutSettings } from "../../../src/pool/payouts/settings.js";
import { DAY_MS, startWorld, type World } from "./world.js";

/** How books come back from a backup. */
export type Way =
  /** By `pool restore`. */
  | "restored"
  /** A copy that `pool backup` made takes the file's place. */
  | "placed"
  /** A copy of the file by other means, on the machine that signed last. */
  | "copied";

export interface Backup {
  readonly path: string;
  /** Of {@link RestoringPool.earnings}, how many are in it. */
  readonly earned: number;
}

const MEMORY_OF: Readonly<Record<Way, boolean>> = { restored: false, placed: false, copied: true };
const STEPS_MAX = 40;

/** What the machine remembers that it signed. */
class Remembered implements SignedMemory {
  #last: SignedNonce | null = null;
  readonly last = (): SignedNonce | null => this.#last;
  readonly note = (signed: SignedNonce): void => {
    this.#last = signed;
  };
}

export class RestoringPool {
  readonly world: World;
  /** All that was ever earned, in its order. */
  readonly earnings: { readonly address: string; readonly wei: bigint }[] = [];
  /** All bytes that were ever signed, by any books. */
  readonly bytes = new Set<string>();
  readonly #folder = mkdtempSync(join(tmpdir(), "poolsim-restoring-"));
  #files = 0;
  #path: string;
  /** Of {@link earnings}, how many these books know. */
  #known = 0;
  #remembered = new Remembered();
  #said = "";

  private constructor(world: World) {
    this.world = world;
    this.#path = this.#next();
    world.store = new SqlitePoolStore({ path: this.#path });
    world.nowMs = Date.now() - DAY_MS;
  }

  static async start(): Promise<RestoringPool> {
    const world = await startWorld();
    await world.stopMining();
    const pool = new RestoringPool(world);
    onTestFinished(() => {
      world.store.close();
      rmSync(pool.#folder, { recursive: true, force: true });
    });
    return pool;
  }

  earn(address: string, wei: bigint): void {
    this.earnings.push({ address, wei });
    this.enter();
  }

  /** Enters what these books don't know of what was earned: all, or so many. */
  enter(count = Number.POSITIVE_INFINITY): void {
    const last = Math.min(this.earnings.length, this.#known + count);
    for (const { address, wei } of this.earnings.slice(this.#known, last)) {
      this.world.earn(address, wei);
    }
    this.#known = last;
  }

  backup(way: Way): Backup {
    const path = this.#next();
    if (way === "copied") {
      this.world.store.close();
      execFileSync("cp", [this.#path, path]);
      this.world.store = new SqlitePoolStore({ path: this.#path });
    } else {
      backUpFile(this.#path, path);
    }
    return { path, earned: this.#known };
  }

  /** The books are those of a backup; a new machine remembers nothing. */
  restore({ path, earned }: Backup, way: Way): void {
    this.world.store.close();
    this.#path = this.#next();
    if (way === "restored") copyBooks(path, this.#path);
    else execFileSync("cp", [path, this.#path]);
    this.world.store = new SqlitePoolStore({ path: this.#path });
    if (way === "restored") {
      const authored = { reason: "drill", author: "Ada", nowMs: this.world.nowMs };
      recordAct(this.world.store, "restore", "books", authored);
    }
    if (!MEMORY_OF[way]) this.#remembered = new Remembered();
    this.#known = earned;
  }

  /** One look; what stops payouts is taken in as the runbook says. */
  async pass(settings: Partial<PayoutSettings> = {}): Promise<boolean> {
    const { world } = this;
    const options = {
      settings: { minIntervalMs: 0, failurePauseMs: 0, ...settings },
      signed: this.#remembered,
    };
    // Events are older than blocks; payouts have the chain's own clock.
    const earnedMs = world.nowMs;
    const block = await world.anvil.rpc("eth_getBlockByNumber", "latest", false);
    world.nowMs = Number(Reflect.get(Object(block), "timestamp")) * 1_000;
    const report = await world.pass(options);
    world.nowMs = earnedMs;
    const { stop, underWay, hindered } = report;
    for (const { id } of world.store.payouts.list()) {
      for (const { signedTx } of world.store.payouts.attempts(id)) this.bytes.add(signedTx);
    }
    const waits = hindered.map(({ plan, why }) => `${plan.address} ${why}`);
    this.#said = [stop?.message ?? "", ...waits].join("; ");
    if (stop !== null) {
      await world.mine(4);
      const { wrong } = await world.verify({ kind: "recognised" });
      this.#said += wrong.join("; ");
    }
    return stop === null && underWay.length === 0 && hindered.length === 0;
  }

  /** The node forgets what waits. */
  async forget(): Promise<void> {
    await this.world.anvil.rpc("anvil_dropAllTransactions");
  }

  /** Hands bytes to the node again: each that it takes, as nobody asks whose they are. */
  async handAgain(share: (index: number) => boolean = () => true): Promise<void> {
    for (const [index, signedTx] of [...this.bytes].entries()) {
      if (!share(index)) continue;
      await this.world.anvil.rpc("eth_sendRawTransaction", signedTx).catch(() => {});
    }
  }

  /** Until nothing is under way; then every byte that there ever was is handed over once more. */
  async settle(settings?: Partial<PayoutSettings>): Promise<void> {
    this.enter();
    for (let step = 0, quiet = 0; quiet < 2; step++) {
      if (step === STEPS_MAX) throw new Error(`payouts go on for ever: ${this.#said}`);
      quiet = (await this.pass(settings)) ? quiet + 1 : 0;
      await this.world.mine(4);
      await this.handAgain();
      await this.world.mine(4);
    }
  }

  /** Who got what he did not earn, or has not what he did; and what is wrong with the books. */
  async wrong(): Promise<readonly string[]> {
    const { world } = this;
    const owed = new Map<string, bigint>();
    for (const { address, wei } of this.earnings)
      owed.set(address, (owed.get(address) ?? 0n) + wei);
    const wrong: string[] = [];
    for (const [address, wei] of owed) {
      const got = await world.balance(address);
      if (got !== wei) wrong.push(`${address} earned ${wei} and got ${got}`);
      const paid = world.paid(address);
      if (paid !== got) wrong.push(`${address} got ${got}, the books say ${paid}`);
    }
    return [...wrong, ...(await world.verify()).wrong];
  }

  #next(): string {
    return join(this.#folder, `books-${this.#files++}.db`);
  }
}
