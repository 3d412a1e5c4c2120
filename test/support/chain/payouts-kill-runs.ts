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
import { inProcessIn } from "../cli/in-process.js";
import { endsWithUs } from "../ends-with-us.js";
import { type Anvil, startAnvil } from "./anvil.js";
import { BEHIND_MAX, FAULTS, type Fault, liar } from "./kill-faults.js";
import { type Instant, KillGate, QUESTIONS_MAX } from "./kill-gate.js";
import { Happenings } from "./kill-happenings.js";
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
  /** In turn. @default all of them */
  readonly faults?: readonly Fault[] | undefined;
  /** Ends it, and every process with it. */
  readonly signal?: AbortSignal | undefined;
}

const WORKERS = 4;
/** Few: a kill while payouts are begun is worth more than one while blocks are waited for. */
const CONFIRMATIONS = 3;
/** Exit codes: somebody due was not paid; an operator has to look; the node contradicted itself too often. */
const HINDERED = 1;
const STOPPED = 5;
const NODE_FAILED = 4;
const NEVER: Instant = { question: QUESTIONS_MAX, phase: "asked", pause: 0 };
const PHASES: readonly Instant["phase"][] = ["asked", "answered", "atWork"];
const CHANGING = ["eth_estimateGas", "eth_sendRawTransaction", "eth_getTransactionReceipt"];
const OPEN: ReadonlySet<PayoutState> = new Set(["intent", "signed", "sent", "mined"]);

