/** `poolsim pool serve`: the pool's API on its books, until it is told to stop. */
import { EXIT } from "../../shared/failure.js";
import { stoppable } from "../../shared/stoppable.js";
import type { Terminal } from "../../shared/terminal.js";
import { admissionOf, jsonLog, type ServingOptions, whileServing } from "../shared/serving.js";

export interface ServeFlags extends ServingOptions {
  readonly keys: string;
  readonly admission?: string;
  readonly logLevel: string;
}

/**
 * Runs the command.
 *
 * @returns the exit code: 0 when it was told to stop
 * @throws InputError for bad input; RemoteError when the books cannot be opened
 */
export async function poolServe(flags: ServeFlags, terminal: Terminal): Promise<number> {
  const log = jsonLog(terminal.stdout, flags.logLevel);
  await stoppable((signal) =>
    whileServing(
      flags,
      { rules: () => admissionOf(flags.admission), log },
      async ({ about, rereadKeys }) => {
        process.on("SIGHUP", rereadKeys);
        try {
          log.info(about, "serving");
          if (!signal.aborted) {
            await new Promise((resolve) =>
              signal.addEventListener("abort", resolve, { once: true }),
            );
          }
          log.info("stopping");
        } finally {
          process.removeListener("SIGHUP", rereadKeys);
        }
      },
    ),
  );
  log.info("stopped");
  return EXIT.ok;
}
