/**
 * Kills `poolsim pool import` at an instant uniform over its run, looks at the books it left, lets
 * it finish and compares with books that nobody killed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeKey, uniform } from "../../../src/core/random.js";
import { SqlitePoolStore } from "../../../src/pool/store/sqlite-pool-store.js";
import { MAIN } from "../../e2e/command.js";
import { balances, wrongIn } from "../support/books.js";
import { bucketFile, recorded } from "../support/recorded.js";

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

const FILES = 20;

/** Does them all. */
export async function killImports({ runs, seed, log }: ImportKillOptions): Promise<ImportKillRuns> {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-kill-import-"));
  try {
    const directory = join(folder, "events");
    mkdirSync(directory);
    const events = [...recorded({ seed, jobs: 2_500, workers: 40, aiPart: 0.3 })];
    const perFile = Math.ceil(events.length / FILES);
    for (let file = 0; file < FILES; file++) {
      const part = events.slice(file * perFile, (file + 1) * perFile);
      writeFileSync(join(directory, `events-${file}.json`), bucketFile(part));
    }
    const straightDb = join(folder, "straight.db");
    const startMs = performance.now();
    await importOnce(straightDb, directory, null);
    let usualMs = performance.now() - startMs;
    const straight = stateOf(straightDb);
    const key = makeKey(seed, 3);
    const wrong: string[] = [];
    let inWindow = 0;
    for (let run = 1; run <= runs; run++) {
      const db = join(folder, `run-${run}.db`);
      const killAfterMs = uniform(key.k0, key.k1, run) * usualMs;
      await importOnce(db, directory, killAfterMs);
      const left = stateOf(db);
      if (left.events > 0 && left.events < straight.events) inWindow++;
      const againMs = performance.now();
      await importOnce(db, directory, null);
      if (left.events === 0) usualMs = 0.8 * usualMs + 0.2 * (performance.now() - againMs);
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

/** Starts the command; null: lets it end, and insists that it ends well. */
async function importOnce(db: string, path: string, killAfterMs: number | null): Promise<void> {
  const args = [MAIN, "pool", "import", path, "--db", db, "--commission", "1/3"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  const errors: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  const ended = once(child, "close");
  if (killAfterMs !== null) {
    await sleep(killAfterMs);
    child.kill("SIGKILL");
  }
  await ended;
  if (killAfterMs === null && child.exitCode !== 0) {
    throw new Error(`the import ended with ${child.exitCode}: ${errors.join("")}`);
  }
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
