/** `poolsim pool run`: a job that the pool has not is refused with those that it has, each once. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { inProcessIn } from "../support/cli/in-process.js";

const JOBS = "import, verify, backup, alerts, prune";

test("a pool names its jobs where it is asked for another", async () => {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-run-job-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(await inProcessIn(folder, "pool", "init", ".")).toMatchObject({ exitCode: 0 });
  const said = async (job: string) => (await inProcessIn(folder, "pool", "run", job)).stderr;
  expect(await said("zzz")).toBe(`this pool has no job "zzz", expected one of ${JOBS}\n`);
  expect(await said("imprt")).toBe('this pool has no job "imprt"; did you mean "import"?\n');
});
