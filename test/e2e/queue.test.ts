/** `poolsim worker`, and what asks it: workers that are killed, and flags. */
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyFolder } from "../support/cli/command.js";
import { inProcessIn } from "../support/cli/in-process.js";
import { NO_REDIS } from "../support/servers/redis.js";
import { killQueueWorkers } from "../support/sim/queue-kill-runs.js";

describe("workers", () => {
  if (NO_REDIS === null) {
    it("that are killed at any instant, and who asks, change nothing: the same bytes, each unit once", async () => {
      const { inWindow, wrong } = await killQueueWorkers({ runs: 2, seed: 3, log: () => {} });
      expect(wrong).toEqual([]);
      expect(inWindow).toBeGreaterThan(0);
    });
  } else it(`were not tried: ${NO_REDIS}`, () => expect(NO_REDIS).not.toBeNull());
});

describe("the queue's URL", () => {
  let folder = "";
  beforeEach(() => {
    folder = emptyFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("holds no password on the command line, and nothing repeats it", async () => {
    for (const command of [["worker"], ["run", "admit-worker"], ["advise", "twelve-workers"]]) {
      const url = "rediss://user:hush@127.0.0.1:1";
      const refused = await inProcessIn(folder, ...command, "--queue", url);
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain("expected --queue env:NAME or --queueFile <path>");
      expect(refused.stderr).not.toContain("hush");
    }
  });

  it("is in a variable that is set, or in a file that others may not read", async () => {
    const unset = await inProcessIn(folder, "worker", "--queue", "env:POOLSIM_NOT_SET");
    expect(unset).toMatchObject({
      exitCode: 2,
      stderr: "--queue env:POOLSIM_NOT_SET: the variable POOLSIM_NOT_SET is not set\n",
    });
    const file = join(folder, "queue.url");
    writeFileSync(file, "redis://:hush@127.0.0.1:1\n");
    chmodSync(file, 0o644);
    const open = await inProcessIn(folder, "worker", "--queueFile", file);
    expect(open).toMatchObject({ exitCode: 2 });
    expect(open.stderr).toContain("others may read it; expected chmod 600");
    chmodSync(file, 0o600);
    const read = await inProcessIn(folder, "worker", "--queueFile", file);
    expect(read).toMatchObject({ exitCode: 4 });
    expect(read.stderr).toContain("poolsim: the queue at 127.0.0.1:1 cannot be used: ");
    expect(read.stderr).not.toContain("hush");
    expect(await inProcessIn(folder, "worker")).toMatchObject({ exitCode: 2 });
  });

  it("goes with nothing that computes here, or is another way to many machines", async () => {
    const queue = ["--queue", "redis://127.0.0.1:1"];
    const threads = await inProcessIn(folder, "run", "admit-worker", ...queue, "--threads", "2");
    expect(threads.stderr).toContain("--threads: expected of poolsim worker");
    const shard = ["--shard", "1/2", "--cache", "part"];
    for (const command of [
      ["run", "admit-worker"],
      ["advise", "twelve-workers"],
    ]) {
      const both = await inProcessIn(folder, ...command, ...queue, ...shard);
      expect(both).toMatchObject({ exitCode: 2 });
      expect(both.stderr).toContain("--shard: expected no queue");
    }
  });
});
