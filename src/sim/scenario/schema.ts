/**
 * The scenario: the one source of what a scenario file may say, of its defaults, of the JSON
 * Schema for editors and of the type that the model is built from. Every figure that the model
 * uses is here or in the data files; those that are guesses and not data are listed in GUESSES.
 */
import { z } from "zod";
import { duration, exact, integer, name, number, region, share } from "../../config/fields.js";
import { schemeSetting } from "../../pool/books/attribution/registry.js";
import { admissionSchema } from "../../pool/orchestrator/admission/schema.js";
import { DEFAULT_SELECTION, selectionSchema } from "../../selection/algorithms/registry.js";

const LONG = 1e9;

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

const length = z
  .discriminatedUnion("distribution", [
    z.strictObject({
      distribution: z.literal("mixture"),
      mean: duration("Mean length of a stream.").default(1_620_000),
      shortShare: share("Share of streams that are short tests.").default(0.5),
      shortMean: duration("Mean length of the short ones.").default(180_000),
      shortCv: number("Spread of the short ones (standard deviation ÷ mean).", 0, 10).default(1),
      longCv: number("Spread of the long ones.", 0, 10).default(1),
    }),
    z.strictObject({
      distribution: z.literal("constant"),
      mean: duration("Length of every stream."),
    }),
    z.strictObject({
      distribution: z.literal("exponential"),
      mean: duration("Mean length of a stream."),
    }),
    z.strictObject({
      distribution: z.literal("lognormal"),
      mean: duration("Mean length of a stream."),
      cv: number("Standard deviation ÷ mean.", 0, 10).default(1),
    }),
    z.strictObject({
      distribution: z.literal("empirical"),
      values: z.array(duration("An observed length.")).min(1).max(100_000),
    }),
  ])
  .describe("How long streams last.");

const profile = z.strictObject({
  width: integer("Pixels across.", 16, 16384),
  height: integer("Pixels down.", 16, 16384),
  fps: integer("Frames per second.", 1, 240).default(30),
  bitrateMbps: number("Bandwidth of the rendition.", 0.001, 1000),
  share: share("Share of streams that ask for it.").default(1),
});

const segmentMs = number("Mean duration of a segment.", 100, 300_000);
const profiles = z.array(profile).min(1).max(20);
const hourly = z
  .union([z.enum(["flat", "evening"]), z.array(number("Factor of an hour.", 0, 100)).length(24)])
  .describe("Arrivals by hour of the day, UTC.");

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

/** What `slowSpells` says, everywhere or of one. */
const spellFields = {
  every: duration("Mean time from one slow spell to the next."),
  length: duration("Mean length of a slow spell; 0 s for none."),
  extra: number("How much longer everything takes in it: 0.5 is half as long again.", 0, 100),
};
const ownSpells = z
  .strictObject(spellFields)
  .partial()
  .describe("Its own spells of slowness; the rest as assumptions.slowSpells says.")
  .optional();

const whenDown = z
  .enum(["unreachable", "silent"])
  .describe(
    "What is down cannot be reached, which a gateway notices after 3 s at the latest (G-18), or takes connections and never answers.",
  );

const worker = z.strictObject({
  name: name("Name in reports and overrides; with count > 1 they are name-1, name-2, …"),
  count: integer("How many of this kind.", 1, 100_000).default(1),
  address: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, "expected an address: 0x and 40 hex digits")
    .describe("Where its fees go; default: made from its name.")
    .optional(),
  region: region("Where it is; default: where its orchestrator is.").optional(),
  maxSessions: integer("Sessions that it offers (O-13).", 1, 10_000).default(10),
  roundTripMs: number(
    "Mean time from task sent to result received; instead of device and bandwidths.",
    1,
    600_000,
  ).optional(),
  roundTripCv: number("Spread of roundTripMs per segment.", 0, 5).default(0.15),
  sessionCv: number(
    "Spread of its times per session; default: assumptions.workerSessionCv.",
    0,
    5,
  ).optional(),
  slowSpells: ownSpells,
  device: name("A device of the device table.").optional(),
  downloadMbps: number("Bandwidth for sources.", 0.01, 1e6).default(300),
  uploadMbps: number("Bandwidth for results.", 0.01, 1e6).default(100),
  up: duration("Mean time between failures; default: it never fails.").optional(),
  down: duration("Mean time until it is back.").default(600_000),
  errorProbability: share("Chance that a segment ends with an error.").default(0),
  hangProbability: share("Chance that a segment is never answered.").default(0),
  cheatProbability: share("Chance that a result is wrong (seen by verification only).").default(0),
  version: z.string().max(64).describe("go-livepeer version it reports.").default("0.8.8"),
  node: name("The node of the topology that it registers with; default: the first.").optional(),
});

