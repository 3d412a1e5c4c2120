/** A queue on a real Redis: the bytes of one machine, whatever happens to workers, Redis and results. */
import { Queue } from "bullmq";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { inlineExecutor } from "../../../../src/sim/experiment/executor.js";
import { experimentWith } from "../../../../src/sim/experiment/experiment.js";
import type { Progress } from "../../../../src/sim/experiment/workbench.js";
import { queueName } from "../../../../src/sim/live/queue/names.js";
import { serveUnits } from "../../../../src/sim/live/queue/serve-units.js";
import { openUnitQueue, queueBuild } from "../../../../src/sim/live/queue/unit-queue.js";
import { runExperiment } from "../../../../src/sim/live/run.js";
import { simulateInSteps } from "../../../../src/sim/simulate.js";
import { eventually } from "../../../support/eventually.js";
import { NO_REDIS, type RedisServer, startRedis } from "../../../support/servers/redis.js";
import { loadText } from "../../../support/sim/fake-simulate.js";

const YAML = `name: wide
warmup: 30s
duration: 30s
replications: 2
network: { limit: 3 }
gateway: { region: FRA }
demand: { concurrentStreams: 4 }
orchestrator: { name: my-pool, region: FRA, stakeShare: 0.4, pricePerUnit: 1000 }
workers:
  - { name: good, count: 2, roundTripMs: 400 }
  - { name: candidate, roundTripMs: 400 }
variants:
  without: { orchestrator.admission.exclude: [candidate] }
  with: {}
decision: { baseline: without, candidate: with }
`;
const UNITS = 4;
const FAST = { replications: 2, sensitivity: "off" } as const;

let redis: RedisServer;

/** A worker in this process. */
function work(options: { readonly url?: string } = {}) {
  const controller = new AbortController();
  let place = "";
  const ended = serveUnits({
    url: options.url ?? redis.url,
    threads: 1,
    extensions: [],
    lostMs: 30_000,
    signal: controller.signal,
    onReady: (found) => {
      place = found;
    },
    onComputed: () => {},
    onTrouble: () => {},
  });
  ended.catch(() => {});
  return {
    ended,
    place: () => place,
    stop: () => {
      controller.abort();
      return ended;
    },
  };
}

async function asked(yaml = YAML, onProgress?: (progress: Progress) => void) {
  const queue = await openUnitQueue(redis.url);
  try {
    const options = { ...FAST, queue, ...(onProgress && { onProgress }) };
    return JSON.stringify(await runExperiment(loadText(yaml), options));
  } finally {
    await queue.close();
  }
}

async function straight(yaml = YAML) {
  const executor = inlineExecutor({ load: async () => simulateInSteps, seed: 1 });
  return JSON.stringify(await experimentWith(loadText(yaml), executor, FAST));
}

