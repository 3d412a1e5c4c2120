/** What a scenario assumes about the world, and which of its settings are guesses. */
import { z } from "zod";
import { duration, number, share } from "../../config/fields.js";
import { spellFields, whenDown } from "./orchestrator-schema.js";

export const assumptions = z.strictObject({
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

/** A setting that is a guess and not data: halved and doubled by `--sensitivity full`. */
export interface Guess {
  readonly path: string;
  readonly label: string;
}

export const GUESSES: readonly Guess[] = [
  { path: "stream.segmentCv", label: "spread of segment durations" },
  { path: "assumptions.prepareMs", label: "time before a segment is in flight" },
  // From how many answered a gateway in a public log: docs/validation.md, "Answers to discovery".
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
