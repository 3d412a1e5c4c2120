/** What is wrong with a scenario, where, and how it is said: always in one line. */
import { InputError } from "../core/errors.js";
import { counted } from "../core/wording.js";

/** From the root of a scenario to one of its settings. */
export type Path = readonly (string | number)[];

/** Where something stands. */
export interface Place {
  /** `file:line:column`, or `--set path`. */
  readonly text: string;
  /** Earlier places have smaller numbers. */
  readonly order: number;
}

/** Something wrong at a path; `atKey` when the key itself is wrong and not its value. */
export interface Finding {
  readonly path: Path;
  readonly atKey?: boolean | undefined;
  /** What was found and what was expected. */
  readonly text: string;
}

export interface Problem {
  readonly place: Place;
  /** Dotted; empty for the whole file. */
  readonly path: string;
  readonly text: string;
}

/** `workers.0.name` → `workers[0].name` as readers of YAML and JSON write it. */
export function pathText(path: Path): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join("");
}

/** One line: control characters and line breaks are shown, not sent to the terminal. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, (found) =>
    /^\s+$/.test(found) ? " " : "\ufffd",
  );
}

/** Longer than anything that is meant to be read: names and numbers of a file may be of any length. */
const PART_MAX = 1_000;

/** A problem in one line: where, which setting, what was found and what was expected. */
export function problemLine({ place, path, text }: Problem): string {
  const parts = [place.text, path, text].filter((part) => part !== "");
  const short = parts.map((part) =>
    part.length <= PART_MAX ? part : `${part.slice(0, PART_MAX - 1)}…`,
  );
  return oneLine(short.join(": "));
}

/** In the file's order. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((a, b) => a.place.order - b.place.order);
}

/** The problems of a scenario: the message is the first of them and how many more there are. */
export class ScenarioError extends InputError {
  /** In the file's order. */
  readonly problems: readonly Problem[];

  /**
   * @param problems at least one
   * @param undescribed how many there are beyond those
   */
  constructor(problems: readonly Problem[], undescribed = 0) {
    const [first, ...others] = inOrder(problems);
    const rest = others.length + undescribed;
    const more = rest === 0 ? "" : ` (and ${rest} more)`;
    const message = first === undefined ? "invalid scenario" : `${problemLine(first)}${more}`;
    super(message, { code: "SCENARIO_INVALID" });
    this.problems = first === undefined ? [] : [first, ...others];
  }
}

/**
 * The error for some problems: the first in the file's order, and how many more there are.
 *
 * @param problems at least one
 * @param undescribed how many there are beyond those
 */
export function problemsError(problems: readonly Problem[], undescribed = 0): ScenarioError {
  return new ScenarioError(problems, undescribed);
}

/** A found value as a message shows it, at most 40 characters of it. */
export function valueText(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) {
    if (value.length === 0) return "an empty list";
    return `a list of ${counted(value.length, "item")}`;
  }
  if (typeof value === "object") return "a mapping";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
