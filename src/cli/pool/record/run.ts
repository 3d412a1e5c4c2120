/** `poolsim pool record`: a simulated pool's events as files, to try its books on. */

import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatDuration } from "../../../config/duration.js";
import { parseSetting } from "../../../config/setting.js";
import { InputError } from "../../../core/errors.js";
import { counted, grouped } from "../../../core/wording.js";
import type { SimulationInput } from "../../../sim/input.js";
import { disturbed } from "../../../sim/record/disturb.js";
import { type EventFile, filesOf, pathsOf } from "../../../sim/record/files.js";
import type { Form } from "../../../sim/record/form-names.js";
import { numbered, textOf } from "../../../sim/record/forms.js";
import { type PoolRecord, recordPool } from "../../../sim/record/record-pool.js";
import { loadScenario } from "../../../sim/scenario/load.js";
import { EXIT } from "../../shared/failure.js";
import { interruptible } from "../../shared/interruptible.js";
import type { Terminal } from "../../shared/terminal.js";
import { ethText } from "../shared/amounts.js";

export interface RecordFlags {
  readonly out: string;
  readonly form: Form;
  readonly variant?: string;
  readonly seed?: number;
  /** Ms since 1970. */
  readonly start: number;
  readonly duration?: string;
  readonly set: readonly string[];
  readonly aiPerDay?: number;
  readonly restarts?: number;
  /** Ms. */
  readonly flush: number;
  readonly disturbed: boolean;
  readonly json: boolean;
}

const EARNED = "earned.csv";
/** Made-up AI requests where the scenario has no AI jobs. */
const AI_PER_DAY = 100;
const SOURCES = "sources.yaml";

/**
 * Simulates, then writes all files or none.
 *
 * @returns the exit code
 * @throws InputError (`RECORD_TARGET`, `RECORD_POOL`, `RECORD_SIZE`, `VARIANT_UNKNOWN`, and what
 *   scenarios throw); Interrupted
 */
export async function recordEvents(
  file: string,
  flags: RecordFlags,
  terminal: Terminal,
): Promise<number> {
  const { out, form, start: startMs, flush: flushMs, json } = flags;
  const { restarts = flags.disturbed ? 1 : 0 } = flags;
  await checkTarget(out);
  const { variant, input } = inputOf(file, flags);
  const hasAI = input.scenario.ai !== undefined;
  const { seed = input.scenario.seed, aiPerDay = hasAI ? 0 : AI_PER_DAY } = flags;
  const record = recordPool(input, { seed, startMs, aiPerDay, restarts });
  const inOrder = filesOf(numbered(record.events), { flushMs });
  const files = flags.disturbed ? disturbed(inOrder, seed) : inOrder;
  await interruptible((signal) => writeAll(record, files, flags, signal));
  const { name, duration } = input.scenario;
  const jobs = (kind: string) =>
    record.events.filter(({ event }) => event.type === "job-processed" && event.job === kind)
      .length;
  const earnedWei = (kind: string) =>
    record.earned.reduce(
      (sum, { nodeType, feesWei }) => sum + (nodeType === kind ? feesWei : 0n),
      0n,
    );
  const shown = {
    scenario: name,
    variant,
    seed,
    form,
    files: files.length,
    events: files.reduce((sum, { events }) => sum + events.length, 0),
    distinctEvents: record.events.length,
    sources: record.sources,
    workers: input.scenario.workers.reduce((sum, { count }) => sum + count, 0),
    transcode: { jobs: jobs("transcode"), feesWei: earnedWei("transcode") },
    ai: { jobs: jobs("ai"), feesWei: earnedWei("ai"), unattributedWei: record.unattributedWei },
    ticketsWei: record.incomeWei,
    import: importOf(input, flags),
  };
  if (json) {
    const text = (_key: string, value: unknown) =>
      typeof value === "bigint" ? value.toString() : value;
    terminal.stdout.write(`${JSON.stringify(shown, text, 2)}\n`);
    return EXIT.ok;
  }
  const repeated = shown.events - shown.distinctEvents;
  terminal.stdout.write(
    [
      `${formatDuration(duration)} of ${name} (variant ${variant}, seed ${seed}): ${counted(shown.distinctEvents, "event")} of ${counted(shown.sources.length, "node")} in ${counted(shown.files, "file")}${repeated > 0 ? `, ${grouped(repeated)} of them told again` : ""}`,
      `${counted(shown.transcode.jobs, "transcoding job")} of ${counted(shown.workers, "worker")} earned ${ethText(shown.transcode.feesWei)}`,
      ...(hasAI ? [`${counted(shown.ai.jobs, "AI job")} earned ${ethText(shown.ai.feesWei)}`] : []),
      ...(aiPerDay === 0
        ? []
        : [
            `${counted(shown.ai.jobs, "AI job")}, made up beside the simulation, earned ${ethText(shown.ai.feesWei)}, and ${ethText(shown.ai.unattributedWei)} that are nobody's`,
          ]),
      `${join(out, EARNED)} has what each worker earned`,
      "",
      "Next:",
      "",
      `  ${shown.import}`,
      "",
    ].join("\n"),
  );
  return EXIT.ok;
}

