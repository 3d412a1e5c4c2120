/**
 * Ends the commands by which an operator keeps a pool (SIGKILL, SIGTERM, SIGINT, at any instant of each), does each again as
 * an operator does who got no answer, and compares books, chain and what was earned to the wei.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeKey, uniform } from "../../../src/core/random.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { backupBucket, removeObject } from "../../../src/pool/operate/jobs/backup-bucket.js";
import { newestBatch } from "../../../src/pool/payouts/approval.js";
import { type Anvil, startAnvil } from "../chain/anvil.js";
import { type LivepeerChain, startLivepeerChain } from "../chain/livepeer-chain.js";
import { ETH, ownWallet, PASSWORD, STRANGER, worker } from "../chain/wallet.js";
import { copyOfBuilt } from "../cli/built-copy.js";
import { ownState } from "../cli/command.js";
import { endsWithUs } from "../ends-with-us.js";
import { S3_KEY, startS3 } from "../servers/s3.js";
import { IncomeKills } from "./income-kills.js";

export interface ProcedureKillOptions {
  /** Times that all procedures are done. */
  readonly rounds: number;
  readonly seed: number;
  /** Of the commands, those that are killed, 0 … 1. */
  readonly killShare: number;
  /** Tickets redeemed on the chain too, which takes contracts to be made. */
  readonly withIncome: boolean;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface ProcedureKills {
  readonly commands: number;
  readonly kills: number;
  /** Sentences; empty when all is well. */
  readonly wrong: readonly string[];
}

/** Those of whom one may be paid what the other earned. */
const GROUPS = [[1], [2, 3], [4, 5], [6]] as const;
const MILLI = ETH / 1_000n;
/** Of a command that was never measured yet. */
const USUAL_MS = 700;
const BUCKET = "backups";
/** Half of them as nothing can be done about it, the others as an operator stops a command. */
const END_BY: readonly NodeJS.Signals[] = ["SIGKILL", "SIGKILL", "SIGTERM", "SIGINT"];
/** Exit code of what was stopped. */
const INTERRUPTED = 130;
const WHY = ["--reason", "a drill"];

/** What a command says that was done before it was killed. */
const DONE_BEFORE: Readonly<Record<string, RegExp>> = {
  backup: /it is there/,
  move: /owed 0 wei/,
};

