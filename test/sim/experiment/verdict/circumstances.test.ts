/** In which circumstances two variants differ beside what the operator chooses. */
import { describe, expect, it } from "vitest";
import { circumstancesBeside } from "../../../../src/sim/experiment/verdict/circumstances.js";
import { loadText } from "../../../support/sim/fake-simulate.js";

const WITHOUT = { "orchestrator.admission.exclude": ["candidate"] };

/** Of a baseline and a candidate that differ from each other by these settings. */
function between(before: object, after: object): readonly string[] {
  const text = JSON.stringify({
    name: "circumstances",
    duration: "30m",
    gateways: [{ region: "FRA" }],
    demand: { concurrentStreams: 12 },
    orchestrator: { name: "pool", region: "FRA", stakeShare: 0.5 },
    workers: [
      { name: "good", count: 2, roundTripMs: 350 },
      { name: "candidate", count: 2, roundTripMs: 350 },
    ],
    variants: { before, after },
  });
  const [one, other] = loadText(text).variants.map(({ input }) => input.scenario);
  if (one === undefined || other === undefined) throw new Error("there are two variants");
  return circumstancesBeside(one, other);
}

describe("beside a choice", () => {
  it.each([
    ["demand", { "demand.concurrentStreams": 4 }],
    ["stream", { "stream.segmentMs": 2000 }],
    ["network", { "network.limit": 5 }],
    ["gateway", { "gateway.maxPricePerUnit": 1000 }],
    ["assumptions", { "assumptions.loadScale": 2 }],
    ["stream", { "stream.verificationFreq": 10 }],
    ["orchestrator.stakeShare", { "orchestrator.stakeShare": 0.01 }],
    ["orchestrator.availability", { "orchestrator.availability": 0.5 }],
    ["orchestrator.economics.gasPriceGwei", { "orchestrator.economics.gasPriceGwei": "5" }],
    ["tickets.enabled", { "tickets.enabled": true }],
    ["events.e", { "events.e": { kind: "outage", at: "0s", for: "25m", worker: "good" } }],
    ["events.e", { "events.e": { kind: "stake", at: "1m", factor: 0.1 } }],
  ])("%s is named, in the baseline and in the candidate", (path, settings) => {
    expect(between({ ...WITHOUT, ...settings }, {})).toEqual([path]);
    expect(between(WITHOUT, settings)).toEqual([path]);
  });

  it.each([
    ["a price", { "orchestrator.pricePerUnit": 1000 }],
    ["a price that changes", { "events.e": { kind: "price", at: "1m", factor: 2 } }],
    ["a commission", { "orchestrator.economics.commission": "1/2" }],
    ["a ticket's value", { "tickets.ticketEV": 1000 }],
    ["another choice", { "orchestrator.maxSessions": 4 }],
    ["more of the worker", { "workers.candidate.maxSessions": 4 }],
    [
      "what happens to the worker in question",
      { "events.e": { kind: "outage", at: "1m", for: "2m", worker: "candidate-1" } },
    ],
    [
      "what happens to all of its kind",
      { "events.e": { kind: "outage", at: "1m", for: "2m", worker: "candidate" } },
    ],
  ])("%s is no circumstance", (_, settings) => {
    expect(between(WITHOUT, settings)).toEqual([]);
  });
});

it.each(["good", "good-1"])(
  "what happens to %s, which serves in both, is a circumstance",
  (worker) => {
    const outage = { "events.e": { kind: "outage", at: "0s", for: "25m", worker } };
    const fewer = { "workers.good.maxSessions": 2 };
    expect(between(outage, fewer)).toEqual(["events.e"]);
    expect(between(fewer, outage)).toEqual(["events.e"]);
    expect(between({ ...outage, "workers.good.count": 3 }, {})).toEqual(["events.e"]);
  },
);

it("gateways in another order are the same", () => {
  const [one, other] = [
    { region: "FRA", name: "a" },
    { region: "NYC", name: "b" },
  ];
  const before = { ...WITHOUT, gateways: [one, other] };
  expect(between(before, { gateways: [other, one] })).toEqual([]);
});

it("what is down cannot be reached, whether or not that is said", () => {
  expect(between({ ...WITHOUT, "orchestrator.whenDown": "unreachable" }, {})).toEqual([]);
  expect(between({ ...WITHOUT, "orchestrator.whenDown": "silent" }, {})).toEqual([
    "orchestrator.whenDown",
  ]);
});

it("circumstances alone may be compared, and variants may be equal", () => {
  expect(between({}, { "demand.concurrentStreams": 4, "orchestrator.stakeShare": 0.1 })).toEqual(
    [],
  );
  expect(between({}, {})).toEqual([]);
});
