/** A signal in the middle of a simulation: Ctrl-C, or the SIGTERM of `timeout` and of CI servers. */
import { expect, it } from "vitest";
import { Interrupted } from "../../src/cli/shared/failure.js";
import { interruptible, interruptibleInPart } from "../../src/cli/shared/interruptible.js";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** What has its value as soon as it is told to stop. */
function work(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve("a part")));
}

it.each(SIGNALS)("%s interrupts work", async (name) => {
  // Where nobody listens to it, the signal ends the process: here it is heard by nobody.
  const done = interruptible(work);
  expect(process.emit(name)).toBe(true);
  await expect(done).rejects.toBeInstanceOf(Interrupted);
});

it.each(SIGNALS)("%s leaves what was done until then", async (name) => {
  const done = interruptibleInPart(work);
  expect(process.emit(name)).toBe(true);
  expect(await done).toEqual({ value: "a part", isInterrupted: true });
  expect(process.listenerCount(name)).toBe(0);
});
