import { describe, expect, test } from "vitest";
import { simulate } from "../../../src/sim/simulate.js";
import { loadText } from "../../support/sim/fake-simulate.js";

interface Parts {
  readonly jobs: string;
  readonly rivals?: string;
  readonly prices?: string;
  readonly pixelPrice?: string;
  readonly worker?: string;
  readonly rest?: string;
  readonly demand?: string;
}

const IMAGES = "{ name: job, pipeline: text-to-image, requestsPerSecond: 0.5, units: 1000 }";

/** One gateway, a pool of one worker, and perhaps a rival. */
function scenario(parts: Parts): string {
  const { jobs, rivals, prices = "", pixelPrice = "1200", worker, rest = "", demand = "0" } = parts;
  const rival =
    rivals === undefined
      ? ""
      : `  orchestrators: [{ name: rival, transcodes: false, models: [${rivals}] }]\norchestrators: [{ name: rival, region: FRA, stakeLpt: 1000, backend: { type: measured, roundTripMs: 10 } }]\n`;
  const pool =
    worker === undefined
      ? ""
      : `orchestrator: { region: FRA, stakeLpt: 1000, pricePerUnit: ${pixelPrice}, ai: { prices: [${prices}] } }\nworkers: [{ name: home, ${worker} }]\n`;
  return `
name: rules
warmup: 2 m
duration: 20 m
demand: { concurrentStreams: ${demand} }
network: { limit: 0 }
gateway: { region: FRA }
ai:
  jobs: [${jobs}]
${rival}${pool}${rest}`;
}

function metricsOf(text: string) {
  const [variant] = loadText(text).variants;
  if (variant === undefined) throw new Error("a scenario has a variant");
  const { metrics, conservation } = simulate(variant.input, { replication: 0 });
  expect(conservation.filter(({ holds }) => !holds)).toEqual([]);
  return (name: string) => metrics[name] ?? Number.NaN;
}

const OWN = "ai: { transcoding: none, models: [{ pipeline: text-to-image, fixedMs: 500";

