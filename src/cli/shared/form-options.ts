/** The options of the forms in which results are written beside the report. */
import { Option } from "commander";

/** Files to write, as the options name them; `-` is stdout. */
export interface FormFlags {
  readonly html?: string;
}

/** One option for each form. */
export function formOptions(): Option[] {
  return [new Option("--html <file>", "write a page to send: charts, tables, no network needed")];
}
