/** The flags `--cache` and `--no-cache`: where what was computed is kept for later runs. */
import { Option } from "commander";

/** Where results are kept unless somebody says otherwise: in the working directory. */
export const CACHE_FOLDER = ".poolsim";

/** The flags, as a command has them. */
export interface CacheFlags {
  /** The folder; `false`: nothing is kept. */
  readonly cache: string | false;
}

/** Both flags. */
export function cacheOptions(): readonly Option[] {
  return [
    new Option(
      "--cache <folder>",
      "where replications are kept, so that no later run computes them again",
    ).default(CACHE_FOLDER),
    new Option("--no-cache", "keep nothing, and compute everything; results do not depend on it"),
  ];
}
