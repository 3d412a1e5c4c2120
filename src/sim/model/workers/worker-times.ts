/** How long one worker takes for one segment, with noise, company and spells of slowness. */
import { invariant } from "../../../core/errors.js";
import { MOST_UNIFORM, type RandomKey } from "../../../core/random.js";
import { SOURCE_DOWNLOAD_TIMEOUT_MS } from "../../../pool/index.js";
import { drawLognormal, type Lognormal, lognormal } from "../../engine/distributions.js";
import { SlowSpells } from "../../engine/slow-spells.js";
import { type Device, slowdownFactor } from "../../network/devices.js";
import { slowdownPoints } from "../../network/own-devices.js";
import { spellsOf } from "../conditions/slowness.js";
import { type DeviceLoad, deviceOf, transcodeMs, type WorkLoad } from "../world/work-times.js";
import type { WorkerSpec, World } from "../world/world.js";

/** What a task takes besides company on the links: times in ms. */
export interface TaskParts {
  /** From task sent until the worker has it, and begins to ask for the source: part of the next one. */
  wayMs: number;
  /** From task sent until the source's bytes flow: half a round trip, and what a transfer waits for. */
  beforeDownloadMs: number;
  downloadMegabits: number;
  transcodeMs: number;
  /** From the end of transcoding until the result's bytes flow. */
  beforeUploadMs: number;
  uploadMegabits: number;
}

/** The times of one worker. */
export class WorkerTimes {
  /** Round trip between the orchestrator's node and the worker, ms. */
  readonly rttMs: number;
  readonly downloadMbps: number;
  readonly uploadMbps: number;
  /** Whether transfers under way share its links; not where all is in one stated round trip. */
  readonly sharesLinks: boolean;
  /** Whether all of a segment is in one stated round trip, whatever else the worker does. */
  readonly isStated: boolean;
  readonly #device: Device | null;
  /** Of a stated round trip, where one is known. */
  readonly #slowdown: Device["slowdown"] | null;
  readonly #roundTrip: Lognormal | null;
  readonly #noise: Lognormal;
  readonly #jitter: Lognormal;
  readonly #session: Lognormal;
  readonly #spells: SlowSpells;
  readonly #transferRtts: number;
  readonly #alone: TaskParts = emptyParts();
  #downloadFailed = false;

  /** @param key of this worker's slowness */
  constructor(world: World, spec: WorkerSpec, key: RandomKey) {
    const { assumptions } = world.scenario;
    const { noiseScale } = assumptions;
    const node = world.nodes[spec.node];
    this.rttMs =
      world.tables.rttMs(node?.region ?? spec.region, spec.region) * assumptions.rttScale;
    const { settings } = spec;
    const { roundTripMs, roundTripCv, device, slowdown } = settings;
    this.downloadMbps = settings.downloadMbps;
    this.uploadMbps = settings.uploadMbps;
    this.sharesLinks = assumptions.shareBandwidth && roundTripMs === undefined;
    const isTimed = roundTripMs !== undefined;
    const named = isTimed && device === undefined ? null : deviceOf(world.tables, device);
    const curve = slowdown === undefined ? named?.slowdown : slowdownPoints(slowdown);
    this.#device = isTimed || named === null ? null : { ...named, slowdown: curve ?? [] };
    this.#slowdown = isTimed ? (curve ?? null) : null;
    this.isStated = isTimed && this.#slowdown === null;
    this.#roundTrip =
      roundTripMs === undefined ? null : lognormal(roundTripMs, roundTripCv * noiseScale);
    this.#noise = lognormal(1, (this.#device?.noiseCv ?? 0) * noiseScale);
    this.#jitter = lognormal(1, assumptions.rttCv * noiseScale);
    this.#session = lognormal(1, (settings.sessionCv ?? assumptions.workerSessionCv) * noiseScale);
    this.#spells = new SlowSpells(spellsOf(world, settings.slowSpells), key);
    this.#transferRtts = assumptions.transferRtts;
  }

  /** By how much longer than on average everything takes at an instant. */
  slownessAt(timeMs: number): number {
    return this.#spells.factorAt(timeMs);
  }

  /** Until when {@link slownessAt} is what it is at `timeMs`. */
  sameUntilMs(timeMs: number): number {
    return this.#spells.sameUntilMs(timeMs);
  }

