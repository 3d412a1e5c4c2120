/** The text of `-maxPricePerCapability`, as Go decodes it. */
import { InputError } from "../../core/errors.js";
import { foldGoKey } from "../../core/go-text.js";
import {
  elements,
  type JsonSlice,
  MAX_NESTING_DEPTH,
  members,
  nestingDepth,
  stringValue,
  valueAt,
} from "../../core/json-scanner.js";
import type { Rational } from "../../core/rational.js";
import { DEFAULT_MODEL } from "../price.js";
import { parseGoRational } from "./go-rational.js";

/** One entry. */
export interface CapabilityMaxPrice {
  /** Name of the pipeline, untested. */
  readonly pipeline: string;
  /** Id of the model; `default` if none was given. */
  readonly modelId: string;
  /** Null = not given. */
  readonly pricePerUnit: Rational | null;
  /** Null = not given. */
  readonly pixelsPerUnit: Rational | null;
  /** As written; empty = wei. */
  readonly currency: string;
}

interface Slot {
  pipeline: string;
  model_id: string;
  price_per_unit: Rational | null;
  pixels_per_unit: Rational | null;
  currency: string;
}

const TEXTS = ["pipeline", "model_id", "currency"] as const;
const NUMBERS = ["price_per_unit", "pixels_per_unit"] as const;

/**
 * Reads the option: JSON, `{"capabilities_prices": [{pipeline, model_id, price_per_unit,
 * pixels_per_unit, currency}]}`. Keys count in any case, and of repeated ones the last; an unknown
 * key does not count, nor does null, except for a number, where it is an error.
 *
 * @param text the option, or what the file that it names holds
 * @throws InputError (`CAPABILITY_PRICES`) for anything wrong anywhere: go-livepeer then starts
 *   without any price per capability
 */
export function parseCapabilityPrices(text: string): CapabilityMaxPrice[] {
  let slots: Slot[] = [];
  let count = 0;
  for (const [key, value] of membersOf(text)) {
    if (foldGoKey(key) !== "capabilities_prices") continue;
    if (value.kind === "null") {
      slots = [];
      count = 0;
      continue;
    }
    if (value.kind !== "array") throw wrongType(value, "a list");
    // A list that is repeated is read into the entries of the one before it, as in Go.
    count = 0;
    for (const element of elements(text, value)) {
      const slot = slots[count] ?? emptySlot();
      slots[count] = slot;
      count += 1;
      readInto(slot, text, element);
    }
    if (count === 0) slots = [];
  }
  return slots.slice(0, count).map((slot) => ({
    pipeline: slot.pipeline,
    modelId: slot.model_id === "" ? DEFAULT_MODEL : slot.model_id,
    pricePerUnit: slot.price_per_unit,
    pixelsPerUnit: slot.pixels_per_unit,
    currency: slot.currency,
  }));
}

function emptySlot(): Slot {
  return { pipeline: "", model_id: "", price_per_unit: null, pixels_per_unit: null, currency: "" };
}

function membersOf(text: string): Iterable<[string, JsonSlice]> {
  try {
    JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw failure(`is not JSON: ${message}`, cause);
  }
  if (nestingDepth(text) > MAX_NESTING_DEPTH) {
    throw failure(`is nested deeper than ${MAX_NESTING_DEPTH}`);
  }
  const whole = valueAt(text, 0);
  if (whole.kind === "null") return [];
  if (whole.kind !== "object") throw wrongType(whole, "an object");
  return members(text, whole);
}

function readInto(slot: Slot, text: string, element: JsonSlice): void {
  if (element.kind === "null") return;
  if (element.kind !== "object") throw wrongType(element, "an object");
  for (const [key, value] of members(text, element)) {
    const folded = foldGoKey(key);
    const textField = TEXTS.find((name) => name === folded);
    const numberField = NUMBERS.find((name) => name === folded);
    if (textField !== undefined && value.kind !== "null") {
      if (value.kind !== "string") throw wrongType(value, `a string for ${textField}`);
      slot[textField] = stringValue(text, value);
    } else if (numberField !== undefined) {
      if (value.kind !== "number") throw wrongType(value, `a number for ${numberField}`);
      const digits = text.slice(value.start, value.end);
      const number = parseGoRational(digits);
      if (number === null) throw failure(`has ${digits.slice(0, 40)}, whose exponent is too large`);
      slot[numberField] = number;
    }
  }
}

function wrongType({ kind, start }: JsonSlice, expected: string): InputError {
  const found = kind === "null" ? "null" : `a value of type ${kind}`;
  return failure(`has ${found} at ${start} instead of ${expected}`);
}

function failure(what: string, cause?: unknown): InputError {
  return new InputError(`-maxPricePerCapability ${what}`, { code: "CAPABILITY_PRICES", cause });
}