describe("what the rules say of AI jobs, simulated", () => {
  test("A-43: a request that finds nobody drops its connection, or is answered 503", () => {
    const busy = scenario({ jobs: IMAGES, rivals: "{ pipeline: text-to-image, fixedMs: 9000 }" });
    const answered = metricsOf(busy);
    expect(answered("ai.job.unavailableShare")).toBeGreaterThan(0.3);
    expect(answered("ai.job.crashedShare")).toBe(0);
    const dropped = metricsOf(
      `${busy.replace("  jobs:", "  gateway: { nobodyFound: crash }\n  jobs:")}`,
    );
    expect(dropped("ai.job.crashedShare")).toBeGreaterThan(0.3);
    expect(dropped("ai.job.failures.noCapacity")).toBeGreaterThan(100);
  });

  test("A-24: an idle orchestrator that is cold is not used while a warm one is busy", () => {
    const cold =
      "orchestrators:\n    - { name: warm, models: [{ pipeline: text-to-image, fixedMs: 3000, capacity: 5 }] }\n    - { name: cold, models: [{ pipeline: text-to-image, fixedMs: 3000, capacity: 5, warm: false, loadTime: 1 s }] }\norchestrators: [{ name: warm, region: FRA, stakeLpt: 1, backend: { type: measured, roundTripMs: 10 } }, { name: cold, region: FRA, stakeLpt: 1000000, backend: { type: measured, roundTripMs: 10 } }]";
    const of = metricsOf(scenario({ jobs: IMAGES, rest: `  ${cold}\n` }));
    // 1.5 of 5 at a time: of the requests that find all five busy hardly any gets to the cold one.
    expect(of("ai.job.warmShare")).toBeGreaterThan(0.98);
    expect(of("ai.job.coldStarts")).toBeLessThanOrEqual(2);
  });

  test("a model that is not loaded is loaded by its first job, which waits for it", () => {
    const of = metricsOf(
      scenario({
        jobs: IMAGES,
        worker: `${OWN}, warm: false, loadTime: 200 s, capacity: 500 }] }`,
      }),
    );
    // It is loaded in the warm-up, of 120 s, and on: requests of before that wait.
    expect(of("worker.home.ai.coldStarts")).toBeGreaterThan(5);
    expect(of("ai.job.warmShare")).toBe(0);
    expect(of("ai.job.successShare")).toBe(1);
    expect(of("ai.job.latencyMs.p50")).toBeLessThan(800);
  });

  test("a model that does not fit into memory fails each time, and suspends (A-61, A-40 row 4)", () => {
    const job = "{ name: job, pipeline: llm, requestsPerSecond: 0.5 }";
    const worker =
      "ai: { transcoding: none, memoryGB: 16, models: [{ pipeline: llm, msPerUnit: 5, loadTime: 1 s, memoryGB: 24, capacity: 4 }] }";
    const of = metricsOf(scenario({ jobs: job, worker }));
    expect(of("ai.job.successShare")).toBe(0);
    expect(of("worker.home.ai.outOfMemory")).toBeGreaterThan(10);
    expect(of("worker.home.ai.failedShare")).toBe(1);
    expect(of("ai.job.suspensions")).toBeGreaterThan(10);
  });

  test("A-37: text-to-speech drains the balance a thousand times as fast as its gateway pays", () => {
    const speech = (price: string) =>
      metricsOf(
        scenario({
          jobs: "{ name: job, pipeline: text-to-speech, requestsPerSecond: 0.5, units: 400 }",
          prices: `{ pipeline: text-to-speech, pricePerUnit: ${price} }`,
          pixelPrice: "0",
          worker:
            "ai: { transcoding: none, models: [{ pipeline: text-to-speech, fixedMs: 300, capacity: 9 }] }",
        }),
      );
    expect(speech("100000")("ai.job.failures.other")).toBeGreaterThan(20);
    expect(speech("0")("ai.job.failures.other")).toBe(0);
  });

  test("R-7: a model without a price, or at 0, costs what a pixel costs; without that it is free", () => {
    const earned = (prices: string, pixelPrice: string) => {
      const worker = `${OWN}, capacity: 9 }] }`;
      return metricsOf(scenario({ jobs: IMAGES, prices, pixelPrice, worker }))(
        "pool.feesEthPerDay",
      );
    };
    const stated = earned("{ pipeline: text-to-image, pricePerUnit: 700 }", "300");
    expect(stated).toBeGreaterThan(0);
    expect(earned("{ pipeline: text-to-image, pricePerUnit: 0 }", "700")).toBe(stated);
    expect(earned("{ pipeline: llm, pricePerUnit: 5 }", "700")).toBe(stated);
    expect(earned("", "0")).toBe(0);
  });

  test("a worker that is busy from the warm-up to the end is busy all the time", () => {
    const text = scenario({ jobs: IMAGES, worker: `${OWN.replace("500", "3600000")} }] }` });
    // Below the 15 minutes after which a job is given up.
    const of = metricsOf(text.replace("duration: 20 m", "duration: 10 m"));
    expect(of("worker.home.ai.busyMean")).toBe(1);
  });

  test("A-45: every live stream starts on the same, fastest orchestrator", () => {
    const text = scenario({
      jobs: "{ name: live, pipeline: live-video-to-video, streamsPerHour: 60, length: { distribution: exponential, mean: 5 m } }",
      rivals: "{ pipeline: live-video-to-video, capacity: 100, fixedMs: 500 }",
      worker:
        "ai: { transcoding: none, models: [{ pipeline: live-video-to-video, capacity: 100, fixedMs: 500 }] }",
    });
    const far = text.replace(
      "name: rival, region: FRA, stakeLpt: 1000",
      "name: rival, region: NYC, stakeLpt: 9000",
    );
    const of = metricsOf(far);
    expect(of("ai.live.streams")).toBeGreaterThan(10);
    expect(of("ai.live.poolShare")).toBe(1);
  });

  test("a GPU that does both: jobs slow segments, segments slow jobs, and one net has the fees of both", () => {
    const job = "{ name: job, pipeline: text-to-image, requestsPerSecond: 1, units: 1000 }";
    const both = (transcoding: string, jobs = job) =>
      metricsOf(
        scenario({
          jobs,
          demand: "3",
          prices: "{ pipeline: text-to-image, pricePerUnit: 1000000 }",
          worker: `roundTripMs: 400, maxSessions: 20, ai: { transcoding: ${transcoding}, models: [{ pipeline: text-to-image, fixedMs: 800, capacity: 8 }] }`,
        }),
      );
    const [beside, shared] = [both("beside"), both("shared")];
    expect(shared("worker.home.roundTripMs.p50")).toBeGreaterThan(
      1.2 * beside("worker.home.roundTripMs.p50"),
    );
    expect(shared("worker.home.ai.jobMs.p50")).toBeGreaterThan(
      1.2 * beside("worker.home.ai.jobMs.p50"),
    );
    const fees = shared("pool.feesEthPerDay");
    expect(shared("pool.aiFeesEthPerDay")).toBeGreaterThan(0);
    expect(fees).toBeGreaterThan(shared("pool.aiFeesEthPerDay"));
    const quiet = both("beside", job.replace("requestsPerSecond: 1", "requestsPerSecond: 0"));
    expect(beside("pool.feesEthPerDay") - quiet("pool.feesEthPerDay")).toBeCloseTo(
      beside("pool.aiFeesEthPerDay"),
      9,
    );
    expect(beside("worker.home.roundTripMs.p50")).toBe(quiet("worker.home.roundTripMs.p50"));
  });

  test("AI admission: a worker that is too slow for its model is left alone for a while", () => {
    const slow = scenario({ jobs: IMAGES, worker: `${OWN}, capacity: 4 }] }` });
    const limited = slow.replace(
      "ai: { prices: []",
      "ai: { prices: [], admission: { limits: [{ pipeline: text-to-image, msPerUnit: 0.1 }], coolDown: 1 m }",
    );
    expect(metricsOf(slow)("worker.home.ai.benches")).toBe(0);
    const of = metricsOf(limited);
    expect(of("worker.home.ai.benches")).toBeGreaterThan(0);
    expect(of("worker.home.ai.jobs")).toBeLessThan(0.5 * metricsOf(slow)("worker.home.ai.jobs"));
  });
});

