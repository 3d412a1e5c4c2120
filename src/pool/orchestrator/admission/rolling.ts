/**
 * `rolling`: judged by session, not by segment, because the worse a worker is, the fewer segments
 * it delivers. A session is lost when it idled out (nobody ended it within 70 s, O-10) after few
 * segments: the gateway swapped away. Two of the last three lost: benched for a while.
 */
import type { SessionEnd } from "../sessions.js";
import { admissionEntry } from "./entry.js";
import { AdmitEveryone, admitted } from "./none.js";
import type { AdmissionCandidate, AdmissionDecision } from "./policy.js";
import { type RegionLimits, regionLimits } from "./region-limits.js";

/** When a worker that loses sessions is benched, and for how long. */
export interface RollingConfig {
  /** An idled-out session with fewer segments is lost. @default 30 */
  readonly minSegments?: number | undefined;
  /**
   * Only sessions of gateways in these regions count, and only if the region's round trip to the
   * orchestrator is within the limit (ms), where it is known: far gateways leave good workers too.
   * @default all regions count
   */
  readonly regionLimitMs?: RegionLimits | undefined;
  /** First time on the bench, ms; doubles at each further one. @default 600_000 */
  readonly coolDown?: number | undefined;
}

/** How many of the last sessions are looked at, and how many lost ones are too many. */
const LAST = 3;
const LOST_MAX = 1;
/** Sessions kept in a row after which the worker is trusted again and the cool-down starts over. */
const PROBATION_SESSIONS = 3;
/** The bench never lasts longer than this, ms: a day. */
const COOL_DOWN_MAX_MS = 86_400_000;

interface Record {
  /** Lost (1) or kept (0), the latest in the lowest bit, and how many there are. */
  history: number;
  length: number;
  benchedUntilMs: number;
  nextCoolDownMs: number;
  /** Kept sessions still to go; above 0 a single lost one benches. */
  probation: number;
}

export class RollingPolicy extends AdmitEveryone {
  override readonly policy = "rolling";
  readonly #minSegments: number;
  readonly #coolDownMs: number;
  /** Per region: whether its sessions count. */
  readonly #counts: readonly boolean[];
  readonly #records: (Record | undefined)[] = [];

  /**
   * @param regions names of the regions, in the order of their numbers
   * @param regionRttMs round trip from each region to the orchestrator, if known
   */
  constructor(
    { minSegments = 30, regionLimitMs, coolDown = 600_000 }: RollingConfig,
    regions: readonly string[],
    regionRttMs: readonly number[] = [],
  ) {
    super();
    this.#minSegments = minSegments;
    this.#coolDownMs = coolDown;
    const limits =
      regionLimitMs === undefined
        ? new Float64Array(regions.length).fill(Number.POSITIVE_INFINITY)
        : regionLimits(regionLimitMs, regions, Number.NEGATIVE_INFINITY);
    this.#counts = regions.map((_, region) => (regionRttMs[region] ?? 0) <= (limits[region] ?? 0));
  }

  override onRegister(candidate: AdmissionCandidate, nowMs: number): AdmissionDecision {
    const { worker, maxSessions } = candidate;
    const record = this.#record(worker);
    const benchedMs = record.benchedUntilMs - nowMs;
    return admitted(
      maxSessions,
      benchedMs > 0 ? `benched for ${Math.ceil(benchedMs / 1000)} s more` : "judged by session",
    );
  }

  override mayServe(worker: number, _region: number, nowMs: number): boolean {
    return nowMs >= (this.#records[worker]?.benchedUntilMs ?? 0);
  }

  override onSessionEnd(
    worker: number,
    region: number,
    segments: number,
    cause: SessionEnd,
    nowMs: number,
  ): void {
    if (this.#counts[region] === false) return;
    const record = this.#record(worker);
    // Sessions from before the bench say nothing new.
    if (nowMs < record.benchedUntilMs) return;
    const lost = cause === "idle" && segments < this.#minSegments;
    record.history = ((record.history << 1) | (lost ? 1 : 0)) & ((1 << LAST) - 1);
    record.length = Math.min(LAST, record.length + 1);
    if (lost && (record.probation > 0 || bitCount(record.history) > LOST_MAX)) {
      this.#bench(record, nowMs);
    } else if (!lost && record.probation > 0 && --record.probation === 0) {
      record.nextCoolDownMs = this.#coolDownMs;
    }
  }

  #bench(record: Record, nowMs: number): void {
    record.benchedUntilMs = nowMs + record.nextCoolDownMs;
    record.nextCoolDownMs = Math.min(2 * record.nextCoolDownMs, COOL_DOWN_MAX_MS);
    record.history = 0;
    record.length = 0;
    record.probation = PROBATION_SESSIONS;
  }

  #record(worker: number): Record {
    const known = this.#records[worker];
    if (known !== undefined) return known;
    const record = {
      history: 0,
      length: 0,
      benchedUntilMs: Number.NEGATIVE_INFINITY,
      nextCoolDownMs: this.#coolDownMs,
      probation: 0,
    };
    this.#records[worker] = record;
    return record;
  }
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}

export const rolling = admissionEntry({
  name: "rolling",
  description: "A worker whose last sessions were short is benched for a while.",
  settings: ({ z, integer, number, span }) =>
    z.strictObject({
      minSegments: integer("Segments that a session must last.", 1, 1000).default(30),
      regionLimitMs: z
        .record(z.string(), number("Limit of a region.", 1, 600_000))
        .describe("Only gateways of these regions count; default: all.")
        .optional(),
      coolDown: span("First time on the bench; doubles.").default(600_000),
    }),
  needs: [],
  limitsByRegion: "regionLimitMs",
  create: (settings: RollingConfig, regions) =>
    new RollingPolicy(settings, regions.names, regions.rttMs),
});