function inRedis(): void {
  let expected = "";
  beforeAll(async () => {
    redis = await startRedis();
    expected = await straight();
  });
  afterAll(() => redis.stop());
  beforeEach(() => redis.client.flushall());

  it("gives the bytes of one machine, computes each unit once, and not again for who asks later", async () => {
    const workers = [work(), work()];
    let done = 0;
    expect(await asked(YAML, (progress) => (done = progress.done))).toBe(expected);
    expect(done).toBe(UNITS);
    expect(await asked()).toBe(expected);
    const computed = await Promise.all(workers.map(({ stop }) => stop()));
    expect(computed.reduce((sum, count) => sum + count, 0)).toBe(UNITS);
    // All have left: it is nobody's any more.
    expect(await redis.client.keys("poolsim:build")).toEqual([]);
  });

  it("takes no result that was changed", async () => {
    const first = work();
    expect(await asked()).toBe(expected);
    const keys = await redis.client.keys("poolsim:result:*");
    expect(keys).toHaveLength(UNITS);
    const [one = "", two = "", three = ""] = keys;
    await redis.client.set(one, "");
    await redis.client.set(two, (await redis.client.getBuffer(three)) ?? "");
    await redis.client.set(
      three,
      ((await redis.client.getBuffer(three)) ?? Buffer.of()).subarray(9),
    );
    // A worker that finds them there has to compute them all the same.
    expect(await asked()).toBe(expected);
    expect(await first.stop()).toBe(UNITS + 3);
  });

  it("goes on when Redis has lost everything", async () => {
    const worker = work();
    const { port } = redis;
    let stopped: Promise<RedisServer> | null = null;
    const answer = asked(YAML, ({ done }) => {
      if (done !== 1) return;
      stopped = redis.stop().then(() => startRedis({ port }));
    });
    await eventually(() => expect(stopped).not.toBeNull());
    redis = (await stopped) ?? redis;
    expect(await answer).toBe(expected);
    await worker.stop();
  });

  it("passes on what a scenario's own data are refused for", async () => {
    const worker = work();
    const yaml = YAML.replace("network: { limit: 3 }", "network: { limit: 3, file: n.csv }");
    const loaded = loadText(YAML);
    const network = { name: "network.csv", text: "nothing\n" };
    const broken = (input: typeof loaded.base) => ({ ...input, data: { ...input.data, network } });
    const queue = await openUnitQueue(redis.url);
    const variants = loaded.variants.map((one) => ({ ...one, input: broken(one.input) }));
    const wrong = { ...loaded, base: broken(loaded.base), variants };
    expect(yaml).not.toBe(YAML);
    await expect(runExperiment(wrong, { ...FAST, queue })).rejects.toMatchObject({
      name: "InputError",
      message: expect.stringContaining("network.csv"),
    });
    await queue.close();
    await worker.stop();
  });

  it("is one build's as long as somebody of it is there, and then another's", async () => {
    const other = { poolsim: "9.9.9", code: "0123456789abcdef", node: "99" };
    await redis.client.set("poolsim:build", JSON.stringify(other));
    const refusal = {
      code: "QUEUE_BUILD",
      message: expect.stringMatching(
        /^the queue at 127\.0\.0\.1:\d+ is in use by poolsim 9\.9\.9, build 01234567, Node 99; this is .*: expected the very same build/,
      ),
    };
    await expect(openUnitQueue(redis.url)).rejects.toMatchObject(refusal);
    await expect(work().ended).rejects.toMatchObject(refusal);
    await redis.client.del("poolsim:build");
    const worker = work();
    await eventually(() => expect(worker.place()).toBe(`127.0.0.1:${redis.port}`));
    // Somebody else has taken it, while this one was away.
    await redis.client.set("poolsim:build", JSON.stringify(other));
    await expect(worker.ended).rejects.toMatchObject(refusal);
  });

  it("does not compute what nobody waits for, nor what is no unit", async () => {
    const queue = await openUnitQueue(redis.url);
    const controller = new AbortController();
    const reason = new Error("enough");
    const promise = runExperiment(loadText(YAML), { ...FAST, queue, signal: controller.signal });
    const jobs = new Queue(queueName(queueBuild()), {
      connection: redis.client,
      prefix: "poolsim",
    });
    await eventually(async () => expect(await jobs.count()).toBe(UNITS));
    controller.abort(reason);
    await expect(promise).rejects.toBe(reason);
    await queue.close();
    expect(await jobs.count()).toBe(0);
    const job = { form: 1, asker: "gone", input: "00".repeat(32), seed: 1, replication: 0 };
    const wrong = [job, { ...job, path: "/etc/passwd" }, "text", { ...job, form: 2 }];
    await jobs.addBulk(
      wrong.map((data, index) => ({
        name: "unit",
        data,
        opts: { jobId: String(index).padStart(64, "a"), removeOnComplete: true },
      })),
    );
    const worker = work();
    await eventually(async () => {
      expect(await jobs.getJobCounts()).toMatchObject({ active: 0, waiting: 0, failed: 0 });
    });
    expect(await worker.stop()).toBe(0);
    expect(await redis.client.keys("poolsim:result:*")).toEqual([]);
    await jobs.close();
  });

  it("asks for the password, and never repeats it", async () => {
    const closed = await startRedis({ password: "hush-hush" });
    const wrong = closed.url.replace("hush-hush", "hush");
    for (const url of [wrong, closed.url.replace(":hush-hush@", "")]) {
      const error: unknown = await openUnitQueue(url).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "QUEUE_UNREACHABLE", name: "RemoteError" });
      expect(String(error)).not.toContain("hush");
      expect(String(error)).toMatch(/WRONGPASS|NOAUTH/);
    }
    const queue = await openUnitQueue(closed.url);
    expect(queue.workers()).toEqual({ workers: 0, threads: 0 });
    const worker = work({ url: closed.url });
    await eventually(() => expect(queue.workers()).toEqual({ workers: 1, threads: 1 }));
    await queue.close();
    await worker.stop();
    await closed.stop();
  });

  it("is refused where nobody answers", async () => {
    await expect(openUnitQueue("redis://127.0.0.1:1")).rejects.toMatchObject({
      code: "QUEUE_UNREACHABLE",
      message: expect.stringContaining("the queue at 127.0.0.1:1 cannot be used: "),
    });
    for (const url of ["http://127.0.0.1", "redis", "rediss://"]) {
      await expect(openUnitQueue(url)).rejects.toMatchObject({ code: "QUEUE_URL" });
    }
  });
}

describe("a queue", () => {
  if (NO_REDIS === null) inRedis();
  else it(`was not tried: ${NO_REDIS}`, () => expect(NO_REDIS).not.toBeNull());
});
