/**
 * The scenario: the one source of what a scenario file may say, of its defaults, of the JSON
 * Schema for editors and of the type that the model is built from. Every figure that the model
 * uses is here, in the parts that are imported here, or in the data files. The figures that are
 * guesses and not data are listed in `GUESSES` in `assumptions-schema.ts`.
 */
import { z } from "zod";
import { duration, exact, integer, name, number, region, share } from "../../config/fields.js";
import { admissionSchema } from "../../pool/orchestrator/admission/schema.js";
import { DEFAULT_SELECTION, selectionSchema } from "../../selection/algorithms/registry.js";
import { assumptions } from "./assumptions-schema.js";
import {
  device,
  maxSessions,
  measured,
  orchestratorFields,
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

/** A name or an address; names of the network have dots in them (`vidwave.eth`). */
function listedName(description: string) {
  return z.string().min(1).max(100).describe(description);
}

const gatewayFields = {
  source: z
    .enum(["onchain", "webhook", "hardcoded"])
    .describe(
      "How orchestrators are found: all active ones on chain (score 0), a webhook's list with scores (W-11), or -orchAddr (score 1, D-3).",
    ),
  orchestrators: z
    .array(
      z.union([
        listedName("An orchestrator of the network by name or address; score 0."),
        z.strictObject({
          name: listedName("An orchestrator of the network by name or address."),
          score: number("Trust: 1 trusted, 0 untrusted (V-10).", 0, 1),
        }),
      ]),
    )
    .min(1)
    .max(1000)
    .describe("The list of a webhook or hardcoded source; default: all orchestrators.")
    .optional(),
  onchain: z
    .boolean()
    .describe(
      "On-chain mode: stake, prices and tickets count (L-6). false: first in, first out (L-5).",
    ),
  selection: selectionSchema(),
  selectStakeWeight: share("Weight of stake in the choice (L-13)."),
  selectPriceWeight: share("Weight of price in the choice (L-13)."),
  selectRandFreq: share("Weight of chance in the choice (L-13)."),
  selectPriceExpFactor: number("Price at which a price weight falls to 1/e (L-12).", 1e-6, 1e12),
  maxPricePerUnit: exact("Highest price accepted, wei per pixelsPerUnit; 0 means any (R-2)."),
  pixelsPerUnit: integer("Pixels that a price is for (R-2).", 1, 1e15),
  ignoreMaxPriceIfNeeded: z
    .boolean()
    .describe("Ignore the maximum price if nobody meets it (L-11)."),
  minPerfScore: number("Lowest performance score accepted; 0 means any (L-9).", 0, 1),
  discoveryTimeout: duration("First discovery deadline, -discoveryTimeout (D-30)."),
  extraNodes: integer("Advertised nodes followed per orchestrator (D-16).", 0, 100),
  orchBlocklist: z
    .array(z.string().regex(/^(0x)?[0-9a-fA-F]{40}$/, "expected an address of 40 hex digits"))
    .max(10_000)
    .describe("Addresses never used (D-21)."),
  orchMinLivepeerVersion: z.string().max(64).describe("Lowest version accepted (K-9, K-10)."),
  maxAttempts: integer("Attempts per segment (T-24).", 0, 100),
  suspension: z
    .enum(["absolute", "relative"])
    .describe(
      "Suspension penalties as go-livepeer counts them (S-6), or as its AI pools do (S-11).",
    ),
};

const gatewayDefaults = z.strictObject({
  region: region("Where the gateway is."),
  source: gatewayFields.source.default("onchain"),
  orchestrators: gatewayFields.orchestrators,
  onchain: gatewayFields.onchain.default(true),
  selection: gatewayFields.selection.default(DEFAULT_SELECTION),
  selectStakeWeight: gatewayFields.selectStakeWeight.default(0.7),
  selectPriceWeight: gatewayFields.selectPriceWeight.default(0),
  selectRandFreq: gatewayFields.selectRandFreq.default(0.3),
  selectPriceExpFactor: gatewayFields.selectPriceExpFactor.default(100),
  maxPricePerUnit: gatewayFields.maxPricePerUnit.default("0/1"),
  pixelsPerUnit: gatewayFields.pixelsPerUnit.default(1),
  ignoreMaxPriceIfNeeded: gatewayFields.ignoreMaxPriceIfNeeded.default(false),
  minPerfScore: gatewayFields.minPerfScore.default(0),
  discoveryTimeout: gatewayFields.discoveryTimeout.default(500),
  extraNodes: gatewayFields.extraNodes.default(0),
  orchBlocklist: gatewayFields.orchBlocklist.default([]),
  orchMinLivepeerVersion: gatewayFields.orchMinLivepeerVersion.default(""),
  maxAttempts: gatewayFields.maxAttempts.default(3),
  suspension: gatewayFields.suspension.default("absolute"),
  bandwidthMbps: number("Bandwidth of the gateway.", 0.1, 1e6).default(1000),
});

const gatewayOverrides = z
  .strictObject({
    name: name("Name in reports; default: its region.").optional(),
    region: region("Where the gateway is."),
    weight: number("Share of all streams, relative to the other gateways.", 0, LONG).default(1),
    bandwidthMbps: number("Bandwidth of the gateway.", 0.1, 1e6),
    streams: z
      .strictObject({
        length,
        segmentMs,
        profiles,
        hourly,
      })
      .partial()
      .describe("What is different about its streams; the rest as `stream` and `demand` say.")
      .optional(),
    ...gatewayFields,
  })
  .partial({
    region: true,
    bandwidthMbps: true,
    source: true,
    onchain: true,
    selection: true,
    selectStakeWeight: true,
    selectPriceWeight: true,
    selectRandFreq: true,
    selectPriceExpFactor: true,
    maxPricePerUnit: true,
    pixelsPerUnit: true,
    ignoreMaxPriceIfNeeded: true,
    minPerfScore: true,
    discoveryTimeout: true,
    extraNodes: true,
    orchBlocklist: true,
    orchMinLivepeerVersion: true,
    maxAttempts: true,
    suspension: true,
  })
  .describe("One gateway; what it does not say is taken from `gateway`.");

/** What a scenario file may say. */
export const scenarioSchema = z.strictObject({
  $schema: z.string().max(1000).describe("For editors; ignored.").optional(),
  name: name("Name of the scenario."),
  description: z.string().max(10_000).describe("What it teaches.").optional(),
  seed: integer("Seed of all randomness.", 0, Number.MAX_SAFE_INTEGER).default(1),
  replications: z
    .union([
      integer("Exactly so many.", 1, 10_000),
      z.literal("auto").describe("From 8 to 64, until the question is decided or hardly can be."),
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
    "Not counted; default: 4 mean residual lives of a stream (E[L²] ÷ 2 E[L]), from 1 h to 48 h.",
  ).optional(),
  duration: duration("Counted time.").default(10_800_000),
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
  tester: z
    .strictObject({
      testsPerDay: number("Tests per orchestrator, region and day.", 0, 10_000).default(3),
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
      deposit: exact("Gateways' deposit, wei.").default("1000000000000000000/1"),
      reserve: exact("Gateways' reserve, wei.").default("1000000000000000000/1"),
    })
    .describe("Probabilistic payments (P-rules); off: fees count as income.")
    .prefault({}),
  assumptions: assumptions.prefault({}),
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
        .describe("Metrics that may grow by so much at most.")
        .default([{ metric: "pool.lateShare", maxIncrease: 0.005 }]),
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
