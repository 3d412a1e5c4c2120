/**
 * Kills `poolsim run`, `advise` or `sweep` at an instant spread over its work, lets it finish, and compares its result with
 * that of a run that nobody killed. Its progress is the clock: the
 * replications that it has kept.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeKey, uniform } from "../../../src/core/random.js";
import { copyOfBuilt } from "../cli/built-copy.js";
import { ownState } from "../cli/command.js";
import { endsWithUs } from "../ends-with-us.js";

export interface RunKillRuns {
  readonly runs: number;
  /** Killed when some replications were kept and some were not. */
  readonly inWindow: number;
  /** Sentences about what was wrong; empty when all is well. */
  readonly wrong: readonly string[];
}

export interface RunKillOptions {
  /** @default run */
  readonly command?: keyof typeof COMMANDS;
  readonly runs: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

/** Has stages that depend on each other: a calibration, variants, a peak test. */
const SCENARIO = `name: killed
warmup: 30s
duration: 30s
replications: 4
network: { limit: 3 }
gateway: { region: FRA }
demand: { concurrentStreams: 4, calibrateTo: { streamsPerDay: 1500 } }
stream: { length: { distribution: constant, mean: 3m } }
orchestrator: { name: my-pool, region: FRA, stakeShare: 0.4, pricePerUnit: 1000 }
workers:
  - { name: good, count: 2, roundTripMs: 400 }
  - { name: candidate, roundTripMs: 400 }
variants:
  without: { orchestrator.admission.exclude: [candidate] }
  with: {}
decision: { baseline: without, candidate: with }
`;
/** The same of a sweep: who is admitted is asked first, and a threshold is varied at two demands. */
const SWEPT = `name: killed
warmup: 20s
duration: 20s
network: { limit: 2 }
gateway: { region: FRA }
demand: { concurrentStreams: 4 }
stream: { length: { distribution: constant, mean: 1m } }
orchestrator: { name: my-pool, region: FRA, stakeShare: 0.6, pricePerUnit: 1000 }
workers:
  - { name: good, count: 2, roundTripMs: 400 }
  - { name: slow, roundTripMs: 1900 }
sweep:
  vary:
    orchestrator.admission.benchmark.limitMs: [600, 900, 4000]
    demand.concurrentStreams: [3, 6]
`;

const COMMANDS = {
  run: { scenario: SCENARIO, options: ["--sensitivity", "off"] },
  advise: { scenario: SCENARIO, options: ["--replications", "16", "--only", "candidate"] },
  sweep: { scenario: SWEPT, options: ["--replications", "16"] },
} as const;

/** How long after a replication was kept the process lives, ms: somewhere in the next one. */
const JITTER_MS = 20;

class Folder {
  readonly #main: string;
  readonly #command: keyof typeof COMMANDS;
  readonly path: string;

  constructor(main: string, command: keyof typeof COMMANDS, path: string) {
    this.#main = main;
    this.#command = command;
    this.path = path;
    mkdirSync(path);
    writeFileSync(join(path, "killed.yaml"), COMMANDS[command].scenario);
  }

  /** Finished replications that are kept. */
  get kept(): number {
    const results = join(this.path, ".poolsim/results");
    if (!existsSync(results)) return 0;
    return readdirSync(results).filter((name) => /^[0-9a-f]{64}$/.test(name)).length;
  }

  start(...more: readonly string[]): ChildProcess {
    const { options } = COMMANDS[this.#command];
    const command = [this.#command, "killed.yaml", ...options];
    const args = [...command, "--quiet", "--threads", "1", "--json", "out.json"];
    return endsWithUs(
      spawn(process.execPath, [this.#main, ...args, ...more], {
        cwd: this.path,
        env: ownState(this.path),
        stdio: "ignore",
      }),
    );
  }

  /** @returns the result's bytes; how it ended where it did not end well */
  async finish(...more: readonly string[]): Promise<string> {
    const child = this.start(...more);
    const [code] = await once(child, "exit");
    if (code !== 0) return `exit code ${code}`;
    return readFileSync(join(this.path, "out.json"), "utf8");
  }

  /** Kills a run when so many replications are kept, and a little later. */
  async kill(kept: number, laterMs: number): Promise<void> {
    const child = this.start();
    const ended = once(child, "exit");
    while (this.kept < kept && child.exitCode === null) await sleep(1);
    await sleep(laterMs);
    child.kill("SIGKILL");
    await ended;
  }
}

/** Does them all. */
export async function killRuns({
  runs,
  seed,
  log,
  command = "run",
}: RunKillOptions): Promise<RunKillRuns> {
  const root = mkdtempSync(join(tmpdir(), "poolsim-kill-run-"));
  try {
    const main = await copyOfBuilt(root);
    // What there is to keep, and what it has to come to.
    const straight = new Folder(main, command, join(root, "straight"));
    const expected = await straight.finish();
    const total = straight.kept;
    if (!expected.startsWith("{")) throw new Error(`the run itself fails: ${expected}`);
    const wrong: string[] = [];
    if (runs > 1 && (await straight.finish("--no-cache")) !== expected) {
      wrong.push("--no-cache: another result");
    }
    const { k0, k1 } = makeKey(seed, 5);
    let inWindow = 0;
    for (let run = 0; run < runs; run += 1) {
      const folder = new Folder(main, command, join(root, `run-${run}`));
      const place = (run + uniform(k0, k1, 2 * run)) / runs;
      await folder.kill(Math.floor(place * total), JITTER_MS * uniform(k0, k1, 2 * run + 1));
      const found = folder.kept;
      if (found > 0 && found < total) inWindow += 1;
      const what = `seed ${seed}, ${command} ${run}: killed with ${found} of ${total} kept`;
      if ((await folder.finish()) !== expected) wrong.push(`${what}: another result`);
      if (folder.kept !== total) wrong.push(`${what}: ${folder.kept} kept in the end`);
      log(what);
      rmSync(folder.path, { recursive: true });
    }
    return { runs, inWindow, wrong };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
