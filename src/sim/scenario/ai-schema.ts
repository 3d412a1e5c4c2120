/** What a scenario may say of AI jobs: who asks for what, and who serves it how well. */
import { z } from "zod";
import { duration, exact, integer, name, number, share } from "../../config/fields.js";
import { LIVE_FAULT, type LiveFault } from "../../selection/ai/live-stream.js";
import { AI_PIPELINES } from "../../selection/ai/pipelines.js";
import { isSlowdown } from "../network/devices.js";
import { slowdownPoints } from "../network/own-devices.js";
import { hourly, length } from "./stream-schema.js";

const UNITS_MAX = 1e12;

const served = {
  pipeline: z.enum([...AI_PIPELINES.keys()] as [string, ...string[]]).describe("The pipeline."),
  model: z
    .string()
    .min(1)
    .max(200)
    .describe("Id of the model; default: the pipeline's own (A-28).")
    .optional(),
};

const units = z
  .union([
    number("The same for every request.", 0, UNITS_MAX),
    z.strictObject({
      distribution: z.literal("exponential"),
      mean: number("Mean.", 0, UNITS_MAX),
    }),
    z.strictObject({
      distribution: z.literal("lognormal"),
      mean: number("Mean.", 0, UNITS_MAX),
      cv: number("Standard deviation ÷ mean.", 0, 10).default(1),
    }),
    z.strictObject({
      distribution: z.literal("empirical"),
      values: z
        .array(number("An observed number.", 0, UNITS_MAX))
        .min(1)
        .max(100_000),
    }),
  ])
  .describe(
    "Units that a request is billed for, whole numbers (A-29): pixels, tokens, ms of audio, bytes of text.",
  );

const job = z.strictObject({
  name: name("Name in metrics: ai.<name>.…"),
  ...served,
  requestsPerSecond: number("Requests per second, Poisson; not for live video.", 0, 1e6).optional(),
  streamsPerHour: number("Live video: streams that begin per hour, Poisson.", 0, 1e6).optional(),
  length: length.optional(),
  hourly: hourly.default("flat"),
  units: units.optional(),
  steps: integer(
    "Denoising steps that requests name, for the latency score (A-29).",
    1,
    10_000,
  ).optional(),
  requestKB: number("Size of a request.", 0, 1e6).default(1),
  responseKB: number("Size of an answer.", 0, 1e6).default(100),
  patience: duration("After how long a client has gone (A-39); default: never.").optional(),
  maxPricePerUnit: exact(
    "Highest price that gateways accept for it, wei per unit; 0 means any (A-32).",
  ).default("0/1"),
});

const liveFault = z
  .strictObject({
    every: duration("Mean time of a stream until it happens."),
    as: z
      .enum(Object.keys(LIVE_FAULT) as [LiveFault, ...LiveFault[]])
      .describe("How the gateway sees it (A-48); noOutput is noticed 30 s later.")
      .default("noOutput"),
  })
  .describe("Live video: how streams of this model come to grief here; default: never.");

const serving = {
  ...served,
  capacity: integer("Jobs, or live streams, at a time.", 1, 100_000).default(1),
  warm: z.boolean().describe("Whether it is loaded at the start, and said to be.").default(true),
  fixedMs: number("Mean time of a job whatever its size.", 0, 3_600_000).default(0),
  msPerUnit: number(
    "Mean time of a unit. Without it and fixedMs: the guess of poolsim devices --ai.",
    0,
    1e6,
  ).default(0),
  cv: number("Spread of a job's time.", 0, 10).default(0.15),
  loadTime: duration("Mean time to load a model that is not loaded.").default(30_000),
  failureProbability: share("Chance that a job ends with an error.").default(0),
  hangProbability: share("Chance that a job is never answered (A-61: 15 min).").default(0),
  liveFault: liveFault.optional(),
};

const workerModel = z.strictObject({
  ...serving,
  slowdown: z
    .record(
      z.string().regex(/^[1-9]\d{0,3}$/, "expected a number of jobs from 1 to 9999"),
      number("Factor on the time of each.", 1, 100_000),
    )
    .refine(
      (points) => isSlowdown(slowdownPoints(points)),
      "expected factors that never fall with more jobs at a time, 1 where there is one",
    )
    .describe("By how much longer each job takes with so many at a time, e.g. { 2: 1.8 }.")
    .optional(),
  parallel: integer(
    "Jobs that it works on at a time, of those that it has taken; the others wait. Default: all.",
    1,
    100_000,
  ).optional(),
  memoryGB: number("Memory that it takes while it is loaded.", 0, 10_000).default(0),
});

