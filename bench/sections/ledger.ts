/**
 * Double entry: balances are kept beside the entries. The naive way adds up all entries of an account
 * whenever somebody asks, here after each 100 entries.
 */
import type { Account } from "../../src/pool/books/accounts.js";
import { Ledger, type LedgerEntry } from "../../src/pool/books/ledger.js";
import { type BenchOptions, compare, perCpuSecond, type Section } from "../shared/figures.js";

const ENTRIES = 50_000;
const WORKERS = 100;
const ASKED_EVERY = 100;

const accounts = Array.from(
  { length: WORKERS },
  (_, at): Account => `pending:worker-${at}:transcode:eu`,
);

/** Entries per CPU second, with a balance asked for now and then. */
function measure(entries: number, balanceOf: (ledger: Ledger) => (account: Account) => bigint) {
  const ledger = new Ledger();
  const balance = balanceOf(ledger);
  let asked = 0n;
  const rate = perCpuSecond(entries, () => {
    for (let at = 0; at < entries; at++) {
      const to = accounts[at % WORKERS] ?? "unattributed";
      const postings = [{ from: "world" as const, to, wei: 10n ** 12n + BigInt(at) }];
      ledger.post({ cause: { kind: "bench", id: String(at) }, atMs: at, postings });
      if (at % ASKED_EVERY === 0) asked += balance(to);
    }
  });
  if (asked < 10n ** 12n) throw new Error(`the balances are ${asked} together`);
  return rate;
}

/** Keeps the entries, and adds them up. */
function addingUp(ledger: Ledger): (account: Account) => bigint {
  const entries: LedgerEntry[] = [];
  const post = ledger.post.bind(ledger);
  ledger.post = (transaction) => {
    const entry = post(transaction);
    entries.push(entry);
    return entry;
  };
  return (account) => {
    let sum = 0n;
    for (const { postings } of entries) {
      for (const { from, to, wei } of postings) {
        if (to === account) sum += wei;
        if (from === account) sum -= wei;
      }
    }
    return sum;
  };
}

async function run(options: BenchOptions) {
  const entries = Math.ceil(ENTRIES * options.scale);
  const pair = {
    name: `${entries.toLocaleString("en")} entries, balances asked for`,
    unit: "entries/CPU s",
    ours: () => measure(entries, (ledger) => (account) => ledger.balance(account)),
    peer: { name: "entries added up", measure: () => measure(entries, addingUp) },
  };
  return [await compare(pair, options)];
}

export const ledger: Section = { name: "ledger", title: "Ledger", run };
