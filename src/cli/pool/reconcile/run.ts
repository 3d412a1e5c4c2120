/** `poolsim pool reconcile`: income from the chain against what nodes told. */
import { InputError } from "../../../core/errors.js";
import { utcText } from "../../../core/utc.js";
import { counted } from "../../../core/wording.js";
import { resolveContracts } from "../../../discovery/sources/chain/contracts.js";
import { controllerOf } from "../../../discovery/sources/chain/networks.js";
import { openChainClient } from "../../../discovery/sources/chain/rpc-chain-client.js";
import { recordAct } from "../../../pool/books/acts.js";
import type { IncomeRow, PoolStore } from "../../../pool/books/store/store.js";
import { type Entered, enterUntold } from "../../../pool/operate/income/enter-untold.js";
import { type IncomeRead, readIncome } from "../../../pool/operate/income/read-income.js";
import { reconcile, transactionOf } from "../../../pool/operate/income/reconcile.js";
import { bindingOf, openPayoutChain } from "../../../pool/payouts/index.js";
import { EXIT } from "../../shared/failure.js";
import { stoppable } from "../../shared/stoppable.js";
import type { Terminal } from "../../shared/terminal.js";
import { type AuthorFlags, authoredOf } from "../shared/author.js";
import type { BooksFlags } from "../shared/flags.js";
import { named, openBooks } from "../shared/open-books.js";
import { bothText, columnsOf, eth, print, titled } from "../shared/output.js";
import { payeeAddress } from "../shared/payee.js";

export interface ReconcileFlags extends BooksFlags, AuthorFlags {
  readonly recipient: string;
  readonly ethUrl: string;
  readonly ethController?: string;
  readonly from: number;
  readonly confirmations: number;
  readonly enter: boolean;
  readonly voided: boolean;
  readonly region: string;
  readonly reason?: string;
}

/**
 * Runs the command.
 *
 * @returns 1 if what nodes told and what the chain has differ
 * @throws InputError (`ADDRESS`, `USAGE`, …); RemoteError (`CHAIN_…`)
 */
export async function poolReconcile(flags: ReconcileFlags, terminal: Terminal): Promise<number> {
  const recipient = payeeAddress(flags.recipient, "--recipient");
  if (!/^https?:\/\//.test(flags.ethUrl)) {
    throw new InputError("--ethUrl: expected http or https", { code: "USAGE" });
  }
  if (flags.enter && flags.reason === undefined) {
    throw new InputError("--enter: expected --reason too", { code: "USAGE" });
  }
  if (flags.voided && !flags.enter) {
    throw new InputError("--voided: expected --enter too", { code: "USAGE" });
  }
  const store = openBooks(flags.db, "write");
  try {
    return await stoppable(async (signal) => {
      const { read, chainId } = await readAll(store, recipient, { flags, signal });
      return compared(store, { recipient, chainId, read }, { flags, terminal });
    });
  } catch (error) {
    throw named(flags.db, error);
  } finally {
    store.close();
  }
}

async function readAll(
  store: PoolStore,
  recipient: string,
  { flags, signal }: { readonly flags: ReconcileFlags; readonly signal: AbortSignal },
): Promise<{ readonly read: IncomeRead; readonly chainId: bigint }> {
  const { ethUrl: url, ethController, from: fromBlock } = flags;
  const chain = openChainClient({ url });
  const receipts = openPayoutChain({ url, signal });
  try {
    const controller = controllerOf({ network: "arbitrum-one-mainnet", controller: ethController });
    const where = { controller, aiServiceRegistry: false };
    const chainId = await chain.chainId({ signal });
    const bound = bindingOf(store)?.chainId ?? chainId;
    if (bound !== chainId) {
      const message = `--ethUrl: the node is of chain ${chainId}, expected ${bound}, on which these books pay`;
      throw new InputError(message, { code: "PAYOUT_CHAIN" });
    }
    const { ticketBroker: broker } = await resolveContracts(chain, where, { signal });
    const options = { store, chain, receipts, chainId, broker, recipient, fromBlock, signal };
    return { read: await readIncome(options), chainId };
  } finally {
    await Promise.all([chain.close(), receipts.close()]);
  }
}

