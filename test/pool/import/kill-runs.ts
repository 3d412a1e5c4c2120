/**
 * Kills `poolsim pool import` at an instant uniform over its run, from when it opens its books (it
 * has nothing to lose before), looks at the books it left, lets it finish and compares with books
 * that nobody killed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeKey, uniform } from "../../../src/core/random.js";
import { SqlitePoolStore } from "../../../src/pool/store/sqlite-pool-store.js";
import { disturbed } from "../../../src/sim/record/disturb.js";
import { copyOfBuilt } from "../../support/built-copy.js";
import { endsWithUs } from "../../support/ends-with-us.js";
import { FEW_DAYS, filesIn, recorded, writeFiles } from "../month/recorded-month.js";
import { balances, wrongIn } from "../support/books.js";

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
}

/** Some 1,000 events in 30 files, as badly as they come. */
const DAYS = { ...FEW_DAYS, "demand.streamsPerDay": 11 };

/** Does them all. */
export async function killImports({ runs, seed, log }: ImportKillOptions): Promise<ImportKillRuns> {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-kill-import-"));
  try {
    const directory = join(folder, "events");
    const days = recorded(DAYS, { seed, aiPerDay: 150, restarts: 1 });
    writeFiles(directory, "bucket", disturbed(filesIn(days, 24), seed));
    const main = await copyOfBuilt(folder);
    const straightDb = join(folder, "straight.db");
    let usualMs = await importOnce({ main, directory, db: straightDb, killAfterMs: null });
    const straight = stateOf(straightDb);
    const key = makeKey(seed, 3);
    const wrong: string[] = [];
    let inWindow = 0;
    for (let run = 1; run <= runs; run++) {
      const db = join(folder, `run-${run}.db`);
      const killAfterMs = uniform(key.k0, key.k1, run) * usualMs;
      const livedMs = await importOnce({ main, directory, db, killAfterMs });
      const left = stateOf(db);
      if (left.events > 0 && left.events < straight.events) inWindow++;
      // How far it came tells how long all of it would have taken: the machine's pace may change.
      const part = left.events / straight.events;
      if (part > 0.2) usualMs = 0.8 * usualMs + 0.2 * Math.min(livedMs / part, 2 * usualMs);
      await importOnce({ main, directory, db, killAfterMs: null });
      const done = stateOf(db);
      const found = [...left.wrong, ...done.wrong];
      if (done.balances !== straight.balances) found.push("the balances differ");
      if (done.events !== straight.events)
        found.push(`${done.events} of ${straight.events} events`);
      wrong.push(...found.map((what) => `seed ${seed}, run ${run}: ${what}`));
      log(
        `import seed ${seed} run ${run}: killed after ${killAfterMs.toFixed(1)} of ` +
          `${usualMs.toFixed(0)} ms with ${left.events} events in, ${found.length} wrong`,
      );
      for (const suffix of ["", "-wal", "-shm"]) rmSync(`${db}${suffix}`, { force: true });
    }
    return { runs, inWindow, wrong };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Import {
  /** The command. */
  readonly main: string;
  readonly directory: string;
  readonly db: string;
  /** From the opening of the books; null: it is to end, and to end well. */
  readonly killAfterMs: number | null;
}

/**
 * Runs the command.
 *
 * @returns ms from the opening of the books to its end
 */
async function importOnce({ main, directory, db, killAfterMs }: Import): Promise<number> {
  // By default all of it would be one transaction, and no kill could find a part of it.
  const args = [main, "pool", "import", directory, "--db", db, "--commission", "1/3"];
  args.push("--batch", "40");
  const child = endsWithUs(spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] }));
  const errors: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  const ended = once(child, "close");
  while (!existsSync(db) && child.exitCode === null) await sleep(1);
  const openedMs = performance.now();
  if (killAfterMs !== null) {
    await Promise.race([sleep(killAfterMs), ended]);
    child.kill("SIGKILL");
  }
  await ended;
  if (child.signalCode === null && child.exitCode !== 0) {
    throw new Error(`the import ended with ${child.exitCode}: ${errors.join("")}`);
  }
  return performance.now() - openedMs;
}

function stateOf(db: string): { events: number; balances: string; wrong: readonly string[] } {
  const store = new SqlitePoolStore({ path: db });
  try {
    const all = Object.entries(balances({ store })).map(([name, wei]) => `${name} ${wei}`);
    return { events: store.eventCount(), balances: all.join("\n"), wrong: wrongIn({ store }) };
  } finally {
    store.close();
  }
}