describe("what a scenario says of AI jobs that cannot be", () => {
  test.each([
    ["{ name: job, pipeline: text-to-image }", "expected requestsPerSecond"],
    ["{ name: job, pipeline: upscale, requestsPerSecond: 1 }", "no usual size, expected units"],
    [
      "{ name: job, pipeline: live-video-to-video, requestsPerSecond: 1 }",
      "expected streamsPerHour",
    ],
    [
      "{ name: job, pipeline: text-to-image, requestsPerSecond: 1, length: { distribution: constant, mean: 1 m } }",
      "only live video has a length",
    ],
    [
      `${IMAGES}, { name: job, pipeline: upscale, requestsPerSecond: 1, units: 9 }`,
      "a second job is called",
    ],
    [`${IMAGES}, ${IMAGES.replace("job", "other")}`, "a second entry for text-to-image"],
    ["{ name: job, pipeline: images, requestsPerSecond: 1 }", "pipeline"],
    [IMAGES.replace("0.5", "900000"), "million requests per replication"],
  ])("%s", (jobs, message) => {
    expect(() => loadText(scenario({ jobs }))).toThrow(message);
  });

  test("names that nobody has, models without times, AI models that nobody asks for", () => {
    const rivals = "{ pipeline: text-to-image, fixedMs: 10 }";
    const unknown = scenario({ jobs: IMAGES, rivals }).replace(
      "[{ name: rival, transcodes",
      "[{ name: rial, transcodes",
    );
    expect(() => loadText(unknown)).toThrow("nobody else is called");
    expect(() =>
      loadText(scenario({ jobs: IMAGES, rivals: "{ pipeline: text-to-image }" })),
    ).toThrow("expected msPerUnit or fixedMs");
    const nobody = scenario({ jobs: IMAGES, worker: `roundTripMs: 9, ${OWN} }] }` }).replace(
      /ai:\n {2}jobs.*\n/,
      "",
    );
    expect(() => loadText(nobody)).toThrow("nobody asks for any");
  });
});