/** Does them all. */
export async function killProcedures(options: ProcedureKillOptions): Promise<ProcedureKills> {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-procedures-"));
  const livepeer = options.withIncome ? await startLivepeerChain({ multicall: false }) : null;
  const anvil: Anvil = livepeer ?? (await startAnvil());
  const s3 = await startS3(BUCKET);
  try {
    const main = await copyOfBuilt(folder);
    const pool = new KilledPool({ ...options, folder, main, anvil, endpoint: s3.endpoint });
    await pool.begin();
    const income = livepeer === null ? null : pool.incomeOf(livepeer);
    for (let round = 1; round <= options.rounds; round++) {
      await income?.round(BigInt(round) * MILLI);
      try {
        await pool.round(round);
      } catch (error) {
        options.signal?.throwIfAborted();
        // What went wrong before says more.
        pool.wrong.push(`round ${round} ended: ${error}`);
        break;
      }
    }
    const wrong = [...pool.wrong, ...(income?.wrong ?? [])];
    return { commands: pool.commands, kills: pool.kills, wrong };
  } finally {
    await s3.close();
    await anvil.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface PoolOptions extends ProcedureKillOptions {
  readonly folder: string;
  /** The command. */
  readonly main: string;
  readonly anvil: Anvil;
  /** Of the buckets' server. */
  readonly endpoint: string;
}

class KilledPool {
  commands = 0;
  kills = 0;
  readonly wrong: string[] = [];
  readonly #options: PoolOptions;
  readonly #earned = new Map<number, bigint>();
  readonly #usualMs = new Map<string, number>();
  /** Contracts are made from anvil's first account. */
  readonly #wallet = ownWallet(1);
  #draws = 0;
  #events = 0;
  #files = 0;
  #db = "pool-0.db";

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  async begin(): Promise<void> {
    const { keystore, address } = this.#wallet;
    writeFileSync(this.#at("key.json"), keystore, { mode: 0o600 });
    await this.#options.anvil.rpc("anvil_setBalance", address, `0x${(100n * ETH).toString(16)}`);
    writeFileSync(this.#at("password"), PASSWORD, { mode: 0o600 });
    await this.#do(["settings", "--commission", "0"]);
  }

  /** Each procedure once. */
  async round(round: number): Promise<void> {
    const [one, two, three, four, five, six] = [1, 2, 3, 4, 5, 6].map(worker);
    if (!one || !two || !three || !four || !five || !six) throw new Error("six workers");
    await this.#earn(round);
    await this.#pay("--firstWait", "1h");
    await this.#do(["hold", one, ...WHY]);
    await this.#pay();
    await this.#do(["release", one, ...WHY]);
    if (round === 1) await this.#do(["merge", two, three, ...WHY]);
    await this.#pay("--approve", "manual");
    const batch = this.#withStore((store) => newestBatch(store)?.id ?? null);
    if (batch !== null) await this.#do(["payouts", "approve", String(batch), ...WHY]);
    await this.#pay("--approve", "manual");
    await this.#earn(round);
    await this.#do(["move", four, five, ...WHY]);
    await this.#do(["release", four, ...WHY]);
    const where = ["--nodeType", "transcode", "--region", "eu"];
    const amount = ["--amount", "3gwei", "--id", `gift-${round}`];
    await this.#do(["adjust", "--address", six, ...where, ...amount, ...WHY]);
    this.#earned.set(6, (this.#earned.get(6) ?? 0n) + 3n * 10n ** 9n);
    await this.#dismiss(round);
    const node = ["--ethUrl", this.#options.anvil.url];
    await this.#do(["bind", STRANGER, ...node, ...WHY]);
    await this.#do(["bind", this.#wallet.address, ...node, ...WHY, "--mistaken"]);
    const config = this.#at("pool.yaml");
    writeFileSync(config, `books: ${this.#db}\n`);
    await this.#do(["run", "prune", "--config", config], { isPlain: true });
    await this.#check(`round ${round}, before its backup`);
    await this.#restoreOlder(round);
    await this.#check(`round ${round}`);
  }

  /** The chain as truth. */
  incomeOf(chain: LivepeerChain): IncomeKills {
    return new IncomeKills({
      chain,
      command: async (args, good) => await this.#do(args, { good }),
      look: (work) => this.#withStore(work),
      draw: () => this.#draw(),
      why: WHY,
    });
  }

  /** A backup is made, somebody is paid, and the backup comes back. */
  async #restoreOlder(round: number): Promise<void> {
    const place = `s3://${BUCKET}/round-${round}/pool.db`;
    await this.#do(["backup", place], {
      // This server keeps a part of an object, too, where S3 itself keeps all of it or nothing.
      beforeAgain: async () => {
        const bucket = backupBucket(place, this.#environment(), "backup");
        const { signal = new AbortController().signal } = this.#options;
        await removeObject(bucket.prefix, bucket, { now: () => Date.now(), signal });
      },
    });
    await this.#earn(round);
    await this.#pay();
    this.#db = `pool-${round}.db`;
    await this.#do(["restore", place], {
      // Whether what is there is whole, who was interrupted does not know.
      beforeAgain: () => {
        for (const suffix of ["", "-wal", "-shm"]) {
          rmSync(this.#at(`${this.#db}${suffix}`), { force: true });
        }
      },
    });
    for (let file = 1; file <= this.#files; file++)
      await this.#do(["import", `events-${file}.json`]);
    const node = ["--ethUrl", this.#options.anvil.url, "--chainId", "31337"];
    const adopt = ["--ethAcctAddr", this.#wallet.address, "--adopt", "--confirmations", "1"];
    await this.#do(["verify", ...node, ...adopt]);
    await this.#pay();
  }

  async #dismiss(round: number): Promise<void> {
    writeFileSync(this.#at("bad.json"), `[{"ID": ${round}, "Payload": 7, "DT": "today"}]`);
    await this.#do(["import", "bad.json"], { good: [1] });
    const pieces = this.#withStore((store) => store.quarantine.list().map(({ id }) => String(id)));
    if (pieces.length !== 1) this.#isWrong(`${pieces.length} pieces in quarantine`);
    await this.#do(["dismiss", "--piece", ...pieces, ...WHY]);
  }

  async #earn(round: number): Promise<void> {
    const lines: string[] = [];
    for (let index = 1; index <= 6; index++) {
      const milli = 10 + ((index * 7 + round * 3 + this.#events) % 11);
      const id = `00000000-0000-4000-8000-${String(this.#events++).padStart(12, "0")}`;
      lines.push(
        `{"DT":"2026-02-01T10:00:00Z","EventType":"job-processed","ID":"${id}","NodeType":"transcode",` +
          `"Version":1,"Region":"eu","Payload":{"computeUnits":1000000,"duration":2000,"ethAddress":` +
          `"${worker(index)}","fees":${milli}000000000000000,"pricePerComputeUnit":${milli}000000000,` +
          `"realTimeRatio":4,"responseTime":9}}`,
      );
      this.#earned.set(index, (this.#earned.get(index) ?? 0n) + BigInt(milli) * MILLI);
    }
    const file = `events-${++this.#files}.json`;
    writeFileSync(this.#at(file), `${lines.join("\n")}\n`);
    await this.#do(["import", file]);
  }

  async #pay(...more: readonly string[]): Promise<void> {
    const key = ["--ethKeystorePath", "key.json", "--ethPasswordFile", "password"];
    const chain = ["--ethUrl", this.#options.anvil.url, "--chainId", "31337"];
    const soon = ["--confirmations", "1", "--every", "5ms", "--minInterval", "0"];
    const good = more.includes("manual") ? [0, 1] : [0];
    await this.#do(["payouts", "--send", ...key, ...chain, ...soon, ...more], { good });
  }

  /** Told at once, as whatever comes of it may end everything. */
  #isWrong(line: string): void {
    this.wrong.push(line);
    this.#options.log(`${this.#options.seed}: wrong: ${line}`);
  }

  /** A command, again after each time that it was killed. */
  async #do(
    args: readonly string[],
    {
      good = [0],
      isPlain = false,
      beforeAgain = () => {},
    }: {
      readonly good?: readonly number[] | undefined;
      /** It has no `--db`. */
      readonly isPlain?: boolean;
      readonly beforeAgain?: () => void | Promise<void>;
    } = {},
  ): Promise<void> {
    const whole = isPlain ? args : [...args, "--db", this.#db];
    const [name = ""] = args;
    for (let tries = 0; ; tries++) {
      this.#options.signal?.throwIfAborted();
      const isKilled = this.#draw() < this.#options.killShare / (tries + 1);
      const usualMs = this.#usualMs.get(name) ?? USUAL_MS;
      const startedMs = performance.now();
      const end = await this.#run(whole, isKilled ? this.#draw() * usualMs : null);
      this.commands++;
      if (end.isKilled) {
        this.kills++;
        const how = end.exitCode === null ? end.end : `${end.end}, ended with ${end.exitCode}`;
        this.#options.log(
          `${this.#options.seed}: ${name} killed after ${end.ms.toFixed()} ms: ${how}`,
        );
        await beforeAgain();
        continue;
      }
      if (!isKilled) this.#usualMs.set(name, performance.now() - startedMs);
      // Done before it was killed, it may say so; nothing else.
      const says = end.exitCode === 0 || DONE_BEFORE[name]?.test(end.text) === true;
      const isDone = tries > 0 && says;
      const isFine = (end.exitCode !== null && good.includes(end.exitCode)) || isDone;
      if (!isFine) this.#isWrong(`${args.join(" ")}: ${end.exitCode}: ${end.text.slice(-400)}`);
      return;
    }
  }

  #environment(): NodeJS.ProcessEnv {
    const { folder, endpoint } = this.#options;
    const keys = { AWS_ACCESS_KEY_ID: S3_KEY, AWS_SECRET_ACCESS_KEY: S3_KEY };
    return { ...ownState(folder), ...keys, AWS_ENDPOINT_URL: endpoint };
  }

  async #run(args: readonly string[], killAfterMs: number | null) {
    const { folder, main } = this.#options;
    const env = { ...this.#environment(), POOLSIM_AUTHOR: "Ada" };
    const startedMs = performance.now();
    const end = END_BY[Math.floor(this.#draw() * END_BY.length)] ?? "SIGKILL";
    const child = endsWithUs(
      spawn(process.execPath, [main, "pool", ...args], {
        cwd: folder,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (more: string) => {
        text += more;
      });
    }
    const timer = killAfterMs === null ? undefined : setTimeout(() => child.kill(end), killAfterMs);
    await once(child, "close");
    clearTimeout(timer);
    const { exitCode, signalCode } = child;
    const isKilled = signalCode === end || (child.killed && exitCode === INTERRUPTED);
    return { exitCode, isKilled, end, text, ms: performance.now() - startedMs };
  }

  /** Everybody has what was earned, once, and the books say so. */
  async #check(when: string): Promise<void> {
    const paid = new Map<string, bigint>();
    const owed = new Map<string, bigint>();
    this.#withStore((store) => {
      for (const index of this.#earned.keys()) {
        const address = worker(index);
        const sum = (prefix: string) =>
          store.ledger.flows(prefix).reduce((all, { inWei, outWei }) => all + inWei - outWei, 0n);
        paid.set(address, sum(`paid:${address}`));
        owed.set(address, sum(`pending:${address}:`) + sum(`inPayout:${address}`));
      }
    });
    for (const group of GROUPS) {
      let [earned, all] = [0n, 0n];
      for (const index of group) {
        const address = worker(index);
        const got = BigInt(
          String(await this.#options.anvil.rpc("eth_getBalance", address, "latest")),
        );
        if (got !== paid.get(address)) {
          this.#isWrong(`${when}: ${address} got ${got}, the books say ${paid.get(address)}`);
        }
        earned += this.#earned.get(index) ?? 0n;
        all += got + (owed.get(address) ?? 0n);
      }
      if (earned !== all) {
        this.#isWrong(`${when}: workers ${group.join()} earned ${earned}, have ${all}`);
      }
    }
    await this.#do(["verify"]);
  }

  #withStore<T>(work: (store: SqlitePoolStore) => T): T {
    const store = new SqlitePoolStore({ path: this.#at(this.#db), readOnly: true });
    try {
      return work(store);
    } finally {
      store.close();
    }
  }

  #at(name: string): string {
    return join(this.#options.folder, name);
  }

  #draw(): number {
    const { k0, k1 } = makeKey(this.#options.seed, 3);
    return uniform(k0, k1, this.#draws++);
  }
}
