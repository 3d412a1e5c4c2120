/** `poolsim pool status`: how the books stand, what they are fed from, what they could not read. */

import { InputError } from "../../../core/errors.js";
import { utcText } from "../../../core/utc.js";
import { counted } from "../../../core/wording.js";
import { type PoolSettings, readSettings } from "../../../pool/books/settings.js";
import type { PoolStore, QuarantineRow } from "../../../pool/books/store/store.js";
import { styleOf } from "../../../sim/report/style.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { columnsOf, eth, lines, print, shortened, titled } from "../shared/output.js";
import { formatSettings } from "../shared/settings-text.js";

/** Of what waits in quarantine, so much is shown to people. */
const QUARANTINE_SHOWN = 20;
/** Read at a time: a piece may have a megabyte. */
const QUARANTINE_PAGE = 20;
const RAW_SHOWN = 200;

export function poolStatus(flags: BooksFlags, terminal: Terminal): number {
  return withBooks(flags.db, "read", (store) => {
    const settings = settingsOf(store);
    const lastMs = store.events.lastMs();
    const lastRound = store.rounds.last();
    const balances = balancesOf(store);
    const sources = sourcesOf(store);
    const quarantine = waiting(store, flags.json ? Number.POSITIVE_INFINITY : QUARANTINE_SHOWN);
    const [oldest] = store.jobs.unclaimed({ beforeMs: Number.MAX_SAFE_INTEGER, limit: 1 });
    const unclaimed =
      oldest === undefined
        ? null
        : {
            ...store.jobs.unclaimedSum(),
            oldestAtMs: oldest.atMs,
            ageDays: daysSince(oldest.atMs),
          };
    const counts = {
      events: store.events.count(),
      lastEventAtMs: lastMs,
      entries: store.ledger.entryCount(),
      workers: new Set(store.workers.list().map(({ address }) => address)).size,
      lastRound: lastRound?.round ?? null,
    };
    const shown = {
      ...counts,
      settings: settings === null ? null : formatSettings(settings).json,
      balances,
      unclaimed,
      sources,
      quarantine,
    };
    print(terminal, flags, shown, () => [
      counts.events === 0
        ? `No events yet: poolsim pool import <path> --db ${flags.db} enters them.`
        : `${counted(counts.events, "event")} until ${utcText(lastMs ?? 0)}, ` +
          `${counted(counts.entries, "entry", "entries")}, ${counted(counts.workers, "worker")}` +
          (lastRound === null ? "" : `, last round closed: ${lastRound.round}`),
      settings === null
        ? "No commission is set: --commission of the first import, or of poolsim pool settings."
        : lines(...formatSettings(settings).rows),
      balances.length === 0
        ? ""
        : titled(
            "Balances",
            columnsOf(
              balances,
              { head: "account", align: "left", cell: ({ account }) => account },
              { head: "ETH", cell: ({ wei }) => eth(wei) },
              { head: "wei", cell: ({ wei }) => wei.toString() },
            ),
            terminal,
          ),
      unclaimed === null
        ? ""
        : `Unattributed: ${counted(unclaimed.jobs, "AI job")} of ${eth(unclaimed.feesWei)} ETH that nobody claimed, the oldest of ${utcText(unclaimed.oldestAtMs)}, ${counted(unclaimed.ageDays, "day")} ago. poolsim pool assign --db ${flags.db} lists them.`,
      sources.length === 0
        ? ""
        : titled(
            "Sources",
            columnsOf(
              sources,
              { head: "source", align: "left", cell: ({ source }) => source },
              { head: "kind", align: "left", cell: ({ kind }) => kind },
              { head: "files", cell: ({ files }) => (files === null ? "" : String(files)) },
              {
                head: "last poll",
                align: "left",
                cell: ({ lastPollAtMs: ms }) => (ms === null ? "" : utcText(ms)),
              },
            ),
            terminal,
          ),
      quarantineText(quarantine, store.quarantine.count(), flags, terminal),
    ]);
    return EXIT.ok;
  });
}

function daysSince(atMs: number): number {
  return Math.max(0, Math.floor((Date.now() - atMs) / 86_400_000));
}

function settingsOf(store: PoolStore): PoolSettings | null {
  try {
    return readSettings(store);
  } catch (error) {
    if (error instanceof InputError && error.code === "COMMISSION_NONE") return null;
    throw error;
  }
}

/** The accounts that exist once, and the sums of those that workers have. */
function balancesOf(store: PoolStore): { account: string; wei: bigint }[] {
  const sums = new Map<string, bigint>();
  for (const { account, inWei, outWei } of store.ledger.flows()) {
    const [kind = "", payee] = account.split(":");
    const name = payee === undefined ? kind : `${kind} (all workers)`;
    sums.set(name, (sums.get(name) ?? 0n) + inWei - outWei);
  }
  return [...sums].map(([account, wei]) => ({ account, wei }));
}

interface SourceShown {
  readonly source: string;
  readonly kind: string;
  /** Read so far; null for sources that have none. */
  files: number | null;
  readonly lastPollAtMs: number | null;
}

/** Cursors by source: a directory has one for each file. */
function sourcesOf(store: PoolStore): SourceShown[] {
  const sources = new Map<string, SourceShown>();
  for (const [key, value] of store.cursors()) {
    const [, kind = "", source = ""] = /^(\w+):([^:]*)/.exec(key) ?? [];
    if (kind === "" || kind === "income") continue;
    const known = sources.get(`${kind}:${source}`);
    if (known?.files != null) known.files++;
    else {
      const isNode = kind === "orchestrator";
      sources.set(`${kind}:${source}`, {
        source,
        kind,
        files: isNode ? null : 1,
        lastPollAtMs: isNode ? Number(value) : null,
      });
    }
  }
  return [...sources.values()];
}

type PieceShown = Omit<QuarantineRow, "raw"> & { readonly raw: string };

/** What waits, the beginning of each piece: whole they would not all fit in memory. */
function waiting(store: PoolStore, most: number): PieceShown[] {
  const shown: PieceShown[] = [];
  for (let last = 0; shown.length < most; ) {
    const limit = Math.min(QUARANTINE_PAGE, most - shown.length);
    const page = store.quarantine.list({ afterId: last, limit });
    for (const { raw, ...row } of page) shown.push({ ...row, raw: rawText(raw) });
    if (page.length < limit) break;
    last = page.at(-1)?.id ?? last;
  }
  return shown;
}

function quarantineText(
  rows: readonly PieceShown[],
  count: number,
  { db }: BooksFlags,
  terminal: Terminal,
): string {
  if (count === 0) return "Nothing is in quarantine.";
  const more = count - rows.length;
  const { width, hasColour } = terminal.stdout;
  const { bold, dim } = styleOf({ width, hasColour });
  const list = rows.flatMap((row) => {
    const id = String(row.id).padStart(4);
    const why = shortened(`${row.origin}:${row.position}: ${row.reason}`, 300);
    return [`${id}  ${why}`, dim(`      ${shortened(row.raw, width - 6)}`)];
  });
  return [
    bold(`Quarantine: ${counted(count, "piece")} that could not be entered`),
    ...list,
    ...(more > 0 ? [`and ${more} more: --json lists all`] : []),
    `Tried again by: poolsim pool import --db ${db} --replay`,
  ].join("\n");
}

function rawText(raw: Uint8Array): string {
  return Buffer.from(raw).subarray(0, RAW_SHOWN).toString("utf8");
}
