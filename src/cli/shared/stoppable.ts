/** Ctrl-C for commands that then end in an orderly way, with what they have. */
import { Interrupted } from "./failure.js";

/**
 * Does some work with a signal that SIGINT and SIGTERM abort. A second one ends the process.
 *
 * @param work ends soon after its signal aborts
 * @throws Interrupted when it fails as its signal was aborted; whatever else it throws
 */
export async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } catch (error) {
    const isAborted = error instanceof Error && error.name === "AbortError";
    throw controller.signal.aborted && isAborted ? new Interrupted() : error;
  } finally {
    for (const name of signals) process.removeListener(name, onSignal);
  }
}
