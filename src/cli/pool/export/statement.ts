/** Statements of single workers: what each was owed, for what, and what was paid, with transactions. */
import { utcText } from "../../../core/utc.js";
import type { Cell } from "../../../io/write-csv.js";
import { inPayoutAccount, paidAccount } from "../../../pool/books/accounts.js";
import type { PoolStore } from "../../../pool/books/store/store.js";
import { eth } from "../shared/output.js";

/** From an instant on, and before another, ms since 1970. */
export interface Period {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** A line of a statement. */
export interface StatementLine {
  readonly entry: number;
  readonly atMs: number;
  readonly kind: string;
  readonly cause: string;
  /** Of a payout. */
  readonly txHash: string | null;
  /** What it changed of what is owed, wei. */
  readonly owedWei: bigint;
  /** What was paid by it, wei; less than 0: taken back, as the chain undid it. */
  readonly paidWei: bigint;
  /** What is owed after it, wei. */
  readonly balanceWei: bigint;
}

/** What a worker was owed and paid in a period. */
export interface Statement {
  readonly address: string;
  /** What was owed when it began, wei. */
  readonly openingWei: bigint;
  /** What was owed when it ended, wei. */
  readonly closingWei: bigint;
  /** On its way at this moment, wei. */
  readonly inPayoutWei: bigint;
  readonly lines: readonly StatementLine[];
}

/**
 * Works out a statement: of the journal, by the times of its entries.
 *
 * @param address lower case
 */
export function statementOf(
  store: PoolStore,
  address: string,
  { sinceMs, untilMs }: Period,
): Statement {
  const pending = `pending:${address}:`;
  const paid = paidAccount(address);
  let openingWei = 0n;
  const lines: StatementLine[] = [];
  let balanceWei = 0n;
  for (const { sequence, atMs, cause, postings } of store.ledger.journal) {
    let [owedWei, paidWei, isIts] = [0n, 0n, false];
    for (const { from, to, wei } of postings) {
      if (from.startsWith(pending)) [owedWei, isIts] = [owedWei - wei, true];
      if (to.startsWith(pending)) [owedWei, isIts] = [owedWei + wei, true];
      if (from === paid) [paidWei, isIts] = [paidWei - wei, true];
      if (to === paid) [paidWei, isIts] = [paidWei + wei, true];
    }
    if (!isIts || atMs >= untilMs) continue;
    if (atMs < sinceMs) {
      openingWei += owedWei;
      continue;
    }
    balanceWei += owedWei;
    const { kind, id } = cause;
    const payout = kind.startsWith("payout-") ? store.payouts.get(Number(id)) : null;
    const txHash = payout?.txHash ?? null;
    lines.push({ entry: sequence, atMs, kind, cause: id, txHash, owedWei, paidWei, balanceWei });
  }
  return {
    address,
    openingWei,
    closingWei: openingWei + balanceWei,
    inPayoutWei: store.ledger.balance(inPayoutAccount(address)),
    lines: lines.map((line) => ({ ...line, balanceWei: openingWei + line.balanceWei })),
  };
}

/** The columns of a statement as a table. */
export const STATEMENT_HEAD = [
  "address",
  "entry",
  "time",
  "kind",
  "cause",
  "tx_hash",
  "owed_wei",
  "owed_eth",
  "paid_wei",
  "paid_eth",
  "balance_wei",
  "balance_eth",
] as const;

/** A statement's rows. */
export function statementRows({ address, lines }: Statement): readonly (readonly Cell[])[] {
  return lines.map(({ entry, atMs, kind, cause, txHash, owedWei, paidWei, balanceWei }) => [
    ...[address, entry, utcText(atMs), kind, cause, txHash],
    ...[owedWei, eth(owedWei), paidWei, eth(paidWei), balanceWei, eth(balanceWei)],
  ]);
}

/** A statement as a page by itself: no script, nothing from elsewhere. */
export function statementHtml(statement: Statement, { sinceMs, untilMs }: Period): string {
  const { address, openingWei, closingWei, inPayoutWei, lines } = statement;
  const from = sinceMs <= 0 ? "the beginning" : utcText(sinceMs);
  const until = untilMs >= Number.MAX_SAFE_INTEGER ? "now" : utcText(untilMs);
  const both = (wei: bigint): string => `${eth(wei)} ETH (${wei} wei)`;
  const sum = (of: (line: StatementLine) => bigint): bigint =>
    lines.reduce((all, line) => all + of(line), 0n);
  const facts: readonly (readonly [string, string])[] = [
    ["Owed at the beginning", both(openingWei)],
    [
      "Earned and corrected",
      both(sum((line) => (line.kind.startsWith("payout-") ? 0n : line.owedWei))),
    ],
    ["Paid", both(sum((line) => line.paidWei))],
    ["Owed at the end", both(closingWei)],
    ["On its way now", both(inPayoutWei)],
  ];
  const cells = (row: readonly Cell[], tag: string): string =>
    `<tr>${row.map((cell) => `<${tag}>${escaped(String(cell ?? ""))}</${tag}>`).join("")}</tr>`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
    `<title>Statement of ${escaped(address)}</title>`,
    "<style>body{font:14px sans-serif;margin:2em}table{border-collapse:collapse}td,th{padding:.2em .6em;" +
      "text-align:left;border-bottom:1px solid #ccc;font-variant-numeric:tabular-nums}</style></head><body>",
    `<h1>Statement of ${escaped(address)}</h1><p>From ${from} until ${until}, times in UTC.</p>`,
    `<table><tbody>${facts.map((fact) => cells(fact, "td")).join("\n")}</tbody></table>`,
    `<h2>Entries</h2><table><thead>${cells(STATEMENT_HEAD.slice(1), "th")}</thead><tbody>`,
    ...statementRows(statement).map((row) => cells(row.slice(1), "td")),
    "</tbody></table></body></html>\n",
  ].join("\n");
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
