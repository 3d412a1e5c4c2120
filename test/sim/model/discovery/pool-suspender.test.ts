import { expect, test } from "vitest";
import { PoolSuspender } from "../../../../src/sim/model/discovery/pool-suspender.js";

test("answers that have come are heard before somebody is suspended, not after", () => {
  const suspender = new PoolSuspender();
  const heard: number[] = [];
  suspender.suspend(4, 1);
  suspender.hear = () => heard.push(suspender.suspended(4), suspender.suspended(5));
  suspender.suspend(5, 3);
  expect(heard).toEqual([1, 0]);
  expect(suspender.suspended(5)).toBe(3);
});
