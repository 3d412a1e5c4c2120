/**
 * Checks of what callers give a public face: values that have the right type and cannot be meant,
 * and, where there are no types, values of another one. Cores that run often check nothing.
 */
import { InputError } from "./errors.js";

/** The lowest and the highest that is taken; up to `Infinity`, Infinity itself is taken too. */
export type Bounds = readonly [low: number, high: number];

/** By the names that the caller knows; what is undefined was not given. */
type Given = Readonly<Record<string, unknown>>;

/** Spans of time for Node's timers, in ms: with a longer one they fire at once. */
export const TIMER_MS: Bounds = [0, 2_147_483_647];
/** Instants that a date can have, in ms since 1970. */
const INSTANT_MS: Bounds = [0, 8.64e15];

/** @throws InputError (`OPTION_INVALID`) always */
export function refuse(text: string): never {
  throw new InputError(text, { code: "OPTION_INVALID" });
}

/** @throws InputError (`OPTION_INVALID`) for what is no whole number within the bounds */
export function checkWhole(given: Given, [low, high]: Bounds): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || (value === high && high === Number.POSITIVE_INFINITY)) continue;
    if (Number.isSafeInteger(value) && isWithin(value, [low, high])) continue;
    refuse(`${name}: found ${shown(value)}, expected a whole number ${rangeText([low, high])}`);
  }
}

/** @throws InputError (`OPTION_INVALID`) for what is no number within the bounds */
export function checkNumber(given: Given, bounds: Bounds): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || isWithin(value, bounds)) continue;
    refuse(`${name}: found ${shown(value)}, expected a number ${rangeText(bounds)}`);
  }
}

/** @throws InputError (`OPTION_INVALID`) for what is no instant, ms since 1970 */
export function checkInstant(given: Given): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || isWithin(value, INSTANT_MS)) continue;
    refuse(`${name}: found ${shown(value)}, expected ms since 1970`);
  }
}

/** @throws InputError (`OPTION_INVALID`) for what is no text, or an empty one */
export function checkText(given: Given): void {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "string" && value !== "") continue;
    refuse(`${name}: found ${shown(value)}, expected a text that is not empty`);
  }
}

/** @throws InputError (`OPTION_INVALID`) for what is none of the choices */
export function checkChoice(given: Given, choices: readonly string[]): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || (typeof value === "string" && choices.includes(value))) continue;
    refuse(`${name}: found ${shown(value)}, expected ${choices.join(", ")}`);
  }
}

/**
 * Checks that objects are given, and have what is called first: a caller without types who forgets
 * one is told its name.
 *
 * @param method that each must have; `""`: any object
 * @throws InputError (`OPTION_INVALID`)
 */
export function checkObject(given: Given, method = ""): void {
  for (const [name, value] of Object.entries(given)) {
    const isObject = typeof value === "object" && value !== null;
    const has = method === "" || (isObject && typeof Reflect.get(value, method) === "function");
    if (isObject && has) continue;
    const what = method === "" ? "an object" : `an object with ${method}()`;
    refuse(`${name}: found ${shown(value)}, expected ${what}`);
  }
}

/** @throws InputError (`OPTION_INVALID`) for what is no list */
export function checkList(given: Given): void {
  for (const [name, value] of Object.entries(given)) {
    if (!Array.isArray(value)) refuse(`${name}: found ${shown(value)}, expected a list`);
  }
}

/** @throws InputError (`OPTION_INVALID`) for what is of another type than that, and not undefined */
export function checkType(given: Given, type: "string" | "boolean" | "function"): void {
  const what = type === "string" ? "a text" : `a ${type}`;
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || typeof value === type) continue;
    refuse(`${name}: found ${shown(value)}, expected ${what}`);
  }
}

/** @throws InputError (`OPTION_INVALID`) for what is no function */
export function checkFunction(given: Given): void {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") continue;
    refuse(`${name}: found ${shown(value)}, expected a function`);
  }
}

function isWithin(value: unknown, [low, high]: Bounds): boolean {
  return typeof value === "number" && value >= low && value <= high;
}

function rangeText([low, high]: Bounds): string {
  return high < Number.MAX_SAFE_INTEGER ? `from ${low} to ${high}` : `from ${low}`;
}

/** At most some words of it: a caller may have mixed up its arguments. */
function shown(value: unknown): string {
  if (typeof value === "object" && value !== null)
    return Array.isArray(value) ? "a list" : "an object";
  if (typeof value === "function") return "a function";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
