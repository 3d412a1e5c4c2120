import { describe, expect, it } from "vitest";
import { ReconnectBackoff } from "../../../src/pool/orchestrator/reconnect.js";
import { checkRegistration, taskTimeoutMs } from "../../../src/pool/orchestrator/tasks.js";

describe("reconnecting (O-14)", () => {
  it("waits 0.5 s, half as long again each time, at most 60 s", () => {
    const backoff = new ReconnectBackoff();
    const delays = Array.from({ length: 16 }, () => backoff.nextDelayMs(0.5));
    expect(delays.slice(0, 4)).toEqual([500, 750, 1125, 1687.5]);
    expect(delays.slice(-3)).toEqual([60_000, 60_000, 60_000]);
  });

  it("varies by half to either side", () => {
    expect(new ReconnectBackoff().nextDelayMs(0)).toBe(250);
    expect(new ReconnectBackoff().nextDelayMs(1 - 2 ** -53)).toBeCloseTo(750, 9);
  });

  it("does not start over by itself, only with the process", () => {
    const backoff = new ReconnectBackoff();
    backoff.nextDelayMs(0.5);
    expect(backoff.nextDelayMs(0.5)).toBe(750);
    backoff.restart();
    expect(backoff.nextDelayMs(0.5)).toBe(500);
  });
});

it("a worker registers with the secret and a capacity (O-13)", () => {
  expect(checkRegistration(true, 1)).toBeNull();
  expect(checkRegistration(false, 0)).toBe("invalid secret");
  expect(checkRegistration(true, 0)).toBe("zero capacity");
});

it("a task may take max(8 s, 4 × duration) (O-18)", () => {
  expect([500, 2000, 4000].map(taskTimeoutMs)).toEqual([8000, 8000, 16_000]);
});
