/** Writes results in the forms that were asked for, each to its file. */

import { InputError } from "../../core/errors.js";
import type { AnyResult } from "../../sim/report/any-result.js";
import { renderCsv, renderMarkdown } from "../../sim/report/forms.js";
import { renderHtml } from "../../sim/report/html/html.js";
import { renderJunit } from "../../sim/report/junit.js";
import type { FormFlags } from "./form-options.js";
import { checkJsonTarget, isSameTarget, writeJson } from "./json-target.js";
import type { Terminal } from "./terminal.js";

/** A result, and the scenario as the command line had it. */
export interface Reported {
  readonly result: AnyResult;
  readonly file?: string | undefined;
}

interface Form {
  readonly flag: keyof FormFlags;
  /** Whether it can hold several results. */
  readonly isList: boolean;
  readonly render: (reported: readonly Reported[], nowMs: number) => string;
}

const FORMS: readonly Form[] = [
  {
    flag: "html",
    isList: false,
    render: ([one], todayMs) =>
      one === undefined ? "" : renderHtml(one.result, { file: one.file, todayMs }),
  },
  {
    flag: "markdown",
    isList: true,
    render: (reported) =>
      reported.map(({ result, file }) => renderMarkdown(result, file)).join("\n"),
  },
  { flag: "csv", isList: true, render: (reported) => renderCsv(resultsOf(reported)) },
  { flag: "junit", isList: true, render: (reported) => renderJunit(resultsOf(reported)) },
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
 * Writes them.
 *
 * @param nowMs ms since 1970
 * @throws InputError (`JSON_TARGET`)
 */
export function writeForms(
  reported: readonly Reported[],
  flags: FormFlags,
  terminal: Terminal,
  nowMs: number,
): void {
  for (const { flag, render } of FORMS) {
    const target = flags[flag];
    if (target !== undefined) writeJson(target, render(reported, nowMs), terminal, `--${flag}`);
  }
}

/** Whether any is asked for. */
export function hasForms(flags: FormFlags): boolean {
  return FORMS.some(({ flag }) => flags[flag] !== undefined);
}

/** Whether one of them goes to stdout, so that the report does not. */
export function isFormPrinted(flags: FormFlags): boolean {
  return FORMS.some(({ flag }) => flags[flag] === "-");
}