function inputOf(file: string, flags: RecordFlags): { variant: string; input: SimulationInput } {
  const { set, duration } = flags;
  const settings =
    duration === undefined
      ? set.map(parseSetting)
      : [...set.map(parseSetting), { path: "duration", value: duration, label: "--duration" }];
  const { variants } = loadScenario(file, { set: settings });
  const name = flags.variant ?? variants[0]?.name;
  const found = variants.find((variant) => variant.name === name);
  if (found !== undefined) return { variant: found.name, input: found.input };
  const known = variants.map((variant) => variant.name).join(", ");
  throw new InputError(`--variant: no variant is called "${name}", expected ${known}`, {
    code: "VARIANT_UNKNOWN",
  });
}

function unwritable(out: string, why: string, cause?: unknown): InputError {
  return new InputError(`--out ${out}: ${why}`, { code: "RECORD_TARGET", cause });
}

async function checkTarget(out: string): Promise<void> {
  if (out === "") throw unwritable(out, "expected a folder");
  const above = await stat(dirname(out)).catch(() => null);
  if (above?.isDirectory() !== true) throw unwritable(out, "its folder does not exist");
  const found = await stat(out).catch(() => null);
  if (found === null) return;
  if (!found.isDirectory()) throw unwritable(out, "it is a file, expected a folder");
  if ((await readdir(out)).length > 0)
    throw unwritable(out, "it is not empty, nothing was written");
}

/** All into a folder beside it, that then gets its name. */
async function writeAll(
  record: PoolRecord,
  files: readonly EventFile[],
  { out, form }: RecordFlags,
  signal: AbortSignal,
): Promise<void> {
  const temporary = `${out.replace(/[/\\]+$/, "")}.${process.pid}.tmp`;
  try {
    await mkdir(temporary);
    const paths = pathsOf(form, files);
    for (const [index, { events }] of files.entries()) {
      signal.throwIfAborted();
      const path = join(temporary, paths[index] ?? "");
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, textOf(form, events));
    }
    await writeFile(join(temporary, EARNED), earnedCsv(record));
    if (form === "api") await writeFile(join(temporary, SOURCES), sourcesYaml(record));
    await rename(temporary, out);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    if (signal.aborted || !(cause instanceof Error && "code" in cause)) throw cause;
    throw unwritable(out, `it cannot be written (${String(cause.code)})`, cause);
  }
}

function earnedCsv({ earned }: PoolRecord): string {
  const lines = earned.map(({ worker, address, nodeType, region, feesWei, shareWei }) =>
    [worker, address, nodeType, region, feesWei, shareWei ?? ""].join(","),
  );
  return `${["worker,address,node_type,region,fees_wei,share_wei", ...lines].join("\n")}\n`;
}

/** The API form has no labels, and IDs that count per node. */
function sourcesYaml({ sources }: PoolRecord): string {
  const lines = sources.map(
    ({ name, nodeType, region }) =>
      `  - { name: "${name}", files: "${name}", nodeType: ${nodeType}, region: "${region}" }`,
  );
  return `sources:\n${lines.join("\n")}\n`;
}

/** What imports it, with the scenario's own commission. */
function importOf({ scenario }: SimulationInput, { out, form }: RecordFlags): string {
  const word = (path: string) =>
    /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  const what = form === "api" ? `--sources ${word(join(out, SOURCES))}` : word(out);
  const commission = scenario.orchestrator?.economics.commission ?? "0";
  return `poolsim pool import ${what} --db pool.db --commission ${commission}`;
}
