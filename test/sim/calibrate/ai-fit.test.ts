/** AI workers from events: what made the events comes back within its interval. */
import { describe, expect, it } from "vitest";
import { makeKey, normalQuantile, uniform } from "../../../src/core/random.js";
import type { PoolEvent } from "../../../src/pool/books/index.js";
import { type AIPast, AIPastCollector } from "../../../src/sim/calibrate/ai/ai-events.js";
import type { AIModelFit } from "../../../src/sim/calibrate/ai/ai-fit.js";
import { demandLines, workerAILines } from "../../../src/sim/calibrate/ai/ai-fragment.js";
import { fitAIWorkers } from "../../../src/sim/calibrate/ai/fit-workers.js";

const ADDRESS = `0x${"a1".repeat(20)}`;
const OTHER = `0x${"b2".repeat(20)}`;

interface Truth {
  readonly fixedMs: number;
  readonly msPerUnit: number;
  readonly cv: number;
  readonly capacity: number;
  readonly slowdown: number;
  readonly failure: number;
  readonly unitsCv: number;
  readonly perSecond: number;
  readonly wholeSeconds: boolean;
}

const USUAL: Truth = {
  fixedMs: 900,
  msPerUnit: 0.01,
  cv: 0.2,
  capacity: 1,
  slowdown: 1,
  failure: 0.03,
  unitsCv: 0.7,
  perSecond: 0.1,
  wholeSeconds: false,
};
const MODEL = { pipeline: "text-to-image", modelId: "m" };

function lognormal(mean: number, cv: number, u: number): number {
  const variance = Math.log(1 + cv * cv);
  return mean * Math.exp(Math.sqrt(variance) * normalQuantile(u) - variance / 2);
}

let made = 0;
function event(atMs: number, rest: object): PoolEvent {
  const identity = { form: "caller", id: String(made++) };
  return { identity, atMs, region: "FRA", nodeType: "ai", ...rest } as unknown as PoolEvent;
}

function received(atMs: number, requestId: string, address = ADDRESS, model = MODEL): PoolEvent {
  return event(atMs, { type: "job-received", address, requestId, ...model });
}

function processed(
  atMs: number,
  requestId: string,
  responseMs: number,
  units: number,
  model = MODEL,
): PoolEvent {
  return event(atMs, {
    type: "job-processed",
    job: "ai",
    address: null,
    requestId,
    ...model,
    computeUnits: BigInt(units),
    pricePerComputeUnitWei: 7n,
    feesWei: 7n * BigInt(units),
    durationMs: 0n,
    responseTimeNs: BigInt(Math.round(responseMs * 1e6)),
    realTimeRatio: null,
    renditions: null,
    round: null,
  });
}

/** Jobs of one worker, first come first served, written down as a node tells them. */
function eventsOf(truth: Truth, seed: number, jobs: number): PoolEvent[] {
  const key = makeKey(seed, 1);
  const events: PoolEvent[] = [];
  const ends: number[] = [];
  let cameMs = 1_000_000;
  for (let job = 0; job < jobs; job++) {
    const u = (what: number) => uniform(key.k0 ^ what, key.k1, job);
    cameMs += (-1000 * Math.log(1 - u(1))) / truth.perSecond;
    const busy = ends.filter((end) => end > cameMs).sort((a, b) => a - b);
    const beginMs =
      busy.length < truth.capacity ? cameMs : (busy[busy.length - truth.capacity] ?? cameMs);
    const atATime = 1 + ends.filter((end) => end > beginMs).length;
    const units = Math.max(1, Math.round(lognormal(300_000, truth.unitsCv, u(2))));
    const factor = Math.min(atATime, truth.capacity) > 1 ? truth.slowdown : 1;
    const workMs =
      (truth.fixedMs + truth.msPerUnit * units) * factor * lognormal(1, truth.cv, u(3));
    const doneMs = beginMs + workMs;
    ends.push(doneMs);
    if (ends.length > 64) ends.splice(0, ends.length - 64);
    const toldMs = truth.wholeSeconds ? Math.floor(doneMs / 1000) * 1000 : Math.floor(doneMs);
    events.push(received(toldMs, `r${job}`));
    if (u(4) >= truth.failure) events.push(processed(toldMs, `r${job}`, doneMs - cameMs, units));
  }
  return events;
}

function pastOf(events: readonly PoolEvent[]): AIPast {
  const collector = new AIPastCollector();
  for (const one of events) collector.add(one);
  return collector.past();
}

function fitOf(events: readonly PoolEvent[]): AIModelFit {
  const fit = fitAIWorkers(pastOf(events))[0]?.models[0];
  if (fit === undefined) throw new Error("nothing was fitted");
  return fit;
}

const isIn = (value: number, figure: { low: number; high: number } | null | undefined) =>
  figure !== null && figure !== undefined && figure.low <= value && value <= figure.high;

/** How often of 40 each figure's interval has the truth. */
function hits(truth: Truth, jobs = 1_200) {
  const found = { fixedMs: 0, msPerUnit: 0, cv: 0, failure: 0, capacity: 0 };
  for (let seed = 1; seed <= 40; seed++) {
    const fit = fitOf(eventsOf(truth, seed, jobs));
    found.fixedMs += Number(isIn(truth.fixedMs, fit.fixedMs));
    found.msPerUnit += Number(isIn(truth.msPerUnit, fit.msPerUnit));
    found.cv += Number(isIn(truth.cv, fit.noiseCv));
    found.failure += Number(isIn(truth.failure, fit.failures));
    found.capacity += Number(fit.capacity === truth.capacity);
  }
  return found;
}

