/** The options of the forms in which results are written beside the report. */
import { Option } from "commander";

/** Files to write, as the options name them; `-` is stdout. */
export interface FormFlags {
  readonly html?: string;
  readonly markdown?: string;
  readonly csv?: string;
  readonly junit?: string;
}

/** One option for each form. */
export function formOptions(): Option[] {
  return [
    new Option("--html <file>", "write a page to send: charts, tables, no network needed"),
    new Option("--markdown <file>", "write the report for a pull request or a forum"),
    new Option("--csv <file>", "write all figures as a table"),
    new Option("--junit <file>", "write the expectations for a CI server"),
  ];
}
