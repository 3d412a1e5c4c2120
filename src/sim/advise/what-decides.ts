/** What would likely decide an undecided worker: more replications, or longer ones. Pure. */
import { POWER } from "../experiment/verdict/advice.js";
import { effective } from "../experiment/verdict/judge.js";
import type { MoreNeeded } from "./advice-result.js";
import type { Tried } from "./advice-rules.js";

/**
 * Replications that would likely decide all that is open about a worker; beyond the most that there may
 * be, longer ones. `null` where nothing is open, or hardly any number would do.
 *
 * @param options.max the most replications that there may be
 * @param options.warmupMs of each replication
 * @param options.durationMs counted time of each
 * @param options.before replications of pools that advice on this worker begins with
 */
export function whatDecides(
  tried: readonly Tried[],
  options: {
    readonly max: number;
    readonly warmupMs: number;
    readonly durationMs: number;
    readonly before: number;
  },
): MoreNeeded | null {
  const { max, warmupMs, durationMs, before } = options;
  const open = tried.filter(({ finding }) => finding === "open");
  const wanted = open.map(({ judgement }) => {
    const { more } = effective(judgement);
    return more === null || (more.power !== null && more.power < POWER) ? null : more.replications;
  });
  const most = Math.max(0, ...wanted.filter((count) => count !== null));
  if (open.length === 0 || wanted.includes(null)) return null;
  const times = Math.ceil(most / max);
  const replications = times === 1 ? most : max;
  const length = (warmupMs + times * durationMs) / (warmupMs + durationMs);
  // Each action and the pool that it is compared with, in ordinary and in peak demand.
  const pools = 2 * (tried.length + 1);
  return {
    replications,
    durationMs: times * durationMs,
    runs: Math.ceil((before + pools * replications) * length),
  };
}
