/** Questions whose right answer is known by argument: what must not be admitted, nor excluded, nor be sure. */
import { describe, expect, it } from "vitest";
import { runExperiment } from "../../../../src/sim/index.js";
import { renderReport } from "../../../../src/sim/report/report.js";
import { loadText } from "../../../support/sim/fake-simulate.js";

const GOOD = { name: "good", count: 2, maxSessions: 4, roundTripMs: 350 };
const CANDIDATE = { name: "candidate", maxSessions: 4, roundTripMs: 350 };
const SCENARIO = {
  name: "known",
  replications: 6,
  warmup: "20m",
  duration: "30m",
  network: { limit: 5 },
  gateway: { region: "FRA" },
  demand: { concurrentStreams: 12 },
  stream: { length: { distribution: "exponential", mean: "10m" } },
  orchestrator: { name: "pool", region: "FRA", stakeShare: 0.5, maxSessions: "auto" },
  workers: [GOOD, CANDIDATE],
  variants: { without: { "orchestrator.admission.exclude": ["candidate"] }, with: {} },
  decision: { baseline: "without", candidate: "with" },
};

async function resultOf(more: object) {
  const text = JSON.stringify({ ...SCENARIO, ...more });
  return runExperiment(loadText(text), { sensitivity: "off", threads: 1 });
}

async function verdictOf(more: object) {
  const { verdict } = await resultOf(more);
  if (verdict === null) throw new Error("there is a decision");
  return verdict;
}

describe("where gas eats the income", () => {
  const orchestrator = {
    ...SCENARIO.orchestrator,
    economics: { payoutGas: 1_000_000, gasPriceGwei: "1", payoutInterval: "1h" },
  };

  it("more fees are no reason to let in a worker whose payouts cost more than it brings", async () => {
    const verdict = await verdictOf({ orchestrator });
    // 24 payouts a day, of 0.001 ETH each.
    expect(verdict.difference?.mean).toBeCloseTo(-0.024, 3);
    expect(verdict).toMatchObject({
      decision: "undecided",
      reason: "objective not positive",
      instead: null,
    });
    expect(verdict.sentence).toContain("absolute");
  });

  it("nor are fewer fees one to keep it; an absolute margin tells", async () => {
    const goes = { orchestrator, decision: { baseline: "with", candidate: "without" } };
    expect(await verdictOf(goes)).toMatchObject({ decision: "undecided", instead: null });
    const decision = { ...goes.decision, margin: { absolute: 0.001 } };
    expect(await verdictOf({ ...goes, decision })).toMatchObject({ decision: "admit" });
  });
});

describe("where no gateway looks at prices", () => {
  const variants = {
    without: {},
    with: { "orchestrator.pricePerUnit": "1000000000" },
  };

  it("a price that nobody has refused is no evidence on what it brings", async () => {
    const verdict = await verdictOf({ variants });
    expect(verdict).toMatchObject({ decision: "undecided", reason: "no evidence" });
    expect(verdict.sentence).toContain("no gateway looks at prices");
  });

  it.each([
    ["factor: 3", { factor: 3 }],
    ["pricePerUnit, by name", { pricePerUnit: 9000, orchestrator: "Pool" }],
  ])("nor is one that an event changes: %s", async (_, how) => {
    const event = { kind: "price", at: "1m", ...how };
    const verdict = await verdictOf({ variants: { without: {}, with: { "events.dear": event } } });
    expect(verdict).toMatchObject({ decision: "undecided", reason: "no evidence" });
    expect(verdict.sentence).toContain("no gateway looks at prices");
  });

  it("an event that changes nothing, or another's price, is judged", async () => {
    for (const how of [{ factor: 1 }, { factor: 1.5, orchestrator: "rival" }]) {
      const event = { kind: "price", at: "1m", ...how };
      const rival = {
        name: "rival",
        region: "FRA",
        stakeLpt: 1,
        backend: { type: "measured", roundTripMs: 500 },
      };
      const verdict = await verdictOf({
        orchestrators: [rival],
        variants: { without: {}, with: { "events.dear": event } },
      });
      expect(verdict.sentence).not.toContain("looks at prices");
      expect(verdict.difference?.mean).toBe(0);
    }
  });

  it("what does not depend on the price is judged", async () => {
    const decision = { ...SCENARIO.decision, objective: "pool.segmentShare" };
    expect(await verdictOf({ variants, decision })).toMatchObject({ change: { mean: 0 } });
  });

  it("a gateway's maximum, or weight, is evidence", async () => {
    const gateway = { region: "FRA", maxPricePerUnit: 2000 };
    expect(await verdictOf({ variants, gateway })).toMatchObject({ decision: "exclude" });
    const priced = { region: "FRA", selectPriceWeight: 0.5, selectStakeWeight: 0.2 };
    expect(await verdictOf({ variants, gateway: priced })).not.toMatchObject({
      reason: "no evidence",
    });
  });
});

