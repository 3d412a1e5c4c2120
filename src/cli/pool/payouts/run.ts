/** `poolsim pool payouts`: what is owed and was paid; with `--send`, pays until all is confirmed. */
import { setTimeout as sleep } from "node:timers/promises";
import { InputError, type PoolsimError, RemoteError } from "../../../core/errors.js";
import type { Rational } from "../../../core/rational.js";
import { counted } from "../../../core/wording.js";
import { holdsAt } from "../../../pool/books/holds.js";
import type { SqlitePoolStore } from "../../../pool/books/store/sqlite-pool-store.js";
import {
  acknowledgeNonces,
  type Hindered,
  type NonceRange,
  newestBatch,
  openKeystore,
  type PassReport,
  PayoutBooks,
  PayoutRunner,
  type PayoutSettings,
  payoutSettings,
  rangesText,
  type WalletLock,
} from "../../../pool/payouts/index.js";
import { EXIT } from "../../shared/failure.js";
import { stoppable } from "../../shared/stoppable.js";
import type { Terminal } from "../../shared/terminal.js";
import { type AuthorFlags, authorOf } from "../shared/author.js";
import { named, openBooks } from "../shared/open-books.js";
import { keystoreOf, lockOf, type Nodes, openNodes, signedBy, walletOf } from "../shared/paying.js";
import { keystorePassword } from "./password.js";
import { eventLines, payoutsJson, payoutsText } from "./report.js";

export interface PayoutFlags extends AuthorFlags {
  readonly db: string;
  readonly json: boolean;
  readonly limit: number;
  readonly send: boolean;
  readonly follow: boolean;
  readonly threshold?: bigint;
  /** Ms. */
  readonly minInterval?: number;
  /** Ms. */
  readonly firstWait?: number;
  readonly ethUrl?: string;
  readonly witnessUrl?: string;
  readonly ethKeystorePath?: string;
  readonly ethAcctAddr?: string;
  readonly ethPasswordFile?: string;
  readonly chainId?: number;
  readonly maxGasPrice?: bigint;
  readonly maxGasShare?: Rational;
  readonly capPerDay?: bigint;
  readonly capPerPayout?: bigint;
  readonly confirmations?: number;
  /** Ms. */
  readonly replaceAfter?: number;
  /** Ms. */
  readonly every: number;
  readonly approve?: "auto" | "manual";
  readonly partial: boolean;
  readonly fillGaps: boolean;
  readonly fence: boolean;
  readonly acknowledgeNonces?: NonceRange;
  readonly reason?: string;
  /** Ms. */
  readonly lockWait: number;
}

/** How the paying ended. */
interface End {
  readonly exitCode: number;
  readonly hindered: readonly Hindered[];
}

const DRY: End = { exitCode: EXIT.ok, hindered: [] };

/** Failing looks at the chain in a row after which it is given up, unless `--follow`. */
const FAILURES_MAX = 10;
/** The same while the node has not answered at all. */
const FIRST_FAILURES_MAX = 3;
/** Looks in a row at a gap that nothing fills. */
const GAP_LOOKS_MAX = 3;

/**
 * Runs the command.
 *
 * @returns the exit code: 1 if, at the end, somebody who is due was not paid, or a payment reverted
 * @throws InputError for bad input; RemoteError when the node or the books cannot be had
 */
export async function poolPayouts(flags: PayoutFlags, terminal: Terminal): Promise<number> {
  const settings = settingsOf(flags);
  const { send: isSending, acknowledgeNonces: range } = flags;
  if (range === undefined && flags.reason !== undefined) {
    throw new InputError("--reason: expected --acknowledge-nonces too", { code: "USAGE" });
  }
  const isWriting = isSending || range !== undefined;
  const store = openBooks(flags.db, isWriting ? "write" : "read");
  try {
    if (range !== undefined) await acknowledge(range, flags, settings, store, terminal);
    const end = isSending ? await send(flags, settings, store, terminal) : DRY;
    const books = new PayoutBooks(store);
    const nowMs = Date.now();
    const plans = books.plan(settings, null, nowMs);
    const { exitCode, hindered } = end;
    const batch = newestBatch(store);
    const [payouts, holds] = [books.latest(flags.limit), holdsAt(store, nowMs)];
    const shown = { plans, payouts, isSent: flags.send, hindered, batch, holds };
    terminal.stdout.write(flags.json ? payoutsJson(shown) : payoutsText(shown));
    return exitCode;
  } catch (error) {
    throw named(flags.db, error);
  } finally {
    store.close();
  }
}