/** Does them all. */
export async function killPayouts({
  runs,
  seed,
  log,
  faults = FAULTS,
  signal,
}: KillOptions): Promise<KillRuns> {
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
      const fault = faults[index % faults.length] ?? "none";
      const result = await oneRun({ ...common, run, instant, fault });
      if (result.openWhenKilled > 0) inWindow++;
      wrong.push(...result.wrong.map((what) => `seed ${seed}, run ${run}: ${what}`));
      for (const what of result.wrong) log(`  ${what}`);
      const { question, phase } = instant;
      log(
        `payouts seed ${seed} run ${run}, ${fault}: killed at question ${question} of ${whole.asked.length}, ` +
          `${whole.asked[question - 1]} ${phase}${result.wasKilled ? "" : " (had ended)"}, ` +
          `${result.openWhenKilled} under way; ${result.met}; ${result.wrong.length} wrong`,
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
  /** What it went through, in words. */
  readonly met: string;
  readonly wrong: readonly string[];
}

async function oneRun({ run, instant, fault, ...rest }: Run): Promise<Outcome> {
  const { anvil, folder, draw } = rest;
  const path = join(folder, `pool-${run}.db`);
  const backup = `${path}.backup`;
  const [other, ...owed] = Array.from({ length: WORKERS + 1 }, (_, index) => ({
    address: worker(run * (WORKERS + 1) + index),
    wei: ETH / 100n + BigInt(run * 1_000 + index),
  }));
  if (other === undefined) throw new Error("one more than are owed at first");
  withStore(path, (store) => {
    for (const payee of owed) earn(store, payee);
  });
  copy(path, backup);
  const { address: wallet, keystore, privateKey } = ownWallet(run + 1);
  writeFileSync(join(folder, "key.json"), keystore, { mode: 0o600 });
  await anvil.rpc("anvil_setBalance", wallet, `0x${(10n * ETH).toString(16)}`);
  // What is undone, and what nodes that are behind have got to, is after that.
  await anvil.rpc("anvil_mine", `0x${(BEHIND_MAX + CONFIRMATIONS).toString(16)}`);
  const before = await balance(anvil, wallet);
  const lie = liar({ fault, payee: owed.at(-1)?.address ?? "", draw, anvil });
  const common = { ...rest, path, wallet, fault };
  const isLive = draw() < 0.5;
  const happenings = new Happenings({
    ...{ anvil, wallet, privateKey, draw },
    look: (work) => withStore(path, work),
    // Payouts that go on might pay it at the same time.
    other: isLive
      ? null
      : {
          address: other.address,
          earn: () => {
            withStore(path, (store) => earn(store, other));
            owed.push(other);
            return other.wei;
          },
        },
  });
  const happening =
    fault === "outside"
      ? async () => await happenings.outside()
      : fault === "reorg"
        ? async () => await happenings.reorganise()
        : null;
  let first: End | null = null;
  let left: readonly PayoutState[] = [];
  const wrong: string[] = [];
  if (instant !== null) {
    // A file that is replaced has to be noticed; nobody else ends the process.
    const swap = fault === "swapped" ? async () => restore(backup, path) : null;
    first = await start({ ...common, instant, lie, swap: isLive ? (happening ?? swap) : swap });
    if (!isLive) await happening?.();
    left = withStore(path, (store) => store.payouts.list().map(({ state }) => state));
    if (fault === "restored") restore(backup, path);
    if (fault === "older") {
      rmSync(backup);
      withStore(path, () => {});
      copy(path, backup);
      await start({ ...common, instant: NEVER, lie });
      restore(backup, path);
    }
    if (fault === "payee") {
      const { exitCode } = await start({ ...common, instant: NEVER, lie });
      if (exitCode !== 1) wrong.push(`with a payee who refuses the command ended with ${exitCode}`);
      for (const { address, wei } of owed.slice(0, -1)) {
        const got = await balance(anvil, address);
        if (got !== wei) wrong.push(`beside one who refuses ${address} got ${got}, not ${wei}`);
      }
    }
  }
  const isLying = fault !== "payee";
  const remedies = happenings.remedies;
  const { exitCode, asked } = await finish({ ...common, lie: isLying ? lie : TRUTH, remedies });
  if (exitCode === null) wrong.push(`the command did not end within ${asked.length} questions`);
  else if (exitCode !== 0) wrong.push(`the command ended with ${exitCode}`);
  for (const { address, wei } of owed) {
    const got = await balance(anvil, address);
    if (got !== wei) wrong.push(`${address} got ${got} wei instead of ${wei}`);
  }
  const spent = before - (await balance(anvil, wallet)) - (await happenings.unbookedWei());
  wrong.push(...withStore(path, (store) => booksWrong(store, owed, spent)));
  const met = withStore(path, metOf);
  for (const file of [path, backup]) rmSync(file, { force: true });
  const openWhenKilled = left.filter((state) => OPEN.has(state)).length;
  return { asked, wasKilled: first?.exitCode === null, openWhenKilled, met, wrong };
}

const TRUTH = async (): Promise<null> => null;

/** In two places. */
function earn(
  store: SqlitePoolStore,
  { address, wei }: { readonly address: string; readonly wei: bigint },
): void {
  for (const [index, part] of [wei / 3n, wei - wei / 3n].entries()) {
    const to = pendingAccount({ address, nodeType: "transcode", region: `r${index}` });
    const cause = { kind: "adjust", id: `${address}-${index}` };
    store.ledger.post({ cause, atMs: 0, postings: [{ from: "world", to, wei: part }] });
  }
}

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
async function finish({
  remedies,
  ...options
}: Omit<Start, "instant" | "instead"> & {
  /** What else an operator says then; refused where it does not fit. */
  readonly remedies: readonly (readonly string[])[];
}): Promise<End> {
  const isOthers = options.fault === "outside" || options.fault === "reorg";
  let end: End = { exitCode: null, asked: [] };
  for (let starts = 0; starts < STARTS_MAX; starts++) {
    end = await start({ ...options, instant: NEVER });
    if (end.exitCode === STOPPED) {
      // What it found has to be deep enough to be taken in.
      await options.anvil.rpc("anvil_mine", `0x${CONFIRMATIONS.toString(16)}`);
      for (const instead of [["verify", "--adopt"], ...remedies]) {
        await start({ ...options, instant: NEVER, instead, lie: TRUTH });
      }
    } else if (end.exitCode === HINDERED && isOthers) {
      // It waits for a transaction that is not poolsim's.
      await options.anvil.rpc("anvil_mine", "0x1");
    } else if (end.exitCode !== NODE_FAILED) {
      break;
    }
  }
  return end;
}

function metOf({ payouts, ledger }: SqlitePoolStore): string {
  const all = payouts.list();
  const count = (state: PayoutState) => all.filter((payout) => payout.state === state).length;
  const attempts = all.reduce((sum, { id }) => sum + payouts.attempts(id).length, 0);
  const undone = [...ledger.journal].filter(({ cause }) => cause.kind === "payout-undone").length;
  return (
    `${all.length} payouts, ${attempts - all.length} signed again, ${undone} undone, ` +
    `${count("cancelled")} cancelled, ${count("failed")} failed`
  );
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
  readonly fault: Fault;
  readonly instant: Instant;
  readonly lie: (call: RpcCall) => Promise<object | null>;
  /** Comes in the place of the kill. @default null */
  readonly swap?: (() => Promise<void>) | null;
  /** What the command does instead of paying. */
  readonly instead?: readonly string[];
}

interface End {
  /** null: it was killed. */
  readonly exitCode: number | null;
  /** The methods of its questions. */
  readonly asked: readonly string[];
}

/** Runs the command: one that is to be killed in a process of its own, one that ends by itself in this one. */
async function start({ folder, main, path, signal, ...rest }: Start): Promise<End> {
  const { wallet, swap = null, instead, fault } = rest;
  let end = (): void => {};
  const blockShare = fault === "raised" ? 0.25 : 1;
  const gate = await KillGate.open({ ...rest, kill: () => end(), happening: swap, blockShare });
  try {
    const key = ["--ethKeystorePath", "key.json", "--ethPasswordFile", "password"];
    const chain = ["--ethUrl", gate.url, "--chainId", String(CHAIN_ID)];
    const deep = ["--confirmations", String(CONFIRMATIONS)];
    const soon = ["--minInterval", "0", ...(fault === "raised" ? ["--replaceAfter", "1ms"] : [])];
    const sending = ["payouts", "--send", ...key, "--every", "1ms", ...soon];
    const what = instead === undefined ? sending : [...instead, "--ethAcctAddr", wallet];
    const args = ["pool", ...what, "--db", path, ...chain, ...deep];
    // Others look into the books while it runs, which one process could not do (see `copy`).
    if (rest.instant === NEVER && swap === null) {
      end = () => void process.emit("SIGTERM");
      signal?.addEventListener("abort", end);
      const { exitCode } = await inProcessIn(folder, ...args);
      signal?.removeEventListener("abort", end);
      signal?.throwIfAborted();
      return { exitCode: gate.asked.length > QUESTIONS_MAX ? null : exitCode, asked: gate.asked };
    }
    const options = { cwd: folder, stdio: "ignore", env: ownState(folder) } as const;
    const child = endsWithUs(spawn(process.execPath, [main, ...args], options));
    end = () => void child.kill("SIGKILL");
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
