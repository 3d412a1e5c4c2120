/** Rules that a scenario allows: one setting each, for all workers, and for those that come later. */
import { counted, grouped } from "../../core/wording.js";
import { streamKinds } from "../model/world/stream-kinds.js";
import type { Scenario } from "../scenario/schema.js";
import type { SweepSetting } from "../sweep/sweep-result.js";
import type { RuleName } from "./advice-result.js";
import type { WorkerKind } from "./pool-change.js";

/** A rule that may be tried. */
export interface Rule {
  readonly rule: RuleName;
  /** Names it, such as `benchmark limit 900 ms`. */
  readonly label: string;
  readonly settings: readonly SweepSetting[];
}

/** Limits of the benchmark are tried in about so many steps up to the length of a segment. */
const LIMITS = 12;
/** Shares of a segment's length above which a worker is a spare. */
const SLOW_SHARES = [0.35, 0.6] as const;
/** Shares of the sessions that there are. */
const SESSION_SHARES = [0.5, 0.75] as const;
/** A benchmark goes up to so many sessions, where workers offer more than its default. */
const BENCHMARK_SESSIONS = { least: 20, most: 100 } as const;
const STEP_MS = 100;

/** The longest mean segment of any gateway, ms: who takes longer than that loses its streams (M-14). */
function segmentMs(scenario: Scenario): number {
  return Math.max(...streamKinds(scenario).map((kind) => kind.segmentMs));
}

function rounded(ms: number): number {
  return Math.max(STEP_MS, STEP_MS * Math.round(ms / STEP_MS));
}

function limitRules(scenario: Scenario, kinds: readonly WorkerKind[]): readonly Rule[] {
  const longest = segmentMs(scenario);
  const stepMs = STEP_MS * Math.ceil(longest / LIMITS / STEP_MS);
  const count = Math.floor((1.05 * longest) / stepMs);
  const own = scenario.orchestrator?.admission.benchmark;
  const offered = Math.max(...kinds.map(({ maxSessions }) => maxSessions));
  const { least, most } = BENCHMARK_SESSIONS;
  const maxSessions = own?.maxSessions ?? Math.min(most, Math.max(least, offered));
  return Array.from({ length: count }, (_, index): Rule => {
    const limitMs = stepMs * (index + 1);
    const path = "orchestrator.admission.benchmark";
    return {
      rule: "benchmark.limitMs",
      label: `benchmark limit ${grouped(limitMs)} ms`,
      settings: [{ path, value: { ...own, maxSessions, limitMs } }],
    };
  });
}

function tierRules(scenario: Scenario): readonly Rule[] {
  const longest = segmentMs(scenario);
  const limits = [...new Set(SLOW_SHARES.map((part) => rounded(part * longest)))];
  return limits.map(
    (slowMs): Rule => ({
      rule: "tier.slowMs",
      label: `spares above ${grouped(slowMs)} ms`,
      settings: [{ path: "orchestrator.admission.tier.slowMs", value: slowMs }],
    }),
  );
}

function rollingRules({ orchestrator }: Scenario): readonly Rule[] {
  if (orchestrator?.admission.rolling !== undefined) return [];
  const settings = [{ path: "orchestrator.admission.rolling", value: {} }];
  return [{ rule: "rolling", label: "rolling", settings }];
}

function sessionRules({ orchestrator }: Scenario, kinds: readonly WorkerKind[]): readonly Rule[] {
  // Where nodes have limits of their own, that of the orchestrator says nothing of the whole.
  if (orchestrator === undefined || orchestrator.topology.nodes !== undefined) return [];
  const all = kinds.reduce((sum, kind) => sum + kind.workers.length * kind.maxSessions, 0);
  const { maxSessions } = orchestrator;
  const now = maxSessions === "auto" ? all : Math.min(all, maxSessions);
  const counts = SESSION_SHARES.map((part) => Math.round(part * now)).filter(
    (count) => count > 0 && count < now,
  );
  const wanted = [...new Set(counts), ...(now < all ? ["auto" as const] : [])];
  return wanted.map(
    (value): Rule => ({
      rule: "orchestrator.maxSessions",
      label:
        value === "auto"
          ? "as many sessions as workers have"
          : `at most ${counted(value, "session")}`,
      settings: [{ path: "orchestrator.maxSessions", value }],
    }),
  );
}

/** All rules that may be tried in a pool, each kind together. */
export function rulesOf(scenario: Scenario, kinds: readonly WorkerKind[]): readonly Rule[] {
  return [
    ...limitRules(scenario, kinds),
    ...tierRules(scenario),
    ...rollingRules(scenario),
    ...sessionRules(scenario, kinds),
  ];
}
