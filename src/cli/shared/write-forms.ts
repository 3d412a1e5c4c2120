/**
 * Writes results in the forms that were asked for, each to its file. What writes a form is loaded for those who ask for
 * it, and before the results are there: a long run does not end with a program that is another by then.
 */

import { InputError } from "../../core/errors.js";
import type { AnyResult } from "../../sim/report/any-result.js";
import { renderCsv, renderMarkdown } from "../../sim/report/forms.js";
import type { FormFlags } from "./form-options.js";
import { checkJsonTarget, isSameTarget, writeJson } from "./json-target.js";
import type { Terminal } from "./terminal.js";

/** A result, and the scenario as the command line had it. */
export interface Reported {
  readonly result: AnyResult;
  readonly file?: string | undefined;
}

type Render = (reported: readonly Reported[], nowMs: number) => string;

interface Form {
  readonly flag: keyof FormFlags;
  /** Whether it can hold several results. */
  readonly isList: boolean;
  readonly load: () => Promise<Render>;
}

/** Writes results in all forms that were asked for, at some ms since 1970. */
export type WriteForms = (reported: readonly Reported[], terminal: Terminal, nowMs: number) => void;

const FORMS: readonly Form[] = [
  {
    flag: "html",
    isList: false,
    load: async () => {
      const { renderHtml } = await import("../../sim/report/html/html.js");
      return ([one], todayMs) =>
        one === undefined ? "" : renderHtml(one.result, { file: one.file, todayMs });
    },
  },
  {
    flag: "markdown",
    isList: true,
    load: async () => (reported) =>
      reported.map(({ result, file }) => renderMarkdown(result, file)).join("\n"),
  },
  { flag: "csv", isList: true, load: async () => (reported) => renderCsv(resultsOf(reported)) },
  {
    flag: "junit",
    isList: true,
    load: async () => {
      const { renderJunit } = await import("../../sim/report/junit.js");
      return (reported) => renderJunit(resultsOf(reported));
    },
  },
];

function resultsOf(reported: readonly Reported[]): AnyResult[] {
  return reported.map(({ result }) => result);
}

/**
 * Finds out before a long run whether all forms can be written.
 *
 * @param inputs files that must not be overwritten
 * @param count how many results there will be
 * @throws InputError (`JSON_TARGET`, `USAGE`)
 */
export function checkForms(
  flags: FormFlags & { readonly json?: string },
  inputs: readonly string[],
  count: number,
): void {
  const targets = [flags.json, ...FORMS.map(({ flag }) => flags[flag])].filter(
    (target) => target !== undefined,
  );
  const twice = targets.find((target, index) =>
    targets.slice(0, index).some((before) => isSameTarget(before, target)),
  );
  if (twice !== undefined) {
    throw new InputError(`${twice}: two forms of a result cannot go to the same place`, {
      code: "USAGE",
    });
  }
  for (const { flag, isList } of FORMS) {
    const target = flags[flag];
    if (target === undefined) continue;
    checkJsonTarget(target, inputs, `--${flag}`);
    if (count > 1 && !isList) {
      throw new InputError(`--${flag}: expected one scenario, found ${count}`, { code: "USAGE" });
    }
  }
}

/**
 * Loads what writes them.
 *
 * @returns a function that throws InputError (`JSON_TARGET`) where one cannot be written
 */
export async function loadForms(flags: FormFlags): Promise<WriteForms> {
  const asked = await Promise.all(
    FORMS.flatMap(({ flag, load }) => {
      const target = flags[flag];
      if (target === undefined) return [];
      return [load().then((render) => ({ flag, target, render }))];
    }),
  );
  return (reported, terminal, nowMs) => {
    for (const { flag, target, render } of asked) {
      writeJson(target, render(reported, nowMs), terminal, `--${flag}`);
    }
  };
}

/** Whether any is asked for. */
export function hasForms(flags: FormFlags): boolean {
  return FORMS.some(({ flag }) => flags[flag] !== undefined);
}

/** Whether one of them goes to stdout, so that the report does not. */
export function isFormPrinted(flags: FormFlags): boolean {
  return FORMS.some(({ flag }) => flags[flag] === "-");
}
