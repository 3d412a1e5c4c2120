/** What a scenario may say of streams: how long they last, in which segments and renditions, when. */
import { z } from "zod";
import { duration, integer, number, share } from "../../config/fields.js";

export const length = z
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

/** At most what gateways and orchestrators take (T-5, O-2). */
export const segmentMs = number("Mean duration of a segment.", 100, 300_000);
export const profiles = z.array(profile).min(1).max(20);
export const hourly = z
  .union([z.enum(["flat", "evening"]), z.array(number("Factor of an hour.", 0, 100)).length(24)])
  .describe("Arrivals by hour of the day, UTC.");
