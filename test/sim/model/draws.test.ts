import { expect, test } from "vitest";
import {
  attemptDraws,
  callDraw,
  DRAW,
  durationDraw,
  foundDraw,
  renewedDraw,
  selectionDraw,
  verificationDraw,
} from "../../../src/sim/model/draws.js";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

test("no two quantities of a stream share an index: eight attempts, four members", () => {
  const indexes = upTo(50).flatMap((segment) => [
    durationDraw(segment),
    selectionDraw(segment),
    verificationDraw(segment),
    ...upTo(4).flatMap((member) =>
      upTo(8).flatMap((attempt) =>
        Object.values(DRAW).map(
          (quantity) => attemptDraws(segment, attempt + 1, member) + quantity,
        ),
      ),
    ),
  ]);
  expect(new Set(indexes).size).toBe(indexes.length);
  for (const index of indexes) expect(index >= 0 && index < 2 ** 31).toBe(true);
});

test("the noise of a session found and of one renewed are told apart, and from answers", () => {
  const indexes = upTo(500).flatMap((count) => [foundDraw(count), renewedDraw(count)]);
  expect(new Set(indexes).size).toBe(1000);
  // Answers of discoveries count up from 0 under the same key.
  for (const index of indexes) expect(index).toBeLessThan(-3);
});

test("a call without verification draws what the first member would", () => {
  const call = { index: 3, attempt: 2 };
  expect(callDraw({ ...call, member: -1 }, DRAW.work)).toBe(
    callDraw({ ...call, member: 0 }, DRAW.work),
  );
  expect(callDraw({ ...call, member: 1 }, DRAW.work)).not.toBe(
    callDraw({ ...call, member: 0 }, DRAW.work),
  );
});
