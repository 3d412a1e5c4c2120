/** What is checked of a JSON result's fields, whichever command wrote it. */
import { z } from "zod";

/** JSON has no infinity: an interval without ends is `[null, null]`. */
export const low = z
  .number()
  .nullable()
  .transform((end) => end ?? Number.NEGATIVE_INFINITY);
export const high = z
  .number()
  .nullable()
  .transform((end) => end ?? Number.POSITIVE_INFINITY);
export const difference = z.object({ mean: z.number(), ci95: z.tuple([low, high]) });
export const estimate = difference.extend({ n: z.number() });
export const metrics = z.record(z.string(), estimate);
export const rows = z.array(z.object({ name: z.string(), metrics }));
export const series = z.record(
  z.string(),
  z.array(
    z
      .number()
      .nullable()
      .transform((value) => value ?? Number.NaN),
  ),
);
export const decision = z.enum(["admit", "exclude", "no difference", "undecided"]);

/** A setting of a scenario. */
export const settings = z.array(z.object({ path: z.string(), value: z.unknown() }));

/** What results of every command have. */
export const commonFields = {
  poolsim: z.string(),
  scenario: z.object({ name: z.string(), file: z.string(), sha256: z.string(), settings }),
  extensions: z
    .array(z.object({ name: z.string(), sha256: z.string(), adds: z.array(z.string()) }))
    .optional(),
  seed: z.number(),
  replications: z.number(),
  segmentMs: z.array(z.number()).default([]),
  expectations: z.array(z.object({ text: z.string(), passed: z.boolean(), actual: z.string() })),
  // Results before these fields were there are read, too.
  notJudged: z
    .array(z.object({ text: z.string(), by: z.enum(["run", "advise", "sweep"]) }))
    .default([]),
  assumed: z.array(z.string()),
  imputed: z.record(z.string(), z.number()),
  inputs: z
    .array(
      z.object({
        what: z.string(),
        file: z.string(),
        asOf: z
          .string()
          .regex(/^\d{4}(?:-\d\d(?:-\d\d)?)?$/)
          .nullable(),
        imputed: z.number().nullable(),
      }),
    )
    .default([]),
  notes: z.array(z.string()),
};
