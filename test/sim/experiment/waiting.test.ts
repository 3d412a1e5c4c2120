/** What is waited for until it is given up; and results that nobody needs any more are not kept. */
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Waiting } from "../../../src/sim/experiment/waiting.js";
import { Workbench } from "../../../src/sim/experiment/workbench.js";
import { fakeSimulate, loadText, POOL } from "../../support/sim/fake-simulate.js";

/** Collects all garbage. */
async function collect(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const gc: () => void = runInNewContext("gc");
  for (let turn = 0; turn < 3; turn++) {
    await setImmediate();
    gc();
  }
}

describe("what is waited for", () => {
  it("gives what it gives, and fails as it fails", async () => {
    const waiting = new Waiting();
    await expect(waiting.until(Promise.resolve(3))).resolves.toBe(3);
    await expect(waiting.until(Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  it("rejects when it is given up, and what begins later does not", async () => {
    const waiting = new Waiting();
    const never = [1, 2].map(() => waiting.until(new Promise(() => {})));
    waiting.giveUp(new Error("given up"));
    for (const one of never) await expect(one).rejects.toThrow("given up");
    await expect(waiting.until(Promise.resolve(3))).resolves.toBe(3);
  });
});

it("a workbench keeps records of its replications, and no result", async () => {
  const { base } = loadText(POOL);
  const results: WeakRef<object>[] = [];
  const workbench = new Workbench({
    run: async (input, replication) => {
      const result = fakeSimulate(input, { seed: 1, replication });
      results.push(new WeakRef(result));
      return result;
    },
    close: async () => {},
  });
  const samples = await workbench.replicate(base, { label: "replications", count: 20 });
  await collect();
  expect(samples.records).toHaveLength(20);
  expect(results.filter((result) => result.deref() !== undefined)).toEqual([]);
});
