/**
 * Who serves the jobs of one (capability, model): a warm and a cold pool, refreshed together
 * (A-1, A-2, A-14 … A-25). A pure core: it says when a discovery is due, the caller runs it.
 */
import { invariant } from "../../core/errors.js";
import type { ModelState } from "../../discovery/model-state.js";
import { Suspender } from "../../discovery/suspension.js";
import type { SelectorOptions } from "../selectors/min-ls.js";
import { SortedSelector } from "../selectors/sorted.js";
import type { Session } from "../session.js";
import { AISessionPool, type PickIndex } from "./session-pool.js";

/** How long a batch selector's list counts as new, ms. */
export const AI_SELECTOR_TTL_MS = 600_000;
/** How often a live selector is refreshed in the background, ms. */
export const AI_LIVE_REFRESH_INTERVAL_MS = 360_000;
/** Refreshes that a removed orchestrator is suspended for (A-15, S-11). */
export const AI_SUSPENSION_PENALTY = {
  /** Of batch pipelines. */
  batch: 3,
  /** Of live video, which adds {@link LIVE_SUSPENSION_PENALTY} when a running stream is at fault. */
  live: 0,
} as const;
/** Refreshes that a live stream's orchestrator is suspended for on top. */
export const LIVE_SUSPENSION_PENALTY = 5;

const RELEASE_STEPS = { batch: 3, live: 5 } as const;
const MAX_THRESHOLD = 8;

/** A session of a refresh, made of an answer (M-32 … M-34, see `createSessions`). */
export interface DiscoveredAISession<Info = unknown> {
  /** A new session. */
  readonly session: Session<Info>;
  /** What the answer says of the model. */
  readonly model: ModelState;
}

/** How a refresh ended. */
export const AI_REFRESH = {
  /** As hoped, also when nobody could be kept. */
  ok: 0,
  /** Discovery failed or found nobody: nothing but the number of refreshes has changed. */
  noOrchestrators: 1,
  /** An answer without constraints crashed it, as go-livepeer does. */
  crashed: 2,
} as const;

/** One of {@link AI_REFRESH}. */
export type AIRefresh = (typeof AI_REFRESH)[keyof typeof AI_REFRESH];

/**
 * What an answer without constraints does to a refresh. `skip`: the orchestrator is left out,
 * as one without the capability is. `crash`: the refresh ends there, as go-livepeer's does, with the
 * request that it runs in or, in a live selector's timer, with the process.
 */
export type MissingConstraints = "skip" | "crash";

/** Whom a request got. */
export interface AISelection<Info = unknown> {
  /** The session that serves it. */
  readonly session: Session<Info>;
  /** Whether it came from the warm pool, to which it goes back whatever became of the model. */
  readonly warm: boolean;
}

/** How to make an {@link AISessionSelector}. */
export interface AISessionSelectorOptions extends SelectorOptions {
  /** Live video, which is sorted by discovery latency and cleared at each refresh; else batch. */
  readonly live: boolean;
  /** Size of the gateway's orchestrator pool; see {@link AISessionSelector.poolSize}. */
  readonly poolSize: number;
  /** How long the list of a batch selector counts as new, ms. @default AI_SELECTOR_TTL_MS */
  readonly ttlMs?: number | undefined;
  /** Draws among sessions in use. */
  readonly pick: PickIndex;
  /** What an answer without constraints does. @default skip */
  readonly missingConstraints?: MissingConstraints | undefined;
}

/**
 * A selector. Its first refresh is the caller's to run; go-livepeer keeps no selector whose first
 * one fails.
 *
 *     if (selector.beginSelect(nowMs)) {
 *       selector.beginRefresh();
 *       selector.endRefresh(nowMs, await discover(selector.poolSize));
 *     }
 *     const selection = selector.select(nowMs);
 */
export class AISessionSelector<Info = unknown> {
  /** Whether it serves live video. */
  readonly live: boolean;
  /** Sessions of orchestrators that had the model loaded when they were discovered. */
  readonly warm: AISessionPool<Info>;
  /** Sessions of those that had not. */
  readonly cold: AISessionPool<Info>;
  /** Who is suspended, for both pools. */
  readonly suspender = new Suspender("relative");
  /** Current size of the gateway's orchestrator pool; the caller keeps it up to date. */
  poolSize: number;

  readonly #ttlMs: number;
  readonly #pick: PickIndex;
  readonly #missingConstraints: MissingConstraints;
  #initialPoolSize = 0;
  #lastRefreshMs = 0;
  /** Under way: requests that find one due at the same time each run their own. */
  #refreshes = 0;