describe("where workers and delegators stay whatever they get", () => {
  it.each(["commission", "feeShare"])(
    "%s is judged by what does not depend on it",
    async (term) => {
      const variants = {
        without: {},
        with: { [`orchestrator.economics.${term}`]: term === "commission" ? "1" : "0.1" },
      };
      const verdict = await verdictOf({ variants });
      expect(verdict).toMatchObject({
        decision: "undecided",
        reason: "no evidence",
        instead: null,
      });
      expect(verdict.sentence).toContain("nobody looks at what workers and delegators get");
      const decision = { ...SCENARIO.decision, objective: "pool.feesEthPerDay" };
      expect(await verdictOf({ variants, decision })).toMatchObject({ change: { mean: 0 } });
    },
  );
});

describe("intervals", () => {
  it("end where what they are about does: shares from 0 to 1, and nothing below none", async () => {
    const workers = [GOOD, { ...CANDIDATE, roundTripMs: 3500 }];
    const variants = {
      without: { "orchestrator.admission.exclude": ["candidate"] },
      with: { "orchestrator.admission.exclude": ["good"] },
    };
    // Few sessions, which vary most.
    const demand = { concurrentStreams: 1 };
    const result = await resultOf({ workers, variants, demand, replications: 3 });
    for (const { metrics } of result.variants) {
      for (const [name, { mean, ci95 }] of Object.entries(metrics)) {
        if (/operatorNetPerDay|incomeLuck/.test(name)) continue;
        expect([name, ci95[0] >= Math.min(0, mean)]).toEqual([name, true]);
        if (/Share$|retention$/.test(name)) expect([name, ci95[1] <= 1]).toEqual([name, true]);
      }
    }
    for (const { metric, difference, baseline } of result.comparisons) {
      const from = result.variants.find(({ name }) => name === baseline)?.metrics[metric];
      if (from === undefined || /operatorNetPerDay|incomeLuck/.test(metric)) continue;
      expect([metric, difference.ci95[0] >= -from.ci95[1]]).toEqual([metric, true]);
    }
    const decision = { ...SCENARIO.decision, objective: "pool.feesEthPerDay" };
    const verdict = await verdictOf({ workers, variants, decision, replications: 6 });
    expect(verdict.change?.ci95[0]).toBeGreaterThanOrEqual(-1);
    const [late] = verdict.constraints;
    expect(late?.difference?.ci95[1]).toBeLessThanOrEqual(1);
  });
});

describe("a worker that returns wrong results", () => {
  const workers = [GOOD, { ...CANDIDATE, cheatProbability: 0.5 }];
  // The pool is short of sessions: in money, whoever comes is welcome.
  const busy = { workers, demand: { concurrentStreams: 40 } };

  it("is neither let in, nor kept, for what it is paid", async () => {
    const honest = { ...busy, workers: [GOOD, CANDIDATE] };
    expect(await verdictOf(honest)).toMatchObject({ decision: "admit" });
    const verdict = await verdictOf(busy);
    expect(verdict).toMatchObject({ decision: "undecided", reason: "no evidence" });
    expect(verdict.sentence).toContain("results of candidate are wrong");
    const goes = { baseline: "with", candidate: "without" };
    expect(await verdictOf({ ...busy, decision: goes })).toMatchObject({ reason: "no evidence" });
    expect(await verdictOf({ ...honest, decision: goes })).toMatchObject({ decision: "exclude" });
  });

  it("is not let in by a looser limit either", async () => {
    const loose = { "orchestrator.admission.benchmark.limitMs": 3000 };
    const tight = { "orchestrator.admission.benchmark.limitMs": 500 };
    const slower = { ...CANDIDATE, roundTripMs: 600 };
    const asked = { ...busy, variants: { without: tight, with: loose } };
    const honest = { ...asked, workers: [GOOD, slower] };
    expect(await verdictOf(honest)).toMatchObject({ decision: "admit" });
    const cheats = [GOOD, { ...slower, cheatProbability: 0.5 }];
    const verdict = await verdictOf({ ...asked, workers: cheats });
    expect(verdict).toMatchObject({ decision: "undecided", reason: "no evidence" });
    expect(verdict.sentence).toContain("results of candidate are wrong");
  });

  it("is left out where that is what the money says", async () => {
    const slow = { ...CANDIDATE, roundTripMs: 3000, cheatProbability: 0.5 };
    expect(await verdictOf({ workers: [GOOD, slow] })).toMatchObject({ decision: "exclude" });
  });
});

describe("a pool's first worker", () => {
  const workers = [CANDIDATE];

  it("has sessions to judge by, though the pool had none without it", async () => {
    const decision = { ...SCENARIO.decision, margin: { absolute: 0.00001 } };
    const verdict = await verdictOf({ workers, decision });
    expect(verdict.evidence.sessions).toBeGreaterThan(20);
    expect(verdict).toMatchObject({ decision: "admit", reason: "gain" });
  });

  it("needs an amount as its margin", async () => {
    const verdict = await verdictOf({ workers });
    expect(verdict).toMatchObject({ decision: "undecided", reason: "objective not positive" });
  });

  it("is not let in where most of what it delivers is late", async () => {
    const decision = { ...SCENARIO.decision, margin: { absolute: 0.00001 } };
    const late = { ...CANDIDATE, roundTripMs: 2600 };
    expect(await verdictOf({ workers: [late], decision })).toMatchObject({
      decision: "exclude",
      reason: "constraint broken",
    });
  });
});

