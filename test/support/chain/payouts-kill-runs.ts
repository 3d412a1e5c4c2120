/**
 * Kills `poolsim pool payouts --send` at instants spread over its run, from its first question to
 * the node (it changes nothing before), does to it what operators and nodes do besides (see
 * `kill-faults.ts`), starts it again, lets it finish, and compares chain, ledger and payouts to the
 * wei. Time is counted in questions to the node (see `kill-gate.ts`).
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeKey, uniform } from "../../../src/core/random.js";
import { pendingAccount } from "../../../src/pool/books/accounts.js";
import { Ledger } from "../../../src/pool/books/ledger.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import type { PayoutState } from "../../../src/pool/books/store/store.js";
import { copyOfBuilt } from "../cli/built-copy.js";
import { ownState } from "../cli/command.js";
import { endsWithUs } from "../ends-with-us.js";
import { type Anvil, startAnvil } from "./anvil.js";
import { FAULTS, type Fault, liar } from "./kill-faults.js";
import { type Instant, KillGate, QUESTIONS_MAX } from "./kill-gate.js";
import type { RpcCall } from "./rpc-proxy.js";
import { CHAIN_ID, ETH, ownWallet, PASSWORD, worker } from "./wallet.js";

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
/** Exit codes: an operator has to look; the node contradicted itself too often. */
const STOPPED = 5;
const NODE_FAILED = 4;
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
    writeFileSync(join(folder, "password"), PASSWORD, { mode: 0o600 });
    const whole = await oneRun({ ...common, run: 0, instant: null, fault: "none" });
    const wrong = whole.wrong.map((what) => `seed ${seed}, not killed: ${what}`);
    const instants = instantsOf(whole.asked, runs, draw);
    let inWindow = 0;
    for (const [index, instant] of instants.entries()) {
      const run = index + 1;
      const fault = FAULTS[index % FAULTS.length] ?? "none";
      const result = await oneRun({ ...common, run, instant, fault });
      if (result.openWhenKilled > 0) inWindow++;
      wrong.push(...result.wrong.map((what) => `seed ${seed}, run ${run}: ${what}`));
      const { question, phase } = instant;
      log(
        `payouts seed ${seed} run ${run}, ${fault}: killed at question ${question} of ${whole.asked.length}, ` +
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
  readonly fault: Fault;
}

interface Outcome {
  /** The methods that the run that was not killed asked for. */
  readonly asked: readonly string[];
  readonly wasKilled: boolean;
  readonly openWhenKilled: number;
  readonly wrong: readonly string[];
}

async function oneRun({ run, instant, fault, ...rest }: Run): Promise<Outcome> {
  const { anvil, folder, draw } = rest;
  const path = join(folder, `pool-${run}.db`);
  const backup = `${path}.backup`;
  const owed = Array.from({ length: WORKERS }, (_, index) => ({
    address: worker(run * WORKERS + index),
    wei: ETH / 100n + BigInt(run * 1_000 + index),
  }));
  withStore(path, (store) => {
    for (const { address, wei } of owed) {
      const parts = [wei / 3n, wei - wei / 3n];
      for (const [index, part] of parts.entries()) {
        const to = pendingAccount({ address, nodeType: "transcode", region: `r${index}` });
        const cause = { kind: "adjust", id: `${address}-${index}` };
        store.ledger.post({ cause, atMs: 0, postings: [{ from: "world", to, wei: part }] });
      }
    }
  });
  copy(path, backup);
  const { address: wallet, keystore } = ownWallet(run + 1);
  writeFileSync(join(folder, "key.json"), keystore, { mode: 0o600 });
  await anvil.rpc("anvil_setBalance", wallet, `0x${(10n * ETH).toString(16)}`);
  const before = await balance(anvil, wallet);
  const lie = liar({ fault, payee: owed.at(-1)?.address ?? "", draw });
  const common = { ...rest, path, wallet };
  let first: End | null = null;
  let left: readonly PayoutState[] = [];
  const wrong: string[] = [];
  if (instant !== null) {
    // A file that is replaced has to be noticed; nobody else ends the process.
    const swap = fault === "swapped" ? () => restore(backup, path) : null;
    first = await start({ ...common, instant, lie, swap });
    left = withStore(path, (store) => store.payouts.list().map(({ state }) => state));
    if (fault === "restored") restore(backup, path);
    if (fault === "older") {
      rmSync(backup);
      withStore(path, () => {});
      copy(path, backup);
      await start({ ...common, instant: NEVER, lie, swap: null });
      restore(backup, path);
    }
    if (fault === "payee") {
      const { exitCode } = await start({ ...common, instant: NEVER, lie, swap: null });
      if (exitCode !== 1) wrong.push(`with a payee who refuses the command ended with ${exitCode}`);
      for (const { address, wei } of owed.slice(0, -1)) {
        const got = await balance(anvil, address);
        if (got !== wei) wrong.push(`beside one who refuses ${address} got ${got}, not ${wei}`);
      }
    }
  }
  const isLying = fault === "counts" || fault === "gas";
  const { exitCode, asked } = await finish({ ...common, lie: isLying ? lie : TRUTH });
  if (exitCode === null) wrong.push(`the command did not end within ${asked.length} questions`);
  else if (exitCode !== 0) wrong.push(`the command ended with ${exitCode}`);
  for (const { address, wei } of owed) {
    const got = await balance(anvil, address);
    if (got !== wei) wrong.push(`${address} got ${got} wei instead of ${wei}`);
  }
  const spent = before - (await balance(anvil, wallet));
  wrong.push(...withStore(path, (store) => booksWrong(store, owed, spent)));
  for (const file of [path, backup]) rmSync(file, { force: true });
  const openWhenKilled = left.filter((state) => OPEN.has(state)).length;
  return { asked, wasKilled: first?.exitCode === null, openWhenKilled, wrong };
}

const TRUTH = (): null => null;

/**
 * By another process: this one has had the books open, and closing a file gives up all of a process's
 * locks on it (src/io/lock-safe-read.ts).
 */
function copy(from: string, to: string): void {
  execFileSync("cp", [from, to]);
}

/** As an operator does it: what SQLite keeps beside the file belongs to the old one. */
function restore(backup: string, path: string): void {
  copy(backup, `${path}.new`);
  renameSync(`${path}.new`, path);
  for (const suffix of ["-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
}

/** Starts of one command that an operator makes, at most, who looks at what it says. */
const STARTS_MAX = 6;

/** Until all is paid; payments that the books don't know are taken in when it asks for that. */
async function finish(options: Omit<Start, "instant" | "swap">): Promise<End> {
  let end: End = { exitCode: null, asked: [] };
  for (let starts = 0; starts < STARTS_MAX; starts++) {
    end = await start({ ...options, instant: NEVER, swap: null });
    if (end.exitCode === STOPPED) {
      // What it found has to be deep enough to be taken in.
      await options.anvil.rpc("anvil_mine", `0x${CONFIRMATIONS.toString(16)}`);
      await start({ ...options, instant: NEVER, swap: null, isAdopting: true, lie: TRUTH });
    } else if (end.exitCode !== NODE_FAILED) {
      break;
    }
  }
  return end;
}

/** What is wrong with the books when everything is paid. */
function booksWrong(
  store: SqlitePoolStore,
  owed: readonly { readonly address: string; readonly wei: bigint }[],
  spentWei: bigint,
): string[] {
  const wrong = new Ledger({ journal: store.ledger.journal }).verify();
  const derived = new Ledger({ journal: store.ledger.journal }).balances();
  for (const { account, inWei, outWei } of store.ledger.flows()) {
    const wei = derived.get(account) ?? 0n;
    if (wei !== inWei - outWei) wrong.push(`${account} is kept as ${inWei - outWei}, not ${wei}`);
    const isOwed = account.startsWith("pending:") || account.startsWith("inPayout:");
    if (isOwed && wei !== 0n) wrong.push(`${account} still has ${wei} wei`);
  }
  for (const { address, wei } of owed) {
    const paid = store.ledger.balance(`paid:${address}`);
    if (paid !== wei) wrong.push(`${address} is paid ${paid} in the books instead of ${wei}`);
  }
  if (store.ledger.balance("wallet") !== -spentWei) {
    wrong.push(
      `the wallet spent ${spentWei} wei, its account says ${store.ledger.balance("wallet")}`,
    );
  }
  return wrong;
}

interface Start extends Common {
  /** The books. */
  readonly path: string;
  readonly wallet: string;
  readonly instant: Instant;
  readonly lie: (call: RpcCall) => object | null;
  /** Comes in the place of the kill. */
  readonly swap: (() => void) | null;
  /** `verify --adopt` instead. */
  readonly isAdopting?: boolean;
}

interface End {
  /** null: it was killed. */
  readonly exitCode: number | null;
  /** The methods of its questions. */
  readonly asked: readonly string[];
}

/** Runs the command. */
async function start({ folder, main, path, signal, ...rest }: Start): Promise<End> {
  const { wallet, swap, isAdopting = false } = rest;
  let kill = (): void => {};
  const gate = await KillGate.open({ ...rest, kill: () => kill(), goesOn: swap !== null });
  try {
    const key = ["--ethKeystorePath", "key.json", "--ethPasswordFile", "password"];
    const chain = ["--ethUrl", gate.url, "--chainId", String(CHAIN_ID)];
    const deep = ["--confirmations", String(CONFIRMATIONS)];
    const sending = ["payouts", "--send", ...key, "--every", "1ms"];
    const adopting = ["verify", "--adopt", "--ethAcctAddr", wallet];
    const what = isAdopting ? adopting : sending;
    const args = [main, "pool", ...what, "--db", path, ...chain, ...deep];
    const options = { cwd: folder, stdio: "ignore", env: ownState(folder) } as const;
    const child = endsWithUs(spawn(process.execPath, args, options));
    const end = (): void => void child.kill("SIGKILL");
    kill = swap ?? end;
    signal?.addEventListener("abort", end);
    await once(child, "exit");
    signal?.removeEventListener("abort", end);
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
