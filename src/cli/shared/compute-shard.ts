/** `--shard 2/8`: computes a part of what a command needs into a folder of its own. */
import { InputError } from "../../core/errors.js";
import { POOLSIM_VERSION } from "../../core/version.js";
import { counted } from "../../core/wording.js";
import { type Build, thisBuild } from "../../sim/kept/build.js";
import { UnitKeys } from "../../sim/kept/key.js";
import { openResultStore } from "../../sim/kept/result-store.js";
import { executorFor } from "../../sim/live/set-up.js";
import { type Command, carryOut, seedOf } from "../../sim/shard/command.js";
import { jobHash, jobOf } from "../../sim/shard/job.js";
import { runShard } from "../../sim/shard/run-shard.js";
import type { Shard } from "../../sim/shard/shard-executor.js";
import { readShardRecords, writeShardRecord } from "../../sim/shard/shard-folder.js";
import { CACHE_FOLDER, type CacheFlags } from "./cache-options.js";
import { extensionsOf } from "./extensions.js";
import { EXIT } from "./failure.js";
import type { FormFlags } from "./form-options.js";
import { interruptible } from "./interruptible.js";
import { progressLine } from "./progress.js";
import type { QueueFlags } from "./queue-flags.js";
import { scenarioFile } from "./scenario-file.js";
import { settingsOf } from "./settings.js";
import type { Terminal } from "./terminal.js";
import { threadsOf } from "./threads.js";
import { visible } from "./visible.js";
import { hasForms } from "./write-forms.js";

/** What the commands that have shards have in common. */
export interface ShardFlags extends CacheFlags, FormFlags, QueueFlags {
  readonly shard: Shard;
  readonly set: readonly string[];
  readonly duration?: string;
  readonly extension: readonly string[];
  readonly threads?: number;
  readonly budget?: string;
  readonly json?: string;
  readonly quiet: boolean;
}

/** What does not go together with `--shard`. */
export function shardUsage(text: string): InputError {
  return new InputError(`--shard: ${text}`, { code: "USAGE" });
}

/** The folder of the shard's own. */
function folderOf(flags: ShardFlags): string {
  const { cache, json, budget, queue, queueFile } = flags;
  if (queue !== undefined || queueFile !== undefined) {
    throw shardUsage("expected no queue: each is a way of its own to many machines");
  }
  if (json !== undefined || hasForms(flags)) {
    throw shardUsage("expected no file to write: poolsim merge writes the result");
  }
  if (budget !== undefined) {
    throw shardUsage("expected no --budget: how much is looked at cannot depend on a clock");
  }
  if (cache === false || cache === CACHE_FOLDER) {
    throw shardUsage("expected --cache <folder> too, a folder of its own that is to be merged");
  }
  return cache;
}

/** This build, as far as it is known where it lies. */
export function knownBuild(): Build {
  const build = thisBuild();
  if (build !== null) return build;
  throw new InputError("a bundle cannot keep results, expected poolsim as it is installed", {
    code: "SHARD_INVALID",
  });
}

/**
 * Computes a shard.
 *
 * @param argument the scenario, as on the command line
 * @param command what is asked of it
 * @returns the exit code
 * @throws InputError for bad input, also for a folder that holds parts of something else;
 *   Interrupted when the user stops it: what is kept by then stays kept
 */
export async function computeShard(
  argument: string,
  command: Command,
  flags: ShardFlags,
  terminal: Terminal,
): Promise<number> {
  const folder = folderOf(flags);
  const { shard, quiet } = flags;
  const threads = threadsOf(flags, process.env);
  const build = knownBuild();
  const keys = new UnitKeys(build);
  const extensions = await extensionsOf(flags.extension);
  const load = { set: settingsOf(flags), extensions };
  const { loaded, job } = jobOf(scenarioFile(argument), load, { command, keys });
  let problem: string | null = null;
  const store = openResultStore(folder, {
    onProblem: (text) => {
      problem = text;
    },
  });
  checkFree(folder, jobHash(job));
  const progress = progressLine(terminal.stderr, { isShown: !quiet, prefix: "" });
  const seed = seedOf(command, loaded);
  try {
    const finished = await interruptible((signal) => {
      const executor = executorFor(threads, seed, { ownThread: true });
      const options = { signal, onProgress: progress.update };
      const work = (own: typeof executor) => carryOut(command, loaded, own, options);
      return runShard(loaded, work, { shard, keys, store, executor, seed, signal });
    });
    if (problem !== null)
      throw new InputError(`--cache ${folder}: ${problem}`, { code: "KEPT_FOLDER" });
    writeShardRecord(folder, { poolsim: POOLSIM_VERSION, build, shard, job });
    progress.clear();
    const { index, count } = shard;
    const what = `shard ${index} of ${count}: ${counted(finished, "replication")}`;
    if (!quiet) terminal.stdout.write(`${what} in ${visible(folder)}\n`);
    return EXIT.ok;
  } finally {
    progress.clear();
  }
}

function checkFree(folder: string, job: string): void {
  let records: ReturnType<typeof readShardRecords> = [];
  try {
    records = readShardRecords(folder);
  } catch {
    // There is none yet, or what there is is written over.
  }
  const other = records.find(({ record }) => jobHash(record.job) !== job);
  if (other === undefined) return;
  throw new InputError(`${other.name}: it is part of something else; expected a new folder`, {
    code: "SHARD_INVALID",
  });
}
