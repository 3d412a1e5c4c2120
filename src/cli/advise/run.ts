/** `poolsim advise`: loads a scenario, asks for advice on its workers, prints it, writes JSON. */
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { InputError } from "../../core/errors.js";
import { advise } from "../../sim/advise/run.js";
import { calibrateWorkers } from "../../sim/calibrate/calibrate-workers.js";
import { scenarioOf } from "../../sim/calibrate/fragment.js";
import { renderAdvice } from "../../sim/report/advice.js";
import { holdsAll } from "../../sim/report/any-result.js";
import { booksWords } from "../../sim/report/content/command.js";
import { renderJson } from "../../sim/report/json.js";
import { type ReadFile, readFileWithin } from "../../sim/scenario/files.js";
import { loadScenario } from "../../sim/scenario/load.js";
import type { Shard } from "../../sim/shard/shard-executor.js";
import { budgetOf } from "../shared/budget.js";
import type { CacheFlags } from "../shared/cache-options.js";
import { countingStore } from "../shared/counting-store.js";
import { extensionsOf } from "../shared/extensions.js";
import { EXIT } from "../shared/failure.js";
import type { FormFlags } from "../shared/form-options.js";
import { tellGithub } from "../shared/github.js";
import { interruptible } from "../shared/interruptible.js";
import { checkJsonTarget, writeJson } from "../shared/json-target.js";
import { pastOfBooks } from "../shared/pool-past.js";
import { progressLine } from "../shared/progress.js";
import { openQueueOf, type QueueFlags, workersText } from "../shared/queue-options.js";
import { resultStoreOf } from "../shared/result-store.js";
import { scenarioFile } from "../shared/scenario-file.js";
import { settingsOf } from "../shared/settings.js";
import type { Terminal } from "../shared/terminal.js";
import { checkForms, isFormPrinted, writeForms } from "../shared/write-forms.js";
import { whatItTakes } from "./what-it-takes.js";

export interface AdviseFlags extends CacheFlags, FormFlags, QueueFlags {
  readonly from?: string;
  readonly region?: string;
  readonly stakeShare?: number;
  readonly only?: readonly string[];
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
  /** Whether a rule is looked for. */
  readonly rule: boolean;
  readonly shard?: Shard;
  readonly details: boolean;
  readonly quiet: boolean;
}

/** What advice is asked on. */
interface Asked {
  readonly file: string;
  /** How a command line says it. */
  readonly words: string;
  readonly readFile: ReadFile;
  readonly notes: readonly string[];
}

/**
 * A scenario's file, or the scenario of a pool's books.
 *
 * @throws InputError (`USAGE`) where neither or both are given; what calibration throws
 */
function askedOf(file: string | undefined, flags: AdviseFlags): Asked {
  const { from, region, stakeShare } = flags;
  if (from === undefined) {
    if (file === undefined) {
      throw new InputError("expected a scenario, or --from <db>", { code: "USAGE" });
    }
    const [flag] = [
      ...(region === undefined ? [] : ["--region"]),
      ...(stakeShare === undefined ? [] : ["--stakeShare"]),
    ];
    if (flag === undefined)
      return { file: scenarioFile(file), words: file, readFile: readFileWithin, notes: [] };
    throw new InputError(`${flag} goes with --from only: a scenario says it itself`, {
      code: "USAGE",
    });
  }
  if (file !== undefined) {
    throw new InputError(`${file} and --from ${from}: expected one of them`, { code: "USAGE" });
  }
  if (stakeShare === undefined) {
    throw new InputError("--from: expected --stakeShare too, which books do not know", {
      code: "USAGE",
    });
  }
  const { past } = pastOfBooks(from);
  const { workers, unused } = calibrateWorkers([], past);
  const place = { name: basename(from), region: region ?? "FRA", stakeShare };
  const bytes = new TextEncoder().encode(scenarioOf(workers, place));
  return {
    file: from,
    words: booksWords(from, place),
    readFile: (path, bytesMax) => (path === from ? bytes : readFileWithin(path, bytesMax)),
    notes: unused.map((text) => `Not used: ${text}`),
  };
}

/** Of the budget: the rest is for what is looked at again in the end. */
const LOOKING = 0.6;

/**
 * Advises.
 *
 * @returns the exit code: 1 where an expectation did not hold
 * @throws InputError for bad input, Interrupted when the user stops it
 */
export async function adviseOn(
  file: string | undefined,
  flags: AdviseFlags,
  terminal: Terminal,
): Promise<number> {
  const options = { set: settingsOf(flags), extensions: await extensionsOf(flags.extension) };
  const asked = askedOf(file, flags);
  if (flags.json !== undefined) checkJsonTarget(flags.json, [asked.file]);
  const loaded = loadScenario(asked.file, { ...options, readFile: asked.readFile });
  checkForms(flags, [asked.file], 1);
  const { stderr } = terminal;
  for (const text of asked.notes) stderr.write(`${text}\n`);
  const budget = budgetOf(flags.budget, LOOKING);
  const whole = budgetOf(flags.budget);
  const { store, found } = countingStore(
    resultStoreOf(flags, { stderr: terminal.stderr, isQuiet: flags.quiet }),
  );
  // Last, as nothing may fail that would leave it open.
  const { queue, close } = await openQueueOf(flags, { stderr, env: process.env });
  const about = queue && (() => workersText(queue));
  const progress = progressLine(stderr, { isShown: !flags.quiet, prefix: "", about });
  const begunMs = performance.now();
  let runs = 0;
  try {
    const result = await interruptible((signal) =>
      advise(loaded, {
        only: flags.only,
        rule: flags.rule,
        variant: flags.variant,
        objective: flags.objective,
        margin: flags.margin,
        confidence: flags.confidence,
        seed: flags.seed,
        replications: flags.replications,
        enough: budget.signal,
        deadline: whole.signal,
        threads: flags.threads ?? availableParallelism(),
        ownThread: true,
        signal,
        results: store,
        queue,
        onProgress: (now) => {
          runs = now.done;
          progress.update(now);
        },
      }),
    );
    progress.clear();
    const isPrinted = flags.json === "-" || isFormPrinted(flags);
    const stream = isPrinted ? terminal.stderr : terminal.stdout;
    const { width, hasColour } = stream;
    const { html, details: hasDetails } = flags;
    const page = html === "-" ? undefined : html;
    stream.write(
      renderAdvice(result, { width, hasColour, file: asked.words, html: page, hasDetails }),
    );
    const perRunMs = found() > 0 ? null : (performance.now() - begunMs) / runs;
    if (!flags.quiet) stream.write(whatItTakes(result, { file: asked.words, perRunMs }));
    if (flags.json !== undefined) {
      writeJson(flags.json, renderJson([result]), terminal);
    }
    const reported = [{ result, file: asked.words }];
    writeForms(reported, flags, terminal, Date.now());
    tellGithub(reported, terminal, process.env);
    return holdsAll(result) ? EXIT.ok : EXIT.expectationFailed;
  } finally {
    budget.clear();
    whole.clear();
    progress.clear();
    await close();
  }
}