function settingsOf(flags: PayoutFlags): PayoutSettings {
  const { threshold, minInterval, chainId, maxGasPrice, maxGasShare } = flags;
  const { confirmations, replaceAfter, capPerDay, capPerPayout, firstWait, approve } = flags;
  return payoutSettings({
    ...(threshold === undefined ? {} : { thresholdWei: threshold }),
    ...(minInterval === undefined ? {} : { minIntervalMs: minInterval }),
    ...(chainId === undefined ? {} : { chainId: BigInt(chainId) }),
    ...(maxGasPrice === undefined ? {} : { gasPriceCapWei: maxGasPrice }),
    ...(maxGasShare === undefined ? {} : { maxGasShare }),
    ...(capPerDay === undefined ? {} : { capPerDayWei: capPerDay }),
    ...(capPerPayout === undefined ? {} : { capPerPayoutWei: capPerPayout }),
    ...(confirmations === undefined ? {} : { confirmations }),
    ...(replaceAfter === undefined ? {} : { replaceAfterMs: replaceAfter }),
    ...(firstWait === undefined ? {} : { firstWaitMs: firstWait }),
    ...(approve === undefined ? {} : { approve }),
    partialPayouts: flags.partial,
  });
}

/** What the operator says of nonces that the books can't explain. */
async function acknowledge(
  range: NonceRange,
  flags: PayoutFlags,
  { chainId }: PayoutSettings,
  store: SqlitePoolStore,
  terminal: Terminal,
): Promise<void> {
  const wallet = walletOf(flags);
  const { reason } = flags;
  const author = authorOf(flags);
  const why = "--acknowledge-nonces";
  if (reason === undefined)
    throw new InputError(`${why}: expected --reason too`, { code: "USAGE" });
  if (wallet === null) {
    throw new InputError(`${why}: expected --ethAcctAddr or --ethKeystorePath: whose nonces?`, {
      code: "USAGE",
    });
  }
  await stoppable(async (signal) => {
    const { chain, witness, close } = await openNodes(flags, { why, chainId, signal });
    try {
      const nowMs = Date.now();
      const options = { store, chain, witness, chainId, wallet, range, reason, nowMs, author };
      const count = await acknowledgeNonces(options).catch((error: unknown) => {
        throw advised(error, flags.db);
      });
      terminal.stderr.write(
        `nonces ${rangesText([range])} of ${wallet}: ${counted(count, "nonce")} acknowledged\n`,
      );
    } finally {
      await close();
    }
  });
}

async function send(
  flags: PayoutFlags,
  settings: PayoutSettings,
  store: SqlitePoolStore,
  terminal: Terminal,
): Promise<End> {
  const { ethUrl: url } = flags;
  if (url === undefined || !/^https?:\/\//.test(url)) {
    throw new InputError("--send: expected --ethUrl too, http or https", { code: "USAGE" });
  }
  const json = keystoreOf(flags);
  const signer = await openKeystore(json, await keystorePassword(flags.ethPasswordFile));
  const { chainId } = settings;
  return await stoppable(async (signal) => {
    const { db, lockWait: waitMs, fillGaps: fillsGaps, fence: fences } = flags;
    const wallet = signer.address;
    let lock: WalletLock;
    try {
      lock = await lockOf({ wallet, chainId, db, waitMs, signal, terminal });
    } catch (error) {
      if (signal.aborted) return { exitCode: EXIT.interrupted, hindered: [] };
      throw error;
    }
    try {
      const nodes = await nodesOf(flags, chainId, { signal, terminal });
      if (nodes === null) return { exitCode: EXIT.interrupted, hindered: [] };
      const { chain, witness, close } = nodes;
      try {
        const options = { store, chain, witness: witness ?? undefined, signer, settings };
        const signed = signedBy({ wallet, chainId });
        const runner = new PayoutRunner({ ...options, fillsGaps, fences, signed });
        return await follow({ runner, lock, signal, terminal }, flags);
      } finally {
        await close();
      }
    } finally {
      lock.release();
    }
  });
}

