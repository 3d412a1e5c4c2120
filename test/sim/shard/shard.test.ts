/** Shards: each unit is one shard's, and merged they give the bytes of one machine. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { adviseWith } from "../../../src/sim/advise/advise.js";
import type { Executor } from "../../../src/sim/experiment/executor.js";
import { experimentWith } from "../../../src/sim/experiment/experiment.js";
import type { Build } from "../../../src/sim/kept/build.js";
import { keptExecutor } from "../../../src/sim/kept/kept-executor.js";
import { UnitKeys } from "../../../src/sim/kept/key.js";
import type { ResultStore } from "../../../src/sim/kept/result-store.js";
import type { ReplicationResult } from "../../../src/sim/results.js";
import {
  jobOf,
  loadJob,
  type ShardRecord,
  shardRecordOf,
  shardText,
  wholeJob,
} from "../../../src/sim/shard/job.js";
import { mergedStore, runShard } from "../../../src/sim/shard/run-shard.js";
import { shardOf } from "../../../src/sim/shard/shard-executor.js";
import { fakePool, poolOf } from "../../support/sim/fake-pool.js";
import { fakeExecutor, fakeSimulate, loadText, POOL } from "../../support/sim/fake-simulate.js";

/** Has all stages: a calibration, variants, peak tests, a sensitivity block, marginal values. */
const SCENARIO = POOL.replace("60 }", "60, calibrateTo: { streamsPerDay: 200 } }").replace(
  "roundTripMs: 2000",
  "roundTripMs: 400",
);
const BUILD: Build = { code: "a", node: "22" };
const keys = new UnitKeys(BUILD);

/** A store in memory. */
function memory(): ResultStore & { readonly results: Map<string, ReplicationResult> } {
  const results = new Map<string, ReplicationResult>();
  return {
    results,
    read: async (key) => results.get(key),
    write: async (key, result) => {
      results.set(key, result);
    },
    close: async () => {},
  };
}

const run = (yaml: string) => (executor: Executor) => experimentWith(loadText(yaml), executor, {});

async function shardsOf(yaml: string, count: number) {
  const stores: ReturnType<typeof memory>[] = [];
  for (let index = 1; index <= count; index += 1) {
    const store = memory();
    const { executor } = fakeExecutor();
    const shard = { index, count };
    const finished = await runShard(loadText(yaml), run(yaml), {
      shard,
      executor,
      store,
      keys,
      seed: 1,
    });
    expect(finished).toBe(store.results.size);
    stores.push(store);
  }
  return stores;
}

async function merged(yaml: string, stores: readonly ResultStore[]) {
  const { executor, calls } = fakeExecutor();
  const store = mergedStore(stores);
  const whole = keptExecutor({ executor, store, keys, seed: 1 });
  const json = JSON.stringify(await experimentWith(loadText(yaml), whole, {}));
  expect(store.computed()).toBe(calls.length);
  return { json, computed: calls.length };
}

async function straight(yaml: string) {
  const { executor, calls } = fakeExecutor();
  const json = JSON.stringify(await experimentWith(loadText(yaml), executor, {}));
  return { json, computed: calls.length };
}

