/**
 * Kills `poolsim pool payouts --send` at an instant uniform over its run, from its first question
 * to the node (it changes nothing before), starts it again, lets it finish, and compares chain,
 * ledger and payouts to the wei.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeKey, uniform } from "../../../src/core/random.js";
import { pendingAccount } from "../../../src/pool/accounts.js";
import { Ledger } from "../../../src/pool/ledger.js";
import { SqlitePoolStore } from "../../../src/pool/store/sqlite-pool-store.js";
import type { PayoutState } from "../../../src/pool/store/store.js";
import { type Anvil, startAnvil } from "../../discovery/sources/chain/anvil.js";
import { copyOfBuilt } from "../../support/built-copy.js";
import { CHAIN_ID, ETH, keystoreJson, PASSWORD, POOL_ADDRESS, worker } from "./wallet.js";

export interface KillRuns {
  readonly runs: number;
  /** Killed between the signature of a payout and its confirmation. */
  readonly inWindow: number;
  /** Sentences about what was wrong; empty when all is well. */
  readonly wrong: readonly string[];
}

export interface KillOptions {
  readonly runs: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

const WORKERS = 4;
/** Twenty of them are a payout's confirmations: long enough to be hit, short enough to wait for. */
const BLOCK_SECONDS = "0.02";
const OPEN: ReadonlySet<PayoutState> = new Set(["intent", "signed", "sent", "mined"]);

/** Does them all. */
export async function killPayouts({ runs, seed, log }: KillOptions): Promise<KillRuns> {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-kill-"));
  const anvil = await startAnvil("--block-time", BLOCK_SECONDS);
  try {
    writeFileSync(join(folder, "key.json"), keystoreJson());
    writeFileSync(join(folder, "password"), PASSWORD);
    const main = await copyOfBuilt(folder);
    const key = makeKey(seed);
    const wrong: string[] = [];
    let inWindow = 0;
    let usualMs = (await oneRun({ anvil, folder, main, run: 0, killAfterMs: null })).tookMs;
    for (let run = 1; run <= runs; run++) {
      const killAfterMs = uniform(key.k0, key.k1, run) * usualMs;
      const result = await oneRun({ anvil, folder, main, run, killAfterMs });
      const { openWhenKilled, wasBegun, wasKilled, tookMs } = result;
      if (openWhenKilled > 0) inWindow++;
      wrong.push(...result.wrong.map((what) => `seed ${seed}, run ${run}: ${what}`));
      log(
        `payouts seed ${seed} run ${run}: killed after ${killAfterMs.toFixed(1)} of ${usualMs.toFixed(0)} ms` +
          `${wasKilled ? "" : " (had ended)"}, ${openWhenKilled} under way, ${result.wrong.length} wrong`,
      );
      // The machine's pace may change: a run that had ended is a whole one, and so is one after a
      // start that did nothing, or one that took longer than whole ones did.
      const isWhole = !wasKilled || !wasBegun || tookMs > usualMs;
      if (isWhole) usualMs = 0.8 * usualMs + 0.2 * Math.min(tookMs, usualMs * 2);
    }
    return { runs, inWindow, wrong };
  } finally {
    await anvil.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly anvil: Anvil;
  readonly folder: string;
  /** The command. */
  readonly main: string;
  readonly run: number;
  /** null: not at all. */
  readonly killAfterMs: number | null;
}

interface Outcome {
  /** Of the run that was not killed; of the first, if neither was. */
  readonly tookMs: number;
  readonly wasKilled: boolean;
  /** Some payout was stored when it was killed. */
  readonly wasBegun: boolean;
  readonly openWhenKilled: number;
  readonly wrong: readonly string[];
}

async function oneRun({ anvil, folder, main, run, killAfterMs }: Run): Promise<Outcome> {
  const path = join(folder, `pool-${run}.db`);
  const owed = Array.from({ length: WORKERS }, (_, index) => ({
    address: worker(run * WORKERS + index),
    wei: ETH / 100n + BigInt(run * 1_000 + index),
  }));
  withStore(path, (store) => {
    for (const { address, wei } of owed) {
      const parts = [wei / 3n, wei - wei / 3n];
      for (const [index, part] of parts.entries()) {
        const to = pendingAccount({ address, nodeType: "transcode", region: `r${index}` });
        const cause = { kind: "job-processed", id: `${address}-${index}` };
        store.post({ cause, atMs: 0, postings: [{ from: "world", to, wei: part }] });
      }
    }
  });
  const before = await balance(anvil, POOL_ADDRESS);
  let first: End | null = null;
  let left: readonly PayoutState[] = [];
  if (killAfterMs !== null) {
    first = await start({ anvil, folder, main, path, killAfterMs });
    left = withStore(path, (store) => store.payouts().map(({ state }) => state));
  }
  const { exitCode, tookMs: againMs } = await start({
    anvil,
    folder,
    main,
    path,
    killAfterMs: null,
  });
  const wrong: string[] = exitCode === 0 ? [] : [`the command ended with ${exitCode}`];
  for (const { address, wei } of owed) {
    const got = await balance(anvil, address);
    if (got !== wei) wrong.push(`${address} got ${got} wei instead of ${wei}`);
  }
  const spent = before - (await balance(anvil, POOL_ADDRESS));
  wrong.push(...withStore(path, (store) => booksWrong(store, owed, spent)));
  rmSync(path, { force: true });
  const openWhenKilled = left.filter((state) => OPEN.has(state)).length;
  const wasKilled = first?.exitCode === null;
  const tookMs = first === null || wasKilled ? againMs : first.tookMs;
  return { tookMs, wasKilled, wasBegun: left.length > 0, openWhenKilled, wrong };
}

/** What is wrong with the books when everything is paid. */
function booksWrong(
  store: SqlitePoolStore,
  owed: readonly { readonly address: string; readonly wei: bigint }[],
  spentWei: bigint,
): string[] {
  const wrong = new Ledger({ journal: store.journal }).verify();
  const derived = new Ledger({ journal: store.journal }).balances();
  for (const { account, inWei, outWei } of store.flows()) {
    const wei = derived.get(account) ?? 0n;
    if (wei !== inWei - outWei) wrong.push(`${account} is kept as ${inWei - outWei}, not ${wei}`);
    const isOwed = account.startsWith("pending:") || account.startsWith("inPayout:");
    if (isOwed && wei !== 0n) wrong.push(`${account} still has ${wei} wei`);
  }
  for (const { address, wei } of owed) {
    const paid = store.balance(`paid:${address}`);
    if (paid !== wei) wrong.push(`${address} is paid ${paid} in the books instead of ${wei}`);
  }
  if (store.balance("wallet") !== -spentWei) {
    wrong.push(`the wallet spent ${spentWei} wei, its account says ${store.balance("wallet")}`);
  }
  return wrong;
}

interface Start extends Pick<Run, "anvil" | "folder" | "main" | "killAfterMs"> {
  /** The books. */
  readonly path: string;
}

interface End {
  /** null: it was killed. */
  readonly exitCode: number | null;
  /** From its first question to the node. */
  readonly tookMs: number;
}

/** Runs the command. */
async function start({ anvil, folder, main, path, killAfterMs }: Start): Promise<End> {
  const gate = await startGate(anvil);
  try {
    const key = ["--ethKeystorePath", "key.json", "--ethPasswordFile", "password"];
    const chain = ["--ethUrl", gate.url, "--chainId", String(CHAIN_ID), "--confirmations", "20"];
    const args = ["pool", "payouts", "--db", path, "--send", ...key, ...chain, "--every", "10ms"];
    const child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: "ignore" });
    const ended = once(child, "exit");
    await Promise.race([gate.asked, ended]);
    const askedMs = performance.now();
    if (killAfterMs !== null) {
      await Promise.race([sleep(killAfterMs), ended]);
      child.kill("SIGKILL");
    }
    await ended;
    return { exitCode: child.exitCode, tookMs: performance.now() - askedMs };
  } finally {
    gate.close();
  }
}

/** The node's door: tells when somebody comes through it for the first time. */
async function startGate({ url }: Anvil) {
  const { hostname, port } = new URL(url);
  let tell = (): void => {};
  const asked = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const server = createServer((socket) => {
    tell();
    const inner = connect(Number(port), hostname);
    for (const [one, other] of [
      [socket, inner],
      [inner, socket],
    ] as const) {
      // Killed processes close their end as they may.
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
      one.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const own = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${own}`, asked, close: () => server.close() };
}

async function balance(anvil: Anvil, address: string): Promise<bigint> {
  return BigInt(String(await anvil.rpc("eth_getBalance", address, "latest")));
}

function withStore<T>(path: string, work: (store: SqlitePoolStore) => T): T {
  const store = new SqlitePoolStore({ path });
  try {
    return work(store);
  } finally {
    store.close();
  }
}
