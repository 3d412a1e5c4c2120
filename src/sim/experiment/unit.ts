/**
 * The unit of work: one replication of one variant's scenario. What comes of it is a pure function of
 * (input, seed, replication), so it does not matter where it is computed, when, or by whom. Everything
 * that experiments compute goes through it, and what is kept, sharded or sent elsewhere is units.
 */
import type { SimulationInput } from "../input.js";

/** What a unit is made from. */
export interface UnitOfWork {
  /** The effective scenario of one variant, with the texts of its data files. */
  readonly input: SimulationInput;
  readonly seed: number;
  /** Number of the replication, from 0. */
  readonly replication: number;
}

/** The same text for scenarios that give the same results: what is asked of them does not count. */
export function inputText({ scenario }: SimulationInput): string {
  const { orchestrator, ...rest } = scenario;
  const exclude = [...new Set(orchestrator?.admission.exclude)].sort();
  return JSON.stringify({
    ...rest,
    orchestrator: orchestrator && {
      ...orchestrator,
      admission: { ...orchestrator.admission, exclude },
    },
    seed: undefined,
    name: undefined,
    description: undefined,
    replications: undefined,
    variants: undefined,
    decision: undefined,
    sweep: undefined,
    expect: undefined,
  });
}
