/** Ctrl-C: work is told to stop, and stopped if it does not listen. */
import { Interrupted } from "./failure.js";

/** How long work may take to stop. */
const GRACE_MS = 2000;

/**
 * Does some work that SIGINT interrupts.
 *
 * @param work stops when its signal aborts
 * @throws Interrupted when the user stopped it
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let giveUp = (): void => {};
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = () => reject(new Interrupted());
  });
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    timer = setTimeout(giveUp, GRACE_MS);
  };
  process.on("SIGINT", onSignal);
  try {
    const result = await Promise.race([work(controller.signal), givenUp]);
    if (controller.signal.aborted) throw new Interrupted();
    return result;
  } catch (error) {
    if (controller.signal.aborted) throw new Interrupted();
    throw error;
  } finally {
    clearTimeout(timer);
    process.removeListener("SIGINT", onSignal);
  }
}
