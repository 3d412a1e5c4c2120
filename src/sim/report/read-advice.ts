/** What is checked of advice that is read again. */
import { z } from "zod";
import { ADVICE_WORDS } from "../experiment/expect/advice-expectation.js";
import { commonFields, estimate, settings } from "./result-fields.js";

const action = z.union([
  z.object({ kind: z.literal("exclude") }),
  z.object({ kind: z.literal("spare") }),
  z.object({ kind: z.literal("cap"), sessions: z.number() }),
]);

const change = estimate.nullable();

const worker = z.object({
  name: z.string(),
  workers: z.array(z.string()).min(1),
  advice: z.enum(ADVICE_WORDS),
  action: action.nullable(),
  why: z.string(),
  alone: change,
  more: z
    .object({ replications: z.number(), durationMs: z.number().positive(), runs: z.number() })
    .nullable(),
  figures: z.object({
    picks: z.number(),
    withoutSessions: z.string().optional(),
    retention: z.number().nullable(),
    roundTripMs: z
      .object({ p10: z.number(), p50: z.number(), p90: z.number(), p99: z.number() })
      .nullable(),
    streamMinutesLost: z.number(),
    mostlyLostTo: z.string().nullable(),
    lostTo: z.array(z.object({ reason: z.string(), minutes: z.number() })),
    wrongShare: z.number().optional(),
    ai: z
      .object({
        failedShare: z.number(),
        jobMs: z.number().nullable(),
        liveFaultMs: z.number().optional(),
        othersMs: z.number().optional(),
      })
      .optional(),
  }),
  breaks: z
    .object({ metric: z.string(), maxIncrease: z.number(), difference: change.unwrap() })
    .optional(),
  tried: z.array(
    z.object({
      action,
      finding: z.enum(["gains", "harms", "no gain", "undecided"]),
      change,
      atPeak: change,
      reason: z.string().nullable(),
      problem: z.literal("slow answers").optional(),
    }),
  ),
  askedWithout: z.array(z.string()),
});

const compared = { change, atPeak: change, decision: z.string(), reason: z.string() };

const rule = z.looseObject({
  best: z
    .looseObject({
      ...compared,
      rule: z.string(),
      label: z.string(),
      settings,
      admits: z.array(
        z.object({ worker: z.string(), offered: z.number(), least: z.number(), most: z.number() }),
      ),
      asGood: z.array(z.string()),
    })
    .nullable(),
  tried: z.array(
    z.looseObject({
      rule: z.string(),
      label: z.string(),
      settings,
      standing: z.string(),
      sameAs: z.string().nullable(),
      change,
      replications: z.number(),
    }),
  ),
  replications: z.number(),
});

/** What `advise --json` writes. */
export const adviceSchema = z.looseObject({
  schemaVersion: z.literal(1),
  kind: z.literal("advice"),
  ...commonFields,
  asked: z.object({
    variant: z.string().optional(),
    objective: z.string().optional(),
    margin: z.number().optional(),
    confidence: z.number().optional(),
    only: z.array(z.string()).optional(),
    rule: z.boolean().optional(),
  }),
  variant: z.string(),
  pool: z.object({
    name: z.string(),
    region: z.string().nullable(),
    stakeShare: z.number().nullable(),
    stakeLpt: z.number().nullable(),
  }),
  objective: z.string(),
  margin: z.object({ relative: z.number().nullable(), absolute: z.number().nullable() }),
  confidence: z.number(),
  comparisons: z.number(),
  freshReplications: z.number(),
  durationMs: z.number().positive(),
  workers: z.array(worker).min(1).max(10_000),
  together: z
    .object({
      actions: z.array(z.object({ worker: z.string(), action })),
      leftOut: z.array(z.string()),
      ...compared,
    })
    .nullable(),
  rule: rule.nullable(),
  togetherOverRule: z.looseObject(compared).nullable(),
  settings,
  figures: z.array(
    z.object({ metric: z.string(), before: estimate, after: change, difference: change }),
  ),
});
