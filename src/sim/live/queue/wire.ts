/**
 * What travels through a queue: data, and nothing else. No path is in it that anybody would follow, and
 * no code; whoever takes something out checks it against a schema first, and against its hash.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import { InputError } from "../../../core/errors.js";
import type { PlainError } from "../../experiment/threads/plain-error.js";
import type { Extension } from "../../extensions/extension.js";
import type { SimulationInput } from "../../input.js";
import type { UnitKeys } from "../../kept/key.js";
import { crossCheck } from "../../scenario/cross-checks.js";
import { schemaWith } from "../../scenario/extended-schema.js";
import { knownNames } from "../../scenario/known-names.js";

/** The most bytes of an input, packed and unpacked: a network and a trace of the largest size. */
const PACKED_BYTES_MAX = 100_000_000;
const JSON_BYTES_MAX = 300_000_000;
const EXTENSIONS_MAX = 100;

const HASH = z.string().regex(/^[0-9a-f]{64}$/);

/** A unit to compute: one replication. Its key is the job's id. */
export const UNIT_JOB = z.strictObject({
  form: z.literal(1),
  /** Who waits for it. */
  asker: z.string().max(200),
  /** Hash of its input, which lies beside. */
  input: HASH,
  seed: z.int().nonnegative(),
  replication: z.int().nonnegative(),
});

export type UnitJob = z.infer<typeof UNIT_JOB>;

const PLAIN_ERROR = z.strictObject({
  type: z.enum(["InputError", "RemoteError", "InvariantError", "Error"]),
  name: z.string(),
  message: z.string(),
  code: z.string(),
  stack: z.string(),
}) satisfies z.ZodType<PlainError>;

/** What a worker says of a unit. */
export const ANSWER = z.discriminatedUnion("type", [
  /** Its result lies beside. */
  z.strictObject({ type: z.literal("done") }),
  z.strictObject({ type: z.literal("failure"), error: PLAIN_ERROR }),
  /** Nobody waits for it any more. */
  z.strictObject({ type: z.literal("skipped") }),
  z.strictObject({ type: z.literal("inputMissing") }),
  /** Its result is none that can be written and read again. */
  z.strictObject({ type: z.literal("unsendable") }),
]);

export type Answer = z.infer<typeof ANSWER>;

const FILE = z.strictObject({ name: z.string().regex(/^[^/\\]{1,255}$/), text: z.string() });

const INPUT = z.strictObject({
  form: z.literal(1),
  scenario: z.record(z.string(), z.unknown()),
  data: z.strictObject({
    network: FILE,
    regions: FILE,
    rtt: FILE,
    devices: FILE,
    packagedNetwork: FILE.optional(),
    trace: FILE.optional(),
  }),
  extensions: z.array(HASH).max(EXTENSIONS_MAX),
});

function queueError(text: string, cause?: unknown): InputError {
  return new InputError(text, { code: "QUEUE_UNIT", cause });
}

/**
 * An input as bytes. Its scenario is written as a file would have it, so that it is read with all checks.
 *
 * @param extensions those of the input
 * @throws InputError (`QUEUE_UNIT`) for one that cannot be sent
 */
export function inputBytes(
  { scenario, data }: SimulationInput,
  extensions: readonly Extension[],
): Uint8Array {
  const hashes = extensions.map(({ sha256 }) => sha256);
  const encoded = z.encode(schemaWith(extensions), scenario);
  const json = JSON.stringify({ form: 1, scenario: encoded, data, extensions: hashes });
  const bytes = json.length > JSON_BYTES_MAX ? undefined : gzipSync(json, { level: 3 });
  if (bytes !== undefined && bytes.length <= PACKED_BYTES_MAX) return bytes;
  throw queueError(
    `the scenario's files are too large for a queue, expected at most ${PACKED_BYTES_MAX} bytes packed`,
  );
}

/** What a worker has to read inputs with. */
export interface InputReader {
  /** That it was given: no other code is run. */
  readonly extensions: readonly Extension[];
  readonly keys: UnitKeys;
}

/**
 * An input from bytes.
 *
 * @param hash which one it has to be
 * @throws InputError (`QUEUE_UNIT`) for anything else, and with extensions that the worker has not
 */
export function inputOf(
  bytes: Uint8Array,
  hash: string,
  { extensions: own, keys }: InputReader,
): SimulationInput {
  const { scenario: encoded, data, extensions: wanted } = readInput(bytes);
  const extensions = wanted.map((sha256) => {
    const found = own.find((one) => one.sha256 === sha256);
    if (found !== undefined) return found;
    throw queueError(
      `a worker has not the extension with the SHA-256 ${sha256}; expected poolsim worker --extension with the very same file`,
    );
  });
  const read = schemaWith(extensions).safeParse(encoded);
  if (!read.success) throw queueError("a unit's scenario is none", read.error);
  const [finding] = crossCheck(read.data, knownNames(data));
  if (finding !== undefined) throw queueError(`a unit's scenario is none: ${finding.text}`);
  const files = extensions.map(({ path, sha256, isAlone }) => ({ path, sha256, isAlone }));
  const input: SimulationInput = {
    scenario: read.data,
    data,
    ...(files.length === 0 ? {} : { extensions: files }),
  };
  if (keys.ofInput(input) === hash) return input;
  throw queueError("a unit's input is not the one that its hash says");
}

function readInput(bytes: Uint8Array): z.infer<typeof INPUT> {
  try {
    if (bytes.length > PACKED_BYTES_MAX) throw new RangeError("too large");
    const json = gunzipSync(bytes, { maxOutputLength: JSON_BYTES_MAX });
    return INPUT.parse(JSON.parse(json.toString("utf8")));
  } catch (error) {
    throw queueError("a unit's input is none", error);
  }
}