/** What `workers[].ai` says. */
export const workerAI = z
  .strictObject({
    models: z.array(workerModel).min(1).max(100).describe("What it serves."),
    memoryGB: number(
      "Memory of its card; default: enough for all of its models.",
      0,
      10_000,
    ).optional(),
    transcoding: z
      .enum(["none", "beside", "shared"])
      .describe(
        "none: it is no transcoder; beside: it transcodes as well, and neither slows the other; shared: jobs and segments at a time slow each other.",
      )
      .default("beside"),
    perSegment: number(
      "Shared: by how much longer a job takes for each segment under way when it begins.",
      0,
      100,
    ).default(1),
    perJob: number(
      "Shared: by how much longer a segment takes for each job under way when it begins.",
      0,
      100,
    ).default(1),
  })
  .describe("AI models that it serves.");

/** What `orchestrator.ai` says. */
export const orchestratorAI = z
  .strictObject({
    prices: z
      .array(z.strictObject({ ...served, pricePerUnit: exact("Price, wei per unit (A-33).") }))
      .max(1000)
      .describe(
        "What it asks for each model; without, or at 0, a unit costs what a pixel does (R-7).",
      )
      .default([]),
    capacityLeak: z
      .enum(["go-livepeer", "none"])
      .describe("Whether workers' capacity leaks as go-livepeer's does (A-53, A-57, E-19).")
      .default("go-livepeer"),
    admission: z
      .strictObject({
        limits: z
          .array(
            z.strictObject({
              ...served,
              msPerUnit: number("Ms for a unit, on average.", 0.000_000_001, 1e6),
            }),
          )
          .max(1000)
          .describe("How long units may take, in jobs that found the model loaded.")
          .default([]),
        maxFailureShare: share("Largest share of jobs that may fail.").default(1),
        maxColdShare: share("Largest share of jobs that may have to load the model.").default(1),
        jobs: integer("How many of a worker's last jobs are looked at.", 1, 10_000).default(20),
        leastJobs: integer("Fewer jobs decide nothing.", 1, 10_000).default(5),
        coolDown: duration("For how long it gets no more jobs; doubles each time.").default(
          600_000,
        ),
      })
      .describe("Which workers serve a model, by their last jobs; not go-livepeer's.")
      .optional(),
  })
  .describe("AI at the orchestrator under study; its workers say what they serve.");

/** What `ai` says. */
export const ai = z
  .strictObject({
    jobs: z.array(job).min(1).max(100).describe("What is asked for: one entry for each model."),
    gateway: z
      .strictObject({
        retryTimeout: duration("-aiProcessingRetryTimeout (A-39).").default(2_000),
        nobodyFound: z
          .enum(["serviceUnavailable", "crash"])
          .describe(
            "A batch request that finds nobody is answered 503, or its connection drops, as go-livepeer's does (A-43).",
          )
          .default("serviceUnavailable"),
        liveOutSegmentTimeout: duration("-liveOutSegmentTimeout; 0 s means 30 s (A-48).").default(
          0,
        ),
      })
      .describe("All gateways' settings for AI jobs.")
      .prefault({}),
    orchestrators: z
      .array(
        z.strictObject({
          name: z
            .string()
            .min(1)
            .max(100)
            .describe("Name or address: of the network, or of `orchestrators`."),
          transcodes: z
            .boolean()
            .describe("Whether it transcodes as well; false: gateways use it for AI jobs only.")
            .default(true),
          models: z
            .array(
              z.strictObject({
                ...serving,
                pricePerUnit: exact("Price, wei per unit; 0: that of a pixel (R-7).").default(
                  "0/1",
                ),
              }),
            )
            .min(1)
            .max(100)
            .describe("What it serves, measured as a whole."),
        }),
      )
      .max(10_000)
      .describe("Other orchestrators that serve AI jobs.")
      .default([]),
  })
  .describe("AI jobs; left out: there are none.");
