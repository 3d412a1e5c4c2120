/**
 * Walks over JSON as it is written: members keep their order and their repetitions, numbers their
 * digits. `JSON.parse` has already said that the text is valid; it cannot tell these.
 */
import { invariant } from "./errors.js";

/** Arrays and objects lie at most this deep within one another, as in Go. */
export const MAX_NESTING_DEPTH = 10_000;

/** One value of a valid JSON text. */
export interface JsonSlice {
  readonly kind: "null" | "boolean" | "number" | "string" | "array" | "object";
  readonly start: number;
  readonly end: number;
}

/** The value that begins at or after `from`. */
export function valueAt(json: string, from: number): JsonSlice {
  const start = skip(json, from, " \t\r\n");
  const first = json.charAt(start);
  switch (first) {
    case '"':
      return { kind: "string", start, end: stringEnd(json, start) };
    case "[":
      return { kind: "array", start, end: containerEnd(json, start) };
    case "{":
      return { kind: "object", start, end: containerEnd(json, start) };
    case "n":
      return { kind: "null", start, end: start + 4 };
    case "t":
      return { kind: "boolean", start, end: start + 4 };
    case "f":
      return { kind: "boolean", start, end: start + 5 };
    default:
      return { kind: "number", start, end: skip(json, start, "+-.eE0123456789") };
  }
}

/** The elements of an array, in order. */
export function* elements(json: string, array: JsonSlice): Generator<JsonSlice> {
  invariant(array.kind === "array", "elements are of an array");
  let at = skip(json, array.start + 1, " \t\r\n");
  while (json.charAt(at) !== "]") {
    const element = valueAt(json, at);
    yield element;
    at = skip(json, element.end, " \t\r\n,");
  }
}

/** The members of an object, in order, repeated keys included. */
export function* members(json: string, object: JsonSlice): Generator<[string, JsonSlice]> {
  invariant(object.kind === "object", "members are of an object");
  let at = skip(json, object.start + 1, " \t\r\n");
  while (json.charAt(at) !== "}") {
    const key = valueAt(json, at);
    const value = valueAt(json, skip(json, key.end, " \t\r\n:"));
    yield [stringValue(json, key), value];
    at = skip(json, value.end, " \t\r\n,");
  }
}

/** The text of a string; half a surrogate pair becomes U+FFFD. */
export function stringValue(json: string, { start, end }: JsonSlice): string {
  const text: unknown = JSON.parse(json.slice(start, end));
  invariant(typeof text === "string", "a string is a string");
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

/** How deep arrays and objects lie within one another. */
export function nestingDepth(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json.charAt(at);
    if (character === '"') at = stringEnd(json, at) - 1;
    else if (character === "[" || character === "{") deepest = Math.max(deepest, ++depth);
    else if (character === "]" || character === "}") depth--;
  }
  return deepest;
}

function skip(json: string, from: number, characters: string): number {
  let at = from;
  while (at < json.length && characters.includes(json.charAt(at))) at++;
  return at;
}

function stringEnd(json: string, start: number): number {
  let at = start + 1;
  while (json.charAt(at) !== '"') at += json.charAt(at) === "\\" ? 2 : 1;
  return at + 1;
}

function containerEnd(json: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const character = json.charAt(at);
    if (character === '"') {
      at = stringEnd(json, at);
      continue;
    }
    if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth--;
    at++;
  } while (depth > 0);
  return at;
}
