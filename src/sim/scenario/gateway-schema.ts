/** What a scenario may say of gateways: what all of them have, and what one has of its own. */
import { z } from "zod";
import { duration, exact, integer, name, number, region, share } from "../../config/fields.js";
import { DEFAULT_SELECTION, selectionSchema } from "../../selection/algorithms/registry.js";
import { hourly, length, profiles, segmentMs } from "./stream-schema.js";

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

/** What holds for every gateway that does not say otherwise. */
export const gatewayDefaults = z.strictObject({
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

/** One of several gateways. */
export const gatewayOverrides = z
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
