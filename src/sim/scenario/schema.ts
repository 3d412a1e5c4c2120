/**
 * The scenario: the one source of what a scenario file may say, of its defaults, of the JSON
 * Schema for editors and of the type that the model is built from. Every figure that the model
 * uses is here, in the parts that are imported here, or in the data files. The figures that are
 * guesses and not data are listed in `GUESSES` in `assumptions-schema.ts`.
 */
import { z } from "zod";
import { duration, exact, integer, name, number, region, share } from "../../config/fields.js";
import { admissionSchema } from "../../pool/orchestrator/admission/schema.js";
import { ai, orchestratorAI } from "./ai-schema.js";
import { assumptions } from "./assumptions-schema.js";
import { event } from "./events-schema.js";
import { gatewayDefaults, gatewayOverrides } from "./gateway-schema.js";
import {
  device,
  maxSessions,
  measured,
  orchestratorFields,
  ownDevice,
  pool,
  pricing,
  topology,
  worker,
} from "./orchestrator-schema.js";
import { hourly, length, profiles, segmentMs } from "./stream-schema.js";

const LONG = 1e9;

/** A limit for the keys of a mapping. */
function atMost(max: number, what: string): [check: (value: object) => boolean, error: string] {
  return [(value) => Object.keys(value).length <= max, `expected at most ${max} ${what}`];
}

