/** `poolsim pool import|status|workers|worker|rounds|verify|adjust|export|compare-schemes`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { adjust, openBalances } from "../../pool/adjust.js";
import { closeRound } from "../../pool/close-round.js";
import { compareSchemes } from "../../pool/compare-schemes.js";
import { addressAt } from "../../pool/events/fields.js";
import { EventIngest } from "../../pool/ingest/ingest.js";
import { replayQuarantine } from "../../pool/ingest/replay.js";
import { readOpening } from "../../pool/opening.js";
import { addRates, SCHEME_NAMES, setScheme } from "../../pool/settings.js";
import { importFiles } from "../../pool/sources/files.js";
import { pollOrchestrator } from "../../pool/sources/orchestrator.js";
import { added, NOTHING } from "../../pool/sources/stream.js";
import { SqlitePoolStore } from "../../pool/store/sqlite-pool-store.js";
import type { PoolStore, WorkerRow } from "../../pool/store/store.js";
import { verifyBooks } from "../../pool/verify.js";
import { EXIT, Interrupted } from "../failure.js";
import { ethText } from "../pool/amounts.js";
import type {
  AdjustFlags,
  BooksFlags,
  CompareFlags,
  ImportFlags,
  RoundsFlags,
} from "../pool/books.js";
import { stoppable } from "../stoppable.js";
import type { Terminal } from "../terminal.js";

/** @throws InputError (`COMMISSION_NONE`, `FILE_MISSING`, …); RemoteError (`SQLITE_…`) */
export async function importEvents(
  paths: readonly string[],
  flags: ImportFlags,
  terminal: Terminal,
): Promise<number> {
  return await stoppable(async (signal) => {
    const store = new SqlitePoolStore({ path: flags.db });
    try {
      const { source, nodeType, region, opening } = flags;
      const now = () => Date.now();
      if (flags.scheme !== undefined) setScheme(store, flags.scheme);
      if (flags.commission.length > 0) addRates(store, flags.commission);
      const opened =
        opening === undefined
          ? 0
          : openBalances(store, readOpening(opening), { origin: opening, nowMs: now() });
      const ingest = new EventIngest(store);
      const labels = { nodeType, region };
      const replayed = flags.replay ? replayQuarantine(store, ingest, { now, ...labels }) : 0;
      const shared = { source, now, signal, ...labels };
      const files = await importFiles(paths, store, ingest, shared);
      const url = flags.orchestrator;
      const polled =
        url === undefined ? NOTHING : await pollOrchestrator(store, ingest, { ...shared, url });
      const result = { ...files, ...added(files, polled) };
      const shown = { ...result, opened, replayed, waiting: store.quarantineCount() };
      print(terminal, flags, shown, () =>
        [
          `${result.recorded} events are new, ${result.repeated} were known`,
          `${result.files} files read, ${result.unchanged} not changed since they were`,
          ...(opening === undefined ? [] : [`${opened} opening balances taken over`]),
          ...(flags.replay ? [`${replayed} events came out of quarantine`] : []),
          shown.waiting === 0
            ? "nothing is in quarantine"
            : `${shown.waiting} in quarantine: see poolsim pool status --db ${flags.db}`,
        ].join("\n"),
      );
      return EXIT.ok;
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      throw error;
    } finally {
      store.close();
    }
  });
}

export function reportBooks(
  which: "status" | "workers" | "verify" | "export",
  flags: BooksFlags,
  terminal: Terminal,
): number {
  return reading(flags, (store) => {
    switch (which) {
      case "status":
        status(store, flags, terminal);
        return EXIT.ok;
      case "workers":
        workers(store, store.workers(), flags, terminal);
        return EXIT.ok;
      case "verify":
        return verify(store, flags, terminal);
      case "export":
        exportCsv(store, terminal);
        return EXIT.ok;
    }
  });
}

export function reportWorker(address: string, flags: BooksFlags, terminal: Terminal): number {
  const who = addressAt({ address }, "address");
  return reading(flags, (store) => {
    workers(store, store.workers(who), flags, terminal);
    return EXIT.ok;
  });
}

export function reportRounds(flags: RoundsFlags, terminal: Terminal): number {
  const { close } = flags;
  const store = new SqlitePoolStore({ path: flags.db, readOnly: close === undefined });
  try {
    if (close !== undefined) closeRound(store, { round: close, nowMs: Date.now() });
    const rounds = store.rounds();
    const tickets = store.tickets();
    print(terminal, flags, { rounds, tickets }, () =>
      rounds.length === 0
        ? `No round is closed yet; ${tickets.length} tickets are known.`
        : table(
            ["round", "closed", "income", "to workers", "commission"],
            rounds.map(({ round, closedAtMs, incomeWei, sharedWei, commissionWei }) => [
              String(round),
              utc(closedAtMs),
              ethText(incomeWei),
              ethText(sharedWei),
              ethText(commissionWei),
            ]),
          ),
    );
    return EXIT.ok;
  } finally {
    store.close();
  }
}

export function adjustBooks(flags: AdjustFlags, terminal: Terminal): number {
  const store = new SqlitePoolStore({ path: flags.db });
  try {
    const address = addressAt({ address: flags.address }, "address");
    const { nodeType, region, wei, reason, id } = flags;
    const who = { address, nodeType, region };
    const entry = adjust(store, { ...who, wei, reason, id, nowMs: Date.now() });
    print(terminal, flags, { entry }, () =>
      entry === null ? `${id} was made before.` : `Entry ${entry.sequence}: ${ethText(wei)}.`,
    );
    return EXIT.ok;
  } finally {
    store.close();
  }
}

