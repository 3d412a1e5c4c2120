/** `poolsim run --shard 2/8`: computes a part of an experiment into a folder of its own. */
import { availableParallelism } from "node:os";
import { InputError } from "../../core/errors.js";
import { POOLSIM_VERSION } from "../../core/version.js";
import { counted } from "../../core/wording.js";
import { executorFor } from "../../sim/experiment/run.js";
import { type Build, thisBuild } from "../../sim/kept/build.js";
import { UnitKeys } from "../../sim/kept/key.js";
import { openResultStore } from "../../sim/kept/result-store.js";
import { jobHash, jobOf } from "../../sim/shard/job.js";
import { runShard } from "../../sim/shard/run-shard.js";
import type { Shard } from "../../sim/shard/shard-executor.js";
import { readShardRecords, writeShardRecord } from "../../sim/shard/shard-folder.js";
import { CACHE_FOLDER } from "../shared/cache-options.js";
import { extensionsOf } from "../shared/extensions.js";
import { EXIT } from "../shared/failure.js";
import { interruptible } from "../shared/interruptible.js";
import { progressLine } from "../shared/progress.js";
import { scenarioFile } from "../shared/scenario-file.js";
import { settingsOf } from "../shared/settings.js";
import type { Terminal } from "../shared/terminal.js";
import { visible } from "../shared/visible.js";
import { hasForms } from "../shared/write-forms.js";
import type { RunFlags } from "./run.js";

type ShardFlags = RunFlags & { readonly shard: Shard };

function usage(text: string): InputError {
  return new InputError(`--shard: ${text}`, { code: "USAGE" });
}

/** The one scenario and the folder of its own. */
function checked(files: readonly string[], flags: ShardFlags) {
  const [file] = files;
  const { cache: folder } = flags;
  if (file === undefined || files.length > 1) throw usage("expected one scenario file");
  if (flags.json !== undefined || flags.trace !== undefined || hasForms(flags)) {
    throw usage("expected neither --trace nor a file to write: poolsim merge writes the result");
  }
  if (flags.untilDecided !== undefined || flags.budget !== undefined) {
    throw usage("expected `replications: auto` in the scenario, not --until-decided or --budget");
  }
  if (folder === false || folder === CACHE_FOLDER) {
    throw usage("expected --cache <folder> too, a folder of this experiment's own to be merged");
  }
  return { file: scenarioFile(file), folder };
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
 * @returns the exit code
 * @throws InputError for bad input, also for a folder that holds parts of another experiment;
 *   Interrupted when the user stops it: what is kept by then stays kept
 */
export async function runShardOf(
  files: readonly string[],
  flags: ShardFlags,
  terminal: Terminal,
): Promise<number> {
  const { file, folder } = checked(files, flags);
  const { shard, sensitivity, quiet, threads = availableParallelism() } = flags;
  const build = knownBuild();
  const keys = new UnitKeys(build);
  const extensions = await extensionsOf(flags.extension);
  const { loaded, job } = jobOf(
    file,
    { set: settingsOf(flags), extensions },
    { seed: flags.seed ?? null, replications: flags.replications ?? null, sensitivity, keys },
  );
  let problem: string | null = null;
  const store = openResultStore(folder, {
    onProblem: (text) => {
      problem = text;
    },
  });
  checkFree(folder, jobHash(job));
  const progress = progressLine(terminal.stderr, { isShown: !quiet, prefix: "" });
  const seed = flags.seed ?? loaded.base.scenario.seed;
  try {
    const { replications } = flags;
    const finished = await interruptible((signal) =>
      runShard(loaded, {
        shard,
        keys,
        store,
        executor: executorFor(threads, seed, { ownThread: true }),
        seed,
        ...(replications === undefined ? {} : { replications }),
        sensitivity,
        signal,
        onProgress: progress.update,
      }),
    );
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
  throw new InputError(`${other.name}: it is part of another experiment; expected a new folder`, {
    code: "SHARD_INVALID",
  });
}
