/** Replications in threads: the same result for any number of them, errors, and stopping. */
import { describe, expect, it } from "vitest";
import { InputError, InvariantError } from "../../../../src/core/errors.js";
import { experimentWith } from "../../../../src/sim/experiment/experiment.js";
import {
  fromPlainError,
  toPlainError,
} from "../../../../src/sim/experiment/threads/plain-error.js";
import { threadExecutor } from "../../../../src/sim/experiment/threads/thread-pool.js";
import { taskHandler } from "../../../../src/sim/experiment/threads/thread-task.js";
import type { SimulationInput } from "../../../../src/sim/input.js";
import { fakeSimulate, loadText, POOL } from "../../../support/sim/fake-simulate.js";

const entry = new URL("../../../support/sim/thread-entry.mjs", import.meta.url);

function runNamed(name: string, threads: number, signal?: AbortSignal) {
  const executor = threadExecutor({ entry, threads, seed: 1 });
  return experimentWith(loadText(POOL.replace("name: fake", `name: ${name}`)), executor, {
    sensitivity: "short",
    signal,
  });
}

describe("threads", () => {
  it("give the same bytes, however many there are", async () => {
    const texts = [];
    for (const threads of [1, 2, 5]) texts.push(JSON.stringify(await runNamed("fake", threads)));
    expect(texts[0]).toContain('"decision":"admit"');
    expect(new Set(texts).size).toBe(1);
  });

  it("hand back bad input as the error that it was", async () => {
    const promise = runNamed("bad", 2);
    await expect(promise).rejects.toBeInstanceOf(InputError);
    await expect(promise).rejects.toMatchObject({
      code: "DATA_FILE_INVALID",
      message: "network.csv:3:1: no",
    });
  });

  it("hand back a bug with the place where it happened", async () => {
    const promise = runNamed("bug", 2);
    await expect(promise).rejects.toBeInstanceOf(InvariantError);
    await expect(promise).rejects.toMatchObject({
      code: "INVARIANT",
      stack: expect.stringContaining("thread-entry.mjs"),
    });
    await expect(runNamed("crash", 1)).rejects.toMatchObject({
      name: "RangeError",
      message: "array too long",
    });
  });

  it("end at once when the signal aborts, also in the middle of a replication", async () => {
    const controller = new AbortController();
    const promise = runNamed("endless", 2, controller.signal);
    setTimeout(() => controller.abort(new Error("enough")), 300);
    await expect(promise).rejects.toThrow("enough");
  });
});

describe("a thread", () => {
  const { base } = loadText(POOL);

  it("asks for an input once and keeps it", () => {
    const handle = taskHandler(fakeSimulate);
    const task = { inputId: 3, input: null, seed: 1, replication: 2 };
    expect(handle(task)).toEqual({ type: "inputMissing" });
    const answer = handle({ ...task, input: base });
    expect(answer).toEqual({
      type: "result",
      result: fakeSimulate(base, { seed: 1, replication: 2 }),
    });
    expect(handle(task)).toEqual(answer);
  });

  it("sees data files of the same text as one object, so that it parses them once", () => {
    const seen: SimulationInput[] = [];
    const handle = taskHandler((input, options) => {
      seen.push(input);
      return fakeSimulate(input, options);
    });
    for (const inputId of [0, 1]) {
      handle({ inputId, input: structuredClone(base), seed: 1, replication: 0 });
    }
    const changed = structuredClone(base);
    const other = { ...changed.data, rtt: { name: "rtt.csv", text: "a,b\n" } };
    handle({ inputId: 2, input: { ...changed, data: other }, seed: 1, replication: 0 });
    expect(seen[1]?.data).toBe(seen[0]?.data);
    expect(seen[2]?.data.network).toBe(seen[0]?.data.network);
    expect(seen[2]?.data.rtt).not.toBe(seen[0]?.data.rtt);
  });

  it("answers whatever is thrown with plain data", () => {
    const handle = taskHandler(() => {
      throw "a text"; // not even an error
    });
    const answer = handle({ inputId: 0, input: base, seed: 1, replication: 0 });
    expect(answer).toMatchObject({ type: "failure", error: { type: "Error", message: "a text" } });
  });
});

describe("plain errors", () => {
  it("keep class, code, message and stack", () => {
    const error = new InputError("a.yaml:1:1: no", { code: "SCENARIO_INVALID" });
    const again = fromPlainError(structuredClone(toPlainError(error)));
    expect(again).toBeInstanceOf(InputError);
    expect(again).toMatchObject({
      code: "SCENARIO_INVALID",
      message: error.message,
      stack: error.stack,
    });
  });
});