describe("AI jobs", () => {
  const model = { pipeline: "text-to-image", msPerUnit: 0.0076 };
  const ai = (more: object) => ({
    ...SCENARIO,
    warmup: "10m",
    duration: "2h",
    network: { limit: 0 },
    demand: { concurrentStreams: 0 },
    stream: undefined,
    ai: {
      jobs: [
        {
          name: "images",
          pipeline: "text-to-image",
          requestsPerSecond: 0.1,
          units: 262144,
          patience: "10s",
        },
      ],
    },
    orchestrator: {
      ...SCENARIO.orchestrator,
      maxSessions: 10,
      ai: {
        prices: [
          { pipeline: "text-to-image", pricePerUnit: "4668371" },
          { pipeline: "live-video-to-video", pricePerUnit: "2287" },
        ],
      },
    },
    workers: [
      { name: "good", count: 2, ai: { transcoding: "none", models: [model] } },
      { name: "candidate", ai: { transcoding: "none", models: [{ ...model, ...more }] } },
    ],
  });

  it("whoever answers when the client has gone is not let in for what it is paid", async () => {
    // 26 s for an image, where clients wait for 10 s.
    // How many are lost by that varies: the orchestrator is suspended for it.
    const verdict = await verdictOf(ai({ msPerUnit: 0.1 }));
    expect(verdict.change?.ci95[0]).toBeGreaterThan(0);
    expect(verdict.constraint).toBe("ai.images.unservedShare");
    expect(["constraint broken", "constraint unclear"]).toContain(verdict.reason);
  });

  it("live video that does not come out counts, too", async () => {
    const live = { pipeline: "live-video-to-video", capacity: 4 };
    const job = {
      name: "live",
      pipeline: "live-video-to-video",
      streamsPerHour: 20,
      length: { distribution: "exponential", mean: "30m" },
    };
    const rival = { type: "measured", roundTripMs: 100 };
    const workers = [
      { name: "good", count: 3, ai: { transcoding: "none", models: [live] } },
      {
        name: "candidate",
        ai: {
          transcoding: "none",
          models: [{ ...live, liveFault: { every: "1m", as: "channelGone" } }],
        },
      },
    ];
    const verdict = await verdictOf({
      ...ai({}),
      ai: {
        jobs: [job],
        orchestrators: [{ name: "rival", transcodes: false, models: [{ ...live, capacity: 100 }] }],
      },
      orchestrators: [{ name: "rival", region: "NYC", stakeShare: 0.5, backend: rival }],
      workers,
    });
    expect(verdict).toMatchObject({ decision: "exclude", reason: "constraint broken" });
  });

  it("whoever fails most of its jobs is not as one likes, though it makes no difference", async () => {
    const idle = ai({ failureProbability: 0.95 });
    const {
      jobs: [job],
    } = idle.ai;
    const rare = { ...idle, duration: "3h", ai: { jobs: [{ ...job, requestsPerSecond: 0.02 }] } };
    const rival = {
      name: "rival",
      region: "FRA",
      stakeShare: 0.5,
      backend: { type: "measured", roundTripMs: 100 },
    };
    const served = { name: "rival", transcodes: false, models: [{ ...model, capacity: 4 }] };
    const result = await resultOf({
      ...rare,
      ai: { ...rare.ai, orchestrators: [served] },
      orchestrators: [rival],
      decision: {
        ...SCENARIO.decision,
        objective: "pool.feesEthPerDay",
        margin: { absolute: 1 },
        constraints: [],
      },
    });
    expect(result.verdict).toMatchObject({ decision: "no difference" });
    expect(renderReport(result)).toMatch(
      /leave candidate out: in or out makes no difference, but it\s+fails \d+ % of its AI jobs/,
    );
  });

  it("a good one is let in, and the report says so by its name", async () => {
    const result = await resultOf(ai({}));
    expect(result.verdict).toMatchObject({ decision: "admit" });
    expect(renderReport(result)).toContain("known: let candidate in");
  });
});

describe("where circumstances differ beside what is chosen", () => {
  const workers = [GOOD, { ...CANDIDATE, errorProbability: 0.3 }];
  const outage = { kind: "outage", at: "0s", for: "25m", orchestrator: "pool" };

  it("an outage of the baseline is no reason to let in a worker that loses its streams", async () => {
    const without = { "orchestrator.admission.exclude": ["candidate"], "events.out": outage };
    const verdict = await verdictOf({ workers, variants: { without, with: {} } });
    expect(verdict).toMatchObject({ decision: "undecided", reason: "no evidence", instead: null });
    expect(verdict.sentence).toContain("differs from without in events.out too");
  });
});
