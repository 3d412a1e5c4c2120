/**
 * The reference job at a worker's registration: as many segments at once as it is to have sessions,
 * through the same links as live work. One segment of a session at a time (O-9): live there are never
 * more on a link, nor on the device, than here.
 */
import { uniform } from "../../../core/random.js";
import type { BenchmarkReport, BenchmarkRun, BenchmarkSegment } from "../../../pool/index.js";
import { transferEnds } from "../../engine/fair-link.js";
import type { WorkLoad } from "../world/work-times.js";
import type { TaskParts, WorkerTimes } from "./worker-times.js";

/**
 * Runs it at every number of sessions up to `maxSessions`.
 *
 * @param work a reference segment
 * @param options.maxSessions the largest number of sessions tried
 * @param options.segments how many segments at each
 * @param options.atMs when: it may meet a spell of slowness
 * @param options.encoded sessions that its encoders open: any more fail. @default any number
 */
export function runBenchmark(
  times: WorkerTimes,
  work: WorkLoad,
  options: {
    readonly maxSessions: number;
    readonly segments: number;
    readonly atMs: number;
    readonly encoded?: number;
  },
  key: { readonly k0: number; readonly k1: number },
): BenchmarkReport {
  const runs: BenchmarkRun[] = [];
  const slowness = times.slownessAt(options.atMs);
  let index = 0;
  const next = () => uniform(key.k0, key.k1, index++);
  for (let sessions = 1; sessions <= options.maxSessions; sessions++) {
    const segments: BenchmarkSegment[] = [];
    const factors = Array.from({ length: sessions }, () => slowness * times.sessionFactor(next()));
    while (segments.length < options.segments) {
      const cold = segments.length === 0;
      const load = { segments: sessions, isFirst: cold };
      const parts = factors.map((factor) =>
        times.drawParts({ ...NOTHING }, work, load, factor, next(), next()),
      );
      segments.push(...atOnce(times, parts).map((segment) => ({ cold, ...segment })));
    }
    const { encoded = sessions } = options;
    const told = segments.slice(0, options.segments).map((segment, index) => {
      // Of each round of sessions the last ones are those whose encoder does not open.
      return index % sessions < encoded ? segment : { ...segment, transcodeMs: Infinity };
    });
    runs.push({ sessions, segments: told });
  }
  return { runs, latenciesMs: [times.rttMs] };
}

const NOTHING: TaskParts = {
  wayMs: 0,
  beforeDownloadMs: 0,
  downloadMegabits: 0,
  transcodeMs: 0,
  beforeUploadMs: 0,
  uploadMegabits: 0,
};

/** Segments that are sent at the same instant: what each part of each takes. */
function atOnce(
  times: WorkerTimes,
  parts: readonly TaskParts[],
): { downloadMs: number; transcodeMs: number; uploadMs: number }[] {
  const ends = (mbps: number, begins: readonly number[], megabits: readonly number[]) =>
    times.sharesLinks
      ? transferEnds(mbps, begins, megabits)
      : begins.map((atMs, index) => atMs + ((megabits[index] ?? 0) / mbps) * 1000);
  const downloaded = ends(
    times.downloadMbps,
    parts.map(({ beforeDownloadMs }) => beforeDownloadMs),
    parts.map(({ downloadMegabits }) => downloadMegabits),
  );
  const transcoded = parts.map(({ transcodeMs }, index) => (downloaded[index] ?? 0) + transcodeMs);
  const uploaded = ends(
    times.uploadMbps,
    parts.map(({ beforeUploadMs }, index) => (transcoded[index] ?? 0) + beforeUploadMs),
    parts.map(({ uploadMegabits }) => uploadMegabits),
  );
  return parts.map(({ transcodeMs }, index) => ({
    downloadMs: downloaded[index] ?? 0,
    transcodeMs,
    uploadMs: (uploaded[index] ?? 0) - (transcoded[index] ?? 0),
  }));
}