interface Following {
  readonly runner: PayoutRunner;
  readonly lock: WalletLock;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

/** Pass after pass, until everything is confirmed or the user has enough. */
async function follow(
  { runner, lock, signal, terminal }: Following,
  { every, follow: isEndless, db }: PayoutFlags,
): Promise<End> {
  const tally = new Tally();
  let failures = 0;
  let failuresMax = FIRST_FAILURES_MAX;
  let said = new Set<string>();
  while (!signal.aborted) {
    try {
      lock.assertHeld();
      const report = await runner.pass(Date.now());
      failuresMax = FAILURES_MAX;
      const lines = eventLines(report);
      // What has not changed since the last look is not said again.
      for (const line of lines) if (!said.has(line)) terminal.stderr.write(`${line}\n`);
      said = new Set(lines);
      if (report.stop !== null) throw advised(report.stop, db);
      tally.add(report);
      if (report.failure !== null) throw report.failure;
      failures = 0;
      if (!isEndless && tally.gapLooks >= GAP_LOOKS_MAX) throw gapError(report);
      if (!isEndless && tally.isDone(report)) return tally.end(report);
    } catch (error) {
      if (signal.aborted) break;
      const isPassing = error instanceof RemoteError && error.code.startsWith("CHAIN_");
      if (!isPassing || (!isEndless && ++failures >= failuresMax)) throw error;
      terminal.stderr.write(`poolsim: ${error.message}\n`);
    }
    await sleep(every, undefined, { signal }).catch(() => {});
  }
  // What is under way is stored: the next run goes on with it.
  return { exitCode: EXIT.interrupted, hindered: [] };
}

/** What passes came to, all together. */
class Tally {
  /** Reverted, or called off. */
  readonly #unpaid = new Set<number>();
  readonly #inPart = new Map<string, Hindered>();
  #waits = 0;
  /** Looks in a row at which payouts waited for a nonce that nobody uses. */
  gapLooks = 0;

  add({ changed, hindered, begun, gap }: PassReport): void {
    for (const { id, state, inclusion } of changed) {
      const isUnpaid = state === "failed" || inclusion?.outcome === "calledOff";
      if (isUnpaid) this.#unpaid.add(id);
      else this.#unpaid.delete(id);
    }
    for (const one of hindered)
      if (one.why === "paidInPart") this.#inPart.set(one.plan.address, one);
    // Another's transaction is soon mined, or was one wrong answer.
    const waits = hindered.some(({ why }) => why === "foreignTransactions");
    this.#waits = waits ? this.#waits + 1 : 0;
    this.gapLooks = gap.length > 0 && begun.length === 0 ? this.gapLooks + 1 : 0;
  }

  isDone({ underWay, hindered }: PassReport): boolean {
    if (underWay.length > 0 || hindered.some(({ why }) => why === "moved")) return false;
    return this.#waits === 0 || this.#waits >= FAILURES_MAX;
  }

  end({ hindered: last, unfilled }: PassReport): End {
    const hindered = [...this.#inPart.values(), ...last];
    const isAllPaid = hindered.length === 0 && this.#unpaid.size === 0 && unfilled === null;
    return { exitCode: isAllPaid ? EXIT.ok : EXIT.expectationFailed, hindered };
  }
}

/** The first look at the nodes may fail as every other. */
async function nodesOf(
  flags: PayoutFlags,
  chainId: bigint,
  { signal, terminal }: { readonly signal: AbortSignal; readonly terminal: Terminal },
): Promise<Nodes | null> {
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      return await openNodes(flags, { why: "--send", chainId, signal });
    } catch (error) {
      if (signal.aborted) break;
      const isPassing = error instanceof RemoteError && error.code.startsWith("CHAIN_");
      if (!isPassing || (!flags.follow && failures >= FIRST_FAILURES_MAX)) throw error;
      terminal.stderr.write(`poolsim: ${error.message}\n`);
    }
    await sleep(flags.every, undefined, { signal }).catch(() => {});
  }
  return null;
}

function gapError({ gap }: PassReport): InputError {
  return new InputError(
    `payouts: nobody uses nonces ${rangesText(gap)}, and payouts above wait for them; ` +
      "expected --fill-gaps, which uses them up, or somebody's transactions",
    { code: "PAYOUT_NONCE_GAP" },
  );
}

/** What an operator can do about it. */
function advised(error: unknown, db: string): unknown {
  if (!(error instanceof InputError)) return error;
  const { code, message }: PoolsimError = error;
  if (code !== "PAYOUT_NONCES_UNKNOWN" && code !== "PAYOUT_ACKNOWLEDGE") return error;
  const adopt = `poolsim pool verify --db ${db} --ethUrl … --adopt`;
  const other = "--acknowledge-nonces <a..b> --reason <text>";
  const advice =
    code === "PAYOUT_ACKNOWLEDGE"
      ? `${adopt} takes in payments that these books should know`
      : `${adopt} takes in payments of this pool; for what pays nobody of it: ${other}`;
  return new InputError(`${message}. ${advice}`, { code, cause: error });
}
