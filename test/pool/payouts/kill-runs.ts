/**
 * Kills `poolsim pool payouts --send` at instants spread over its run, from its first question to
 * the node (it changes nothing before), starts it again, lets it finish, and compares chain, ledger
 * and payouts to the wei. Time is counted in questions to the node (see `kill-gate.ts`).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeKey, uniform } from "../../../src/core/random.js";
import { pendingAccount } from "../../../src/pool/accounts.js";
import { Ledger } from "../../../src/pool/ledger.js";
import { SqlitePoolStore } from "../../../src/pool/store/sqlite-pool-store.js";
import type { PayoutState } from "../../../src/pool/store/store.js";
import { type Anvil, startAnvil } from "../../discovery/sources/chain/anvil.js";
import { copyOfBuilt } from "../../support/built-copy.js";
import { endsWithUs } from "../../support/ends-with-us.js";
import { type Instant, KillGate } from "./kill-gate.js";
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
  /** Ends it, and every process with it. */
  readonly signal?: AbortSignal | undefined;
}

const WORKERS = 4;
/** Few: a kill while payouts are begun is worth more than one while blocks are waited for. */
const CONFIRMATIONS = 3;
/** A whole run has some 80. A command that asks so many goes on and on: that is wrong, not slow. */
const QUESTIONS_MAX = 2_000;
const NEVER: Instant = { question: QUESTIONS_MAX, phase: "asked", pause: 0 };
const PHASES: readonly Instant["phase"][] = ["asked", "answered", "atWork"];
const CHANGING = ["eth_estimateGas", "eth_sendRawTransaction", "eth_getTransactionReceipt"];
const OPEN: ReadonlySet<PayoutState> = new Set(["intent", "signed", "sent", "mined"]);

/** Does them all. */
export async function killPayouts({ runs, seed, log, signal }: KillOptions): Promise<KillRuns> {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-kill-"));
  const anvil = await startAnvil("--no-mining");
  const draw = drawsOf(seed);
  const common = { anvil, folder, main: await copyOfBuilt(folder), signal, draw };
  try {
    writeFileSync(join(folder, "key.json"), keystoreJson());
    writeFileSync(join(folder, "password"), PASSWORD);
    const whole = await oneRun({ ...common, run: 0, instant: null });
    const wrong = whole.wrong.map((what) => `seed ${seed}, not killed: ${what}`);
    const instants = instantsOf(whole.asked, runs, draw);
    let inWindow = 0;
    for (const [index, instant] of instants.entries()) {
      const run = index + 1;
      const result = await oneRun({ ...common, run, instant });
      if (result.openWhenKilled > 0) inWindow++;
      wrong.push(...result.wrong.map((what) => `seed ${seed}, run ${run}: ${what}`));
      const { question, phase } = instant;
      log(
        `payouts seed ${seed} run ${run}: killed at question ${question} of ${whole.asked.length}, ` +
          `${whole.asked[question - 1]} ${phase}${result.wasKilled ? "" : " (had ended)"}, ` +
          `${result.openWhenKilled} under way, ${result.wrong.length} wrong`,
      );
    }
    return { runs, inWindow, wrong };
  } finally {
    await anvil.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * First each phase of each question around which something changes: signing, sending, booking. Then
 * all over the run.
 */
function instantsOf(asked: readonly string[], runs: number, draw: () => number): Instant[] {
  const pick = <Item>(items: readonly Item[]): Item | undefined =>
    items[Math.floor(draw() * items.length)];
  const instants = CHANGING.flatMap((method) => {
    const places = asked.flatMap((each, index) => (each === method ? [index + 1] : []));
    return PHASES.map((phase) => ({ question: pick(places) ?? 1, phase, pause: 2 * draw() }));
  }).slice(0, runs);
  const spread = runs - instants.length;
  for (let index = 0; index < spread; index++) {
    const question = 1 + Math.floor(((index + draw()) / spread) * asked.length);
    instants.push({ question, phase: pick(PHASES) ?? "asked", pause: 2 * draw() });
  }
  return instants;
}

/** A series of numbers, 0 … 1, which is the seed's. */
function drawsOf(seed: number): () => number {
  const { k0, k1 } = makeKey(seed);
  let index = 0;
  return () => uniform(k0, k1, index++);
}

interface Common {
  readonly anvil: Anvil;
  readonly folder: string;
  /** The command. */
  readonly main: string;
  readonly signal: AbortSignal | undefined;
  readonly draw: () => number;
}

interface Run extends Common {
  readonly run: number;
  /** null: not at all. */
  readonly instant: Instant | null;
}

interface Outcome {
  /** The methods that the run that was not killed asked for. */
  readonly asked: readonly string[];
  readonly wasKilled: boolean;
  readonly openWhenKilled: number;
  readonly wrong: readonly string[];
}

async function oneRun({ run, instant, ...common }: Run): Promise<Outcome> {
  const { anvil, folder } = common;
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
  if (instant !== null) {
    first = await start({ ...common, path, instant });
    left = withStore(path, (store) => store.payouts().map(({ state }) => state));
  }
  const { exitCode, asked } = await start({ ...common, path, instant: NEVER });
  const wrong: string[] = [];
  if (exitCode === null) wrong.push(`the command did not end within ${asked.length} questions`);
  else if (exitCode !== 0) wrong.push(`the command ended with ${exitCode}`);
  for (const { address, wei } of owed) {
    const got = await balance(anvil, address);
    if (got !== wei) wrong.push(`${address} got ${got} wei instead of ${wei}`);
  }
  const spent = before - (await balance(anvil, POOL_ADDRESS));
  wrong.push(...withStore(path, (store) => booksWrong(store, owed, spent)));
  rmSync(path, { force: true });
  const openWhenKilled = left.filter((state) => OPEN.has(state)).length;
  return { asked, wasKilled: first?.exitCode === null, openWhenKilled, wrong };
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

interface Start extends Common {
  /** The books. */
  readonly path: string;
  readonly instant: Instant;
}

interface End {
  /** null: it was killed. */
  readonly exitCode: number | null;
  /** The methods of its questions. */
  readonly asked: readonly string[];
}

/** Runs the command. */
async function start({ folder, main, path, signal, ...rest }: Start): Promise<End> {
  let kill = (): void => {};
  const gate = await KillGate.open({ ...rest, kill: () => kill() });
  try {
    const key = ["--ethKeystorePath", "key.json", "--ethPasswordFile", "password"];
    const chain = ["--ethUrl", gate.url, "--chainId", String(CHAIN_ID)];
    const pace = ["--confirmations", String(CONFIRMATIONS), "--every", "1ms"];
    const args = [main, "pool", "payouts", "--db", path, "--send", ...key, ...chain, ...pace];
    const child = endsWithUs(spawn(process.execPath, args, { cwd: folder, stdio: "ignore" }));
    kill = () => void child.kill("SIGKILL");
    signal?.addEventListener("abort", kill);
    await once(child, "exit");
    signal?.removeEventListener("abort", kill);
    signal?.throwIfAborted();
    return { exitCode: child.exitCode, asked: gate.asked };
  } finally {
    gate.close();
  }
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
