/** What a scenario may say of orchestrators, their nodes and their workers. */
import { z } from "zod";
import { duration, exact, integer, name, number, region, share } from "../../config/fields.js";
import { schemeSetting } from "../../pool/books/attribution/registry.js";
import { isSlowdown } from "../network/devices.js";
import { slowdownPoints } from "../network/own-devices.js";
import { workerAI } from "./ai-schema.js";

/** What `slowSpells` says, everywhere or of one. */
export const spellFields = {
  every: duration("Mean time from one slow spell to the next."),
  length: duration("Mean length of a slow spell; 0 s for none."),
  extra: number("How much longer everything takes in it: 0.5 is half as long again.", 0, 100),
};
const ownSpells = z
  .strictObject(spellFields)
  .partial()
  .describe("Its own spells of slowness; the rest as assumptions.slowSpells says.")
  .optional();

export const whenDown = z
  .enum(["unreachable", "silent"])
  .describe(
    "What is down cannot be reached, which a gateway notices after 3 s at the latest (G-18), or takes connections and never answers.",
  );

/** What `slowdown` says: points by segments at a time. */
export const slowdown = z
  .record(
    z.string().regex(/^[1-9]\d{0,3}$/, "expected a number of segments from 1 to 9999"),
    number("Factor on the time of each.", 1, 100_000),
  )
  .refine(
    (points) => isSlowdown(slowdownPoints(points)),
    "expected factors that never fall with more segments at a time, 1 where there is one",
  )
  .describe(
    "By how much longer each segment takes with so many at a time, e.g. { 4: 1.4, 8: 2.8 }; between and beyond them linear.",
  );

/** A device of the scenario's own, or what is different about one of the table. */
export const ownDevice = z
  .strictObject({
    like: name("A device of the table: what is not said here is as it is.").optional(),
    pixelsPerSecond: number("Output pixels per second, one segment at a time.", 1, 1e15).optional(),
    warmupMs: number("What the first segment of a session takes more.", 0, 600_000).optional(),
    noiseCv: number("Spread of a segment's time.", 0, 10).optional(),
    slowdown: slowdown.optional(),
    encoderSessions: integer("Encoder sessions at a time.", 1, 10_000).optional(),
  })
  .refine(
    ({ like, pixelsPerSecond }) => like !== undefined || pixelsPerSecond !== undefined,
    "expected pixelsPerSecond, or like with a device of the table",
  )
  .describe("A device; what neither it nor `like` says is as the GTX 1060's.");

export const worker = z.strictObject({
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
    "Mean time from task sent to result received, one segment at a time; instead of bandwidths.",
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
  device: name(
    "A device of the device table or of `devices`; beside roundTripMs only its slow-down counts.",
  ).optional(),
  slowdown: slowdown.optional(),
  encoderSessions: z
    .union([integer("At a time.", 1, 10_000), z.literal("driver").describe("As its device's.")])
    .describe(
      "Encoder sessions that its system allows at a time, where each rendition of a session takes one (consumer cards): a session beyond them fails; default: any number.",
    )
    .optional(),
  system: name(
    "The machine that it is in: workers of one system share its encoder sessions; default: each has its own.",
  ).optional(),
  downloadMbps: number("Bandwidth for sources.", 0.01, 1e6).default(300),
  uploadMbps: number("Bandwidth for results.", 0.01, 1e6).default(100),
  up: duration("Mean time between failures; default: it never fails.").optional(),
  down: duration("Mean time until it is back.").default(600_000),
  errorProbability: share("Chance that a segment ends with an error.").default(0),
  hangProbability: share("Chance that a segment is never answered.").default(0),
  cheatProbability: share("Chance that a result is wrong (seen by verification only).").default(0),
  version: z.string().max(64).describe("go-livepeer version it reports.").default("0.8.8"),
  node: name("The node of the topology that it registers with; default: the first.").optional(),
  ai: workerAI.optional(),
});

export const measured = z.strictObject({
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

export const device = z.strictObject({
  type: z.literal("device"),
  device: name("A device of the device table."),
  slowSpells: ownSpells,
});

export const pool = z.strictObject({ type: z.literal("pool") });

export const topology = z.strictObject({
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

export const maxSessions = z.union([z.literal("auto"), integer("Sessions at most.", 0, 65_536)]);

export const orchestratorFields = {
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

export const pricing = z.strictObject({
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
