/** `poolsim merge`: the result of an experiment from the folders of its shards. */
import { availableParallelism } from "node:os";
import { counted } from "../../core/wording.js";
import { runExperiment } from "../../sim/experiment/run.js";
import { UnitKeys } from "../../sim/kept/key.js";
import { openResultStore } from "../../sim/kept/result-store.js";
import { renderJson } from "../../sim/report/json.js";
import { loadJob, wholeJob } from "../../sim/shard/job.js";
import { mergedStore } from "../../sim/shard/run-shard.js";
import { readShardRecords } from "../../sim/shard/shard-folder.js";
import type { CacheFlags } from "../shared/cache-options.js";
import { extensionsOf } from "../shared/extensions.js";
import { EXIT } from "../shared/failure.js";
import { interruptible } from "../shared/interruptible.js";
import { checkJsonTarget, writeJson } from "../shared/json-target.js";
import { progressLine } from "../shared/progress.js";
import { resultStoreOf } from "../shared/result-store.js";
import type { Terminal } from "../shared/terminal.js";
import { print } from "./print.js";
import { knownBuild } from "./shard.js";

export interface MergeFlags extends CacheFlags {
  readonly extension: readonly string[];
  readonly threads?: number;
  readonly json?: string;
  readonly quiet: boolean;
  readonly details: boolean;
}

/**
 * Merges shards.
 *
 * @returns the exit code
 * @throws InputError (`SHARD_INVALID`) when they make no whole; Interrupted when the user stops it
 */
export async function mergeShards(
  folders: readonly string[],
  flags: MergeFlags,
  terminal: Terminal,
): Promise<number> {
  const { json, quiet, details, threads = availableParallelism() } = flags;
  const build = knownBuild();
  const job = wholeJob(folders.flatMap(readShardRecords), build);
  const extensions = await extensionsOf(flags.extension);
  const loaded = loadJob(job, { extensions, keys: new UnitKeys(build) });
  if (json !== undefined) checkJsonTarget(json, []);
  const { stderr } = terminal;
  const store = mergedStore(
    folders.map((folder) => openResultStore(folder, { isNamed: true })),
    resultStoreOf(flags, { stderr, isQuiet: quiet }),
  );
  const progress = progressLine(stderr, { isShown: !quiet, prefix: "" });
  const { seed, replications, sensitivity } = job;
  try {
    const result = await interruptible((signal) =>
      runExperiment(loaded, {
        ...(seed === null ? {} : { seed }),
        ...(replications === null ? {} : { replications }),
        sensitivity,
        threads,
        ownThread: true,
        signal,
        onProgress: progress.update,
        results: store,
      }),
    );
    progress.clear();
    const computed = store.computed();
    if (computed > 0 && !quiet) {
      stderr.write(`poolsim: computed ${counted(computed, "replication")} that no folder has\n`);
    }
    print(
      [{ result, elapsedMs: null }],
      [loaded],
      { quiet, details },
      json === "-" ? stderr : terminal.stdout,
    );
    if (json !== undefined) writeJson(json, renderJson([result], { isList: false }), terminal);
    return result.expectations.some(({ passed }) => !passed) ? EXIT.expectationFailed : EXIT.ok;
  } finally {
    progress.clear();
  }
}
