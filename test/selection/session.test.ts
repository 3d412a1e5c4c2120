import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Session, segmentDurationMs } from "../../src/selection/session.js";
import { price, session } from "../support/sim/sessions.js";

describe("a session", () => {
  it("starts unmeasured, with nothing in flight (M-34)", () => {
    const fresh = session(3);
    expect(fresh.latencyScore).toBe(0);
    expect(fresh.segsInFlight).toBe(0);
    expect(fresh.popSegInFlight()).toBe(0);
    expect(fresh.mapped).toBe(false);
  });

  it("keeps the price of its creation when the current one changes (R-10, M-34)", () => {
    const one = session(0, { price: price("5") });
    one.price = price("7");
    expect(one.initialPrice?.perPixel).toBe(5);
  });

  it("without ticket parameters has no recipient, and nothing of it expires", () => {
    const one = new Session({ id: 1, transcoder: 2, info: undefined });
    expect(one.recipient).toBe(-1);
    expect(one.authTokenExpiresAtMs).toBe(Number.POSITIVE_INFINITY);
    expect(one.ticketParamsExpireAtMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("has its segments in flight in order, however many", () => {
    const operation = fc.oneof(
      fc.record({ startMs: fc.nat(), durationMs: fc.nat() }),
      fc.constantFrom("pop" as const, "pop" as const, "clear" as const),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const one = session(0);
        const model: { startMs: number; durationMs: number }[] = [];
        for (const op of operations) {
          if (op === "pop") {
            expect(one.popSegInFlight()).toBe(model.shift()?.durationMs ?? 0);
          } else if (op === "clear") {
            one.clearInFlight();
            model.length = 0;
          } else {
            one.pushSegInFlight(op.startMs, op.durationMs);
            model.push(op);
          }
          expect(one.segsInFlight).toBe(model.length);
          expect(one.oldestStartMs).toBe(model[0]?.startMs ?? Number.NaN);
          expect(one.oldestDurationMs).toBe(model[0]?.durationMs ?? Number.NaN);
        }
      }),
    );
  });
});

describe("segmentDurationMs", () => {
  it("cuts to whole nanoseconds", () => {
    expect(segmentDurationMs(2)).toBe(2_000);
    expect(segmentDurationMs(1.0000000009)).toBe(1_000);
    expect(segmentDurationMs(2.0000000019)).toBe(2_000.000001);
  });

  it("has no negative zero, and what 64 bits do not hold is the lowest they do", () => {
    expect(segmentDurationMs(-1e-10)).toBe(0);
    const lowest = -(2 ** 63) / 1e6;
    expect([1e10, -1e10, Number.NaN, 1e300].map(segmentDurationMs)).toEqual(Array(4).fill(lowest));
  });
});
