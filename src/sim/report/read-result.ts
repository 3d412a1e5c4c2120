/** Reads JSON results: whoever wrote them, what a report shows is there and of its type. */
import { z } from "zod";
import { InputError } from "../../core/errors.js";
import type { AnyResult } from "./any-result.js";
import { adviceSchema } from "./read-advice.js";
import { sweepSchema } from "./read-sweep.js";
import {
  commonFields,
  decision,
  difference,
  estimate,
  metrics,
  rows,
  series,
} from "./result-fields.js";

const verdict = z.object({
  decision,
  reason: z.string(),
  sentence: z.string(),
  objective: z.string(),
  margin: z.object({ relative: z.number().nullable(), absolute: z.number().nullable() }),
  difference: estimate.nullable(),
  change: estimate.nullable(),
  method: z.string().nullable(),
  peak: z.object({ state: z.string(), change: estimate.nullable() }),
  constraints: z.array(z.looseObject({ difference: estimate.nullable() })),
  constraint: z.string().nullable(),
  evidence: z.object({ sessions: z.number(), served: z.number().nullable() }),
  more: z
    .object({ replications: z.number(), hours: z.number(), power: z.number().nullable() })
    .nullable(),
  lossPerSegment: z.number().nullable(),
});

const variant = z.looseObject({
  name: z.string(),
  metrics,
  orchestrators: rows,
  workers: rows,
  regions: z.record(z.string(), z.unknown()),
  regionEstimates: rows,
  series,
  // Results before these fields were there are read, too.
  seriesHalfWidths: series.default({}),
  withoutStreams: z.string().nullable().default(null),
  admissions: z
    .array(
      z.object({
        worker: z.string(),
        offered: z.number(),
        sessions: z.number().nullable(),
        reason: z.string(),
      }),
    )
    .default([]),
  events: z
    .array(
      z.object({
        name: z.string(),
        kind: z.string(),
        whom: z.string(),
        atMs: z.array(z.number()).max(100_000),
        lengthMs: z.number(),
        metrics,
      }),
    )
    .max(1000)
    .optional(),
  ai: rows.optional(),
});

const result = z.looseObject({
  schemaVersion: z.literal(2),
  ...commonFields,
  countedMs: z.number().positive().default(3_600_000),
  partial: z.boolean(),
  variants: z.array(variant).min(1).max(10_000),
  comparisons: z.array(
    z.object({ variant: z.string(), baseline: z.string(), metric: z.string(), difference }),
  ),
  question: z
    .object({
      baseline: z.string(),
      candidate: z.string(),
      objective: z.string(),
      workers: z.array(z.string()).default([]),
    })
    .nullable(),
  verdict: verdict.extend({ instead: verdict.nullable() }).nullable(),
  verdicts: z
    .array(verdict.extend({ candidate: z.string(), instead: verdict.nullable() }))
    .max(100)
    .optional(),
  sensitivity: z.array(
    z.object({
      label: z.string(),
      objective: z.string(),
      decision,
      reason: z.string(),
      difference: estimate,
      change: estimate.nullable(),
      flips: z.boolean(),
    }),
  ),
  conservation: z.record(z.string(), z.boolean()),
});

function invalid(file: string, text: string, cause?: unknown): InputError {
  return new InputError(`${file}: ${text}`, { code: "RESULT_INVALID", cause });
}

/** The schema of a result's kind. */
function schemaOf(item: unknown) {
  const kind = typeof item === "object" && item !== null && "kind" in item ? item.kind : "run";
  if (kind === "advice") {
    return { schema: adviceSchema, what: "poolsim advise --json (schemaVersion 1)", version: 1 };
  }
  return kind === "sweep"
    ? { schema: sweepSchema, what: "poolsim sweep --json (schemaVersion 1)", version: 1 }
    : { schema: result, what: "poolsim run --json (schemaVersion 2)", version: 2 };
}

/** What is said of a result that another poolsim wrote; null where it is not one. */
function otherVersion(item: unknown, version: number): string | null {
  const read = z.looseObject({ schemaVersion: z.int(), poolsim: z.string() }).safeParse(item);
  if (!read.success || read.data.schemaVersion === version) return null;
  const { schemaVersion, poolsim } = read.data;
  const [which, advice] =
    schemaVersion < version
      ? ["an older", "run it again"]
      : ["a newer", "read it with that version"];
  return `it was written by ${which} poolsim (${poolsim}, schemaVersion ${schemaVersion}; this one reads ${version}): ${advice}`;
}

/**
 * Reads what `run`, `advise` or `sweep` wrote with `--json`.
 *
 * @param text one result as an object, or several as an array
 * @param file its name, for messages
 * @returns at least one result
 * @throws InputError (`RESULT_INVALID`)
 */
export function readResult(text: string, file: string): readonly AnyResult[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw invalid(file, "expected a JSON result of poolsim run --json, found no JSON", error);
  }
  const items = Array.isArray(data) ? data : [data];
  if (items.length === 0) throw invalid(file, "expected a result, found an empty list");
  return items.map((item, index) => {
    const { schema, what, version } = schemaOf(item);
    const read = schema.safeParse(item);
    if (read.success) return read.data as unknown as AnyResult;
    const other = otherVersion(item, version);
    if (other !== null) throw invalid(file, other);
    const [issue] = read.error.issues;
    const path = [...(items.length > 1 ? [index] : []), ...(issue?.path ?? [])].join(".");
    throw invalid(
      file,
      `expected a JSON result of ${what}; ${path === "" ? "" : `${path}: `}${issue?.message ?? ""}`,
    );
  });
}
