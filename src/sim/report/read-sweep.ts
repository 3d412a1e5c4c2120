/** What is checked of a sweep that is read again. */
import { z } from "zod";
import { commonFields, estimate, settings } from "./result-fields.js";

const change = estimate.nullable();
const text = z.string();

const admitted = z
  .object({ workers: z.number(), of: z.number(), sessions: z.number(), offered: z.number() })
  .nullable();

const point = z.looseObject({
  label: text,
  settings,
  standing: z.enum(["best", "as good", "not told apart", "worse", "constraint broken"]),
  sameAs: text.nullable(),
  objective: change,
  change,
  behindBest: change,
  dropped: z.looseObject({ by: text.nullable(), constraint: text.nullable(), change }).nullable(),
  admitted,
  replications: z.number(),
});

/** What `sweep --json` writes. */
export const sweepSchema = z.looseObject({
  schemaVersion: z.literal(1),
  kind: z.literal("sweep"),
  ...commonFields,
  variant: text,
  objective: text,
  margin: z.object({ relative: z.number().nullable(), absolute: z.number().nullable() }),
  confidence: z.number(),
  comparisons: z.number(),
  durationMs: z.number().positive(),
  axes: z
    .array(
      z.object({
        path: text,
        role: z.enum(["choice", "circumstance"]),
        values: z.array(z.unknown()),
      }),
    )
    .min(1),
  slices: z
    .array(
      z.looseObject({
        label: text,
        settings,
        points: z.array(point).max(10_000),
        best: text.nullable(),
        bestAdmissions: z.array(
          z.object({
            worker: text,
            offered: z.number(),
            sessions: z.number().nullable(),
            reason: text,
          }),
        ),
        asGood: z.array(text),
        isDecided: z.boolean(),
        problem: z
          .enum(["price", "terms", "no evidence", "slow answers", "wrong results"])
          .optional(),
        replications: z.number(),
      }),
    )
    .min(1)
    .max(10_000),
  goodEverywhere: z.array(text),
});
