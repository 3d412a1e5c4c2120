/** `poolsim pool import`: events from files, nodes and buckets into the books; once, or for ever. */

import { existsSync } from "node:fs";
import { formatDuration } from "../../../config/duration.js";
import { InputError, type PoolsimError, RemoteError } from "../../../core/errors.js";
import { counted } from "../../../core/wording.js";
import { type OpeningBalance, openBalances } from "../../../pool/books/adjust.js";
import { EventIngest } from "../../../pool/books/ingest/ingest.js";
import { replayQuarantine } from "../../../pool/books/ingest/replay.js";
import { readOpening } from "../../../pool/books/opening.js";
import { changeSettings, readSettings } from "../../../pool/books/settings.js";
import { assertThere } from "../../../pool/books/sources/files.js";
import { followSources } from "../../../pool/books/sources/follow.js";
import type { ImportResult, SkippedFile } from "../../../pool/books/sources/import-result.js";
import {
  type EventSource,
  type PollOptions,
  pollSource,
  probeSource,
} from "../../../pool/books/sources/source.js";
import type { PoolStore } from "../../../pool/books/store/store.js";
import { extensionsOf } from "../../shared/extensions.js";
import { EXIT, Interrupted } from "../../shared/failure.js";
import { stoppable } from "../../shared/stoppable.js";
import type { Terminal } from "../../shared/terminal.js";
import {
  assertCommissionFor,
  checkBooks,
  named,
  openBooks,
  rehearsed,
} from "../shared/open-books.js";
import { print, shortened } from "../shared/output.js";
import { warnOfRegions } from "../shared/rate-regions.js";
import type { ImportFlags } from "./flags.js";
import { sourceFlags, sourcesOf } from "./sources.js";

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
  /** Left out: from before their sources' cut-over. */
  early: number;
  /** Files that were not read, or not to their ends. */
  skipped: SkippedFile[];
}

/**
 * Runs the command.
 *
 * @returns the exit code: 4 if a source could not be read, 2 if a file could not, after the others
 * @throws InputError for bad input, before anything is made; RemoteError (`SQLITE_…`)
 */