describe("shards", () => {
  it("have each unit once, and of every input about as many", () => {
    const hash = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64 });
    fc.assert(
      fc.property(hash, fc.integer({ min: 1, max: 10_000 }), (input, count) => {
        const first = shardOf(input, 0, count);
        expect(first).toBeGreaterThanOrEqual(1);
        for (let replication = 0; replication < 20; replication += 1) {
          expect(shardOf(input, replication, count)).toBe(((first - 1 + replication) % count) + 1);
        }
      }),
    );
  });

  it.each([
    ["of all stages", SCENARIO],
    ["that is excluded, where a peak test would be for nothing", POOL],
    ["without a question", POOL.replace(/^decision:.*$/m, "")],
    [
      "whose number a pilot decides",
      POOL.replace(": 4", ": { pilot: 3, max: 30, halfWidth: 1e-5 }"),
    ],
  ])("merged are the same bytes: an experiment %s", async (_, yaml) => {
    const one = await straight(yaml);
    for (const count of [1, 4]) {
      const stores = await shardsOf(yaml, count);
      const whole = await merged(yaml, stores);
      expect(whole.json).toBe(one.json);
      // One shard alone knows all; several guess what is needed next.
      if (count === 1) expect(whole.computed).toBe(0);
      expect(whole.computed).toBeLessThanOrEqual(0.25 * one.computed);
    }
  });

  it("of advice merged are the same bytes, and merging computes little", async () => {
    const yaml = poolOf(["a-1", "a-2", "a-3", "a-4", "slow", "home"]);
    const ask = (executor: Executor) => adviseWith(loadText(yaml), executor, { seed: 1 });
    const own = (simulate = fakePool) => fakeExecutor(1, simulate);
    const straight = own();
    const expected = JSON.stringify(await ask(straight.executor));
    const stores: ReturnType<typeof memory>[] = [];
    for (const index of [1, 2, 3, 4]) {
      const store = memory();
      const options = { shard: { index, count: 4 }, store, keys, seed: 1 };
      await runShard(loadText(yaml), ask, { ...options, executor: own().executor });
      stores.push(store);
    }
    const rest = own();
    const store = mergedStore(stores);
    const found = await ask(keptExecutor({ executor: rest.executor, store, keys, seed: 1 }));
    expect(JSON.stringify(found)).toBe(expected);
    expect(rest.calls.length).toBeLessThanOrEqual(0.25 * straight.calls.length);
  });

  it("that are lost, or more than there are units, cost time and not the result", async () => {
    const one = await straight(POOL);
    const [, ...some] = await shardsOf(POOL, 3);
    expect(await merged(POOL, some)).toMatchObject({ json: one.json });
    const two = POOL.replace("replications: 4", "replications: 1").replace(/^decision:.*$/m, "");
    const many = await shardsOf(two, 5);
    expect(many.some(({ results }) => results.size === 0)).toBe(true);
  });

  it("keep no result that was stood in for", async () => {
    const own = await shardsOf(SCENARIO, 4);
    const whole = memory();
    const { executor } = fakeExecutor();
    await experimentWith(
      loadText(SCENARIO),
      keptExecutor({ executor, store: whole, keys, seed: 1 }),
      {},
    );
    for (const { results } of own) {
      for (const [key, result] of results) {
        expect(result).toEqual(whole.results.get(key) ?? result);
      }
    }
  });

  it("fail as their units do", async () => {
    const error = new InputError("wrong", { code: "SCENARIO_INVALID" });
    const { executor } = fakeExecutor(1, (input, options) => {
      if (options.replication === 3) throw error;
      return fakeSimulate(input, options);
    });
    const shard = { index: 1, count: 1 };
    const options = { shard, executor, store: memory(), keys, seed: 1 };
    await expect(runShard(loadText(POOL), run(POOL), options)).rejects.toBe(error);
  });

  it("are refused with an extension of which nothing is kept", async () => {
    const loaded = loadText(POOL);
    const extensions = [{ path: "/x.mjs", sha256: "00" }];
    const { executor } = fakeExecutor();
    const shard = { index: 1, count: 2 };
    await expect(
      runShard({ ...loaded, base: { ...loaded.base, extensions } }, run(POOL), {
        shard,
        executor,
        store: memory(),
        keys,
        seed: 1,
      }),
    ).rejects.toMatchObject({ code: "SHARD_INVALID" });
  });
});