const measured = z.strictObject({
  type: z.literal("measured"),
  roundTripMs: z
    .union([
      number("Everywhere.", 0, 600_000),
      z.record(z.string(), number("By region.", 0, 600_000)),
    ])
    .describe("Mean round trip of a segment, by gateway region or everywhere."),
  successRate: z
    .union([share("Everywhere."), z.record(z.string(), share("By region."))])
    .default(1),
  slowSpells: ownSpells,
});

const device = z.strictObject({
  type: z.literal("device"),
  device: name("A device of the device table."),
  slowSpells: ownSpells,
});

const pool = z.strictObject({ type: z.literal("pool") });

const topology = z.strictObject({
  nodes: z
    .array(
      z.strictObject({
        name: name("Name of the node."),
        region: region("Where it is; default: as the orchestrator.").optional(),
        maxSessions: integer("Sessions at most (O-7).", 0, 65_536).optional(),
      }),
    )
    .min(1)
    .max(100)
    .describe("Several orchestrator nodes of one on-chain address (X-9).")
    .optional(),
  frontend: z
    .enum(["balancer", "brokenBalancer", "advertised"])
    .describe(
      "How gateways reach the nodes: a balancer with nodes that advertise themselves (X-12), one whose nodes advertise the balancer, or -nodes (X-14).",
    )
    .default("balancer"),
  redeemer: z.boolean().describe("A redeemer pays for redemptions (X-5).").default(false),
  rewardService: z.boolean().describe("Calls reward once a round (X-6).").default(false),
  roundInitializer: z.boolean().describe("Initialises rounds (X-7).").default(false),
});

const maxSessions = z.union([z.literal("auto"), integer("Sessions at most.", 0, 65_536)]);

const orchestratorFields = {
  name: name("Name in reports."),
  address: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, "expected an address: 0x and 40 hex digits")
    .describe("Default: made from the name.")
    .optional(),
  region: region("Where it is."),
  stakeLpt: number("Stake in LPT.", 0, 1e9).optional(),
  stakeShare: share("Stake as a share of all stake, itself included.").optional(),
  pricePerUnit: exact("Price, wei per pixelsPerUnit; default: the network's median.").optional(),
  pixelsPerUnit: integer("Pixels that the price is for.", 1, 1e15).default(1),
  version: z.string().max(64).describe("go-livepeer version.").default("0.8.8"),
  maxSessions: maxSessions
    .describe("Sessions at most (O-7); default: no limit for a measured one, 10 for a device.")
    .optional(),
  operatorGroup: name("Orchestrators of one group fail together.").optional(),
  availability: share("Share of time that it is up.").default(1),
  whenDown: whenDown.optional(),
  lookAlike: z
    .string()
    .max(64)
    .describe("Orchestrator whose gateway-side times it shares; default: the region's median.")
    .optional(),
  bandwidthMbps: number("Bandwidth of the orchestrator.", 0.1, 1e6).default(1000),
};

const pricing = z.strictObject({
  commission: exact("What the operator keeps of the workers' fees (0…1).").default("1/4"),
  feeShare: exact("The delegators' part of fees (0…1).").default("0/1"),
  attribution: schemeSetting()
    .describe("Who earns, by name or with the scheme's settings.")
    .default("perJob"),
  roundLengthMinutes: number("Length of a round.", 1, 100_000).default(1152),
  gasPriceGwei: exact("Price of gas.").default("1/100"),
  redeemGas: integer("Gas of a redemption (P-12).", 0, 1e8).default(1_200_000),
  rewardGas: integer("Gas of a reward call.", 0, 1e8).default(500_000),
  roundGas: integer("Gas of initialising a round.", 0, 1e8).default(300_000),
  payoutGas: integer("Gas of one payout.", 0, 1e8).default(21_000),
  payoutInterval: duration("Time between payouts to workers.").default(86_400_000),
});

