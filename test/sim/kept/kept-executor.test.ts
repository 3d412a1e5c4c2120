/** Experiments with kept results: the same bytes, whatever was kept and whatever has become of it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import type { Executor } from "../../../src/sim/experiment/executor.js";
import { experimentWith } from "../../../src/sim/experiment/experiment.js";
import type { LoadedScenario } from "../../../src/sim/input.js";
import { keptExecutor } from "../../../src/sim/kept/kept-executor.js";
import { UnitKeys } from "../../../src/sim/kept/key.js";
import { openResultStore, type ResultStore } from "../../../src/sim/kept/result-store.js";
import { fakeExecutor, loadText, POOL } from "../../support/sim/fake-simulate.js";

/** Has all stages: a calibration, variants, peak tests, a sensitivity block, marginal values. */
const SCENARIO = POOL.replace("60 }", "60, calibrateTo: { streamsPerDay: 200 } }").replace(
  "roundTripMs: 2000",
  "roundTripMs: 400",
);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "poolsim-kept-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const loaded = loadText(SCENARIO);

function kept(executor: Executor, store: ResultStore, { code = "a", seed = 1 } = {}): Executor {
  return keptExecutor({ executor, store, keys: new UnitKeys({ code, node: "22" }), seed });
}

/** An experiment's bytes, and how much was computed for it. */
async function run(
  options: {
    readonly code?: string;
    readonly seed?: number;
    readonly scenario?: LoadedScenario;
  } = {},
) {
  const { scenario = loaded, ...own } = options;
  const { executor, calls } = fakeExecutor(own.seed);
  const store = openResultStore(folder);
  const result = await experimentWith(scenario, kept(executor, store, own), own);
  return { json: JSON.stringify(result), computed: calls.length };
}

async function straight(options: { readonly seed?: number } = {}) {
  const { executor, calls } = fakeExecutor(options.seed);
  const result = await experimentWith(loaded, executor, options);
  return { json: JSON.stringify(result), computed: calls.length };
}

function paths(): readonly string[] {
  const results = join(folder, "results");
  return readdirSync(results)
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .map((name) => join(results, name));
}

it("gives the same cold, warm and without, and computes each unit once", async () => {
  const without = await straight();
  expect(without.computed).toBeGreaterThan(100);
  expect(await run()).toEqual(without);
  expect(paths()).toHaveLength(without.computed);
  expect(await run()).toEqual({ json: without.json, computed: 0 });
});

it("shares what another question computed, and nothing of another seed or build", async () => {
  const { computed } = await run();
  const more = loadText(SCENARIO.replace("replications: 4", "replications: 5"));
  const shared = await run({ scenario: more });
  expect(shared.computed).toBeGreaterThan(0);
  expect(shared.computed).toBeLessThan(20);
  const other = await run({ seed: 2 });
  expect(other).toEqual(await straight({ seed: 2 }));
  expect((await run({ code: "b" })).computed).toBe(computed);
});

it("goes on after an end at any unit: the same bytes", async () => {
  const { json, computed } = await straight();
  const ended = new Error("the process ends");
  /** A process that lives for so many units; its bytes, if that is enough. */
  const lives = async (units: number): Promise<string | null> => {
    const { executor, calls } = fakeExecutor();
    const mortal: Executor = {
      close: executor.close,
      run: (input, replication) => {
        if (calls.length >= units) return Promise.reject(ended);
        return executor.run(input, replication);
      },
    };
    try {
      const store = openResultStore(folder);
      return JSON.stringify(await experimentWith(loaded, kept(mortal, store), {}));
    } catch (error) {
      expect(error).toBe(ended);
      return null;
    }
  };
  let found: string | null = null;
  let deaths = 0;
  for (; found === null; deaths += 1) found = await lives(17 + (deaths % 7));
  expect(found).toBe(json);
  expect(deaths).toBeGreaterThan(4);
  expect(paths()).toHaveLength(computed);
});

it("computes anew whatever is broken or another unit's", async () => {
  const { json } = await run();
  const entries = paths();
  const bytes = entries.map((path) => readFileSync(path));
  const damage = fc.record({
    entry: fc.nat({ max: entries.length - 1 }),
    other: fc.nat({ max: entries.length - 1 }),
    at: fc.nat({ max: 10_000 }),
    kind: fc.constantFrom("cut", "changed", "another's", "empty", "no entry"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 8 }), async (all) => {
      for (const { entry, other, at, kind } of all) {
        const own = Buffer.from(bytes[entry] ?? "");
        const place = at % own.length;
        const path = entries[entry] ?? "";
        if (kind === "cut") writeFileSync(path, own.subarray(0, place));
        else if (kind === "empty") writeFileSync(path, "");
        else if (kind === "no entry") rmSync(path, { force: true });
        else if (kind === "another's") writeFileSync(path, bytes[other] ?? "");
        else {
          own[place] = (own[place] ?? 0) ^ 1;
          writeFileSync(path, own);
        }
      }
      const again = await run();
      expect(again.json).toBe(json);
      expect(again.computed).toBeLessThanOrEqual(all.length);
      expect(paths().map((path) => readFileSync(path))).toEqual(bytes);
    }),
    { numRuns: 3 },
  );
});

it("is the same for two at once", async () => {
  const { json } = await straight();
  const both = await Promise.all([run(), run()]);
  expect(both.map((one) => one.json)).toEqual([json, json]);
  expect((await run()).computed).toBe(0);
});

it("keeps nothing with an extension that takes from elsewhere", async () => {
  const file = { path: "/x.mjs", sha256: "00", isAlone: false };
  const of = (isAlone: boolean): LoadedScenario => {
    const withFile = <T extends { readonly scenario: unknown }>(input: T) => ({
      ...input,
      extensions: [{ ...file, isAlone }],
    });
    return {
      ...loaded,
      base: withFile(loaded.base),
      variants: loaded.variants.map(({ name, input }) => ({ name, input: withFile(input) })),
      withSettings: (...args) => withFile(loaded.withSettings(...args)),
    };
  };
  const { computed } = await run({ scenario: of(false) });
  expect(readdirSync(folder)).toEqual([]);
  expect((await run({ scenario: of(false) })).computed).toBe(computed);
  await run({ scenario: of(true) });
  expect((await run({ scenario: of(true) })).computed).toBe(0);
});
