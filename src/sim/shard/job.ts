/**
 * What a shard was a part of, as data: the scenario's file and the data files that it names, byte by
 * byte, and what the command line said. No paths lead anywhere from it, and no code is in it: whoever
 * merges shards reads no file that it names, and runs no extension but his own.
 */
import { createHash } from "node:crypto";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { InputError } from "../../core/errors.js";
import type { Extension } from "../extensions/extension.js";
import type { LoadedScenario } from "../input.js";
import type { Build } from "../kept/build.js";
import type { UnitKeys } from "../kept/key.js";
import { FileProblem, type ReadFile, readFileWithin } from "../scenario/files.js";
import { type LoadOptions, loadScenario } from "../scenario/load.js";
import { COMMAND, type Command } from "./command.js";

const SHARDS_MAX = 10_000;

const SOURCE = z.strictObject({
  /** From the scenario's folder; empty for the scenario itself. */
  path: z.string(),
  /** Where it lay, for scenarios that name it like that. */
  absolute: z.string(),
  base64: z.base64(),
});

const JOB = z.strictObject({
  file: z.string().regex(/^[^/\\]+$/),
  sources: z.array(SOURCE),
  set: z.array(z.strictObject({ path: z.string(), value: z.json(), label: z.string().optional() })),
  extensions: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
  command: COMMAND,
  /** Hashes of the variants' inputs: whoever loads it has to find the same. */
  inputs: z.array(z.string()),
});

const SHARD_RECORD = z.strictObject({
  form: z.literal(2),
  poolsim: z.string(),
  build: z.strictObject({ code: z.string(), node: z.string() }),
  shard: z.strictObject({
    index: z.int().min(1).max(SHARDS_MAX),
    count: z.int().min(1).max(SHARDS_MAX),
  }),
  job: JOB,
});

/** A command on a scenario, of which shards are parts. */
export type Job = z.infer<typeof JOB>;

/** What lies beside a shard's results: which part it is, of what, and who computed it. */
export type ShardRecord = z.infer<typeof SHARD_RECORD>;

/** A scenario, and the job that it makes. */
export interface LoadedJob {
  readonly loaded: LoadedScenario;
  readonly job: Job;
}

function placeOf(folder: string, path: string): string {
  return relative(folder, path).replaceAll(sep, "/");
}

function inputKeys({ variants }: LoadedScenario, keys: UnitKeys): string[] {
  return variants.map(({ input }) => keys.ofInput(input));
}

/**
 * Loads a scenario and notes all that was read for it.
 *
 * @param file path of the scenario
 * @throws InputError as `loadScenario`
 */
export function jobOf(
  file: string,
  load: Pick<LoadOptions, "set" | "extensions">,
  { command, keys }: { readonly command: Command; readonly keys: UnitKeys },
): LoadedJob {
  const { set = [], extensions = [] } = load;
  const folder = dirname(resolve(file));
  const sources: Job["sources"] = [];
  const readFile: ReadFile = (path, bytesMax) => {
    const bytes = readFileWithin(path, bytesMax);
    const place = path === file ? "" : placeOf(folder, path);
    const base64 = Buffer.from(bytes).toString("base64");
    sources.push({ path: place, absolute: resolve(path), base64 });
    return bytes;
  };
  const loaded = loadScenario(file, { ...load, readFile });
  const job = JOB.parse({
    command,
    file: basename(file),
    sources,
    set,
    extensions: extensions.map(({ sha256 }) => sha256),
    inputs: inputKeys(loaded, keys),
  });
  return { loaded, job };
}

/**
 * Loads the scenario of a job from what the job holds.
 *
 * @param extensions that the scenario may name; the very same as the job's
 * @throws InputError (`SHARD_INVALID`) for other extensions; as `loadScenario`
 */
export function loadJob(
  job: Job,
  { extensions, keys }: { readonly extensions: readonly Extension[]; readonly keys: UnitKeys },
): LoadedScenario {
  const own = extensions.map(({ sha256 }) => sha256);
  if (own.join() !== job.extensions.join()) {
    const text = `the shards were computed with ${job.extensions.length} extensions of other contents; expected --extension for the very same, in the same order`;
    throw new InputError(text, { code: "SHARD_INVALID" });
  }
  const here = resolve(".");
  const readFile: ReadFile = (path, bytesMax) => {
    const place = path === job.file ? "" : placeOf(here, path);
    const source =
      job.sources.find((one) => one.path === place) ??
      job.sources.find((one) => one.absolute === path);
    if (source === undefined) throw new FileProblem("is not among the shards' files");
    const bytes = Buffer.from(source.base64, "base64");
    if (bytes.length > bytesMax) throw new FileProblem(`found more than ${bytesMax} bytes`);
    return bytes;
  };
  const loaded = loadScenario(job.file, { set: job.set, extensions, readFile });
  if (inputKeys(loaded, keys).join() === job.inputs.join()) return loaded;
  throw new InputError("the shards' files make another scenario here than where they were run", {
    code: "SHARD_INVALID",
  });
}

/** SHA-256, hex: equal for shards of the same experiment. */
export function jobHash(job: Job): string {
  return createHash("sha256").update(JSON.stringify(job)).digest("hex");
}

/** A shard's record as text. */
export function shardText(record: {
  readonly poolsim: string;
  readonly build: Build;
  readonly shard: ShardRecord["shard"];
  readonly job: Job;
}): string {
  return `${JSON.stringify({ form: 2, ...record })}\n`;
}

/**
 * A shard's record from text.
 *
 * @param name what messages call it
 * @throws InputError (`SHARD_INVALID`) for text that is none
 */
export function shardRecordOf(text: string, name: string): ShardRecord {
  try {
    const record = SHARD_RECORD.parse(JSON.parse(text));
    if (record.shard.index <= record.shard.count) return record;
  } catch (error) {
    if (!(error instanceof z.ZodError || error instanceof SyntaxError)) throw error;
  }
  const expected = "expected what --shard writes, whole and unchanged";
  throw new InputError(`${name}: it is no record of a shard; ${expected}`, {
    code: "SHARD_INVALID",
  });
}

/**
 * The job that all records are parts of, once all of its parts are there.
 *
 * @param build who is to go on with it
 * @throws InputError (`SHARD_INVALID`) for shards of different experiments, or that another build
 *   computed, or when one is missing
 */
export function wholeJob(
  records: readonly { readonly name: string; readonly record: ShardRecord }[],
  build: Build,
): Job {
  const refuse = (text: string): never => {
    throw new InputError(text, { code: "SHARD_INVALID" });
  };
  const [first] = records;
  if (first === undefined) return refuse("found no shard, expected folders of --shard");
  const { job, shard } = first.record;
  const hash = jobHash(job);
  for (const { name, record } of records) {
    const { code, node } = record.build;
    if (code !== build.code || node !== build.node) {
      refuse(
        `${name}: it was computed by another build, poolsim ${record.poolsim} on Node ${node}; expected this very build on Node ${build.node}`,
      );
    }
    if (jobHash(record.job) !== hash || record.shard.count !== shard.count) {
      refuse(`${name}: it is part of another experiment than ${first.name}`);
    }
  }
  const found = new Set(records.map(({ record }) => record.shard.index));
  const missing = Array.from({ length: shard.count }, (_, index) => index + 1).filter(
    (index) => !found.has(index),
  );
  if (missing.length === 0) return job;
  const which = missing.slice(0, 10).join(", ");
  return refuse(`found ${found.size} of ${shard.count} shards: missing ${which}`);
}