describe("a job", () => {
  function folderWith(yaml: string): string {
    const folder = mkdtempSync(join(tmpdir(), "poolsim-job-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "pool.yaml"), yaml);
    return folder;
  }

  const RUN = {
    name: "run",
    seed: null,
    replications: null,
    untilDecided: null,
    sensitivity: "short",
  } as const;
  const OPTIONS = { command: RUN, keys };
  function traced(file: string): string {
    return POOL.replace("{ concurrentStreams: 60 }", `{ trace: ${JSON.stringify(file)} }`);
  }

  function recordOf(job: ShardRecord["job"], index = 1, count = 1): ShardRecord {
    const text = shardText({ poolsim: "0.1.0", build: BUILD, shard: { index, count }, job });
    return shardRecordOf(text, "shard.json");
  }

  it.each([
    ["beside the scenario", { isBeside: true, isAbsolute: false }],
    ["beside it, with its whole path", { isBeside: true, isAbsolute: true }],
    ["elsewhere", { isBeside: false, isAbsolute: true }],
  ])("loads from itself alone, with a trace %s", (_, { isBeside, isAbsolute }) => {
    const folder = folderWith("");
    const other = isBeside ? folder : folderWith("");
    const name = `t-${folder.slice(-6)}.csv`;
    const path = join(other, name);
    writeFileSync(path, "at_ms,length_ms,gateway\n0,60000,FRA\n");
    const yaml = traced(isAbsolute ? path : name);
    writeFileSync(join(folder, "pool.yaml"), yaml);
    const set = [{ path: "stream.segmentMs", value: 2000, label: "--set x" }];
    const made = jobOf(join(folder, "pool.yaml"), { set }, OPTIONS);
    rmSync(folder, { recursive: true });
    rmSync(other, { recursive: true, force: true });
    const { job } = recordOf(made.job);
    const loaded = loadJob(job, { extensions: [], keys });
    expect(loaded.variants).toEqual(made.loaded.variants);
    expect(loaded.sha256).toBe(made.loaded.sha256);
    expect(loaded.file).toBe("pool.yaml");
    expect(loaded.settings).toEqual(made.loaded.settings);
  });

  it("is whole with all of its shards, of this build and of one experiment", () => {
    const { job } = jobOf(join(folderWith(POOL), "pool.yaml"), {}, OPTIONS);
    const other = jobOf(
      join(folderWith(POOL), "pool.yaml"),
      {},
      { ...OPTIONS, command: { ...RUN, seed: 2 } },
    ).job;
    const named = (...records: readonly ShardRecord[]) =>
      records.map((record, index) => ({ name: `s${index + 1}`, record }));
    const says = (records: readonly ShardRecord[], build = BUILD) => {
      try {
        return wholeJob(named(...records), build) === undefined;
      } catch (error) {
        return error instanceof InputError ? error.message : error;
      }
    };
    const [first, second] = [recordOf(job, 1, 2), recordOf(job, 2, 2)];
    expect(wholeJob(named(second, first, first), BUILD)).toEqual(job);
    expect(says([])).toBe("found no shard, expected folders of --shard");
    expect(says([second])).toBe("found 1 of 2 shards: missing 1");
    expect(says([first, recordOf(other, 2, 2)])).toBe(
      "s2: it is part of another experiment than s1",
    );
    expect(says([first, recordOf(job, 2, 3)])).toBe("s2: it is part of another experiment than s1");
    const build = { code: "b", node: "24" };
    expect(says([first], build)).toContain(
      "another build, poolsim 0.1.0 on Node 22; expected this",
    );
  });

  it("is no other form, not even slightly", () => {
    const { job } = jobOf(join(folderWith(POOL), "pool.yaml"), {}, OPTIONS);
    const record = recordOf(job, 2, 2);
    for (const wrong of [
      "",
      "{",
      "null",
      JSON.stringify({ ...record, form: 1 }),
      JSON.stringify({ ...record, more: 1 }),
      JSON.stringify({ ...record, shard: { index: 3, count: 2 } }),
      JSON.stringify({ ...record, shard: { index: 0, count: 2 } }),
      JSON.stringify({ ...record, job: { ...job, file: "../x.yaml" } }),
      JSON.stringify({ ...record, job: { ...job, command: { ...job.command, name: "rm" } } }),
      JSON.stringify({ ...record, job: { ...job, sources: [{ path: "", base64: "?" }] } }),
    ]) {
      expect(() => shardRecordOf(wrong, "shard.json"), wrong).toThrow(
        expect.objectContaining({ code: "SHARD_INVALID" }),
      );
    }
  });

  it("whose files were changed is not taken for what it was", () => {
    const { job } = jobOf(join(folderWith(POOL), "pool.yaml"), {}, OPTIONS);
    const base64 = Buffer.from(POOL.replace("400", "500")).toString("base64");
    const changed = { ...job, sources: job.sources.map((source) => ({ ...source, base64 })) };
    const load = (one: typeof job) => () => loadJob(one, { extensions: [], keys });
    expect(load(changed)).toThrow("make another scenario here");
    expect(load({ ...job, sources: [] })).toThrow("is not among the shards' files");
    expect(load({ ...job, extensions: ["00".repeat(32)] })).toThrow("expected --extension");
  });
});