export function compareBooks(flags: CompareFlags, terminal: Terminal): number {
  return reading(flags, (store) => {
    const { roundHours, commission } = flags;
    const roundMs = roundHours === undefined ? undefined : roundHours * 3_600_000;
    const comparison = compareSchemes(store, { roundMs, commission });
    print(terminal, flags, comparison, () =>
      [
        `${comparison.rounds} rounds; fees ${ethText(comparison.feesWei)}, tickets won ${ethText(comparison.incomeWei)}`,
        `${comparison.jobsWithoutRenditions} of ${comparison.jobs} jobs do not say how many renditions: ${comparison.renditions} counts`,
        table(
          ["worker", ...SCHEME_NAMES],
          comparison.workers.map(({ address, wei }) => [
            address,
            ...SCHEME_NAMES.map((name) => ethText(wei[name])),
          ]),
        ),
      ].join("\n"),
    );
    return EXIT.ok;
  });
}

function status(store: PoolStore, flags: BooksFlags, terminal: Terminal): void {
  const balances = store
    .flows()
    .filter(({ account }) => !/^(?:pending|inPayout|paid):/.test(account))
    .map(({ account, inWei, outWei }) => ({ account, wei: inWei - outWei }));
  const totals = ["pending:", "inPayout:", "paid:"].map((prefix) => ({
    account: `${prefix.slice(0, -1)} (all workers)`,
    wei: store.flows(prefix).reduce((sum, { inWei, outWei }) => sum + inWei - outWei, 0n),
  }));
  const quarantine = store.quarantine().map(({ raw, ...row }) => ({
    ...row,
    raw: Buffer.from(raw).toString("utf8").slice(0, 200),
  }));
  const events = store.eventCount();
  const cursors = Object.fromEntries(store.cursors());
  const shown = { events, entries: store.entryCount(), balances, totals, cursors, quarantine };
  print(terminal, flags, shown, () =>
    [
      events === 0
        ? "The books are empty: poolsim pool import <path> enters events."
        : `${events} events, ${shown.entries} entries`,
      table(
        ["account", "balance"],
        [...balances, ...totals].map(({ account, wei }) => [account, ethText(wei)]),
      ),
      quarantine.length === 0
        ? "Nothing is in quarantine."
        : table(
            ["quarantine", "origin", "byte", "why"],
            quarantine
              .slice(0, 20)
              .map(({ id, origin, position, reason }) => [
                String(id),
                origin,
                String(position),
                reason,
              ]),
          ),
    ].join("\n"),
  );
}

function workers(
  store: PoolStore,
  rows: readonly WorkerRow[],
  flags: BooksFlags,
  terminal: Terminal,
): void {
  const shown = rows.map((row) => ({
    ...row,
    pendingWei: store.balance(`pending:${row.address}:${row.nodeType}:${row.region}`),
    paidWei: store.balance(`paid:${row.address}`),
  }));
  print(terminal, flags, { workers: shown }, () =>
    shown.length === 0
      ? "No such worker is in the books."
      : table(
          [
            "worker",
            "type",
            "region",
            "online",
            "jobs",
            "fees",
            "pending",
            "paid (all)",
            "last seen",
          ],
          shown.map((row) => [
            row.address,
            row.nodeType,
            row.region,
            row.connections > 0 ? "yes" : "no",
            String(row.jobs),
            ethText(row.feesWei),
            ethText(row.pendingWei),
            ethText(row.paidWei),
            utc(row.lastSeenMs),
          ]),
        ),
  );
}

function verify(store: PoolStore, flags: BooksFlags, terminal: Terminal): number {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-verify-"));
  const fresh = new SqlitePoolStore({ path: join(folder, "again.db") });
  try {
    const result = verifyBooks(store, fresh);
    print(terminal, flags, result, () =>
      [
        `${result.events} events, ${result.entries} entries, ${result.accounts} accounts derived again`,
        ...(result.wrong.length === 0 ? ["The books are right."] : result.wrong),
      ].join("\n"),
    );
    return result.wrong.length === 0 ? EXIT.ok : EXIT.expectationFailed;
  } finally {
    fresh.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function exportCsv(store: PoolStore, { stdout }: Terminal): void {
  stdout.write("entry,time,kind,cause,from,to,wei\n");
  for (const { sequence, atMs, cause, postings } of store.journal) {
    for (const { from, to, wei } of postings) {
      const cells = [String(sequence), utc(atMs), cause.kind, cause.id, from, to, String(wei)];
      stdout.write(`${cells.map(quoted).join(",")}\n`);
    }
  }
}

/** As CSV has it; a cell that a spreadsheet would take for a formula is none. */
function quoted(cell: string): string {
  const safe = /^[=+@\t\r-]/.test(cell) && !/^-?\d+$/.test(cell) ? `'${cell}` : cell;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function reading(flags: BooksFlags, work: (store: PoolStore) => number): number {
  const store = new SqlitePoolStore({ path: flags.db, readOnly: true });
  try {
    return work(store);
  } finally {
    store.close();
  }
}

function print(
  { stdout }: Terminal,
  { json }: BooksFlags,
  shown: unknown,
  text: () => string,
): void {
  const asText = (_key: string, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value;
  stdout.write(`${json ? JSON.stringify(shown, asText, 2) : text()}\n`);
}

function table(head: string[], rows: string[][]): string {
  const drawn = new Table({ head, style: { head: [], border: [] } });
  drawn.push(...rows);
  return drawn.toString();
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
