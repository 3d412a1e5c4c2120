/**
 * The body of an orchestrator's `GET /discovery`, decoded as Go decodes it (A-69, A-75, W-17): which
 * live runners it has, under which addresses.
 */
import { RemoteError } from "../../core/errors.js";
import { decodeGoText, foldGoKey } from "../../core/go-text.js";
import {
  elements,
  type JsonSlice,
  MAX_NESTING_DEPTH,
  members,
  nestingDepth,
  stringValue,
  valueAt,
} from "../../core/json-scanner.js";

/** A body of more bytes counts as none. */
export const MAX_RUNNER_LIST_BYTES = 1_048_576;

/** The GPU of a runner. */
export interface RunnerGpu {
  /** As the runner calls it. */
  readonly id: string;
  /** Name of the model of GPU. */
  readonly name: string;
  /** Memory, megabytes. */
  readonly vramMb: bigint;
}

/** What a runner costs. */
export interface RunnerPrice {
  /** A JSON number, as written; empty = not given. */
  readonly price: string;
  /** As written, e.g. `wei`. */
  readonly currency: string;
  /** As written, e.g. `seconds`, `720p-pixel-seconds`, `fixed`. */
  readonly unit: string;
}

/** One runner, as sent: see `runnerRejection` for which count. */
export interface Runner {
  /** Where it is reached. */
  readonly url: string;
  /** What it runs: its key among the capabilities. */
  readonly app: string;
  /** Version of what it runs; empty = not told. */
  readonly version: string;
  /** Whatever it says of itself. */
  readonly metadata: string;
  /** `persistent`, `single-shot`, or empty. */
  readonly mode: string;
  /** Sessions at a time. */
  readonly capacity: bigint;
  /** How many of them are taken. */
  readonly capacityUsed: bigint;
  /** How many are not. */
  readonly capacityAvailable: bigint;
  /** Null = not told. */
  readonly gpu: RunnerGpu | null;
  /** Null = not told. */
  readonly price: RunnerPrice | null;
}

/** One element of the list. */
export interface RunnerListing {
  /** The orchestrator's service URI; empty = none. An orchestrator may list that of another. */
  readonly address: string;
  /** In its order. */
  readonly runners: readonly Runner[];
}

type Kind = "text" | "whole" | "number";
type Fields = Readonly<Record<string, Kind>>;
type Values = Record<string, string | bigint>;

const RUNNER: Fields = {
  url: "text",
  app: "text",
  version: "text",
  metadata: "text",
  mode: "text",
  capacity: "whole",
  capacity_used: "whole",
  capacity_available: "whole",
};
const GPU: Fields = { id: "text", name: "text", vram_mb: "whole" };
const PRICE: Fields = { price: "number", currency: "text", unit: "text" };
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Decodes a list of runners. One value of a wrong type fails all of it.
 *
 * @param body bytes as received, or text
 * @throws RemoteError (`RUNNER_LIST`) for what is no such list, or has more than
 *   {@link MAX_RUNNER_LIST_BYTES}
 */
export function parseRunnerList(body: Uint8Array | string): RunnerListing[] {
  const size = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  if (size > MAX_RUNNER_LIST_BYTES) throw failure(`has more than ${MAX_RUNNER_LIST_BYTES} bytes`);
  const json = typeof body === "string" ? body : decodeGoText(body);
  try {
    JSON.parse(json);
  } catch (cause) {
    throw failure("is not JSON", cause);
  }
  if (nestingDepth(json) > MAX_NESTING_DEPTH) {
    throw failure(`is nested deeper than ${MAX_NESTING_DEPTH}`);
  }
  const list = valueAt(json, 0);
  if (list.kind === "null") return [];
  return Array.from(listOf(json, list), (element) => readListing(json, element));
}

/** A runner while its list is read: repeated keys add to what is there (W-17). */
interface Slot {
  readonly values: Values;
  gpu: Values | null;
  price: Values | null;
}