/** What a scenario file may say. */
export const scenarioSchema = z.strictObject({
  $schema: z.string().max(1000).describe("For editors; ignored.").optional(),
  name: name("Name of the scenario."),
  description: z.string().max(10_000).describe("What it teaches.").optional(),
  notes: z
    .array(z.string().min(1).max(1000))
    .max(20)
    .describe(
      "What every answer says with it: where figures are from, and what is not sure of them.",
    )
    .optional(),
  seed: integer("Seed of all randomness.", 0, Number.MAX_SAFE_INTEGER).default(1),
  replications: z
    .union([
      integer("Exactly so many.", 1, 10_000),
      z.literal("auto").describe("From 8 to 80, until the question is decided or hardly can be."),
      z.strictObject({
        pilot: integer("Pilot replications.", 2, 1000).default(10),
        max: integer("Replications at most.", 2, 10_000).default(40),
        halfWidth: number(
          "Wanted half width of the objective's interval, ETH per day.",
          0,
          LONG,
        ).optional(),
      }),
    ])
    .describe(
      "How many independent replications; default: 10 pilots that fix 10 to 40. auto: until the decision is reached.",
    )
    .prefault({}),
  warmup: duration(
    "Not counted; default: 4 mean residual lives of a stream (E[L²] ÷ 2 E[L]), from 1 h (AI jobs alone: 10 min) to 48 h.",
  ).optional(),
  duration: duration(
    "Counted time; default: 3 h. With replications: auto it is chosen: twice the warm-up, or longer where workers have few sessions.",
  ).default(10_800_000),
  network: z
    .strictObject({
      file: z
        .string()
        .min(1)
        .max(4096)
        .describe(
          "Network file, relative to the scenario: CSV, or what poolsim discover --json wrote; default: the packaged network of 100.",
        ),
      limit: integer("Use only so many, largest stake first.", 0, 10_000).optional(),
      exclude: z
        .array(z.string().max(64))
        .max(10_000)
        .describe("Names or addresses left out.")
        .default([]),
      prices: z
        .enum(["published", "equal"])
        .describe("equal: all at the median.")
        .default("published"),
    })
    .partial({ file: true })
    .prefault({}),
  gateway: gatewayDefaults.partial({ region: true }).prefault({}),
  gateways: z.array(gatewayOverrides).min(1).max(100).optional(),
  demand: z
    .strictObject({
      concurrentStreams: number("Mean number of streams at a time.", 0, 10_000_000).optional(),
      streamsPerDay: number("Streams per day.", 0, LONG).optional(),
      arrivals: z
        .array(
          z.strictObject({
            at: duration("Start, counted from the beginning of the warm-up."),
            length: duration("Length."),
            gateway: name("Gateway.").optional(),
          }),
        )
        .max(100_000)
        .describe("Fixed streams instead of random ones.")
        .optional(),
      trace: z
        .string()
        .max(4096)
        .describe("CSV of at_ms,length_ms,gateway instead of random streams.")
        .optional(),
      hourly: hourly.default("flat"),
      calibrateTo: z
        .strictObject({
          streamsPerDay: number("Streams per day that the operator wins.", 0.001, LONG).optional(),
          segmentShare: share("Share of the network's segments that the operator has.").optional(),
          segmentsPerDay: number("Segments per day of the operator.", 1, LONG).optional(),
        })
        .describe("Scales demand so that the baseline equals what the operator sees.")
        .optional(),
    })
    .prefault({}),
  stream: z
    .strictObject({
      length: length.prefault({ distribution: "mixture" }),
      segmentMs: segmentMs.default(2280),
      segmentCv: number("Spread of segment durations.", 0, 1).default(0.1),
      sourceMbps: number("Bandwidth of a source.", 0.01, 1000).default(6),
      profiles: profiles.default([
        { width: 1280, height: 720, fps: 30, bitrateMbps: 3, share: 1 },
        { width: 640, height: 360, fps: 30, bitrateMbps: 0.8, share: 0.7 },
      ]),
      verificationFreq: integer(
        "1 in so many segments is verified; 0: none (M-29).",
        0,
        1_000_000,
      ).default(0),
      leaveOnFailure: z
        .boolean()
        .describe("A stream ends at its first segment that is not transcoded.")
        .default(false),
      ingest: z
        .enum(["http", "rtmp"])
        .describe(
          "How sources arrive (K-12): a stream pushed by HTTP ends for its orchestrators when the gateway notices that nothing comes any more (T-3), 60 s to 120 s later, an RTMP stream at once.",
        )
        .default("http"),
    })
    .prefault({}),
  orchestrator: z
    .strictObject({
      ...orchestratorFields,
      name: orchestratorFields.name.default("pool"),
      maxSessions: maxSessions
        .describe("Sessions at most (O-7), a node's 10 by default; auto: the sum of its workers'.")
        .default(10),
      fromNetwork: z
        .string()
        .min(1)
        .max(100)
        .describe(
          "Name or address in the network file, such as one of poolsim discover --json: stake, price, version and whatever else is known of it count where they are not said here, and it leaves the network.",
        )
        .optional(),
      backend: z.discriminatedUnion("type", [pool, device, measured]).default({ type: "pool" }),
      admission: admissionSchema().prefault({}),
      topology: topology.prefault({}),
      economics: pricing.prefault({}),
      ai: orchestratorAI.optional(),
    })
    .describe("The orchestrator under study.")
    .optional(),
  orchestrators: z
    .array(
      z.strictObject({
        ...orchestratorFields,
        score: number("Trust in a webhook's list (V-10).", 0, 1).default(0),
        backend: z.discriminatedUnion("type", [device, measured]),
      }),
    )
    .max(10_000)
    .describe("Further orchestrators beside those of the network file.")
    .default([]),
  workers: z
    .array(worker)
    .max(10_000)
    .describe("Workers of the orchestrator under study.")
    .default([]),
  devices: z
    .record(name("Name of a device."), ownDevice)
    .refine(...atMost(500, "devices"))
    .describe("Devices of one's own, beside those of the table (poolsim devices).")
    .default({}),
  ai: ai.optional(),
  tester: z
    .strictObject({
      testsPerDay: number(
        "Tests per orchestrator, region and day. One that is due while another goes on is left out.",
        0,
        10_000,
      ).default(3),
      timing: z
        .enum(["together", "independent"])
        .describe(
          "Tests of an orchestrator from all regions begin within 100 s of each other, or independently.",
        )
        .default("together"),
      segments: integer("Segments per test.", 1, 1000).default(15),
      segmentMs: number("Mean duration of a test's segments.", 100, 300_000).default(2000),
      slowStartRtts: number(
        "Round trips that a segment takes longer while its test has no result yet: a new connection starts with 10 packets and doubles every round trip, to 1.5 MB in 7.",
        0,
        100,
      ).default(7),
      regions: z
        .array(region("A tester's region."))
        .max(100)
        .describe("Default: the gateways'.")
        .optional(),
    })
    .describe("The public leaderboard's tester; left out: none.")
    .optional(),
  tickets: z
    .strictObject({
      enabled: z.boolean().describe("Draw tickets; off: fees count as income.").default(false),
      ticketEV: exact("Expected value of a ticket, wei (P-9).").default("8000000000/1"),
      gasPriceGwei: exact("Gas price that face values are made for.").default("1/100"),
      deposit: exact("Gateways' deposit, wei: no ticket may be worth more (P-6).").default(
        "1000000000000000000/1",
      ),
      reserve: exact(
        "Gateways' reserve, wei, of which there must be some (P-6). It caps no face value, however small it is (P-33).",
      ).default("1000000000000000000/1"),
    })
    .describe("Probabilistic payments (P-rules); off: fees count as income.")
    .prefault({}),
  assumptions: assumptions.prefault({}),
  events: z
    .record(name("Name of an event, of which its metrics are called."), event)
    .refine(...atMost(100, "events"))
    .describe("What happens at a time, once or periodically.")
    .default({}),
  variants: z
    .record(
      name("Name of a variant."),
      z
        .record(z.string(), z.unknown())
        .refine(...atMost(1000, "settings"))
        .describe("Path of a setting: its value in this variant."),
    )
    .refine(...atMost(100, "variants"))
    .describe("Named overrides: path to value, lists by index or by their items' names.")
    .default({}),
  decision: z
    .strictObject({
      baseline: name("Variant to compare with."),
      candidate: z
        .union([
          name("Variant to judge."),
          z
            .array(name("Variant to judge."))
            .min(1)
            .max(20)
            .describe("Several, each compared with the baseline; intervals hold for all at once."),
        ])
        .describe("What is judged."),
      objective: z
        .string()
        .max(200)
        .describe("Metric to gain in.")
        .default("pool.operatorNetPerDay"),
      constraints: z
        .array(
          z.strictObject({
            metric: z.string().max(200).describe("A metric of the metrics reference."),
            maxIncrease: z.number().describe("How much more the candidate may have of it."),
          }),
        )
        .max(20)
        .describe(
          "Metrics that may grow by so much at most; default: pool.lateShare, and of AI jobs that the pool serves ai.<job>.unservedShare, each by 0.005.",
        )
        .optional(),
      margin: z
        .union([
          share("A share of the objective's own mean in the baseline."),
          z.strictObject({
            absolute: number(
              "An amount in the objective's unit: where it may be 0 or less in the baseline.",
              0,
              LONG,
            ),
          }),
        ])
        .describe("What counts as a difference.")
        .default(0.05),
      peakFactor: number("Demand of the peak test; 1: there is none.", 1, 100).default(2),
    })
    .describe("The question: admit, exclude, or no difference.")
    .optional(),
  sweep: z
    .strictObject({
      vary: z
        .record(
          z.string().min(1).max(200),
          z.union([
            z.string().max(100).describe("A range from:to:step, such as 300:2000:100."),
            z.array(z.unknown()).min(2).max(100).describe("Its values."),
          ]),
        )
        .refine(...atMost(4, "settings"))
        .describe("Path of a setting: what it is to be in turn."),
      objective: z
        .string()
        .max(200)
        .describe("Metric to gain in; default: the decision's.")
        .optional(),
      margin: number(
        "What counts as a difference: a share of the objective; default: the decision's.",
        0.001,
        0.5,
      ).optional(),
    })
    .describe(
      "What poolsim sweep varies; the operator's settings are chosen, others are circumstances.",
    )
    .optional(),
  expect: z.array(z.string().max(500)).max(1000).describe("What must hold, for CI.").default([]),
});

/** A validated scenario: all defaults filled in, durations in ms, exact numbers as `num/den`. */
export type Scenario = z.output<typeof scenarioSchema>;

/** What a scenario's file may hold: defaults left out, durations as text. */
export type ScenarioInput = z.input<typeof scenarioSchema>;
