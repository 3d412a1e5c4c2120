/** Prints what `advise` or `sweep` found, writes it in the forms that were asked for, and says how it ended. */
import type { AdviceResult } from "../../sim/advise/advice-result.js";
import { renderAdvice } from "../../sim/report/advice.js";
import { holdsAll, isAdvice } from "../../sim/report/any-result.js";
import { renderJson } from "../../sim/report/json.js";
import { renderSweep } from "../../sim/report/sweep.js";
import type { SweepResult } from "../../sim/sweep/sweep-result.js";
import { EXIT } from "./failure.js";
import type { FormFlags } from "./form-options.js";
import { tellGithub } from "./github.js";
import { writeJson } from "./json-target.js";
import type { Terminal } from "./terminal.js";
import { isFormPrinted, type WriteForms } from "./write-forms.js";

/** Where it goes. */
interface TellFlags extends FormFlags {
  readonly json?: string;
  readonly details: boolean;
}

/**
 * @param options.file the scenario as the command line had it; undefined: nobody has it
 * @param options.more what people are told beside
 * @param options.writeForms writes the forms that were asked for; undefined: there are none
 * @returns the exit code: 1 where an expectation did not hold
 * @throws InputError (`JSON_TARGET`)
 */
export function tellResult(
  result: AdviceResult | SweepResult,
  options: {
    readonly file?: string | undefined;
    readonly more?: string | undefined;
    readonly writeForms?: WriteForms | undefined;
  },
  flags: TellFlags,
  terminal: Terminal,
): number {
  const { file, more = "", writeForms } = options;
  const { html, json, details: hasDetails } = flags;
  const isPrinted = json === "-" || isFormPrinted(flags);
  const stream = isPrinted ? terminal.stderr : terminal.stdout;
  const { width, hasColour } = stream;
  const page = html === "-" ? undefined : html;
  const screen = { width, hasColour, file, html: page, hasDetails };
  const text = isAdvice(result) ? renderAdvice(result, screen) : renderSweep(result, screen);
  stream.write(`${text}${more}`);
  if (json !== undefined) writeJson(json, renderJson([result]), terminal);
  const reported = [{ result, file }];
  writeForms?.(reported, terminal, Date.now());
  tellGithub(reported, terminal, process.env);
  return holdsAll(result) ? EXIT.ok : EXIT.expectationFailed;
}
