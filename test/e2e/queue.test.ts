/** `poolsim worker`, and what asks it: workers that are killed, and flags. */
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyFolder, poolsim } from "../support/cli/command.js";
import { inProcessIn } from "../support/cli/in-process.js";
import { run, start } from "../support/cli/running-command.js";
import { NO_REDIS, startRedis } from "../support/servers/redis.js";
import { killQueueWorkers } from "../support/sim/queue-kill-runs.js";

/** A policy of one's own that imports nothing. */
const EXTENSION = `export const admission = [{
  name: "lateRiser",
  description: "No worker serves before it is awake.",
  settings: ({ z, span }) => z.strictObject({ awakeAfter: span("How long it sleeps.") }),
  create: ({ awakeAfter }) => ({
    onSegment() {},
    mayServe: (_worker, _region, nowMs) => nowMs >= awakeAfter,
  }),
}];
`;

const EXTENDED = `name: extended
warmup: 30s
duration: 30s
replications: 1
network: { limit: 3 }
gateway: { region: FRA }
demand: { concurrentStreams: 2 }
orchestrator: { name: my-pool, region: FRA, stakeShare: 0.4, admission: { lateRiser: { awakeAfter: 35s } } }
workers: [{ name: good, roundTripMs: 400 }]
`;

describe("workers", () => {
  if (NO_REDIS === null) {
    it("that are killed at any instant, and who asks, change nothing: the same bytes, each unit once", async () => {
      const { inWindow, wrong } = await killQueueWorkers({ runs: 1, seed: 3, log: () => {} });
      expect(wrong).toEqual([]);
      expect(inWindow).toBeGreaterThan(0);
    });

    it("run no code but what they were given, and the very same", async () => {
      const folder = emptyFolder();
      const redis = await startRedis();
      try {
        writeFileSync(join(folder, "own.mjs"), EXTENSION);
        writeFileSync(join(folder, "pool.yaml"), EXTENDED);
        const asked = ["run", "pool.yaml", "--extension", "own.mjs", "--no-cache", "--json", "-"];
        const ask = () => run([...asked, "--queue", redis.url, "--quiet"], folder);
        const work = ["worker", "--queue", redis.url, "--threads", "1"];
        const without = start(work, folder);
        const refused = await ask();
        expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
        expect(refused.stderr).toContain("a worker has not the extension with the SHA-256 ");
        without.signal("SIGTERM");
        const left = await without.ended;
        expect(left.exitCode).toBe(0);
        expect(left.stderr).toMatch(/^poolsim: works at 127.0.0.1:\d+ in 1 thread \(poolsim /);
        expect(left.stderr).toContain("leaves when what is at work is over\n");
        expect(left.stderr).toContain("poolsim: computed 0 replications\n");
        start([...work, "--extension", "own.mjs"], folder);
        const straight = await run([...asked, "--threads", "1", "--quiet"], folder);
        expect(straight.exitCode).toBe(0);
        expect(await ask()).toMatchObject({ exitCode: 0, stdout: straight.stdout });
      } finally {
        await redis.stop();
        rmSync(folder, { recursive: true });
      }
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

  it("is of no use without the two packages, which poolsim does not bring", () => {
    const hooks = `export async function resolve(name, context, next) {
      if (name !== "ioredis") return next(name, context);
      throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    }`;
    const url = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
    const without = url(
      `import { register } from "node:module"; register(${JSON.stringify(url(hooks))});`,
    );
    const env = { NODE_OPTIONS: `--import=${without}` };
    const args = ["worker", "--queue", "redis://127.0.0.1:1"];
    expect(poolsim(args, { cwd: folder, env })).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "a queue needs two packages that are not installed: npm install bullmq ioredis\n",
    });
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
