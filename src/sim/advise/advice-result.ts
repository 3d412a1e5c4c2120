/** What `poolsim advise` finds: plain JSON, documented in docs/advise.md. */
import type { Estimate } from "../results.js";
import type { AdviceWord } from "./advice-rules.js";
import type { Action } from "./pool-change.js";

/** An action that was tried on a worker, compared with leaving it as it is. */
export interface TriedAction {
  readonly action: Action;
  /** `gains`, `harms`, `no gain` (none beyond the margin), or `undecided`. */
  readonly finding: "gains" | "harms" | "no gain" | "undecided";
  /** Change of the objective: a share of it, or an amount where the margin is one. */
  readonly change: Estimate | null;
  /** The same at peak demand; `null`: not run, or there is no peak test. */
  readonly atPeak: Estimate | null;
  /** Why it is undecided, as in verdicts; `null` where it is decided. */
  readonly reason: string | null;
}

/** What a worker did in the pool as it is. */
export interface WorkerFigures {
  /** Sessions that it was given, per replication. */
  readonly picks: number;
  /** Share of its sessions that it kept to the stream's end; `null`: it had none. */
  readonly retention: number | null;
  readonly roundTripP99Ms: number | null;
  readonly streamMinutesLost: number;
  /** What most of them were lost to; `null`: none were. */
  readonly mostlyLostTo: string | null;
}

/** What to do with a kind of workers. */
export interface WorkerAdviceResult {
  readonly name: string;
  /** Those that the scenario counts as this kind; the action is meant for each. */
  readonly workers: readonly string[];
  readonly advice: AdviceWord;
  /** What is to be done; `null` with *keep* and *undecided*. */
  readonly action: Action | null;
  /** Why, for the worker's owner. */
  readonly why: string;
  /**
   * What changes when that is done and nothing else, from replications that did not choose it;
   * `null` with *keep* and *undecided*.
   */
  readonly alone: Estimate | null;
  readonly figures: WorkerFigures;
  /** In the pool that it was asked in: without those in `askedWithout`. */
  readonly tried: readonly TriedAction[];
  readonly askedWithout: readonly string[];
}

/** What changes when all advice is followed, compared with the pool as it is. */
export interface TogetherResult {
  readonly actions: readonly { readonly worker: string; readonly action: Action }[];
  /** Actions that were left out of it, because together with the others they gain nothing. */
  readonly leftOut: readonly string[];
  /** From replications that chose nothing. */
  readonly change: Estimate | null;
  readonly atPeak: Estimate | null;
  /** As a verdict on the pool that follows the advice. */
  readonly decision: string;
  readonly reason: string;
}

/** The whole advice. */
export interface AdviceResult {
  readonly schemaVersion: 1;
  readonly kind: "advice";
  readonly poolsim: string;
  readonly scenario: {
    readonly name: string;
    readonly file: string;
    readonly sha256: string;
    readonly settings: readonly { readonly path: string; readonly value: unknown }[];
  };
  readonly seed: number;
  readonly variant: string;
  readonly objective: string;
  readonly margin: { readonly relative: number | null; readonly absolute: number | null };
  /** All intervals of `tried` hold at once, at every look, with this confidence. */
  readonly confidence: number;
  /** Actions that may be tried: what the intervals allow for. */
  readonly comparisons: number;
  /** Of the last look: the same number by name gives the same bytes. */
  readonly replications: number;
  /** The most that there may be. */
  readonly replicationsMax: number;
  /** Replications that chose nothing: of `alone` and `together`. */
  readonly freshReplications: number;
  /** Counted time of each, ms. */
  readonly durationMs: number;
  readonly workers: readonly WorkerAdviceResult[];
  /** `null` where nothing is to be changed. */
  readonly together: TogetherResult | null;
  readonly notes: readonly string[];
}