function compared(
  store: PoolStore,
  {
    recipient,
    chainId,
    read,
  }: { readonly recipient: string; readonly chainId: bigint; readonly read: IncomeRead },
  { flags, terminal }: { readonly flags: ReconcileFlags; readonly terminal: Terminal },
): number {
  const rows = store.income.list({ chainId, recipient });
  const deep = rows.filter(
    ({ blockNumber }) => read.block - blockNumber + 1 >= flags.confirmations,
  );
  const { entered, voided } = flags.enter
    ? enter(store, deep, { recipient, flags })
    : { entered: [], voided: [] };
  const { agreed, untold, unfound, different } = reconcile(store, deep, recipient);
  // What is not deep yet may still be told, and what was told may not be deep yet.
  const shallow = new Set(rows.map(({ txHash }) => txHash));
  const missing = unfound.filter(({ txHash }) => !shallow.has(transactionOf(txHash ?? "")));
  const isSame = untold.length + missing.length + different.length === 0;
  const sum = (list: readonly IncomeRow[]) => list.reduce((all, { paidWei }) => all + paidWei, 0n);
  const shown = {
    ...{ isSame, block: read.block, dropped: read.dropped, redemptions: rows.length },
    ...{ agreed: agreed.length, agreedWei: sum(agreed), entered: entered.length },
    voided: voided.length,
    ...{ untold, unfound: missing, different },
  };
  print(terminal, flags, shown, () => [
    `${counted(rows.length, "redemption")} up to block ${read.block}, ${rows.length - deep.length} of them not deep enough yet.`,
    `Told and found: ${agreed.length}, ${bothText(sum(agreed))}.`,
    flags.enter ? `Entered: ${entered.length}, ${bothText(sum(entered))}.` : "",
    voided.length === 0
      ? ""
      : `Left out, as an operator voided it: ${voided.length}, ${bothText(sum(voided))}. --voided enters it.`,
    tableOf("Found and not told", untold, terminal),
    missing.length === 0
      ? ""
      : titled(
          "Told and not found",
          columnsOf(
            missing,
            { head: "ticket", cell: ({ id }) => String(id) },
            { head: "won", align: "left", cell: ({ wonAtMs }) => utcText(wonAtMs) },
            { head: "ETH", cell: ({ faceValueWei }) => eth(faceValueWei) },
            { head: "transaction", align: "left", cell: ({ txHash }) => txHash ?? "" },
          ),
          terminal,
        ),
    tableOf(
      "Told with another amount than was paid",
      different.map(({ chain }) => chain),
      terminal,
    ),
    isSame ? "What nodes told is what the chain has." : "",
  ]);
  return isSame ? EXIT.ok : EXIT.expectationFailed;
}

function enter(
  store: PoolStore,
  rows: readonly IncomeRow[],
  { recipient, flags }: { readonly recipient: string; readonly flags: ReconcileFlags },
): Entered {
  const authored = authoredOf({ ...flags, reason: flags.reason ?? "" });
  return store.transaction(() => {
    const { region, voided: voidedToo } = flags;
    const options = { recipient, region, nowMs: authored.nowMs, voidedToo };
    const result = enterUntold(store, rows, options);
    const { entered } = result;
    if (entered.length > 0) {
      const wei = entered.reduce((all, { paidWei }) => all + paidWei, 0n);
      const detail = { redemptions: String(entered.length), wei: wei.toString() };
      recordAct(store, "enter-income", recipient, authored, detail);
    }
    return result;
  });
}

function tableOf(title: string, rows: readonly IncomeRow[], terminal: Terminal): string {
  if (rows.length === 0) return "";
  return titled(
    title,
    columnsOf(
      rows,
      { head: "time", align: "left", cell: ({ atMs }) => utcText(atMs) },
      { head: "block", cell: ({ blockNumber }) => String(blockNumber) },
      { head: "ETH", cell: ({ paidWei }) => eth(paidWei) },
      { head: "gas, ETH", cell: ({ gasWei }) => (gasWei === null ? "" : eth(gasWei)) },
      { head: "transaction", align: "left", cell: ({ txHash }) => txHash },
    ),
    terminal,
  );
}
