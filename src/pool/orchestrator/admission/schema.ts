/**
 * What admission rules may say: in files and scenarios, where spans of time are text (`10m`), and in
 * the library, where they are milliseconds. Unknown keys are refused, and what is out of bounds.
 */
import { z } from "zod";
import { duration, integer, milliseconds, name, number } from "../../../config/fields.js";
import { InputError } from "../../../core/errors.js";
import type { AdmissionConfig } from "./create.js";

const COOL_DOWN = "First time on the bench; doubles.";
const WAIT = "Wait before a worker that timed out serves again.";

/** @param spans the parts that are spans of time, in the form at hand */
function admissionOf<CoolDown extends z.ZodType, Wait extends z.ZodType>(spans: {
  readonly coolDown: CoolDown;
  readonly wait: Wait;
}) {
  return z
    .strictObject({
      exclude: z.array(name("A worker, or a kind of worker.")).max(10_000).default([]),
      include: z.array(name("A worker, or a kind of worker.")).max(10_000).optional(),
      benchmark: z
        .strictObject({
          limitMs: number(
            "Limit on the 99th percentile of download + transcode + upload.",
            1,
            600_000,
          ),
          segments: integer("Segments per number of sessions.", 200, 100_000).default(200),
          maxSessions: integer("Largest number of sessions tried.", 1, 1000).default(20),
        })
        .describe("A reference job at registration decides about admission and maxSessions.")
        .optional(),
      tier: z
        .strictObject({
          slowMs: number(
            "Median round trip above which a worker is a spare: of the benchmark, where there is one, at as many sessions as the worker offers (its maxSessions), until it has delivered 20 live segments; then of the latest 400.",
            1,
            600_000,
          ),
        })
        .describe("Slow workers serve only when every better one is full (not go-livepeer).")
        .optional(),
      rolling: z
        .strictObject({
          minSegments: integer("Segments that a session must last.", 1, 1000).default(30),
          regionLimitMs: z
            .record(z.string(), number("Limit of a region.", 1, 600_000))
            .describe("Only gateways of these regions count; default: all.")
            .optional(),
          coolDown: spans.coolDown,
        })
        .describe("A worker whose last sessions were short is benched for a while.")
        .optional(),
      probation: z
        .strictObject({
          segments: integer("Shadow segments to pass.", 1, 10_000).default(30),
          limitMs: number("Limit on their 99th percentile.", 1, 600_000),
        })
        .describe("New workers first get copies of live segments whose results are dropped.")
        .optional(),
      perRegion: z
        .strictObject({ limitMs: z.record(z.string(), number("Limit of a region.", 1, 600_000)) })
        .describe(
          "A worker serves gateways only where its tail fits: the 99th percentile of the benchmark, where there is one, at as many sessions as the worker offers (its maxSessions), until it has delivered 200 live segments; then of the latest 2,000.",
        )
        .optional(),
      reconnectPenalty: z.strictObject({ wait: spans.wait }).optional(),
      sessionCap: z
        .record(z.string(), integer("Sessions at most.", 0, 10_000))
        .describe("Sessions at most, by worker or kind of worker.")
        .optional(),
    })
    .describe(
      "Which workers serve, when, and with how many sessions. Empty: everyone (policy none).",
    );
}

/** The rules as a scenario or a file has them. */
export const admission = admissionOf({
  coolDown: duration(COOL_DOWN).default(600_000),
  wait: duration(WAIT),
});

const config = admissionOf({
  coolDown: milliseconds(COOL_DOWN).default(600_000),
  wait: milliseconds(WAIT),
});

/**
 * Reads admission rules as files and scenarios write them (`poolsim pool serve --admission`).
 *
 * @param value e.g. what a YAML or JSON file holds
 * @returns the rules with their defaults, for `createAdmission`
 * @throws InputError (`ADMISSION`) for an unknown key and for whatever is wrong or out of bounds,
 *   saying where
 */
export function parseAdmission(value: unknown): AdmissionConfig {
  return checked(admission, value);
}

/**
 * The rules of a configuration in the library's form.
 *
 * @throws InputError (`ADMISSION`), as {@link parseAdmission}
 */
export function checkedAdmission(value: AdmissionConfig): AdmissionConfig {
  return checked(config, value);
}

function checked(schema: z.ZodType<AdmissionConfig>, value: unknown): AdmissionConfig {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = ["admission", ...(issue?.path ?? [])].map(String).join(".");
  throw new InputError(`${path}: ${issue?.message ?? "wrong"}`, { code: "ADMISSION" });
}
