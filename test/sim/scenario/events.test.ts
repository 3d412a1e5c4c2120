/** What is wrong with a scenario's events is said before the first of them. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { FileProblem, type ReadFile, readFileWithin } from "../../../src/sim/scenario/files.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";

/** A scenario of an hour with these events. */
function problem(events: string, rest = ""): string {
  const text = `name: s
duration: 1h
demand: { concurrentStreams: 3 }
gateways: [{ name: g, region: FRA }]
network: { limit: 2 }
orchestrator: { name: pool, region: FRA, stakeShare: 0.1 }
workers: [{ name: home, count: 2, roundTripMs: 400 }]
${rest}events:
${events}`;
  const readFile: ReadFile = (path, bytesMax) => {
    if (path.endsWith("s.yaml")) return new TextEncoder().encode(text);
    if (path.includes("/scenarios/data/")) return readFileWithin(path, bytesMax);
    throw new FileProblem("no such file");
  };
  try {
    loadScenario("s.yaml", { readFile });
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "";
}

describe("events that are right", () => {
  test.each([
    "  a: { kind: price, at: 5m, factor: 3 }\n  b: { kind: price, at: 6m, pricePerUnit: 12 }",
    "  a: { kind: outage, at: 0s, for: 5m, worker: home-1, every: 5m }\n  b: { kind: outage, at: 0s, for: 1m, worker: home-2 }",
    "  a: { kind: outage, at: 59m, for: 1m, region: FRA }\n  b: { kind: restart, at: 5m }",
    "  a: { kind: streams, at: 59m, streams: 3, length: 2h }",
    "  a: { kind: burst, at: 1m, for: 60s, gateway: g, every: 61s }",
    "  a: { kind: burst, at: 1m, for: 20s }\n  b: { kind: burst, at: 70s, for: 50s, gateway: g }",
    "  a: { kind: stake, at: 5m, factor: 3, orchestrator: livepeer.dcgco.eth }",
  ])("%s", (events) => {
    expect(problem(events)).toBe("");
  });
});

describe("events that are wrong", () => {
  test.each([
    [
      "  a: { kind: burst, at: 1m, for: 60s, gateway: g, every: 1m }",
      /events\.a: at 2m it follows another burst without a gap: sources of g .* from 1m to 3m/,
    ],
    [
      "  a: { kind: burst, at: 1m, for: 50s }\n  b: { kind: burst, at: 90s, for: 40s, gateway: g }",
      /events\.b: at 90s it follows .* expected at most 60s \(T-3\)/,
    ],
    [
      "  a: { kind: outage, at: 1m, for: 1m, region: nowhere }",
      /no region is called "nowhere", expected a code of the regions table such as FRA/,
    ],
    [
      "  a: { kind: outage, at: 1m, for: 1m, worker: hom }",
      /events\.a\.worker: no worker is called "hom".*home/,
    ],
    [
      "  a: { kind: outage, at: 1m, for: 1m, region: FRX }",
      /events\.a\.region: no region is called "FRX"/,
    ],
    [
      "  a: { kind: price, at: 1m, factor: 2, orchestrator: poool }",
      /events\.a\.orchestrator: no orchestrator .* "poool".*pool/,
    ],
    [
      "  a: { kind: burst, at: 1m, for: 9s, gateway: h }",
      /events\.a\.gateway: no gateway is called "h"/,
    ],
    [
      "  a: { kind: outage, at: 1m, for: 1m, worker: home, region: FRA }",
      /only one of worker, region and orchestrator/,
    ],
    ["  a: { kind: price, at: 1m }", /expected either factor or pricePerUnit/],
    ["  a: { kind: stake, at: 1m, factor: 2, stakeLpt: 2 }", /expected either factor or stakeLpt/],
    [
      "  a: { kind: price, at: 1m, factor: 2, every: 5m }",
      /events\.a\.every: has no effect without for/,
    ],
    [
      "  a: { kind: restart, at: 60m }",
      /events\.a\.at: found 1h, but the counted time ends after 1h/,
    ],
    [
      "  a: { kind: outage, at: 59m, for: 61s, worker: home }",
      /events\.a\.for: from 59m on it lasts 61s, but/,
    ],
    [
      "  a: { kind: outage, at: 1m, for: 5m, worker: home, every: 299s }",
      /events\.a\.every: found 299s, but it lasts 5m/,
    ],
    [
      "  a: { kind: restart, at: 1m, every: 0s }",
      /events\.a\.every: found 0ms, expected some time/,
    ],
    [
      "  a: { kind: burst, at: 1m, for: 61s }",
      /events\.a\.for: found 61s, expected at most 60s.*T-3/,
    ],
    ["  a: { kind: outage, at: 1m, for: 0s, worker: home }", /events\.a\.for: found 0 ms/],
    ["  a: { kind: streams, at: 1m, streams: 1, length: 0s }", /events\.a\.length: found 0 ms/],
    ["  a: { kind: flood, at: 1m }", /events\.a\.kind/],
    ["  a: { kind: restart }", /events\.a\.at/],
    [
      "  a: { kind: outage, at: 1m, for: 5m, worker: home }\n  b: { kind: outage, at: 6m, for: 5m, every: 10m, worker: home-2 }\n  c: { kind: outage, at: 20m, for: 1m, worker: home-2 }",
      /events\.c: at 20m it overlaps "b"/,
    ],
    [
      "  a: { kind: price, at: 1m, factor: 2 }\n  b: { kind: price, at: 1m, factor: 3, orchestrator: pool }",
      /events\.b: at 1m it overlaps "a"/,
    ],
    [
      "  a: { kind: restart, at: 1s, every: 100ms }\n  b: { kind: burst, at: 1s, for: 1s, every: 1s }",
      /happen \d+ times in all, expected at most 10000/,
    ],
    [
      "  a: { kind: streams, at: 1s, streams: 9000, length: 1m }\n  b: { kind: badSource, at: 1s, streams: 1001, length: 1m }",
      /10001 streams at a time, expected at most 10000/,
    ],
    ["  a: { kind: outage, at: 1m, for: 5m, region: SYD }\n", /^$/],
  ])("%s", (events, message) => {
    expect(problem(events)).toMatch(message);
  });

  test("a metric of a time that an event does not have", () => {
    const events = "  a: { kind: price, at: 0s, factor: 2 }\n";
    const expecting = (metric: string) => problem(`${events}expect: [base.${metric} > 0]\n`);
    expect(expecting("event.a.after.poolSegmentsPerMinute")).toBe("");
    expect(expecting("event.a.during.poolSessions")).toMatch(/no time while it lasts/);
    expect(expecting("event.a.before.poolSessions")).toMatch(/no time before it/);
    expect(expecting("event.b.before.poolSessions")).toMatch(/no event is called "b"/);
    expect(expecting("event.a.before.poolSession")).toMatch(/poolSessions/);
  });
});
