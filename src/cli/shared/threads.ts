/** In how many threads a command simulates. */
import { availableParallelism } from "node:os";
import { InvalidArgumentError, Option } from "commander";
import { InputError } from "../../core/errors.js";
import { wholeNumber } from "./option-values.js";

const THREADS_VARIABLE = "POOLSIM_THREADS";
const countOf = wholeNumber(1, 256);

/** What the option of commands that simulate holds. */
export interface ThreadsFlags {
  readonly threads?: number;
}

/**
 * `--threads`.
 *
 * @param what they are
 */
export function threadsOption(what: string): Option {
  const text = `${what} (default: ${THREADS_VARIABLE}, or all cores)`;
  return new Option("--threads <n>", text).argParser(countOf);
}

/**
 * How many: as the command line says, or else the environment, or else one for each core.
 *
 * @throws InputError (`USAGE`) for another number in the environment
 */
export function threadsOf({ threads }: ThreadsFlags, env: NodeJS.ProcessEnv): number {
  if (threads !== undefined) return threads;
  const known = env[THREADS_VARIABLE];
  if (known === undefined || known === "") return availableParallelism();
  try {
    return countOf(known);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InputError(`${THREADS_VARIABLE}: ${error.message}`, { code: "USAGE" });
  }
}
