/** One orchestrator process at run time: its sessions (O-6 … O-10), whatever does their work. */
import {
  NO_SESSION,
  ORCHESTRATOR_CAPPED,
  OrchestratorSessions,
  SESSION_IDLE_MS,
  type SessionEnd,
  sessionSlot,
} from "../../pool/index.js";
import type { OrchestratorCounters, SeriesCounters } from "../metrics/counters.js";
import type { Windows } from "../metrics/windows.js";
import type { SessionInfo } from "./entities.js";
import { SessionLevels } from "./session-levels.js";
import type { Node } from "./world/world.js";

/** Told when a session of the node ends. */
export type NodeSessionEnd = (
  info: SessionInfo,
  slot: number,
  atMs: number,
  cause: SessionEnd,
) => void;

/** A node's sessions and how many there were when. */
export class NodeRuntime {
  readonly spec: Node;
  readonly sessions: OrchestratorSessions;
  /** Counted here for itself, to be compared with what the orchestrator debits. */
  pixelsUploaded = 0.5;
  readonly #counters: OrchestratorCounters;
  readonly #series: SeriesCounters | null;
  readonly #windows: Windows | null;
  readonly #countFromMs: number;
  readonly #infos: (SessionInfo | null)[] = [];
  #onEnd: NodeSessionEnd | null = null;
  readonly #levels: SessionLevels;
  #levelSinceMs = 0.5;

  constructor(options: {
    readonly spec: Node;
    readonly counters: OrchestratorCounters;
    readonly countFromMs: number;
    /** Where its sessions are counted over time. @default nowhere */
    readonly series?: SeriesCounters | undefined;
    /** Where they are counted by the scenario's events. @default nowhere */
    readonly windows?: Windows | null | undefined;
    /** Where the node's own is kept. @default nowhere else */
    readonly levels?: SessionLevels | undefined;
  }) {
    this.spec = options.spec;
    // They have been another kind of number before: see `number-fields.ts`. And V8 takes for a constant what never changed.
    this.pixelsUploaded = 0;
    this.#levelSinceMs = 0;
    const { index, maxSessions } = options.spec;
    this.#levels = options.levels ?? new SessionLevels(index + 1);
    if (maxSessions !== "auto") this.#levels.most[index] = maxSessions;
    this.#series = options.series ?? null;
    this.#windows = options.windows ?? null;
    this.#counters = options.counters;
    this.#countFromMs = options.countFromMs;
    this.sessions = new OrchestratorSessions({
      maxSessions: options.spec.maxSessions,
      onClose: (session, atMs, cause) => this.#closed(session, atMs, cause),
    });
  }

  /** Has somebody told when a session ends, from now on. */
  onSessionEnd(hear: NodeSessionEnd): void {
    this.#onEnd = hear;
    this.#levels.most[this.spec.index] = -1;
  }

