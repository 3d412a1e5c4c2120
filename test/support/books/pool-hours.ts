/**
 * Hours of a pool's process in simulated time: three sources, payouts on a real chain, and deaths at any
 * of its waits. A process that dies leaves what it had not kept; the next one opens the same file.
 */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeKey, uniform } from "../../../src/core/random.js";
import { Rational } from "../../../src/core/rational.js";
import { changeSettings } from "../../../src/pool/books/settings.js";
import { filesSource } from "../../../src/pool/books/sources/files.js";
import type { EventSource } from "../../../src/pool/books/sources/source.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { verifyBooks } from "../../../src/pool/books/verify/verify.js";
import type { Clock } from "../../../src/pool/operate/clock.js";
import type { Job } from "../../../src/pool/operate/job.js";
import { importOnce } from "../../../src/pool/operate/jobs/import-job.js";
import { Operator } from "../../../src/pool/operate/operator.js";
import type { PayoutChain } from "../../../src/pool/payouts/chain.js";
import { openPayoutChain } from "../../../src/pool/payouts/rpc-chain.js";
import { PayoutRunner } from "../../../src/pool/payouts/runner.js";
import { payoutSettings } from "../../../src/pool/payouts/settings.js";
import { openKeystore } from "../../../src/pool/payouts/signer.js";
import type { Anvil } from "../chain/anvil.js";
import { CHAIN_ID, ETH, keystoreJson, PASSWORD, worker } from "../chain/wallet.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.UTC(2026, 1, 1);
const WORKERS = 4;
const SOURCES = ["a", "b", "c"];
const EVENT_EVERY_MS = 7 * MINUTE_MS;
const PASSES_MAX = 30;
/** As many waits as a run of payouts has, or more. */
const WAITS_MAX = 150;
/** Jobs and how often they are due. */
const EVERY_MS: Readonly<Record<string, number>> = {
  import: 3 * MINUTE_MS,
  payouts: HOUR_MS,
  verify: 6 * HOUR_MS,
  prune: 12 * HOUR_MS,
};

/** What was wrong after all; empty when nothing was. */
export interface HoursReport {
  readonly wrong: readonly string[];
  readonly kills: number;
  readonly runs: number;
  readonly events: number;
  readonly payouts: number;
}

