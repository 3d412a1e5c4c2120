/** `poolsim run`: loads scenarios, runs them, prints reports, writes JSON, says how it ended. */

import { InputError } from "../../core/errors.js";
import type { LoadedScenario } from "../../sim/input.js";
import { renderJson } from "../../sim/report/json.js";
import { loadScenario } from "../../sim/scenario/load.js";
import type { Shard } from "../../sim/shard/shard-executor.js";
import { budgetOf, checkBudget } from "../shared/budget.js";
import type { CacheFlags } from "../shared/cache-options.js";
import { extensionsOf } from "../shared/extensions.js";
import { EXIT, Interrupted } from "../shared/failure.js";
import type { FormFlags } from "../shared/form-options.js";
import { tellGithub } from "../shared/github.js";
import { interruptibleInPart } from "../shared/interruptible.js";
import { checkJsonTarget, writeJson } from "../shared/json-target.js";
import type { QueueFlags } from "../shared/queue-flags.js";
import { type RunSetUp, setUpOf } from "../shared/run-set-up.js";
import { filesOf, scenarioFile } from "../shared/scenario-file.js";
import { settingsOf } from "../shared/settings.js";
import type { Terminal } from "../shared/terminal.js";
import { checkForms, hasForms, isFormPrinted, loadForms } from "../shared/write-forms.js";
import { type Finished, print } from "./print.js";

export interface RunFlags extends CacheFlags, FormFlags, QueueFlags {
  readonly seed?: number;
  readonly replications?: number;
  readonly untilDecided?: boolean;
  readonly budget?: string;
  readonly duration?: string;
  readonly set: readonly string[];
  readonly extension: readonly string[];
  readonly threads?: number;
  readonly sensitivity: "off" | "short" | "full";
  readonly sensitivityReplications?: number;
  readonly json?: string;
  /** Number of the stream to trace. */
  readonly trace?: number;
  readonly quiet: boolean;
  readonly shard?: Shard;
  /** All tables, not one screen. */
  readonly details: boolean;
}

async function simulateAll(
  scenarios: readonly LoadedScenario[],
  flags: RunFlags,
  { found, progress: lineOf, options: common }: RunSetUp,
  signal: AbortSignal,
): Promise<readonly Finished[]> {
  const { runExperiment } = await import("../../sim/live/run.js");
  const { seed, replications, sensitivity, sensitivityReplications, untilDecided } = flags;
  const finished: Finished[] = [];
  for (const loaded of scenarios) {
    const progress = lineOf(scenarios.length === 1 ? "" : `${loaded.file}: `);
    const budget = budgetOf(flags.budget);
    const begunMs = performance.now();
    const foundBefore = found();
    try {
      const result = await runExperiment(loaded, {
        ...common,
        seed,
        replications,
        untilDecided,
        enough: budget.signal,
        sensitivity,
        sensitivityReplications,
        signal,
        partial: true,
        onProgress: progress.update,
      });
      const isComputed = found() === foundBefore;
      finished.push({ result, elapsedMs: isComputed ? performance.now() - begunMs : null });
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      budget.clear();
      progress.clear();
    }
    if (signal.aborted) break;
  }
  return finished;
}

async function trace(
  { file, variants }: LoadedScenario,
  { seed, trace: stream = 0 }: RunFlags,
  { stdout }: Terminal,
): Promise<number> {
  const { simulate } = await import("../../sim/simulate.js");
  const [variant] = variants;
  if (variant === undefined) return EXIT.ok;
  const { scenario, data } = variant.input;
  const input = { scenario: seed === undefined ? scenario : { ...scenario, seed }, data };
  stdout.write(`${file}, variant ${variant.name}, replication 0, stream ${stream}\n`);
  let lines = 0;
  const write = (line: string): void => {
    lines += 1;
    stdout.write(`${line}\n`);
  };
  simulate(input, { replication: 0, trace: { stream, write } });
  if (lines === 0) {
    throw new InputError(`--trace: there is no stream ${stream} in this run`, {
      code: "STREAM_UNKNOWN",
    });
  }
  return EXIT.ok;
}

/**
 * Runs scenario files. All of them are loaded before the first event of any.
 *
 * @returns the exit code
 * @throws InputError for bad input, Interrupted when the user stops it: after what is finished
 *   has been printed, and written, as partial
 */
export async function runScenarios(
  files: readonly string[],
  flags: RunFlags,
  terminal: Terminal,
): Promise<number> {
  const options = { set: settingsOf(flags), extensions: await extensionsOf(flags.extension) };
  const scenarios = files.map((file) => loadScenario(scenarioFile(file), options));
  const [first] = scenarios;
  if (flags.trace !== undefined && first !== undefined) {
    if (scenarios.length > 1 || flags.json !== undefined || hasForms(flags)) {
      const text = "--trace: expected one scenario file and no result to write (--json, --html …)";
      throw new InputError(text, { code: "USAGE" });
    }
    return trace(first, flags, terminal);
  }
  checkBudget(flags, scenarios);
  const inputs = scenarios.flatMap((one, at) => filesOf(scenarioFile(files[at] ?? ""), one));
  inputs.push(...flags.extension);
  if (flags.json !== undefined) checkJsonTarget(flags.json, inputs);
  checkForms(flags, inputs, files.length);
  const writeForms = await loadForms(flags);
  const setUp = await setUpOf(flags, terminal);
  const { value: finished, isInterrupted } = await interruptibleInPart((signal) =>
    simulateAll(scenarios, flags, setUp, signal),
  ).finally(setUp.close);
  const results = finished.map(({ result }) => result);
  if (isInterrupted && results.length === 0) throw new Interrupted();
  const isPrinted = flags.json === "-" || isFormPrinted(flags);
  const { quiet, details } = flags;
  print(
    finished,
    scenarios,
    { files, html: flags.html, quiet, details },
    isPrinted ? terminal.stderr : terminal.stdout,
  );
  if (flags.json !== undefined) {
    writeJson(flags.json, renderJson(results, { isList: files.length > 1 }), terminal);
  }
  const reported = results.map((result, index) => ({ result, file: files[index] }));
  writeForms(reported, terminal, Date.now());
  tellGithub(reported, terminal, process.env);
  if (isInterrupted) throw new Interrupted();
  const hasFailed = results.some(({ expectations }) => expectations.some(({ passed }) => !passed));
  return hasFailed ? EXIT.expectationFailed : EXIT.ok;
}
