/** What workers post to `/recordBenchmark` at registration: one benchmark, or a list of them. */
import { z } from "zod";
import { InputError } from "../../../core/errors.js";
import type { Measured } from "../measured.js";

const spanMs = z.number().min(0).max(600_000);
const benchmark = z.object({
  transcoder: z.string().min(1).max(200),
  name: z.string().max(200).optional(),
  maxSessions: z.int().min(1).max(10_000).optional(),
  runs: z
    .array(
      z.object({
        sessions: z.int().min(1).max(10_000),
        segments: z
          .array(
            z.object({
              cold: z.boolean(),
              download: spanMs.nullable(),
              transcode: spanMs.nullable(),
              upload: spanMs.nullable(),
            }),
          )
          .max(100_000),
      }),
    )
    .min(1)
    .max(10_000),
});
const posted = z.union([
  z.object({ benchmark }).transform((one) => [one.benchmark]),
  benchmark.transform((one) => [one]),
  z.array(z.union([z.object({ benchmark }).transform((one) => one.benchmark), benchmark])),
]);

/** Is this such a text, by what is in it? */
export function isRecordBenchmark(text: string): boolean {
  return /^\s*[[{]/.test(text) && /"transcoder"\s*:/.test(text) && /"runs"\s*:/.test(text);
}

/**
 * Reads what was posted.
 *
 * @param file name for messages
 * @throws InputError (`CALIBRATE_INPUT`) where it is no such benchmark
 */
export function readRecordBenchmark(text: string, file: string): readonly Measured[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file}: a benchmark, but no whole JSON text: it was cut`, {
      code: "CALIBRATE_INPUT",
      cause: error,
    });
  }
  const parsed = posted.safeParse(value);
  if (!parsed.success) {
    const expected =
      "expected what /recordBenchmark takes: transcoder, and runs with sessions and segments (cold, download, transcode, upload)";
    throw new InputError(`${file}: ${expected}`, { code: "CALIBRATE_INPUT" });
  }
  return parsed.data.map(({ transcoder, name, runs }) => ({
    worker: name ?? transcoder,
    source: "benchmarks at registration",
    isDevice: false,
    segments: runs.flatMap(({ sessions, segments }) =>
      segments.map(({ cold, download, transcode, upload }) => {
        const failed = download === null || transcode === null || upload === null;
        return {
          atATime: sessions,
          session: null,
          isFirst: cold,
          downloadMs: download ?? 0,
          workMs: failed ? Number.POSITIVE_INFINITY : transcode,
          uploadMs: upload ?? 0,
          durationMs: null,
        };
      }),
    ),
    pixelsPerSecond: null,
    unused: [],
    notes: [],
  }));
}
