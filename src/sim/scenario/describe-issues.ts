/** What the schema has to say about a scenario, in words: what was found, what was expected. */
import type { z } from "zod";
import { DURATION_EXPECTED } from "../../config/duration.js";
import { type Finding, type Path, valueText } from "../../config/problem.js";
import { suggestion } from "../../config/suggest.js";
import { counted } from "../../core/wording.js";
import { childValue, isDurationAt, keysAt } from "./json-schema.js";

type Issue = z.core.$ZodIssue;

/** Findings beyond these are only counted: each one is looked up in the file. */
const DESCRIBED_MAX = 200;

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
};

/** Units by the ends of names: who writes `1.5s` learns which number is meant. */
const UNITS: readonly (readonly [end: RegExp, unit: string])[] = [
  [/Ms$/, " of ms"],
  [/Mbps$/, " of Mbit/s"],
];

function unitAt(path: Path): string {
  const name = String(path.at(-1) ?? "");
  return UNITS.find(([end]) => end.test(name))?.[1] ?? "";
}

function toPath(path: readonly PropertyKey[]): Path {
  return path.map((part) => (typeof part === "number" ? part : String(part)));
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => childValue(value, part), root);
}

/** "at least 3", with a unit where the number counts something. */
function boundText(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const isMinimum = issue.code === "too_small";
  const bound = Number(isMinimum ? issue.minimum : issue.maximum);
  const limit = issue.exact
    ? "exactly"
    : isMinimum
      ? issue.inclusive
        ? "at least"
        : "more than"
      : issue.inclusive
        ? "at most"
        : "less than";
  if (issue.origin === "array") return `a list of ${limit} ${counted(bound, "item")}`;
  if (issue.origin === "string") return `text of ${limit} ${counted(bound, "character")}`;
  return `a number of ${limit} ${bound}`;
}

/** What an issue expected, without the word itself; undefined for issues about keys. */
function expectedText(issue: Issue, isDuration: boolean): string {
  if (isDuration) return DURATION_EXPECTED.replace("expected ", "");
  switch (issue.code) {
    case "invalid_type":
      return TYPES[issue.expected] ?? issue.expected;
    case "invalid_value": {
      const values = issue.values.map((value) => JSON.stringify(value));
      return values.length === 1 ? values.join("") : `one of ${values.join(", ")}`;
    }
    case "too_small":
    case "too_big":
      return boundText(issue);
    default:
      return issue.message.replace(/^expected /, "");
  }
}

/** The alternatives that a value was meant to be: those that its type fits, if any. */
function fittingBranches(branches: readonly (readonly Issue[])[]): readonly (readonly Issue[])[] {
  const fits = (branch: readonly Issue[]) =>
    !branch.some(
      ({ code, path }) =>
        path.length === 0 && (code === "invalid_type" || code === "invalid_value"),
    );
  const fitting = branches.filter(fits);
  return fitting.length > 0 ? fitting : branches;
}

class Describer {
  readonly #root: unknown;

  constructor(root: unknown) {
    this.#root = root;
  }

  #mismatch(path: Path, expected: string, options: readonly string[]): Finding {
    const value = valueAt(this.#root, path);
    const meant = typeof value === "string" ? suggestion(value, options) : "";
    const hint = meant.startsWith(";") ? meant : "";
    const found = value === undefined ? "is missing" : `found ${valueText(value)}`;
    return { path, text: `${found}, expected ${expected}${hint}` };
  }

  #union(issue: z.core.$ZodIssueInvalidUnion, path: Path): Finding[] {
    if (issue.errors.length === 0) {
      const options = "options" in issue ? (issue.options ?? []).map(String) : [];
      return [this.#mismatch(path, `one of ${options.join(", ")}`, options)];
    }
    const branches = fittingBranches(issue.errors);
    const [only] = branches;
    if (branches.length === 1 && only !== undefined) {
      return only.flatMap((inner) => this.#describe(inner, path));
    }
    const isDuration = isDurationAt(path, this.#root);
    const first = branches.flatMap((branch) => branch.slice(0, 1));
    const expected = new Set(first.map((inner) => expectedText(inner, isDuration)));
    const options = first.flatMap((inner) =>
      inner.code === "invalid_value" ? inner.values.map(String) : [],
    );
    return [this.#mismatch(path, [...expected].join(" or "), options)];
  }

  #describe(issue: Issue, prefix: Path): Finding[] {
    const path = [...prefix, ...toPath(issue.path)];
    switch (issue.code) {
      case "unrecognized_keys": {
        const known = keysAt(path, this.#root);
        return issue.keys.slice(0, DESCRIBED_MAX).map((key) => ({
          path: [...path, key],
          atKey: true,
          text: `unknown key${suggestion(key, known)}`,
        }));
      }
      case "invalid_union":
        return this.#union(issue, path);
      case "invalid_key": {
        const reason = issue.issues[0]?.message ?? "expected another key";
        const key = JSON.stringify(path.at(-1));
        return [{ path, atKey: true, text: `found the key ${key}, ${reason}` }];
      }
      case "invalid_value":
        return [this.#mismatch(path, expectedText(issue, false), issue.values.map(String))];
      default: {
        const isDuration = issue.code !== "custom" && isDurationAt(path, this.#root);
        const expected = expectedText(issue, isDuration);
        const isNumber = issue.code === "invalid_type" && issue.expected === "number";
        return [this.#mismatch(path, isNumber ? `${expected}${unitAt(path)}` : expected, [])];
      }
    }
  }

  describe(issues: readonly Issue[]): Finding[] {
    const findings = issues.slice(0, DESCRIBED_MAX).flatMap((issue) => this.#describe(issue, []));
    return findings.slice(0, DESCRIBED_MAX);
  }
}

/** The schema's issues in words. */
export interface DescribedIssues {
  /** The first of them. */
  readonly findings: readonly Finding[];
  /** How many there are beyond those. */
  readonly more: number;
}

/**
 * Puts the schema's issues into words.
 *
 * @param issues of zod
 * @param root the value that was validated
 */
export function describeIssues(issues: readonly Issue[], root: unknown): DescribedIssues {
  const findings = new Describer(root).describe(issues);
  let count = 0;
  for (const issue of issues) count += issue.code === "unrecognized_keys" ? issue.keys.length : 1;
  return { findings, more: Math.max(0, count - findings.length) };
}
