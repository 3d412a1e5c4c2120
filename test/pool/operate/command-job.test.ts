/** What a command prints is read whole, however many workers it tells of. */
import { expect, it } from "vitest";
import { runCommand } from "../../../src/pool/operate/jobs/command-job.js";

it("keeps all of a result, as that of payouts to some 3,000 workers", async () => {
  const program = [process.execPath, "-e", "process.stdout.write('x'.repeat(3_000_000))"] as const;
  const run = { signal: new AbortController().signal, now: () => 0, say: () => {} };
  const { stdout } = await runCommand([], { program }, run);
  expect(stdout.length).toBe(3_000_000);
});
