/** `poolsim pool import`: events from files, nodes and buckets into the books; once, or for ever. */

import { existsSync } from "node:fs";
import { InputError, type PoolsimError, RemoteError } from "../../core/errors.js";
import { formatDuration } from "../../core/fields.js";
import { counted } from "../../core/wording.js";
import { type OpeningBalance, openBalances } from "../../pool/adjust.js";
import { EventIngest } from "../../pool/ingest/ingest.js";
import { replayQuarantine } from "../../pool/ingest/replay.js";
import { readOpening } from "../../pool/opening.js";
import { changeSettings, readSettings } from "../../pool/settings.js";
import type { ImportResult } from "../../pool/sources/files.js";
import { followSources } from "../../pool/sources/follow.js";
import { probeSource } from "../../pool/sources/probe.js";
import { type EventSource, pollSource } from "../../pool/sources/source.js";
import type { PoolStore } from "../../pool/store/store.js";
import { EXIT, Interrupted } from "../failure.js";
import type { ImportFlags } from "../pool/flags.js";
import {
  assertCommissionFor,
  checkBooks,
  named,
  openBooks,
  rehearsed,
} from "../pool/open-books.js";
import { print, shortened } from "../pool/output.js";
import { assertThere } from "../pool/source-parts.js";
import { sourcesOf } from "../pool/sources.js";
import { stoppable } from "../stoppable.js";
import type { Terminal } from "../terminal.js";

/** What was entered, all sources together. */
interface Entered {
  recorded: number;
  repeated: number;
  files: number;
  unchanged: number;
  opened: number;
  /** Taken over before. */
  openedBefore: number;
  replayed: number;
}

/**
 * Runs the command.
 *
 * @returns the exit code: 4 if a source could not be read, after the others were
 * @throws InputError for bad input, before anything is made; RemoteError (`SQLITE_…`)
 */
export async function poolImport(
  paths: readonly string[],
  flags: ImportFlags,
  terminal: Terminal,
): Promise<number> {
  const { sources, everyMs } = sourcesOf(paths, flags, process.env);
  assertWork(sources, flags);
  const balances = flags.opening === undefined ? null : readOpening(flags.opening);
  rehearsed(flags.db, (books) => setUp(books, flags, balances));
  if (!flags.follow && !existsSync(flags.db)) await stoppable((signal) => probe(sources, signal));
  const store = openBooks(flags.db, "create");
  try {
    return await stoppable(async (signal) => {
      const entered: Entered = {
        recorded: 0,
        repeated: 0,
        files: 0,
        unchanged: 0,
        opened: 0,
        openedBefore: 0,
        replayed: 0,
      };
      prepare(store, flags, balances, entered);
      const task = { store, sources, signal, batchSize: flags.batch, entered, terminal };
      const exitCode = flags.follow
        ? await follow(task, flags.every ?? everyMs ?? 60_000)
        : await once(task);
      report(store, entered, flags, terminal);
      return exitCode;
    });
  } catch (error) {
    throw named(flags.db, error);
  } finally {
    store.close();
  }
}

/** Whatever can be known to be wrong before a file is made. */
function assertWork(sources: readonly EventSource[], flags: ImportFlags): void {
  const { db, opening, replay, commission, follow } = flags;
  if (opening !== undefined) assertThere(opening);
  checkBooks(db, "create");
  if (sources.length === 0 && opening === undefined && !replay) {
    throw new InputError(
      "nothing to import: expected a path, --orchestrator, --bucket, --sources, --opening or --replay",
      { code: "USAGE" },
    );
  }
  if (follow && sources.length === 0) {
    throw new InputError("--follow: expected a source of events", { code: "USAGE" });
  }
  assertCommissionFor(db, commission);
}