  /** How many sessions are open, as far as somebody has looked. */
  get #level(): number {
    return this.#levels.open[this.spec.index] as number;
  }

  /**
   * It has answered discoveries, some of which it has refused to as it was full (O-6).
   *
   * @param capped those, which are among the others
   */
  answers(all: number, capped: number): void {
    this.#counters.answers += all;
    this.#counters.cappedAnswers += capped;
  }

  /** Whether GetOrchestrator fails for everybody now (O-6). */
  isFull(nowMs: number): boolean {
    // Few open sessions need no look at the clock: expiring them would only make them fewer. But where
    // somebody is told of ends, they are told now.
    if (this.#onEnd === null && this.#level < this.sessions.maxSessions) return false;
    return this.sessions.isCapped(NO_SESSION, nowMs);
  }

  /** Whether it may become full while a round lasts, if `margin` sessions came at once. */
  mayFill(nowMs: number, margin: number): boolean {
    const { maxSessions } = this.sessions;
    if (this.#onEnd === null && margin >= maxSessions) return true;
    return (
      this.#level + margin >= maxSessions && this.sessions.openCount(nowMs) + margin >= maxSessions
    );
  }

  /** A segment arrives (O-8, O-9): its session's handle, or why it is refused. */
  accept(info: SessionInfo, nowMs: number): number {
    const handle = this.sessions.accept(info.nodeSession, nowMs);
    const isCapped = handle === ORCHESTRATOR_CAPPED && nowMs >= this.#countFromMs;
    this.#counters.cappedSegments += Number(isCapped);
    if (handle < 0) return handle;
    if (handle !== info.nodeSession) {
      info.nodeSession = handle;
      this.#infos[sessionSlot(handle)] = info;
      this.#setLevel(this.#level + 1, nowMs, false);
    }
    return handle;
  }

  /**
   * A segment's end, known ahead or as it happens.
   *
   * @param pixels of the renditions that were uploaded (O-4), if they count
   */
  finishSegment(session: number, endMs: number, pixels: number): void {
    this.sessions.finish(session, endMs);
    this.pixelsUploaded += pixels;
  }

  /**
   * Segments of an open session that are known ahead; see `OrchestratorSessions.foresee`.
   *
   * @param pixels of the renditions that will be uploaded, if they count
   */
  foresee(session: number, segments: number, endMs: number, pixels: number): void {
    this.sessions.foresee(session, segments, endMs);
    this.pixelsUploaded += pixels;
  }

  /** The session in a slot, or null. */
  infoAt(slot: number): SessionInfo | null {
    return this.#infos[slot] ?? null;
  }

  /** The open sessions. */
  openInfos(): SessionInfo[] {
    return this.#infos.filter((info) => info !== null);
  }

  /** The process begins anew: it knows none of its sessions any more (G-10). */
  restarts(nowMs: number): void {
    this.sessions.expire(nowMs);
    const open = this.openInfos().sort((a, b) => a.stream.order - b.stream.order);
    for (const info of open) {
      this.sessions.end(info.nodeSession, nowMs);
      info.nodeSession = NO_SESSION;
      info.running = null;
      info.queue = null;
    }
  }

  /** Closes the books at the end of a run. */
  finish(endMs: number): void {
    this.sessions.expire(endMs);
    this.#setLevel(this.#level, endMs, false);
  }

  #closed(session: number, atMs: number, cause: SessionEnd): void {
    const slot = sessionSlot(session);
    const info = this.#infos[slot];
    this.#infos[slot] = null;
    this.#setLevel(this.#level - 1, atMs, cause === "idle");
    if (cause === "idle" && atMs >= this.#countFromMs) {
      this.#counters.idleCloses++;
      const toMs = atMs - this.#countFromMs;
      const series = this.#series;
      series?.addSpan(series.poolIdleMs, 1, toMs - SESSION_IDLE_MS, toMs);
    }
    if (info !== null && info !== undefined) this.#onEnd?.(info, slot, atMs, cause);
  }

  #setLevel(level: number, atMs: number, isIdle: boolean): void {
    const fromMs = Math.max(this.#levelSinceMs, this.#countFromMs);
    const spanMs = atMs - fromMs;
    if (spanMs > 0) {
      const { levelMs } = this.#counters;
      while (levelMs.length <= this.#level) levelMs.push(0);
      levelMs[this.#level] = (levelMs[this.#level] ?? 0) + spanMs;
      this.#counters.sessionMs += this.#level * spanMs;
      const series = this.#series;
      const since = fromMs - this.#countFromMs;
      if (this.#level > 0) {
        series?.addSpan(series.poolSessionMs, this.#level, since, since + spanMs);
        this.#windows?.addSessions(this.#level, since, since + spanMs);
      }
    }
    if (atMs > this.#levelSinceMs) this.#levelSinceMs = atMs;
    this.#levels.change(this.spec.index, level, atMs, isIdle);
  }
}

/** How long a session stays open after its last segment, ms (O-10). */
export const IDLE_MS = SESSION_IDLE_MS;
