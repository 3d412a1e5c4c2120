/** `poolsim merge`: the result of a command from the folders of its shards. */
import { counted } from "../../core/wording.js";
import type { LoadedScenario } from "../../sim/input.js";
import { UnitKeys } from "../../sim/kept/key.js";
import { openResultStore } from "../../sim/kept/result-store.js";
import { keepingExecutorFor } from "../../sim/live/set-up.js";
import { renderJson } from "../../sim/report/json.js";
import { type CommandResult, carryOut, seedOf } from "../../sim/shard/command.js";
import { loadJob, wholeJob } from "../../sim/shard/job.js";
import { mergedStore } from "../../sim/shard/run-shard.js";
import { readShardRecords } from "../../sim/shard/shard-folder.js";
import type { CacheFlags } from "../shared/cache-options.js";
import { knownBuild } from "../shared/compute-shard.js";
import { extensionsOf } from "../shared/extensions.js";
import { EXIT } from "../shared/failure.js";
import { tellGithub } from "../shared/github.js";
import { interruptible } from "../shared/interruptible.js";
import { checkJsonTarget, writeJson } from "../shared/json-target.js";
import { progressLine } from "../shared/progress.js";
import { resultStoreOf } from "../shared/result-store.js";
import { tellResult } from "../shared/tell-result.js";
import type { Terminal } from "../shared/terminal.js";
import { threadsOf } from "../shared/threads.js";
import { print } from "./print.js";

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
  const { json, quiet } = flags;
  const threads = threadsOf(flags, process.env);
  const build = knownBuild();
  const job = wholeJob(folders.flatMap(readShardRecords), build);
  const { command } = job;
  const extensions = await extensionsOf(flags.extension);
  const loaded = loadJob(job, { extensions, keys: new UnitKeys(build) });
  if (json !== undefined) checkJsonTarget(json, [...folders, ...flags.extension]);
  const { stderr } = terminal;
  const results = mergedStore(
    folders.map((folder) => openResultStore(folder, { isNamed: true })),
    resultStoreOf(flags, { stderr, isQuiet: quiet }),
  );
  const progress = progressLine(stderr, { isShown: !quiet, prefix: "" });
  const seed = seedOf(command, loaded);
  try {
    const found = await interruptible((signal) => {
      const executor = keepingExecutorFor(threads, seed, { signal, results });
      return carryOut(command, loaded, executor, { signal, onProgress: progress.update });
    });
    progress.clear();
    const computed = results.computed();
    if (computed > 0 && !quiet) {
      stderr.write(`poolsim: computed ${counted(computed, "replication")} that no folder has\n`);
    }
    return printed(found, loaded, flags, terminal);
  } finally {
    progress.clear();
  }
}

/** Prints and writes what the command itself would have. */
function printed(
  found: CommandResult,
  loaded: LoadedScenario,
  flags: MergeFlags,
  terminal: Terminal,
): number {
  const { json, quiet, details } = flags;
  switch (found.name) {
    case "run": {
      const { result } = found;
      const stream = json === "-" ? terminal.stderr : terminal.stdout;
      print([{ result, elapsedMs: null }], [loaded], { quiet, details }, stream);
      if (json !== undefined) writeJson(json, renderJson([result], { isList: false }), terminal);
      tellGithub([{ result }], terminal, process.env);
      return result.expectations.some(({ passed }) => !passed) ? EXIT.expectationFailed : EXIT.ok;
    }
    case "advise":
    case "sweep":
      return tellResult(found.result, {}, flags, terminal);
  }
}