export async function poolImport(
  paths: readonly string[],
  flags: ImportFlags,
  terminal: Terminal,
): Promise<number> {
  await extensionsOf(flags.extension);
  const { sources, everyMs } = sourcesOf(paths, flags, process.env);
  assertWork(sources, flags);
  const balances = flags.opening === undefined ? null : readOpening(flags.opening);
  rehearsed(flags.db, (books) => setUp(books, flags, balances));
  if (!flags.follow && !existsSync(flags.db)) await stoppable((signal) => probe(sources, signal));
  const store = openBooks(flags.db, "create");
  try {
    const waiting = store.quarantine.count();
    return await stoppable(async (signal) => {
      const entered: Entered = {
        recorded: 0,
        repeated: 0,
        files: 0,
        unchanged: 0,
        opened: 0,
        openedBefore: 0,
        replayed: 0,
        early: 0,
        skipped: [],
      };
      prepare(store, flags, balances, entered);
      const { batch: batchSize, distinct: isDistinct, withHistory: isBesideOpening } = flags;
      const options = { now: () => Date.now(), signal, batchSize, isDistinct, isBesideOpening };
      const task = { store, sources, options, entered, terminal };
      const exitCode = flags.follow
        ? await follow(task, flags.every ?? everyMs ?? 60_000)
        : await once(task);
      report(store, entered, flags, terminal);
      warnOfRegions(store, readSettings(store), terminal);
      if (exitCode !== EXIT.ok) return exitCode;
      if (entered.skipped.length > 0) return EXIT.badInput;
      return store.quarantine.count() > waiting ? EXIT.quarantineGrew : EXIT.ok;
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
      `nothing to import: expected a path, ${sourceFlags().join(", ")}, --sources, --opening or --replay`,
      { code: "USAGE" },
    );
  }
  if (follow && sources.length === 0) {
    throw new InputError("--follow: expected a source of events", { code: "USAGE" });
  }
  assertCommissionFor(db, commission);
  const isDated = flags.openingAt !== undefined || flags.withHistory === true;
  const isCut = sources.every(({ sinceMs }) => sinceMs !== undefined);
  if (opening === undefined || isDated || isCut) return;
  throw new InputError(
    "--opening beside events: say from when on events count, --since <time>, as those before are in the balances; or --withHistory, if they are not",
    { code: "USAGE" },
  );
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
  { commission, scheme, since, openingAt, withHistory }: ImportFlags,
  balances: readonly OpeningBalance[] | null,
): number {
  return store.transaction(() => {
    changeSettings(store, { commission, scheme });
    readSettings(store);
    // A balance is known by whose it is: from a file that was moved it is still the same.
    const nowMs = Date.now();
    const atMs = openingAt ?? since ?? nowMs;
    const options = { origin: "opening", nowMs, atMs, isBesideHistory: withHistory };
    return balances === null ? 0 : openBalances(store, balances, options);
  });
}

function prepare(
  store: PoolStore,
  flags: ImportFlags,
  balances: readonly OpeningBalance[] | null,
  entered: Entered,
): void {
  const { replay, nodeType, region, distinct: isDistinct, withHistory: isBesideOpening } = flags;
  const opened = setUp(store, flags, balances);
  if (balances !== null) {
    entered.opened = opened;
    entered.openedBefore = balances.length - opened;
  }
  if (!replay) return;
  const labels = { nodeType, region };
  const now = () => Date.now();
  entered.replayed = replayQuarantine(store, new EventIngest(store), {
    now,
    isDistinct,
    isBesideOpening,
    ...labels,
  });
}

interface Task {
  readonly store: PoolStore;
  readonly sources: readonly EventSource[];
  readonly options: PollOptions & { readonly signal: AbortSignal };
  readonly entered: Entered;
  readonly terminal: Terminal;
}

/** Every source once; one that fails keeps none of the others back. */
async function once({ store, sources, options, entered, terminal }: Task): Promise<number> {
  let exitCode: number = EXIT.ok;
  for (const source of sources) {
    try {
      add(entered, source, await pollSource(source, store, options), terminal);
    } catch (error) {
      if (options.signal.aborted) throw new Interrupted();
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
  { store, sources, options, entered, terminal }: Task,
  intervalMs: number,
): Promise<number> {
  const { stderr } = terminal;
  stderr.write(
    `following ${sources.map(({ name }) => name).join(", ")}, every ${formatDuration(intervalMs)}\n`,
  );
  await followSources(sources, store, {
    ...options,
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
  { recorded, repeated, quarantined, files, unchanged, early = 0, skipped = [] }: ImportResult,
  { stderr }: Terminal,
): void {
  entered.early += early;
  // Followed, the same file is told once.
  const fresh = skipped.filter(({ file }) => !isAmong(file, entered.skipped));
  entered.skipped.push(...fresh);
  for (const { file, why } of fresh) stderr.write(`poolsim: ${file}: ${shortened(why, 300)}\n`);
  entered.recorded += recorded;
  entered.repeated += repeated;
  entered.files += files;
  entered.unchanged += unchanged;
  if (quarantined > 0) {
    stderr.write(
      `poolsim: ${source.name}: ${counted(quarantined, "piece")} could not be read and went to quarantine\n`,
    );
  }
  const { whenEmpty } = source.reader;
  if (whenEmpty !== undefined && files + unchanged + skipped.length === 0) {
    stderr.write(`poolsim: ${source.name}: ${whenEmpty}\n`);
  }
}

function isAmong(file: string, skipped: readonly SkippedFile[]): boolean {
  return skipped.some((other) => other.file === file);
}

function report(store: PoolStore, entered: Entered, flags: ImportFlags, terminal: Terminal): void {
  const waiting = store.quarantine.count();
  const { recorded, repeated, files, unchanged, opened, openedBefore, replayed, early, skipped } =
    entered;
  print(terminal, flags, { ...entered, waiting }, () => [
    [
      `${counted(recorded, "new event")}, ${repeated} known already`,
      ...(files + unchanged === 0
        ? []
        : [`${counted(files, "file")} read, ${unchanged} unchanged since they were`]),
      ...(flags.opening === undefined
        ? []
        : [`${counted(opened, "opening balance")} taken over, ${openedBefore} were before`]),
      ...(early === 0 ? [] : [`${counted(early, "event")} from before the cut-over left out`]),
      ...(skipped.length === 0 ? [] : [`${counted(skipped.length, "file")} could not be read`]),
      ...(flags.replay ? [`${counted(replayed, "piece")} came out of quarantine`] : []),
      waiting === 0
        ? "nothing is in quarantine"
        : `${waiting} in quarantine: poolsim pool status --db ${flags.db} says why`,
    ].join("\n"),
  ]);
}
