import { expect, test } from "vitest";
import { AISessionSelector } from "../../../src/selection/index.js";

test("A-20: requests that find a refresh due at the same time each run their own", () => {
  const selector = new AISessionSelector({ live: false, poolSize: 1, pick: () => 0 });
  selector.beginRefresh();
  selector.beginRefresh();
  expect(selector.endRefresh(1, [])).toBe(0);
  expect(selector.endRefresh(2, [])).toBe(0);
  expect(selector.lastRefreshMs).toBe(2);
  expect(() => selector.endRefresh(3, [])).toThrow("a refresh ends only after it has begun");
});
