/** SIGTERM in the middle of a question to a node: the command was interrupted, which is no bug. */
import { expect, it } from "vitest";
import { Interrupted } from "../../src/cli/shared/failure.js";
import { stoppable } from "../../src/cli/shared/stoppable.js";

/** What waits for an answer when the signal comes. */
async function aborted(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
}

it.each(["SIGINT", "SIGTERM"] as const)(
  "%s: what fails as it was aborted is interrupted",
  async (name) => {
    const stopped = stoppable(async (signal) => {
      await aborted(signal);
      signal.throwIfAborted();
    });
    process.emit(name);
    await expect(stopped).rejects.toBeInstanceOf(Interrupted);
  },
);

it("what fails for another reason meanwhile fails for that", async () => {
  const other = new Error("no space");
  const stopped = stoppable(async (signal) => {
    await aborted(signal);
    throw other;
  });
  process.emit("SIGTERM");
  await expect(stopped).rejects.toBe(other);
});
