/** How long one worker takes for one segment, with noise, company and shared bandwidth. */
import { uniform } from "../../core/random.js";
import type { BenchmarkReport, BenchmarkRun, BenchmarkSegment } from "../../pool/index.js";
import { drawLognormal, type Lognormal, lognormal } from "../engine/distributions.js";
import type { Device } from "../network/devices.js";
import { type DeviceLoad, deviceOf, transcodeMs, type WorkLoad } from "./work-times.js";
import type { WorkerSpec, World } from "./world.js";

/** The times of one worker. */
export class WorkerTimes {
  /** Round trip between the orchestrator's node and the worker, ms. */
  readonly rttMs: number;
  readonly #spec: WorkerSpec;
  readonly #device: Device | null;
  readonly #roundTrip: Lognormal | null;
  readonly #noise: Lognormal;
  readonly #jitter: Lognormal;
  readonly #transferRtts: number;
  readonly #shares: boolean;
  /** Ends of transfers under way, for shared bandwidth. */
  readonly #downloads: number[] = [];
  readonly #uploads: number[] = [];

  constructor(world: World, spec: WorkerSpec) {
    const { assumptions } = world.scenario;
    const node = world.nodes[spec.node];
    this.#spec = spec;
    this.rttMs =
      world.tables.rttMs(node?.region ?? spec.region, spec.region) * assumptions.rttScale;
    const { roundTripMs, roundTripCv, device } = spec.settings;
    this.#device = roundTripMs === undefined ? deviceOf(world.tables, device) : null;
    this.#roundTrip =
      roundTripMs === undefined
        ? null
        : lognormal(roundTripMs, roundTripCv * assumptions.noiseScale);
    this.#noise = lognormal(1, (this.#device?.noiseCv ?? 0) * assumptions.noiseScale);
    this.#jitter = lognormal(1, assumptions.rttCv * assumptions.noiseScale);
    this.#transferRtts = assumptions.transferRtts;
    this.#shares = assumptions.shareBandwidth;
  }

  /**
   * Round trip of one segment: from task sent to result received.
   *
   * @param load segments that the worker works on, this one included
   * @param u0 uniform, for the work
   * @param u1 uniform, for the network
   */
  drawMs(work: WorkLoad, load: DeviceLoad, u0: number, u1: number, nowMs: number): number {
    if (this.#roundTrip !== null) return drawLognormal(this.#roundTrip, u0);
    const parts = this.#parts(
      work,
      load,
      drawLognormal(this.#noise, u0),
      drawLognormal(this.#jitter, u1),
      nowMs,
    );
    return parts.downloadMs + parts.transcodeMs + parts.uploadMs;
  }

  /** The reference job at registration: every number of sessions up to `maxSessions`. */
  benchmark(
    work: WorkLoad,
    options: { readonly maxSessions: number; readonly segments: number },
    key: { readonly k0: number; readonly k1: number },
  ): BenchmarkReport {
    const runs: BenchmarkRun[] = [];
    let index = 0;
    for (let sessions = 1; sessions <= options.maxSessions; sessions++) {
      const segments: BenchmarkSegment[] = [];
      for (let count = 0; count < options.segments; count++) {
        const cold = count < sessions;
        const u0 = uniform(key.k0, key.k1, index++);
        const u1 = uniform(key.k0, key.k1, index++);
        if (this.#roundTrip !== null) {
          segments.push({
            cold,
            downloadMs: 0,
            transcodeMs: drawLognormal(this.#roundTrip, u0),
            uploadMs: 0,
          });
        } else {
          const noise = drawLognormal(this.#noise, u0);
          const jitter = drawLognormal(this.#jitter, u1);
          segments.push({
            cold,
            ...this.#parts(work, { segments: sessions, isFirst: cold }, noise, jitter),
          });
        }
      }
      runs.push({ sessions, segments });
    }
    return { runs, latenciesMs: [this.rttMs] };
  }

  #parts(
    work: WorkLoad,
    load: DeviceLoad,
    noise: number,
    jitter: number,
    nowMs?: number,
  ): { downloadMs: number; transcodeMs: number; uploadMs: number } {
    const { downloadMbps, uploadMbps } = this.#spec.settings;
    const rttMs = this.rttMs * jitter;
    const latencyMs = this.#transferRtts * rttMs;
    const begun = nowMs ?? 0;
    const download = this.#share(this.#downloads, begun, nowMs);
    // Half a round trip until the worker has the task.
    const downloadMs =
      rttMs / 2 + latencyMs + ((work.sourceMbps * work.durationMs) / downloadMbps) * download;
    const transcode =
      this.#device === null ? 0 : transcodeMs(this.#device, work.pixels, load, noise);
    const sent = begun + downloadMs + transcode;
    const upload = this.#share(this.#uploads, sent, nowMs);
    const uploadMs = latencyMs + ((work.outMbps * work.durationMs) / uploadMbps) * upload;
    if (this.#shares && nowMs !== undefined) {
      this.#downloads.push(begun + downloadMs);
      this.#uploads.push(sent + uploadMs);
    }
    return { downloadMs, transcodeMs: transcode, uploadMs };
  }

  /** By how much a transfer is slowed down by the others that are under way when it begins. */
  #share(ends: number[], atMs: number, nowMs: number | undefined): number {
    if (!this.#shares || nowMs === undefined) return 1;
    let others = 0;
    for (let index = ends.length - 1; index >= 0; index--) {
      const end = ends[index] ?? 0;
      if (end > atMs) others++;
      else if (end <= nowMs) ends.splice(index, 1);
    }
    return 1 + others;
  }
}
