/** `poolsim pool payouts`: what is owed and was paid; with `--send`, pays until all is confirmed. */
import { setTimeout as sleep } from "node:timers/promises";
import { InputError, RemoteError } from "../../core/errors.js";
import type { Rational } from "../../core/rational.js";
import {
  type Hindered,
  openKeystore,
  openPayoutChain,
  type PassReport,
  PayoutBooks,
  PayoutRunner,
  type PayoutSettings,
  payoutSettings,
  planPayouts,
} from "../../pool/payouts/index.js";
import type { SqlitePoolStore } from "../../pool/store/sqlite-pool-store.js";
import { keyFile } from "../discover/wallet.js";
import { EXIT } from "../failure.js";
import { named, openBooks } from "../pool/open-books.js";
import { keystorePassword } from "../pool/password.js";
import { eventLines, payoutsJson, payoutsText } from "../pool/payouts-report.js";
import { stoppable } from "../stoppable.js";
import type { Terminal } from "../terminal.js";

export interface PayoutFlags {
  readonly db: string;
  readonly json: boolean;
  readonly limit: number;
  readonly send: boolean;
  readonly follow: boolean;
  readonly threshold?: bigint;
  /** Ms. */
  readonly minInterval?: number;
  readonly ethUrl?: string;
  readonly witnessUrl?: string;
  readonly ethKeystorePath?: string;
  readonly ethAcctAddr?: string;
  readonly ethPasswordFile?: string;
  readonly chainId?: number;
  readonly maxGasPrice?: bigint;
  readonly maxGasShare?: Rational;
  readonly confirmations?: number;
  /** Ms. */
  readonly replaceAfter?: number;
  /** Ms. */
  readonly every: number;
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

/**
 * Runs the command.
 *
 * @returns the exit code: 1 if, at the end, somebody who is due was not paid, or a payment reverted
 * @throws InputError for bad input; RemoteError when the node or the books cannot be had
 */
export async function poolPayouts(flags: PayoutFlags, terminal: Terminal): Promise<number> {
  const settings = settingsOf(flags);
  const store = openBooks(flags.db, flags.send ? "write" : "read");
  try {
    const end = flags.send ? await send(flags, settings, store, terminal) : DRY;
    const books = new PayoutBooks(store);
    const nowMs = Date.now();
    const plans = planPayouts({
      pending: books.pendingBalances(),
      historyOf: (address) => books.historyOf(address),
      wallet: null,
      settings,
      nowMs,
    });
    const { exitCode, hindered } = end;
    const shown = { plans, payouts: books.latest(flags.limit), isSent: flags.send, hindered };
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
  const { confirmations, replaceAfter } = flags;
  return payoutSettings({
    ...(threshold === undefined ? {} : { thresholdWei: threshold }),
    ...(minInterval === undefined ? {} : { minIntervalMs: minInterval }),
    ...(chainId === undefined ? {} : { chainId: BigInt(chainId) }),
    ...(maxGasPrice === undefined ? {} : { gasPriceCapWei: maxGasPrice }),
    ...(maxGasShare === undefined ? {} : { maxGasShare }),
    ...(confirmations === undefined ? {} : { confirmations }),
    ...(replaceAfter === undefined ? {} : { replaceAfterMs: replaceAfter }),
  });
}

async function send(
  flags: PayoutFlags,
  settings: PayoutSettings,
  store: SqlitePoolStore,
  terminal: Terminal,
): Promise<End> {
  const { ethUrl: url, ethKeystorePath, ethAcctAddr } = flags;
  if (url === undefined || !/^https?:\/\//.test(url)) {
    throw new InputError("--send: expected --ethUrl too, http or https", { code: "USAGE" });
  }
  if (ethKeystorePath === undefined) {
    throw new InputError("--send: expected --ethKeystorePath too", { code: "USAGE" });
  }
  if (flags.witnessUrl !== undefined && !/^https?:\/\//.test(flags.witnessUrl)) {
    throw new InputError("--witnessUrl: expected http or https", { code: "USAGE" });
  }
  const json = keyFile(ethKeystorePath, ethAcctAddr?.toLowerCase() ?? null);
  const signer = await openKeystore(json, await keystorePassword(flags.ethPasswordFile));
  return await stoppable(async (signal) => {
    const chain = openPayoutChain({ url, signal });
    const { witnessUrl } = flags;
    const witness =
      witnessUrl === undefined ? undefined : openPayoutChain({ url: witnessUrl, signal });
    try {
      const runner = new PayoutRunner({ store, chain, witness, signer, settings });
      return await follow(runner, flags, signal, terminal);
    } finally {
      await Promise.all([chain.close(), witness?.close()]);
    }
  });
}

/** Pass after pass, until everything is confirmed or the user has enough. */
async function follow(
  runner: PayoutRunner,
  { every, follow: isEndless }: PayoutFlags,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<End> {
  let failures = 0;
  let failuresMax = FIRST_FAILURES_MAX;
  let said = new Set<string>();
  const reverted = new Set<number>();
  while (!signal.aborted) {
    try {
      const report = await runner.pass(Date.now());
      failuresMax = FAILURES_MAX;
      const lines = eventLines(report);
      // What has not changed since the last look is not said again.
      for (const line of lines) if (!said.has(line)) terminal.stderr.write(`${line}\n`);
      said = new Set(lines);
      for (const { id, state } of report.changed) {
        if (state === "failed") reverted.add(id);
        else reverted.delete(id);
      }
      if (report.failure !== null) throw report.failure;
      failures = 0;
      if (!isEndless && isDone(report)) {
        const { hindered } = report;
        const isAllPaid = hindered.length === 0 && reverted.size === 0;
        return { exitCode: isAllPaid ? EXIT.ok : EXIT.expectationFailed, hindered };
      }
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

function isDone({ underWay, hindered }: PassReport): boolean {
  return underWay.length === 0 && !hindered.some(({ why }) => why === "moved");
}
