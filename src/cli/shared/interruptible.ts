/** Ctrl-C, or SIGTERM: work is told to stop, and stopped if it does not listen. */
import { Interrupted } from "./failure.js";

/** How long work may take to stop, ms. */
const GRACE_MS = 2000;
/** How long it may take to tell what it has. */
const PARTIAL_GRACE_MS = 10_000;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** What is done on the signal of {@link interruptible}. */
async function untilSignal<T>(
  graceMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly value: T; readonly isInterrupted: boolean }> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let giveUp = (): void => {};
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = () => reject(new Interrupted());
  });
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    timer = setTimeout(giveUp, graceMs);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    const value = await Promise.race([work(controller.signal), givenUp]);
    return { value, isInterrupted: controller.signal.aborted };
  } catch (error) {
    if (controller.signal.aborted) throw new Interrupted();
    throw error;
  } finally {
    clearTimeout(timer);
    for (const name of SIGNALS) process.removeListener(name, onSignal);
  }
}

/**
 * Does some work that SIGINT or SIGTERM interrupts; a second one ends the process at once.
 *
 * @param work stops when its signal aborts
 * @throws Interrupted when the user stopped it
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { value, isInterrupted } = await untilSignal(GRACE_MS, work);
  if (isInterrupted) throw new Interrupted();
  return value;
}

/**
 * The same for work that, when it is told to stop, gives what it has.
 *
 * @throws Interrupted when it has nothing, or does not stop
 */
export function interruptibleInPart<T>(
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly value: T; readonly isInterrupted: boolean }> {
  return untilSignal(PARTIAL_GRACE_MS, work);
}