function readListing(json: string, element: JsonSlice): RunnerListing {
  let address = "";
  let slots: Slot[] = [];
  let count = 0;
  for (const [key, value] of fieldsOf(json, element)) {
    if (key === "address" && value.kind !== "null") address = readText(json, value);
    else if (key === "runners") {
      count = 0;
      if (value.kind !== "null") {
        // A list that is repeated is read into the runners of the one before it, as in Go.
        for (const item of listOf(json, value)) {
          const slot = slots[count] ?? { values: empty(RUNNER), gpu: null, price: null };
          slots[count] = slot;
          count += 1;
          readRunner(slot, json, item);
        }
      }
      if (count === 0) slots = [];
    }
  }
  return { address, runners: slots.slice(0, count).map(runnerOf) };
}

function readRunner(slot: Slot, json: string, element: JsonSlice): void {
  for (const [key, value] of fieldsOf(json, element)) {
    if (key === "gpu") slot.gpu = readPart(json, value, GPU, slot.gpu);
    else if (key === "price_info") slot.price = readPart(json, value, PRICE, slot.price);
    else readField(slot.values, RUNNER, key, json, value);
  }
}

function runnerOf({ values, gpu, price }: Slot): Runner {
  return {
    url: text(values, "url"),
    app: text(values, "app"),
    version: text(values, "version"),
    metadata: text(values, "metadata"),
    mode: text(values, "mode"),
    capacity: whole(values, "capacity"),
    capacityUsed: whole(values, "capacity_used"),
    capacityAvailable: whole(values, "capacity_available"),
    gpu: gpu && { id: text(gpu, "id"), name: text(gpu, "name"), vramMb: whole(gpu, "vram_mb") },
    price: price && {
      price: text(price, "price"),
      currency: text(price, "currency"),
      unit: text(price, "unit"),
    },
  };
}

/** An object within another; one that is repeated adds to the first. */
function readPart(
  json: string,
  value: JsonSlice,
  fields: Fields,
  before: Values | null,
): Values | null {
  if (value.kind === "null") return null;
  const values = before ?? empty(fields);
  for (const [key, member] of fieldsOf(json, value)) readField(values, fields, key, json, member);
  return values;
}

function readField(
  values: Values,
  fields: Fields,
  key: string,
  json: string,
  value: JsonSlice,
): void {
  const kind = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (kind === undefined || value.kind === "null") return;
  if (kind === "text") values[key] = readText(json, value);
  else if (kind === "whole") values[key] = readWhole(json, value);
  else values[key] = readNumber(json, value);
}

function empty(fields: Fields): Values {
  return Object.fromEntries(
    Object.entries(fields).map(([key, kind]) => [key, kind === "whole" ? 0n : ""]),
  );
}

function text(values: Values, key: string): string {
  return String(values[key] ?? "");
}

function whole(values: Values, key: string): bigint {
  return BigInt(values[key] ?? 0);
}

function* fieldsOf(json: string, element: JsonSlice): Generator<[string, JsonSlice]> {
  if (element.kind === "null") return;
  if (element.kind !== "object") throw wrongType(element, "an object");
  for (const [key, value] of members(json, element)) yield [foldGoKey(key), value];
}

function listOf(json: string, list: JsonSlice): Iterable<JsonSlice> {
  if (list.kind !== "array") throw wrongType(list, "a list");
  return elements(json, list);
}

function readText(json: string, value: JsonSlice): string {
  if (value.kind !== "string") throw wrongType(value, "a string");
  return stringValue(json, value);
}

/** A whole number of 64 bits, written without point and exponent. */
function readWhole(json: string, value: JsonSlice): bigint {
  const digits = json.slice(value.start, value.end);
  if (value.kind !== "number" || !/^-?\d{1,20}$/.test(digits)) {
    throw wrongType(value, "a whole number");
  }
  const number = BigInt(digits);
  if (BigInt.asIntN(64, number) !== number) throw wrongType(value, "a number of 64 bits");
  return number;
}

/** A number, or a string that is exactly one. */
function readNumber(json: string, value: JsonSlice): string {
  if (value.kind === "number") return json.slice(value.start, value.end);
  const written = value.kind === "string" ? stringValue(json, value) : "";
  if (!JSON_NUMBER.test(written)) throw wrongType(value, "a number");
  return written;
}

function wrongType({ kind, start }: JsonSlice, expected: string): RemoteError {
  return failure(`has a value of type ${kind} at ${start} instead of ${expected}`);
}

function failure(what: string, cause?: unknown): RemoteError {
  return new RemoteError(`the list of runners ${what}`, { code: "RUNNER_LIST", cause });
}
