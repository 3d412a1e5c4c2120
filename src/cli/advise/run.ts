/** `poolsim advise`: loads a scenario, asks for advice on its workers, prints it, writes JSON. */
import { basename } from "node:path";
import { InputError } from "../../core/errors.js";
import { calibrateWorkers } from "../../sim/calibrate/calibrate-workers.js";
import { scenarioOf } from "../../sim/calibrate/fragment.js";
import { pastDemand } from "../../sim/calibrate/past-demand.js";
import { advise } from "../../sim/live/run.js";
import { booksWords } from "../../sim/report/content/command.js";
import { type ReadFile, readFileWithin } from "../../sim/scenario/files.js";
import { loadScenario } from "../../sim/scenario/load.js";
import { type AskedFlags, askedBy } from "../shared/asked-options.js";
import { budgetOf } from "../shared/budget.js";
import { extensionsOf } from "../shared/extensions.js";
import { interruptible } from "../shared/interruptible.js";
import { checkJsonTarget } from "../shared/json-target.js";
import { pastOfBooks } from "../shared/pool-past.js";
import { setUpOf } from "../shared/run-set-up.js";
import { filesOf, scenarioFile } from "../shared/scenario-file.js";
import { settingsOf } from "../shared/settings.js";
import { tellResult } from "../shared/tell-result.js";
import type { Terminal } from "../shared/terminal.js";
import { checkForms, loadForms } from "../shared/write-forms.js";
import { budgetNeeded, whatItTakes } from "./what-it-takes.js";

export interface AdviseFlags extends AskedFlags {
  readonly from?: string;
  readonly region?: string;
  readonly stakeShare?: number;
  readonly only?: readonly string[];
  /** Whether a rule is looked for. */
  readonly rule: boolean;
}

/** What advice is asked on. */
interface Asked {
  readonly file: string;
  /** How a command line says it. */
  readonly words: string;
  readonly readFile: ReadFile;
  /** What limits the answer besides the scenario. */
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
  const { workers, ai, unused } = calibrateWorkers([], past);
  const place = { name: basename(from), region: region ?? "FRA", stakeShare };
  const bytes = new TextEncoder().encode(
    scenarioOf(workers, place, { ai: { fits: ai, past: past.ai }, demand: pastDemand(past) }),
  );
  return {
    file: from,
    words: booksWords(from, place),
    readFile: (path, bytesMax) => (path === from ? bytes : readFileWithin(path, bytesMax)),
    notes: [...unused.map((text) => `not used: ${text}`), SESSIONS],
  };
}

const SESSIONS =
  "books do not say how many sessions a worker takes: each has as many as it ever had, or up to twice as many where it was never held at that; where you know better, say so (--set workers.<name>.maxSessions=8)";

const OTHERS_LEFT =
  "The time was over before the other workers were looked at: take more (--budget). What was computed is\nkept and not computed again.\n";

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
  const loaded = loadScenario(asked.file, { ...options, readFile: asked.readFile });
  const inputs = [...filesOf(asked.file, loaded), ...flags.extension];
  if (flags.json !== undefined) checkJsonTarget(flags.json, inputs);
  checkForms(flags, inputs, 1);
  const writeForms = await loadForms(flags);
  const budget = budgetOf(flags.budget, LOOKING);
  const whole = budgetOf(flags.budget);
  const setUp = await setUpOf(flags, terminal);
  const progress = setUp.progress("");
  const begunMs = performance.now();
  let [runs, planned] = [0, 0];
  try {
    const found = await interruptible((signal) =>
      advise(loaded, {
        ...askedBy(flags),
        ...setUp.options,
        only: flags.only,
        rule: flags.rule,
        enough: budget.signal,
        deadline: whole.signal,
        signal,
        onProgress: (now) => {
          runs = now.done;
          planned = Math.max(planned, now.total);
          progress.update(now);
        },
      }),
    );
    progress.clear();
    const result = { ...found, notes: [...found.notes, ...asked.notes] };
    const perRunMs = setUp.found() > 0 ? null : (performance.now() - begunMs) / runs;
    const file = asked.words;
    const isCut = result.asked.only !== undefined && flags.only === undefined;
    const cut = isCut ? OTHERS_LEFT : "";
    const isOver = result.replications === 0 && flags.replications !== 0;
    const needed = isOver ? budgetNeeded({ planned, perRunMs }) : "";
    const more = flags.quiet ? "" : `${cut}${needed}${whatItTakes(result, { file, perRunMs })}`;
    return tellResult(result, { file, more, writeForms }, flags, terminal);
  } finally {
    budget.clear();
    whole.clear();
    progress.clear();
    await setUp.close();
  }
}