const assumptions = z.strictObject({
  noiseScale: number("Multiplies every coefficient of variation of network noise.", 0, 10).default(
    1,
  ),
  rttScale: number(
    "Multiplies round trips between regions and what grows with them.",
    0,
    10,
  ).default(1),
  loadScale: number("Multiplies demand.", 0, 100).default(1),
  prepareMs: number("Mean time before a segment is in flight (T-9 to T-11).", 0, 10_000).default(5),
  prepareCv: number("Spread of prepareMs.", 0, 5).default(0.5),
  answerMs: number(
    "Median time that an orchestrator takes to answer GetOrchestrator.",
    0,
    60_000,
  ).default(10),
  answerCv: number("Spread of answerMs.", 0, 10).default(1),
  rttCv: number("Jitter of a round trip.", 0, 5).default(0.1),
  sessionCv: number("Noise per gateway, orchestrator and session.", 0, 5).default(0.25),
  segmentNoiseCv: number("Noise per segment.", 0, 5).default(0.15),
  transferRtts: number("Round trips that a transfer takes besides its bytes.", 0, 100).default(4.2),
  downloadShare: share("Share of a measured round trip that is rendition download.").default(0.49),
  uploadShare: share("Share of a measured round trip until the response headers.").default(0.4),
  meanDown: duration("Mean time that an orchestrator is down.").default(28_800_000),
  segmentFailure: share("Chance that a segment fails at the orchestrator.").default(0.0003),
  calibrateGatewaySide: z
    .boolean()
    .describe("The pool's gateway-side times come from the leaderboard, as its rivals' do.")
    .default(true),
  shareBandwidth: z
    .boolean()
    .describe("Transfers under way share the bandwidth of a worker with a device equally.")
    .default(true),
  slowSpells: z
    .strictObject({
      every: spellFields.every.default(7_200_000),
      length: spellFields.length.default(300_000),
      extra: spellFields.extra.default(0.5),
    })
    .describe(
      "Spells in which a worker or an orchestrator is slow for a while; their mean times are as stated, spells included.",
    )
    .prefault({}),
  workerSessionCv: number("Noise per session at a worker.", 0, 5).default(0.1),
  whenDown: whenDown.default("unreachable"),
  cliffSafetyMs: number(
    "Kept free when a worker's limit per region is computed.",
    0,
    60_000,
  ).default(200),
});

/** What a scenario file may say. */
export const scenarioSchema = z.strictObject({
  $schema: z.string().max(1000).describe("For editors; ignored.").optional(),
  name: name("Name of the scenario."),
  description: z.string().max(10_000).describe("What it teaches.").optional(),
  seed: integer("Seed of all randomness.", 0, Number.MAX_SAFE_INTEGER).default(1),
  replications: z
    .union([
      integer("Exactly so many.", 1, 10_000),
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
    .describe("How many independent replications; default: 10 pilots that fix 10 to 40.")
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
      z.record(z.string(), z.unknown()).describe("Path of a setting: its value in this variant."),
    )
    .describe("Named overrides: path to value, lists by index or by their items' names.")
    .default({}),
  decision: z
    .strictObject({
      baseline: name("Variant to compare with."),
      candidate: name("Variant to judge."),
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
  expect: z.array(z.string().max(500)).max(1000).describe("What must hold, for CI.").default([]),
});

/** A validated scenario: all defaults filled in, durations in ms, exact numbers as `num/den`. */
export type Scenario = z.output<typeof scenarioSchema>;

/** What a scenario's file may hold: defaults left out, durations as text. */
export type ScenarioInput = z.input<typeof scenarioSchema>;

/** A setting that is a guess and not data: halved and doubled by `--sensitivity full`. */
export interface Guess {
  readonly path: string;
  readonly label: string;
}

export const GUESSES: readonly Guess[] = [
  { path: "stream.segmentCv", label: "spread of segment durations" },
  { path: "assumptions.prepareMs", label: "time before a segment is in flight" },
  { path: "assumptions.answerMs", label: "orchestrators' answer time" },
  { path: "assumptions.sessionCv", label: "noise per session" },
  { path: "assumptions.segmentNoiseCv", label: "noise per segment" },
  { path: "assumptions.slowSpells.every", label: "time between slow spells" },
  { path: "assumptions.slowSpells.length", label: "length of slow spells" },
  { path: "assumptions.slowSpells.extra", label: "slowness in slow spells" },
  { path: "assumptions.workerSessionCv", label: "noise per session at a worker" },
  { path: "assumptions.meanDown", label: "mean time down" },
  { path: "assumptions.segmentFailure", label: "failures per segment" },
  { path: "assumptions.uploadShare", label: "share of a round trip until the response headers" },
];
