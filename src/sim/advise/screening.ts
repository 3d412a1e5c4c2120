/**
 * Where advice begins: the pool as it is, who loses most in it, and the best of the pools without them. By
 * replications of its own: what is tried, and in which pool, is not chosen by what then judges it.
 */
import type { Samples } from "../experiment/samples.js";
import type { Common } from "./compare.js";
import type { PoolChange, WorkerKind } from "./pool-change.js";
import { suspects } from "./suspects.js";

/** Replications of each pool … */
export const SCREENING = 8;
/** … and their first number. */
const FROM = 500_000;
/** At most so many kinds are left out on the way. */
const SUSPECTS_MAX = 8;

/** The pool as it is. */
export const EVERYONE: PoolChange = new Map();

/** A pool without some kinds. */
export function without(kinds: readonly WorkerKind[]): PoolChange {
  const names = kinds.flatMap(({ workers }) => workers);
  return new Map(names.map((name) => [name, { kind: "exclude" }]));
}

/** The pool as it is, and the best of those without its worst workers. */
export async function screen(
  common: Common,
  kinds: readonly WorkerKind[],
): Promise<{
  readonly everyone: Samples;
  readonly suspected: readonly WorkerKind[];
  readonly out: readonly WorkerKind[];
}> {
  const { inputs, workbench, question } = common;
  const label = "the pool as it is";
  const look = { count: SCREENING, from: FROM };
  const everyone = await workbench.replicate(inputs.with(EVERYONE), { label, ...look });
  let suspected: readonly WorkerKind[] = [];
  let out: readonly WorkerKind[] = [];
  let best = everyone.mean(question.objective) ?? Number.NEGATIVE_INFINITY;
  let last = everyone;
  // Without them others lose more, who were hidden: as long as there are any.
  for (;;) {
    const left = kinds.filter((kind) => !suspected.includes(kind));
    const more = suspects(left, last, inputs.scenario).slice(0, SUSPECTS_MAX - suspected.length);
    if (more.length === 0) break;
    const pools = more.map((_, index) => [...suspected, ...more.slice(0, index + 1)]);
    const found = await workbench.replicateAll(
      pools.map((pool) => inputs.with(without(pool))),
      { label: "without the worst workers", ...look },
    );
    for (const [index, samples] of found.entries()) {
      last = samples;
      const value = samples.mean(question.objective) ?? Number.NEGATIVE_INFINITY;
      if (value <= best) continue;
      best = value;
      out = pools[index] ?? [];
    }
    suspected = [...suspected, ...more];
  }
  return { everyone, suspected, out };
}
