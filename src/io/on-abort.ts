/** Listening to signals that callers bring. */
import { setMaxListeners } from "node:events";

/**
 * Calls back when a signal aborts, once. A caller may bring one signal to any number of calls, and Node 20
 * prints a warning of a leak at the eleventh that listens (Node 22 does no more).
 *
 * @returns takes it back, which whoever listens owes to a signal that may live on
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal instanceof EventTarget) setMaxListeners(0, signal);
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}
