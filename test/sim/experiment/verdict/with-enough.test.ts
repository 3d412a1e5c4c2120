/** Who says that it is enough: heard while there is work, and no longer. */
import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { experimentWith } from "../../../../src/sim/experiment/experiment.js";
import { withEnough } from "../../../../src/sim/experiment/verdict/until-decided.js";
import { fakeExecutor, loadText, POOL } from "../../../support/sim/fake-simulate.js";

test("an experiment leaves no listener at a signal that lives on", async () => {
  const { signal } = new AbortController();
  const options = { enough: signal, replications: 2, sensitivity: "off" } as const;
  await experimentWith(loadText(POOL), fakeExecutor().executor, options);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("it is heard, also where it came before the work, and the work's failure is the caller's", async () => {
  const controller = new AbortController();
  const heard = withEnough(controller.signal, (enough) => enough);
  controller.abort();
  expect(await heard).toBeNull();
  expect(await withEnough(controller.signal, (enough) => enough)).toBeNull();
  expect(await withEnough(undefined, async () => 1)).toBe(1);
  const { signal } = new AbortController();
  const failing = withEnough(signal, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