  constructor(options: AISessionSelectorOptions) {
    const { live, poolSize, ttlMs, pick, missingConstraints, ...selection } = options;
    this.live = live;
    this.poolSize = poolSize;
    this.#ttlMs = ttlMs ?? AI_SELECTOR_TTL_MS;
    this.#pick = pick;
    this.#missingConstraints = missingConstraints ?? "skip";
    const { suspender } = this;
    const penalty = AI_SUSPENSION_PENALTY[live ? "live" : "batch"];
    const pool = () => {
      const selector = new SortedSelector<Info>(
        live ? "initialLatency" : "latencyScore",
        selection,
      );
      return new AISessionPool<Info>({ selector, suspender, penalty });
    };
    this.warm = pool();
    this.cold = pool();
  }

  /** How many sessions and suspensions the last refresh left. */
  get initialPoolSize(): number {
    return this.#initialPoolSize;
  }

  /** When the last refresh that found anybody ended, ms. */
  get lastRefreshMs(): number {
    return this.#lastRefreshMs;
  }

  /**
   * Begins a refresh (A-16 step 1): the caller runs a discovery for {@link poolSize} orchestrators
   * and hands its outcome to {@link endRefresh}.
   */
  beginRefresh(): void {
    this.suspender.signalRefresh();
    this.#refreshes += 1;
  }

  /**
   * Ends a refresh.
   *
   * @param nowMs now
   * @param found new sessions in order of discovery; empty = no answer could be made one; null =
   *   discovery failed or found nobody
   * @throws InvariantError when none has begun
   */
  endRefresh(nowMs: number, found: readonly DiscoveredAISession<Info>[] | null): AIRefresh {
    invariant(this.#refreshes > 0, "a refresh ends only after it has begun");
    this.#refreshes -= 1;
    if (found === null) return AI_REFRESH.noOrchestrators;
    const warm: Session<Info>[] = [];
    const cold: Session<Info>[] = [];
    for (const { session, model } of found) {
      if (model === "noCapability") continue;
      if (model === "noConstraints") {
        if (this.#missingConstraints === "crash") return AI_REFRESH.crashed;
        continue;
      }
      // Also one without the model is asked about, which drops suspensions that have run out.
      if (this.suspender.suspended(session.transcoder) > 0) continue;
      if (model === "warm") warm.push(session);
      else if (model === "cold") cold.push(session);
    }
    this.warm.add(warm);
    this.cold.add(cold);
    if (this.live) {
      this.warm.clear(warm);
      this.cold.clear(cold);
    }
    this.#initialPoolSize = warm.length + cold.length + this.suspender.size;
    this.#lastRefreshMs = nowMs;
    return AI_REFRESH.ok;
  }

  /**
   * Before each selection (A-20 steps 1 to 3): releases the suspended if both pools are empty.
   *
   * @returns whether a refresh is due, which the request then waits for
   */
  beginSelect(nowMs: number): boolean {
    const size = this.warm.size + this.cold.size;
    if (size === 0) {
      const steps = RELEASE_STEPS[this.live ? "live" : "batch"];
      for (let step = 0; step < steps; step++) this.suspender.signalRefresh();
    }
    if (this.live) return size === 0;
    const expected = Math.min(this.poolSize, this.#initialPoolSize);
    const threshold = Math.min(MAX_THRESHOLD, Math.ceil(expected / 2));
    return size < threshold || nowMs > this.#lastRefreshMs + this.#ttlMs;
  }

  /**
   * Selects from the warm pool, and if that gives nobody, from the cold one (A-20 step 5, A-24).
   *
   * @returns null for nobody
   */
  select(nowMs: number): AISelection<Info> | null {
    const warm = this.warm.select(nowMs, this.#pick);
    if (warm !== null) return { session: warm, warm: true };
    const cold = this.cold.select(nowMs, this.#pick);
    return cold === null ? null : { session: cold, warm: false };
  }

  /** A request is done with a session. */
  complete({ session, warm }: AISelection<Info>): void {
    this.#poolOf(warm).complete(session);
  }

  /** Removes and suspends a session's orchestrator. */
  remove({ session, warm }: AISelection<Info>): void {
    this.#poolOf(warm).remove(session);
  }

  /**
   * Suspends the orchestrator of a running live stream: out for five refreshes, or until both
   * pools are empty. The stream holds a copy of its session, so that the session itself stays where
   * it is and comes up, and is passed over, later.
   */
  suspendRunning({ session, warm }: AISelection<Info>): void {
    this.#poolOf(warm).removeCopy(session);
    this.suspender.suspend(session.transcoder, LIVE_SUSPENSION_PENALTY);
  }

  #poolOf(warm: boolean): AISessionPool<Info> {
    return warm ? this.warm : this.cold;
  }
}
