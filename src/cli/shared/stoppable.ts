/** Ctrl-C for commands that then end in an orderly way, with what they have. */

/**
 * Does some work with a signal that SIGINT and SIGTERM abort. A second one ends the process.
 *
 * @param work resolves soon after its signal aborts
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
  } finally {
    for (const name of signals) process.removeListener(name, onSignal);
  }
}
