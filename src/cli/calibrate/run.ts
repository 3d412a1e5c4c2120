/** `poolsim calibrate`: reads measurements, fits workers, prints them, writes a scenario. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import { decodedText } from "../../io/decoded-text.js";
import { describeAIFit } from "../../sim/calibrate/ai/describe-ai.js";
import { calibrateWorkers } from "../../sim/calibrate/calibrate-workers.js";
import { describeFit } from "../../sim/calibrate/describe-fit.js";
import { scenarioOf, workersFragment } from "../../sim/calibrate/fragment.js";
import type { Measured } from "../../sim/calibrate/measured.js";
import { pastDemand } from "../../sim/calibrate/past-demand.js";
import { looksLikeEvents, readMeasured } from "../../sim/calibrate/recognise.js";
import { styleOf, wrapped } from "../../sim/report/style.js";
import { FileProblem, readFileWithin } from "../../sim/scenario/files.js";
import { EXIT } from "../shared/failure.js";
import { checkJsonTarget, isSameTarget, writeJson, writeTarget } from "../shared/json-target.js";
import { pastOfBooks, pastOfFiles, type ReadPast } from "../shared/pool-past.js";
import type { Terminal, TextStream } from "../shared/terminal.js";

export interface CalibrateFlags {
  readonly from?: string;
  readonly out?: string;
  readonly region: string;
  readonly stakeShare: number;
  readonly json?: string;
}

const BYTES_MAX = 256 * 2 ** 20;

/** A file's text; null for folders, compressed files and lists of events, which are read elsewhere. */
function textOf(file: string): string | null {
  if (/\.gz$/.test(file) || isFolder(file)) return null;
  try {
    const text = decodedText(readFileWithin(file, BYTES_MAX));
    return looksLikeEvents(text) ? null : text;
  } catch (cause) {
    if (!(cause instanceof FileProblem)) throw cause;
    throw new InputError(`${file}: ${cause.message}`, { code: "CALIBRATE_INPUT", cause });
  }
}

/** What cannot be looked at is no folder: reading it says why. */
function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}

/** A folder of texts stands for each of them; one of events is read elsewhere, whole. */
function textsOf(file: string): readonly string[] {
  if (!isFolder(file)) return [file];
  const entries = readdirSync(file, { withFileTypes: true }).filter(
    ({ name }) => !name.startsWith("."),
  );
  // What pool record wrote has its events in folders, beside a table of what was earned.
  if (!entries.every((entry) => entry.isFile())) return [file];
  const files = entries.map(({ name }) => join(file, name)).sort();
  const isOfTexts = files.length > 0 && files.every((one) => /\.(?:txt|log|csv)$/i.test(one));
  return isOfTexts ? files : [file];
}

async function inputs(
  files: readonly string[],
  from: string | undefined,
): Promise<{ measured: readonly Measured[]; read: ReadPast | null }> {
  const measured: Measured[] = [];
  const events: string[] = [];
  for (const file of files.flatMap(textsOf)) {
    const text = textOf(file);
    if (text === null) events.push(file);
    else measured.push(...readMeasured(text, file));
  }
  if (from !== undefined && events.length > 0) {
    throw new InputError(`--from ${from} and ${events[0]}: events twice, expected one of them`, {
      code: "USAGE",
    });
  }
  if (from !== undefined) return { measured, read: pastOfBooks(from) };
  return { measured, read: events.length === 0 ? null : await pastOfFiles(events) };
}

function print(lines: readonly string[], { write, width, hasColour }: TextStream): void {
  const style = styleOf({ width, hasColour });
  const [head = "", ...rest] = lines;
  write(
    `${style.bold(head)}\n${rest.map((line) => wrapped(`  ${line}`, width, "    ")).join("\n")}\n\n`,
  );
}

/**
 * Calibrates.
 *
 * @returns the exit code
 * @throws InputError for bad input
 */
export async function calibrate(
  files: readonly string[],
  flags: CalibrateFlags,
  terminal: Terminal,
): Promise<number> {
  const { from, out, json, region, stakeShare } = flags;
  if (files.length === 0 && from === undefined) {
    throw new InputError("nothing to calibrate: expected files, or --from <db>", { code: "USAGE" });
  }
  const all = from === undefined ? files : [...files, from];
  if (json !== undefined) checkJsonTarget(json, all);
  if (out !== undefined) checkJsonTarget(out, all, "--out");
  if (out !== undefined && json !== undefined && isSameTarget(out, json)) {
    throw new InputError(`--out ${out} and --json ${json}: expected two files`, { code: "USAGE" });
  }
  const { measured, read } = await inputs(files, from);
  const past = read?.past ?? null;
  const { workers, ai, unused } = calibrateWorkers(measured, past, read?.unread);
  const stream = json === "-" ? terminal.stderr : terminal.stdout;
  for (const fit of workers) print(describeFit(fit, Date.now()), stream);
  for (const fit of ai) print(describeAIFit(fit), stream);
  for (const text of unused) stream.write(`${wrapped(`Not used: ${text}`, stream.width, "  ")}\n`);
  if (out === undefined) stream.write(workersFragment(workers, ai));
  else {
    const known =
      past === null ? null : { ai: { fits: ai, past: past.ai }, demand: pastDemand(past) };
    const text = scenarioOf(workers, { name: "calibrated", region, stakeShare }, known);
    writeTarget(out, text, "--out");
    stream.write(`Wrote ${out}. Next:\n\n  poolsim advise ${out}\n`);
  }
  if (json !== undefined) {
    const text = JSON.stringify(
      { workers, ai, unused },
      (_, value: unknown) => (typeof value === "bigint" ? String(value) : value),
      2,
    );
    writeJson(json, `${text}\n`, terminal);
  }
  return EXIT.ok;
}
