/**
 * The flags `--queue` and `--queueFile`: where units are computed by others. What reads them is beside
 * this, and is loaded when a command runs.
 */
import { Option } from "commander";

/** The flags, as a command has them. */
export interface QueueFlags {
  readonly queue?: string;
  readonly queueFile?: string;
}

/** Both flags. */
export function queueOptions(what: string): readonly Option[] {
  return [
    new Option(
      "--queue <url>",
      `${what}: redis://host:port of Redis or Valkey, or env:NAME for a variable that holds it with its password`,
    ).conflicts("queueFile"),
    new Option(
      "--queueFile <path>",
      "the same from a file that only its owner may read (mode 600)",
    ),
  ];
}
