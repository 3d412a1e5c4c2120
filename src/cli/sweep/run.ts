/** `poolsim sweep`: loads a scenario, varies its settings, prints what is best, writes JSON. */
import { availableParallelism } from "node:os";
import { holdsAll } from "../../sim/report/any-result.js";
import { renderJson } from "../../sim/report/json.js";
import { renderSweep } from "../../sim/report/sweep.js";
import { loadScenario } from "../../sim/scenario/load.js";
import type { Shard } from "../../sim/shard/shard-executor.js";
import { parseVary } from "../../sim/sweep/axes.js";
import { sweep } from "../../sim/sweep/run.js";
import { budgetOf } from "../shared/budget.js";
import type { CacheFlags } from "../shared/cache-options.js";
import { extensionsOf } from "../shared/extensions.js";
import { EXIT } from "../shared/failure.js";
import type { FormFlags } from "../shared/form-options.js";
import { tellGithub } from "../shared/github.js";
import { interruptible } from "../shared/interruptible.js";
import { checkJsonTarget, writeJson } from "../shared/json-target.js";
import { progressLine } from "../shared/progress.js";
import { openQueueOf, type QueueFlags, workersText } from "../shared/queue-options.js";
import { resultStoreOf } from "../shared/result-store.js";
import { scenarioFile } from "../shared/scenario-file.js";
import { settingsOf } from "../shared/settings.js";
import type { Terminal } from "../shared/terminal.js";
import { checkForms, isFormPrinted, writeForms } from "../shared/write-forms.js";

export interface SweepFlags extends CacheFlags, FormFlags, QueueFlags {
  readonly vary: readonly string[];
  readonly variant?: string;
  readonly objective?: string;
  readonly margin?: number;
  readonly confidence?: number;
  readonly budget?: string;
  readonly seed?: number;
  readonly replications?: number;
  readonly duration?: string;
  readonly set: readonly string[];
  readonly extension: readonly string[];
  readonly threads?: number;
  readonly json?: string;
  readonly shard?: Shard;
  readonly details: boolean;
  readonly quiet: boolean;
}

/**
 * Sweeps.
 *
 * @returns the exit code: 1 where an expectation did not hold
 * @throws InputError for bad input, Interrupted when the user stops it
 */
export async function sweepOver(
  file: string,
  flags: SweepFlags,
  terminal: Terminal,
): Promise<number> {
  const vary = flags.vary.map(parseVary);
  const options = { set: settingsOf(flags), extensions: await extensionsOf(flags.extension) };
  const loaded = loadScenario(scenarioFile(file), options);
  if (flags.json !== undefined) checkJsonTarget(flags.json, [scenarioFile(file)]);
  checkForms(flags, [scenarioFile(file)], 1);
  const { stderr } = terminal;
  const budget = budgetOf(flags.budget);
  const store = resultStoreOf(flags, { stderr, isQuiet: flags.quiet });
  // Last, as nothing may fail that would leave it open.
  const { queue, close } = await openQueueOf(flags, { stderr, env: process.env });
  const about = queue && (() => workersText(queue));
  const progress = progressLine(stderr, { isShown: !flags.quiet, prefix: "", about });
  try {
    const result = await interruptible((signal) =>
      sweep(loaded, {
        vary,
        variant: flags.variant,
        objective: flags.objective,
        margin: flags.margin,
        confidence: flags.confidence,
        seed: flags.seed,
        replications: flags.replications,
        enough: budget.signal,
        threads: flags.threads ?? availableParallelism(),
        ownThread: true,
        signal,
        results: store,
        queue,
        onProgress: progress.update,
      }),
    );
    progress.clear();
    const isPrinted = flags.json === "-" || isFormPrinted(flags);
    const stream = isPrinted ? terminal.stderr : terminal.stdout;
    const { width, hasColour } = stream;
    const { html, details: hasDetails } = flags;
    const page = html === "-" ? undefined : html;
    stream.write(renderSweep(result, { width, hasColour, file, html: page, hasDetails }));
    if (flags.json !== undefined) {
      writeJson(flags.json, renderJson([result]), terminal);
    }
    const reported = [{ result, file }];
    writeForms(reported, flags, terminal, Date.now());
    tellGithub(reported, terminal, process.env);
    return holdsAll(result) ? EXIT.ok : EXIT.expectationFailed;
  } finally {
    budget.clear();
    progress.clear();
    await close();
  }
}