  /** By how much longer than on average one session's segments take. @param u uniform */
  sessionFactor(u: number): number {
    return drawLognormal(this.#session, u);
  }

  /**
   * Round trip of one segment at a worker with a stated one, ms: it depends on nothing else.
   *
   * @param factor of slowness
   * @param u0 uniform, for the work
   * @returns NaN at a worker without
   */
  statedMs(factor: number, u0: number): number {
    if (this.#roundTrip === null || !this.isStated) return Number.NaN;
    return drawLognormal(this.#roundTrip, u0) * factor;
  }

  /** What {@link statedMs} draws, before slowness. */
  stated(): Lognormal {
    invariant(this.#roundTrip !== null, "only a stated round trip is drawn by itself");
    return this.#roundTrip;
  }

  /** The longest stated round trip that can be drawn, in the worst session and spell, ms. */
  mostStatedMs(): number {
    const session = drawLognormal(this.#session, MOST_UNIFORM);
    const most = this.statedMs(session * this.#spells.mostFactor, MOST_UNIFORM);
    // More than what rounding may add.
    return 1.001 * most;
  }

  /** Whether the task that {@link drawMs} drew last failed as its download took too long (O-21). */
  get downloadFailed(): boolean {
    return this.#downloadFailed;
  }

  /**
   * Round trip of one segment that shares no link with others: from task sent to result received, or
   * to the error of a worker that could not download the source in time ({@link downloadFailed}).
   *
   * @param load segments that the worker works on, this one included
   * @param factor of slowness, on everything
   * @param u0 uniform, for the work
   * @param u1 uniform, for the network
   */
  drawMs(work: WorkLoad, load: DeviceLoad, factor: number, u0: number, u1: number): number {
    this.#downloadFailed = false;
    if (this.isStated) return this.statedMs(factor, u0);
    if (this.#roundTrip !== null) return this.#loadedMs(this.#roundTrip, load, factor, u0);
    const parts = this.drawParts(this.#alone, work, load, factor, u0, u1);
    const downloadedMs =
      parts.beforeDownloadMs + (parts.downloadMegabits / this.downloadMbps) * 1000;
    const dueMs = downloadDueMs(parts);
    if (downloadedMs > dueMs) {
      this.#downloadFailed = true;
      return dueMs + parts.beforeUploadMs;
    }
    return (
      downloadedMs +
      parts.transcodeMs +
      parts.beforeUploadMs +
      (parts.uploadMegabits / this.uploadMbps) * 1000
    );
  }

  /** A stated round trip with others at a time. */
  #loadedMs(roundTrip: Lognormal, { segments }: DeviceLoad, factor: number, u: number): number {
    const alone = drawLognormal(roundTrip, u) * factor;
    return this.#slowdown === null ? alone : alone * slowdownFactor(this.#slowdown, segments);
  }

  /**
   * The parts of one segment's task; of a stated round trip all is transcoding.
   *
   * @param parts where to write them
   */
  drawParts<T extends TaskParts>(
    parts: T,
    work: WorkLoad,
    load: DeviceLoad,
    factor: number,
    u0: number,
    u1: number,
  ): T {
    if (this.#roundTrip !== null) {
      Object.assign(parts, emptyParts());
      parts.transcodeMs = this.#loadedMs(this.#roundTrip, load, factor, u0);
      return parts;
    }
    const rttMs = this.rttMs * drawLognormal(this.#jitter, u1) * factor;
    const noise = drawLognormal(this.#noise, u0);
    parts.wayMs = 0.5 * rttMs;
    parts.beforeDownloadMs = (0.5 + this.#transferRtts) * rttMs;
    parts.downloadMegabits = ((work.sourceMbps * work.durationMs) / 1000) * factor;
    parts.transcodeMs =
      this.#device === null ? 0 : transcodeMs(this.#device, work.pixels, load, noise) * factor;
    parts.beforeUploadMs = this.#transferRtts * rttMs;
    parts.uploadMegabits = ((work.outMbps * work.durationMs) / 1000) * factor;
    return parts;
  }
}

/** When the worker gives up the download of a task's source, ms after the task was sent (O-21). */
export function downloadDueMs({ wayMs }: TaskParts): number {
  return wayMs + SOURCE_DOWNLOAD_TIMEOUT_MS;
}

function emptyParts(): TaskParts {
  return {
    wayMs: 0,
    beforeDownloadMs: 0,
    downloadMegabits: 0,
    transcodeMs: 0,
    beforeUploadMs: 0,
    uploadMegabits: 0,
  };
}