describe("a model's figures from its events", () => {
  // Of 40 intervals of 95 %, fewer than 34 hold the truth once in a thousand.
  it.each([
    ["one at a time", USUAL],
    ["told in whole seconds", { ...USUAL, wholeSeconds: true }],
    ["three at a time, each slower", { ...USUAL, capacity: 3, slowdown: 1.6, perSecond: 0.3 }],
  ])("come back: %s", (_, truth) => {
    const found = hits(truth);
    for (const [what, count] of Object.entries(found)) {
      expect([what, count >= 34 || count]).toEqual([what, true]);
    }
  });

  it("have narrow intervals with a thousand jobs", () => {
    const { msPerUnit, fixedMs } = fitOf(eventsOf(USUAL, 7, 1_200));
    const width = (one: { value: number; low: number; high: number } | null) =>
      one === null ? Number.NaN : (one.high - one.low) / 2 / one.value;
    expect(width(msPerUnit)).toBeLessThan(0.1);
    expect(width(fixedMs)).toBeLessThan(0.25);
  });

  it("tell how much slower jobs are together", () => {
    const truth = { ...USUAL, capacity: 3, slowdown: 1.6, perSecond: 0.3 };
    const { curve } = fitOf(eventsOf(truth, 3, 3_000));
    expect(curve.map(({ atATime }) => atATime)).toEqual([1, 2, 3]);
    for (const { atATime, factor } of curve) {
      if (atATime > 1) expect(isIn(1.6, factor)).toBe(true);
    }
  });

  it("take all time for units where units never differ", () => {
    const fit = fitOf(eventsOf({ ...USUAL, unitsCv: 0 }, 1, 600));
    expect(fit.fixedMs).toBeNull();
    expect(isIn(0.01 + 900 / 300_000, fit.msPerUnit)).toBe(true);
    expect(fit.notes.join()).toContain("do not tell a fixed time");
  });

  it("know cold starts after another model, and a new connection, and nowhere else", () => {
    const events: PoolEvent[] = [
      event(0, { type: "worker-connected", address: ADDRESS, connection: "c" }),
    ];
    const other = { pipeline: "llm", modelId: "o" };
    const key = makeKey(5, 5);
    let atMs = 10_000;
    let cold = 0;
    for (let job = 0; job < 400; job++) {
      const isCold = job % 40 === 0;
      cold += Number(isCold);
      if (isCold && job > 0) {
        events.push(
          received(atMs, `o${job}`, ADDRESS, other),
          processed(atMs, `o${job}`, 500, 256, other),
        );
      }
      const units = Math.round(lognormal(300_000, 0.5, uniform(key.k0, key.k1, job)));
      const work = (500 + 0.01 * units) * lognormal(1, 0.15, uniform(key.k0 ^ 1, key.k1, job));
      const workMs = work + (isCold ? 25_000 : 0);
      atMs += 60_000;
      events.push(received(atMs, `r${job}`), processed(atMs, `r${job}`, workMs, units));
    }
    const fit = fitAIWorkers(pastOf(events))[0]?.models.find(({ model }) => model === "m");
    expect(fit?.coldStarts).toBe(cold);
    expect(isIn(25_000, fit?.loadMs)).toBe(true);
    expect(isIn(0.01, fit?.msPerUnit)).toBe(true);
  });
});

describe("who did a job", () => {
  it("is the last that received it; the others failed", () => {
    const past = pastOf([
      processed(9_000, "r", 2_000, 10),
      received(8_000, "r", OTHER),
      received(9_000, "r", ADDRESS),
      // Another job, so that the first ones are not the latest of all.
      received(200_000, "s", ADDRESS),
      processed(200_000, "s", 2_000, 10),
    ]);
    expect(
      past.models.map(({ address, results, failedAtMs }) => [address, results, failedAtMs.length]),
    ).toEqual([
      [ADDRESS, 2, 0],
      [OTHER, 1, 1],
    ]);
  });

  it("is nobody known where the node did it itself", () => {
    const past = pastOf([processed(9_000, "r", 2_000, 10)]);
    expect(past.models).toEqual([]);
    expect(past.unattributed).toBe(1);
  });

  it("is not told a failure by what came last, whose other half may be to come", () => {
    const { models } = pastOf([received(0, "a"), received(100_000, "b")]);
    expect(models[0]).toMatchObject({ results: 1, failedAtMs: [0] });
  });

  it("knows of live streams that they began, and nothing more", () => {
    const live = { pipeline: "live-video-to-video", modelId: "l" };
    const past = pastOf([0, 1, 2].map((at) => received(at * 1000, `l${at}`, ADDRESS, live)));
    const fit = fitAIWorkers(past)[0]?.models[0];
    expect(fit).toMatchObject({ results: 3, failures: null, msPerUnit: null });
    expect(fit?.notes.join()).toContain("E-16");
  });
});

describe("what calibrate writes of it", () => {
  const past = pastOf(eventsOf(USUAL, 2, 400));
  const fits = fitAIWorkers(past);

  it("is what a worker's ai says", () => {
    const [fit] = fits;
    if (fit === undefined) throw new Error("nothing was fitted");
    const text = workerAILines(fit, false).join("\n");
    expect(text).toContain("transcoding: none");
    expect(text).toMatch(/msPerUnit: 0\.0\d+ # 95 %: /);
    expect(text).toMatch(/capacity: 1\n/);
  });

  it("has the jobs that came", () => {
    expect(demandLines(fits, past).join("\n")).toMatch(/requestsPerSecond: 0\.\d+, units: \{ dist/);
  });
});