/** Nothing is made for sources none of which can be read; one that can be is worth its books. */
async function probe(sources: readonly EventSource[], signal: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  for (const source of sources) {
    try {
      await probeSource(source, { now: () => Date.now(), signal });
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      if (!(error instanceof RemoteError)) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0 && failures.length === sources.length) throw failures[0];
}

/** How the books are kept, and what they begin with. @returns balances that were taken over */
function setUp(
  store: PoolStore,
  { commission, scheme }: ImportFlags,
  balances: readonly OpeningBalance[] | null,
): number {
  return store.transaction(() => {
    changeSettings(store, { commission, scheme });
    readSettings(store);
    // A balance is known by whose it is: from a file that was moved it is still the same.
    const options = { origin: "opening", nowMs: Date.now() };
    return balances === null ? 0 : openBalances(store, balances, options);
  });
}

function prepare(
  store: PoolStore,
  flags: ImportFlags,
  balances: readonly OpeningBalance[] | null,
  entered: Entered,
): void {
  const { replay, nodeType, region } = flags;
  const opened = setUp(store, flags, balances);
  if (balances !== null) {
    entered.opened = opened;
    entered.openedBefore = balances.length - opened;
  }
  if (!replay) return;
  const labels = { nodeType, region };
  const now = () => Date.now();
  entered.replayed = replayQuarantine(store, new EventIngest(store), { now, ...labels });
}

interface Task {
  readonly store: PoolStore;
  readonly sources: readonly EventSource[];
  readonly signal: AbortSignal;
  readonly batchSize: number | undefined;
  readonly entered: Entered;
  readonly terminal: Terminal;
}

/** Every source once; one that fails keeps none of the others back. */
async function once({
  store,
  sources,
  signal,
  batchSize,
  entered,
  terminal,
}: Task): Promise<number> {
  let exitCode: number = EXIT.ok;
  for (const source of sources) {
    try {
      const options = { now: () => Date.now(), signal, batchSize };
      add(entered, source, await pollSource(source, store, options), terminal);
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      const isRemote = error instanceof RemoteError && !error.code.startsWith("SQLITE_");
      if (!isRemote || sources.length === 1) throw error;
      terminal.stderr.write(`poolsim: ${source.name}: ${shortened(error.message, 300)}\n`);
      exitCode = EXIT.remoteFailed;
    }
  }
  return exitCode;
}

/** All of them again and again, until the user has enough: then all is in the books that was read. */
async function follow(
  { store, sources, signal, batchSize, entered, terminal }: Task,
  intervalMs: number,
): Promise<number> {
  const { stderr } = terminal;
  stderr.write(
    `following ${sources.map(({ name }) => name).join(", ")}, every ${formatDuration(intervalMs)}\n`,
  );
  await followSources(sources, store, {
    now: () => Date.now(),
    signal,
    batchSize,
    intervalMs,
    onPoll: (source, result) => {
      // The same files again and again say nothing.
      const unchanged = entered.unchanged;
      add(entered, source, result, terminal);
      entered.unchanged = unchanged;
      if (result.recorded > 0) {
        stderr.write(`${source.name}: ${counted(result.recorded, "new event")}\n`);
      }
    },
    onFailure: ({ name }: EventSource, error: PoolsimError, pauseMs) => {
      const again = formatDuration(Math.round(pauseMs));
      stderr.write(`poolsim: ${name}: ${shortened(error.message, 300)}; again in ${again}\n`);
    },
  });
  return EXIT.ok;
}

function add(
  entered: Entered,
  source: EventSource,
  { recorded, repeated, quarantined, files, unchanged }: ImportResult,
  { stderr }: Terminal,
): void {
  entered.recorded += recorded;
  entered.repeated += repeated;
  entered.files += files;
  entered.unchanged += unchanged;
  if (quarantined > 0) {
    stderr.write(
      `poolsim: ${source.name}: ${counted(quarantined, "piece")} could not be read and went to quarantine\n`,
    );
  }
  if (source.kind === "files" && files + unchanged === 0) {
    stderr.write(
      `poolsim: ${source.name}: no .json, .jsonl or .ndjson file in ${source.paths.join(", ")}\n`,
    );
  }
}

function report(store: PoolStore, entered: Entered, flags: ImportFlags, terminal: Terminal): void {
  const waiting = store.quarantineCount();
  const { recorded, repeated, files, unchanged, opened, openedBefore, replayed } = entered;
  print(terminal, flags, { ...entered, waiting }, () => [
    [
      `${counted(recorded, "new event")}, ${repeated} known already`,
      ...(files + unchanged === 0
        ? []
        : [`${counted(files, "file")} read, ${unchanged} unchanged since they were`]),
      ...(flags.opening === undefined
        ? []
        : [`${counted(opened, "opening balance")} taken over, ${openedBefore} were before`]),
      ...(flags.replay ? [`${counted(replayed, "piece")} came out of quarantine`] : []),
      waiting === 0
        ? "nothing is in quarantine"
        : `${waiting} in quarantine: poolsim pool status --db ${flags.db} says why`,
    ].join("\n"),
  ]);
}
