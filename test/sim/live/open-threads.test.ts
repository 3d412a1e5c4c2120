/** Threads that several runs share: the same bytes, the same threads, and one run's end is not another's. */
import { afterEach, describe, expect, it } from "vitest";
import { openThreads, type SharedThreads } from "../../../src/sim/live/open-threads.js";
import { runExperiment } from "../../../src/sim/live/run.js";
import { loadText, POOL } from "../../support/sim/fake-simulate.js";

const threadEntry = new URL("../../support/sim/thread-entry.mjs", import.meta.url);
const named = (name: string) => loadText(POOL.replace("name: fake", `name: ${name}`));

let open: SharedThreads | undefined;

function opened(count: number): SharedThreads {
  open = openThreads(count, { threadEntry });
  return open;
}

afterEach(() => open?.close());

/** Which thread ran a replication. */
async function whichThread(threads: SharedThreads): Promise<number | undefined> {
  const executor = threads.executor(1);
  const { metrics } = await executor.run(named("which").base, 0);
  await executor.close();
  return metrics["test.thread"];
}

/** Runs what never ends by itself, until some time has passed. */
async function stopEndless(sharedThreads: SharedThreads): Promise<void> {
  const controller = new AbortController();
  const reason = new Error("enough");
  const { signal } = controller;
  const promise = runExperiment(named("endless"), { sharedThreads, signal });
  setTimeout(() => controller.abort(reason), 300);
  await expect(promise).rejects.toBe(reason);
}

describe("shared threads", () => {
  it("give the bytes that a run's own give, run after run and at the same time", async () => {
    const own = JSON.stringify(await runExperiment(named("fake"), { threads: 2, threadEntry }));
    const sharedThreads = opened(2);
    const run = async () => JSON.stringify(await runExperiment(named("fake"), { sharedThreads }));
    expect(await run()).toBe(own);
    expect(await Promise.all([run(), run(), run()])).toEqual([own, own, own]);
  });

  it("are the same ones in the next run", async () => {
    const threads = opened(1);
    const first = await whichThread(threads);
    expect(first).toBeTypeOf("number");
    expect(await whichThread(threads)).toBe(first);
  });

  it("start anew where a run was stopped in the middle of a replication", async () => {
    const threads = opened(1);
    const first = await whichThread(threads);
    await stopEndless(threads);
    const next = await whichThread(threads);
    expect(next).toBeTypeOf("number");
    expect(next).not.toBe(first);
  });

  it("go on with what another run has in them when one is stopped", async () => {
    const threads = opened(2);
    const [mine, other] = [threads.executor(1), threads.executor(1)];
    const ended = mine.run(named("endless").base, 0);
    const beside = other.run(named("which").base, 0);
    await mine.close();
    await expect(ended).rejects.toThrow("closed");
    await expect(beside).resolves.toMatchObject({ metrics: { "test.thread": expect.any(Number) } });
    await other.close();
  });

  it("refuse runs after they were closed", async () => {
    const threads = opened(2);
    await threads.close();
    await expect(runExperiment(named("fake"), { sharedThreads: threads })).rejects.toThrow(
      "closed",
    );
  });

  it.each([0, 1.5, 257, Number.NaN])("are not %d", (count) => {
    expect(() => openThreads(count)).toThrow(`threads: found ${count}, expected a whole number`);
  });
});
