/** `poolsim report`: reads a JSON result and writes its report. */
import { InputError } from "../../core/errors.js";
import { holdsAll } from "../../sim/report/any-result.js";
import { renderText } from "../../sim/report/forms.js";
import { readResult } from "../../sim/report/read-result.js";
import { FileProblem, readFileWithin } from "../../sim/scenario/files.js";
import { EXIT } from "../shared/failure.js";
import type { FormFlags } from "../shared/form-options.js";
import type { Terminal } from "../shared/terminal.js";
import { checkForms, isFormPrinted, loadForms } from "../shared/write-forms.js";

export interface ReportFlags extends FormFlags {
  readonly details: boolean;
}

const BYTES_MAX = 256 * 2 ** 20;

function textOf(file: string): string {
  try {
    return Buffer.from(readFileWithin(file === "-" ? "/dev/stdin" : file, BYTES_MAX)).toString();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new InputError(`${file}: ${error.message}`, { code: "RESULT_INVALID", cause: error });
  }
}

/**
 * @returns the exit code: 1 where an expectation did not hold
 * @throws InputError (`RESULT_INVALID`, `JSON_TARGET`, `USAGE`)
 */
export async function reportResult(
  file: string,
  flags: ReportFlags,
  terminal: Terminal,
): Promise<number> {
  checkForms(flags, [file], 1);
  const results = readResult(textOf(file), file);
  checkForms(flags, [file], results.length);
  const stream = isFormPrinted(flags) ? terminal.stderr : terminal.stdout;
  const { width, hasColour } = stream;
  const { details } = flags;
  const html = flags.html === "-" ? undefined : flags.html;
  for (const [index, result] of results.entries()) {
    if (index > 0) stream.write("\n");
    stream.write(renderText(result, { width, hasColour, details, html }));
  }
  const writeForms = await loadForms(flags);
  writeForms(
    results.map((result) => ({ result })),
    terminal,
    Date.now(),
  );
  return results.every(holdsAll) ? EXIT.ok : EXIT.expectationFailed;
}