/** Runs them. @param killEveryMs simulated time from one death to the next, on average */
export async function poolHours({
  anvil,
  hours,
  seed,
  killEveryMs,
}: {
  readonly anvil: Anvil;
  readonly hours: number;
  readonly seed: number;
  readonly killEveryMs: number;
}): Promise<HoursReport> {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-hours-"));
  try {
    return await new Hours({ anvil, hours, seed, killEveryMs, folder }).run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Hours {
  readonly #anvil: Anvil;
  readonly #folder: string;
  readonly #endMs: number;
  readonly #seed: number;
  readonly #killEveryMs: number;
  /** When the next one dies, and at which of its waits from then on; null: nobody dies any more. */
  #next: { readonly atMs: number; waits: number } | null;
  #nowMs = START_MS;
  #told = 0;
  #draws = 0;
  #kills = 0;
  readonly #earned = new Map<string, bigint>();
  /** Ends with the process that dies next. */
  #death = new AbortController();

  constructor(options: {
    readonly anvil: Anvil;
    readonly hours: number;
    readonly seed: number;
    readonly killEveryMs: number;
    readonly folder: string;
  }) {
    this.#anvil = options.anvil;
    this.#folder = options.folder;
    this.#endMs = START_MS + options.hours * HOUR_MS;
    this.#seed = options.seed;
    this.#killEveryMs = options.killEveryMs;
    this.#next = this.#nextDeath();
  }

  async run(): Promise<HoursReport> {
    for (const name of SOURCES) appendFileSync(join(this.#folder, `${name}.json`), "");
    const path = join(this.#folder, "pool.db");
    let store = new SqlitePoolStore({ path });
    changeSettings(store, {
      commission: [{ rate: Rational.ZERO, nodeType: null, region: null, fromMs: 0 }],
    });
    while (this.#nowMs < this.#endMs) {
      this.#death = new AbortController();
      await this.#live(store);
      store.close();
      store = new SqlitePoolStore({ path });
    }
    // Nobody dies any more: what is left is done.
    this.#next = null;
    this.#death = new AbortController();
    const { signal } = this.#death;
    const run = { signal, now: () => this.#nowMs, say: () => {} };
    await importOnce(store, this.#sources(), run);
    this.#nowMs += 25 * HOUR_MS;
    await this.#pay(store);
    const wrong = await this.#wrongIn(store);
    const runs = store.runs.list({ limit: 1_000_000 }).length;
    const payouts = store.payouts.list({ limit: 10_000 }).length;
    store.close();
    return { wrong, kills: this.#kills, runs, events: this.#told, payouts };
  }

  /** One process, until it dies or the time is over. */
  async #live(store: SqlitePoolStore): Promise<void> {
    const over = new AbortController();
    const death = this.#death;
    const dead = new Promise<void>((resolve) =>
      death.signal.addEventListener("abort", () => resolve(), { once: true }),
    );
    let operator: Operator | null = null;
    const clock: Clock = {
      now: () => this.#nowMs,
      wait: async (untilMs, signal) => {
        // Time stands while somebody works: nothing here depends on how fast that is.
        while ((operator?.running.length ?? 0) > 0 && !signal.aborted) {
          if (death.signal.aborted) return await never();
          await sleep(1);
        }
        if (signal.aborted) return;
        await this.#maybeDie(death);
        this.#nowMs = Math.min(untilMs, this.#endMs);
        this.#tell();
        if (this.#nowMs >= this.#endMs) over.abort();
      },
    };
    operator = new Operator({ jobs: this.#jobs(store, death), runs: store.runs, clock });
    await Promise.race([operator.run(over.signal), dead]);
  }

  /** Whoever dies never comes back from where he was. */
  async #maybeDie(death: AbortController): Promise<void> {
    if (death.signal.aborted) return await never();
    const next = this.#next;
    // Nothing but time that passes between two deaths lets a job come to its end.
    if (next === null || this.#nowMs < next.atMs || next.waits-- > 0) return;
    this.#next = this.#nextDeath();
    this.#kills++;
    death.abort();
    await never();
  }

  /** Exponential; mostly at one of the first waits then, sometimes deep in what comes after. */
  #nextDeath(): { readonly atMs: number; waits: number } {
    const { k0, k1 } = makeKey(this.#seed, 1);
    const draw = () => uniform(k0, k1, this.#draws++);
    const pauseMs = -Math.log(1 - draw()) * this.#killEveryMs;
    return { atMs: this.#nowMs + pauseMs, waits: Math.floor(draw() ** 10 * WAITS_MAX) };
  }

  #jobs(store: SqlitePoolStore, death: AbortController): readonly Job[] {
    const work: Readonly<Record<string, Job["run"]>> = {
      import: (run) => importOnce(store, this.#sources(death), run),
      payouts: async () => {
        await this.#pay(store, death);
        return {};
      },
      verify: async () => {
        await this.#maybeDie(death);
        const wrong = this.#verify(store);
        if (wrong.length > 0) throw new Error(wrong.join("; "));
        return {};
      },
      prune: async ({ now }) => ({ removed: store.runs.prune(now() - 90 * 24 * HOUR_MS) }),
    };
    return Object.entries(work).map(([name, run]) => ({
      name,
      description: name,
      timing: { kind: "every", ms: EVERY_MS[name] ?? HOUR_MS },
      retries: 100,
      run,
    }));
  }

  #sources(death?: AbortController): readonly EventSource[] {
    return SOURCES.map((name) => {
      const source = filesSource({ name, paths: [join(this.#folder, `${name}.json`)] });
      const { reader } = source;
      const poll: typeof reader.poll = async (...args) => {
        if (death !== undefined) await this.#maybeDie(death);
        const result = await reader.poll(...args);
        if (death !== undefined) await this.#maybeDie(death);
        return result;
      };
      return { ...source, reader: { ...reader, poll } };
    });
  }

  /** Pass after pass until nothing is under way. */
  async #pay(store: SqlitePoolStore, death?: AbortController): Promise<void> {
    const node = openPayoutChain({ url: this.#anvil.url, attempts: 1 });
    try {
      const signer = await openKeystore(keystoreJson(), PASSWORD);
      const chain = death === undefined ? node : this.#mortal(node, death);
      const settings = payoutSettings({
        chainId: CHAIN_ID,
        thresholdWei: ETH / 100n,
        minIntervalMs: HOUR_MS,
        confirmations: 1,
      });
      const runner = new PayoutRunner({ store, chain, signer, settings });
      for (let pass = 0; pass < PASSES_MAX; pass++) {
        const { underWay, stop, failure } = await runner.pass(this.#nowMs);
        if (stop !== null) throw stop;
        if (failure !== null) throw failure;
        if (underWay.length === 0) return;
        await this.#anvil.rpc("anvil_mine", "0x1");
      }
      throw new Error("payouts are under way for ever");
    } finally {
      await node.close();
    }
  }

  /** A node at each of whose questions, before or after it answers, the process may die. */
  #mortal(node: PayoutChain, death: AbortController): PayoutChain {
    return new Proxy(node, {
      get: (target, name, receiver) => {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== "function") return value;
        return async (...args: readonly unknown[]) => {
          await this.#maybeDie(death);
          const answer: unknown = await Reflect.apply(value, target, args);
          await this.#maybeDie(death);
          return answer;
        };
      },
    });
  }

  /** What happened until now is written by its source. */
  #tell(): void {
    for (; START_MS + this.#told * EVENT_EVERY_MS <= this.#nowMs; this.#told++) {
      const at = this.#told;
      const address = worker((at % WORKERS) + 1);
      const milli = 1 + (at % 5);
      const id = `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`;
      const when = new Date(START_MS + at * EVENT_EVERY_MS).toISOString();
      const line =
        `{"DT":"${when}","EventType":"job-processed","ID":"${id}","NodeType":"transcode","Version":1,` +
        `"Region":"eu","Payload":{"computeUnits":1000000,"duration":2000,"ethAddress":"${address}",` +
        `"fees":${milli}000000000000000,"pricePerComputeUnit":${milli}000000000,"realTimeRatio":4,` +
        `"responseTime":9}}\n`;
      appendFileSync(join(this.#folder, `${SOURCES[at % SOURCES.length] ?? "a"}.json`), line);
      this.#earned.set(address, (this.#earned.get(address) ?? 0n) + BigInt(milli) * 10n ** 15n);
    }
  }

  #verify(store: SqlitePoolStore): readonly string[] {
    const fresh = new SqlitePoolStore({ path: ":memory:" });
    try {
      return verifyBooks(store, fresh).wrong;
    } finally {
      fresh.close();
    }
  }

  async #wrongIn(store: SqlitePoolStore): Promise<readonly string[]> {
    const wrong = [...this.#verify(store)];
    const sum = (prefix: string) =>
      store.ledger.flows(prefix).reduce((all, { inWei, outWei }) => all + inWei - outWei, 0n);
    for (const [address, wei] of this.#earned) {
      const paid = sum(`paid:${address}`);
      const owed = sum(`pending:${address}:`) + sum(`inPayout:${address}`);
      if (paid + owed !== wei) wrong.push(`${address} earned ${wei}, books say ${paid + owed}`);
      const got = BigInt(String(await this.#anvil.rpc("eth_getBalance", address, "latest")));
      if (got !== paid) wrong.push(`${address} got ${got}, books say ${paid}`);
    }
    const used = Number(
      await this.#anvil.rpc(
        "eth_getTransactionCount",
        store.payouts.list()[0]?.fromAddress,
        "latest",
      ),
    );
    const confirmed = store.payouts.list({ states: ["confirmed"], limit: 10_000 });
    if (confirmed.length !== used) wrong.push(`${used} transactions, ${confirmed.length} payouts`);
    return [...wrong, ...this.#wrongRuns(store)];
  }

  /** Each slot of each job: done, and once. */
  #wrongRuns(store: SqlitePoolStore): readonly string[] {
    const wrong: string[] = [];
    for (const [job, everyMs] of Object.entries(EVERY_MS)) {
      const runs = store.runs.list({ job, limit: 1_000_000 });
      const done = new Map<number, number>();
      for (const { dueMs, outcome, error } of runs) {
        if (outcome === "done") done.set(dueMs, (done.get(dueMs) ?? 0) + 1);
        else if (outcome !== "interrupted" && outcome !== "stopped") {
          wrong.push(`${job}: ${outcome}: ${error}`);
        }
      }
      for (let slotMs = START_MS; slotMs < this.#endMs; slotMs += everyMs) {
        const times = done.get(slotMs) ?? 0;
        if (times !== 1)
          wrong.push(`${job} of ${new Date(slotMs).toISOString()}: done ${times} times`);
        done.delete(slotMs);
      }
      for (const dueMs of done.keys()) {
        if (dueMs < this.#endMs) wrong.push(`${job} at ${new Date(dueMs).toISOString()}: not due`);
      }
    }
    return wrong;
  }
}

/** What a dead process waits for. */
async function never(): Promise<never> {
  return await new Promise(() => {});
}
