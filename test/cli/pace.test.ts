/** How fast it goes, and how long is left. */
import { expect, it } from "vitest";
import { Pace } from "../../src/cli/shared/pace.js";

it("is known after two instants, and is that of the last half minute", () => {
  const pace = new Pace();
  const left = (done: number, nowMs: number) => pace.text({ done, total: 100 }, nowMs);
  expect(left(0, 0)).toBe("");
  pace.note(1, 1000);
  expect(left(1, 1000)).toBe("");
  pace.note(3, 2000);
  expect(left(3, 2000)).toBe("2.0/s, 49 s left");
  // Nothing is finished meanwhile: it becomes slower.
  expect(left(3, 5000)).toBe("0.5/s, 3 min left");
  for (let at = 100; at <= 160; at += 1) pace.note(3 + (at - 100) / 2, 1000 * at);
  expect(left(33, 160_000)).toBe("0.5/s, 3 min left".replace("3 min", "2 min"));
  expect(new Pace().text({ done: 0, total: 9 }, 5)).toBe("");
});
