/**
 * Kills `poolsim pool import` at an instant spread over its run, looks at the books it left, lets it
 * finish and compares with books that nobody killed. Its progress is the clock: the events that it
 * has committed, as another process sees them.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeKey, uniform } from "../../../src/core/random.js";
import { SqliteDatabase } from "../../../src/io/sqlite.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { disturbed } from "../../../src/sim/record/disturb.js";
import { copyOfBuilt } from "../cli/built-copy.js";
import { inProcess } from "../cli/in-process.js";
import { endsWithUs } from "../ends-with-us.js";
import { balances, wrongIn } from "./books.js";
import { FEW_DAYS, filesIn, recorded, writeFiles } from "./recorded-month.js";

export interface ImportKillRuns {
  readonly runs: number;
  /** Killed when some events were in the books and some were not. */
  readonly inWindow: number;
  /** Sentences about what was wrong; empty when all is well. */
  readonly wrong: readonly string[];
}

export interface ImportKillOptions {
  readonly runs: number;
  readonly seed: number;
  readonly log: (line: string) => void;
  /** Ends it, and every process with it. */
  readonly signal?: AbortSignal | undefined;
}

/** Events in a transaction. */
const BATCH = 40;
/** Some 1,000 events in 30 files, as badly as they come. */
const DAYS = { ...FEW_DAYS, "demand.streamsPerDay": 11 };

/** Does them all. */
export async function killImports(options: ImportKillOptions): Promise<ImportKillRuns> {
  const { runs, seed, log, signal } = options;
  const folder = mkdtempSync(join(tmpdir(), "poolsim-kill-import-"));
  try {
    const directory = join(folder, "events");
    const days = recorded(DAYS, { seed, aiPerDay: 150, restarts: 1 });
    writeFiles(directory, "bucket", disturbed(filesIn(days, 24), seed));
    const main = await copyOfBuilt(folder);
    const straightDb = join(folder, "straight.db");
    await importOnce({ main, directory, db: straightDb, instant: null, signal });
    const straight = stateOf(straightDb);
    const { k0, k1 } = makeKey(seed, 3);
    const wrong = straight.wrong.map((what) => `seed ${seed}, not killed: ${what}`);
    let inWindow = 0;
    for (let run = 1; run <= runs; run++) {
      const db = join(folder, `run-${run}.db`);
      const place = (run - 1 + uniform(k0, k1, 2 * run)) / runs;
      const instant = {
        events: Math.floor(place * straight.events),
        pause: 2 * uniform(k0, k1, 2 * run + 1),
      };
      await importOnce({ main, directory, db, instant, signal });
      const left = stateOf(db);
      if (left.events > 0 && left.events < straight.events) inWindow++;
      await importOnce({ main, directory, db, instant: null, signal });
      const done = stateOf(db);
      const found = [...left.wrong, ...done.wrong];
      if (done.balances !== straight.balances) found.push("the balances differ");
      if (done.events !== straight.events)
        found.push(`${done.events} of ${straight.events} events`);
      wrong.push(...found.map((what) => `seed ${seed}, run ${run}: ${what}`));
      log(
        `import seed ${seed} run ${run}: killed after ${instant.events} events with ` +
          `${left.events} of ${straight.events} in, ${found.length} wrong`,
      );
      for (const suffix of ["", "-wal", "-shm"]) rmSync(`${db}${suffix}`, { force: true });
    }
    return { runs, inWindow, wrong };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** When an import is killed. */
interface Instant {
  /** So many are committed … */
  readonly events: number;
  /** … and then: of the time that a transaction takes, 0 … 2. */
  readonly pause: number;
}

interface Import {
  /** The command. */
  readonly main: string;
  readonly directory: string;
  readonly db: string;
  /** null: it is to end, and to end well. */
  readonly instant: Instant | null;
  readonly signal: AbortSignal | undefined;
}

/** Runs the command: one that is to be killed in a process of its own, one that is to end in this one. */
async function importOnce({ main, directory, db, instant, signal }: Import): Promise<void> {
  // By default all of it would be one transaction, and no kill could find a part of it.
  const args = ["pool", "import", directory, "--db", db, "--commission", "1/3"];
  args.push("--batch", String(BATCH));
  signal?.throwIfAborted();
  if (instant === null) {
    const { exitCode, stderr } = await inProcess(...args);
    if (exitCode !== 0) throw new Error(`the import ended with ${exitCode}: ${stderr}`);
    return;
  }
  const child = endsWithUs(
    spawn(process.execPath, [main, ...args], { stdio: ["ignore", "ignore", "pipe"], signal }),
  );
  const errors: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  const ended = once(child, "close");
  await Promise.race([committed(db, instant, () => child.exitCode !== null), ended]);
  child.kill("SIGKILL");
  await ended;
  if (child.signalCode === null && child.exitCode !== 0) {
    throw new Error(`the import ended with ${child.exitCode}: ${errors.join("")}`);
  }
}

/** Waits for the instant. */
async function committed(
  db: string,
  { events, pause }: Instant,
  isOver: () => boolean,
): Promise<void> {
  while (!existsSync(`${db}-wal`) && !isOver()) await sleep(1);
  if (events === 0 || isOver()) return;
  const store = new SqliteDatabase({ path: db, readOnly: true });
  const since = { ms: performance.now(), events: 0 };
  try {
    while (!isOver()) {
      const now = committedIn(store);
      if (now >= events) {
        const batches = Math.max(1, (now - since.events) / BATCH);
        await sleep((pause * (performance.now() - since.ms)) / batches);
        return;
      }
      if (since.events === 0) Object.assign(since, { ms: performance.now(), events: now });
      await sleep(1);
    }
  } finally {
    store.close();
  }
}

function committedIn(store: SqliteDatabase): number {
  // Its tables may not be there yet.
  if (store.get("SELECT 1 FROM sqlite_master WHERE name = 'events'") === undefined) return 0;
  const row = store.get("SELECT coalesce(max(sequence), -1) + 1 AS events FROM events");
  return Number(row?.["events"] ?? 0);
}

function stateOf(db: string): { events: number; balances: string; wrong: readonly string[] } {
  const store = new SqlitePoolStore({ path: db });
  try {
    const all = Object.entries(balances({ store })).map(([name, wei]) => `${name} ${wei}`);
    return { events: store.events.count(), balances: all.join("\n"), wrong: wrongIn({ store }) };
  } finally {
    store.close();
  }
}
