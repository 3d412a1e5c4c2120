/**
 * Points that differ in nothing but the limit of the benchmark, and admit the same workers with the same
 * sessions, give the very same: in a replication, the limit does nothing but decide about a worker's
 * benchmark, which is made once. So a replication in which two limits decide alike is run for one of
 * them. Who is admitted is found by a replication of one millisecond, and between two limits that admit
 * the same, all do.
 */

import { inputText } from "../experiment/unit.js";
import type { Workbench } from "../experiment/workbench.js";
import type { SimulationInput } from "../input.js";

/** A point whose limit is known. */
interface Member {
  readonly input: SimulationInput;
  readonly limitMs: number;
}

/** The input with another limit; `null` where it has no benchmark. */
function withLimit(input: SimulationInput, limitMs: number): SimulationInput | null {
  const { scenario } = input;
  const { orchestrator } = scenario;
  const benchmark = orchestrator?.admission.benchmark;
  if (orchestrator === undefined || benchmark === undefined) return null;
  const admission = { ...orchestrator.admission, benchmark: { ...benchmark, limitMs } };
  return { ...input, scenario: { ...scenario, orchestrator: { ...orchestrator, admission } } };
}

/**
 * What shows whom the benchmark admits and nothing else: policies that change their minds are left out,
 * and demand is next to none, so that it is the same for all circumstances.
 */
function probeOf(input: SimulationInput): SimulationInput {
  const { scenario } = input;
  const { orchestrator, tester: _, assumptions, ...rest } = scenario;
  const { exclude = [], include, sessionCap, benchmark } = orchestrator?.admission ?? {};
  const admission = {
    exclude,
    ...(include === undefined ? {} : { include }),
    ...(sessionCap === undefined ? {} : { sessionCap }),
    ...(benchmark === undefined ? {} : { benchmark }),
  };
  return {
    ...input,
    scenario: {
      ...rest,
      warmup: 0,
      duration: 1,
      demand: { concurrentStreams: 1, hourly: "flat" },
      assumptions: { ...assumptions, loadScale: 1 },
      ...(orchestrator === undefined ? {} : { orchestrator: { ...orchestrator, admission } }),
    },
  };
}

/** Says which input to run for a point in a replication. */
export class AdmissionClasses {
  readonly #workbench: Workbench;
  /** Points that differ in their limit only, ascending. */
  readonly #families = new Map<SimulationInput, readonly Member[]>();
  readonly #found = new Map<string, Promise<ReadonlyMap<SimulationInput, SimulationInput>>>();
  readonly #names = new Map<readonly Member[], number>();

  /** @param inputs all points that may be run */
  constructor(workbench: Workbench, inputs: readonly SimulationInput[]) {
    this.#workbench = workbench;
    const families = new Map<string, Member[]>();
    for (const input of inputs) {
      const limitMs = input.scenario.orchestrator?.admission.benchmark?.limitMs;
      const general = withLimit(input, 1);
      if (limitMs === undefined || general === null || input.scenario.workers.length === 0)
        continue;
      const key = inputText(general);
      families.set(key, [...(families.get(key) ?? []), { input, limitMs }]);
    }
    for (const members of families.values()) {
      if (members.length < 2) continue;
      members.sort((a, b) => a.limitMs - b.limitMs);
      this.#names.set(members, this.#names.size);
      for (const { input } of members) this.#families.set(input, members);
    }
  }

  /**
   * The input that gives what this one gives in a replication: the one with the least limit of those that
   * admit the same.
   */
  async representative(input: SimulationInput, replication: number): Promise<SimulationInput> {
    const family = this.#families.get(input);
    if (family === undefined) return input;
    const key = `${this.#names.get(family)} ${replication}`;
    const found = this.#found.get(key) ?? this.#classes(family, replication);
    this.#found.set(key, found);
    return (await found).get(input) ?? input;
  }

  async #classes(
    family: readonly Member[],
    replication: number,
  ): Promise<ReadonlyMap<SimulationInput, SimulationInput>> {
    const classes = new Map<SimulationInput, SimulationInput>();
    const admitted = async ({ input }: Member) => {
      const one = { count: 1, from: replication, isForAll: true };
      const wanted = { label: "who is admitted", ...one };
      const { records } = await this.#workbench.replicate(probeOf(input), wanted);
      const sessions = records[0]?.admissions.map((one) => one.sessions) ?? [null];
      // Of one that is not there at the start nothing is known.
      return sessions.includes(null) ? null : sessions.join(" ");
    };
    const between = async (
      low: number,
      high: number,
      [atLow, atHigh]: readonly [string | null, string | null],
    ): Promise<void> => {
      const [first, last] = [family[low], family[high]];
      if (first === undefined || last === undefined) return;
      if (atLow !== null && atLow === atHigh) {
        const representative = classes.get(first.input) ?? first.input;
        for (const { input } of family.slice(low, high + 1)) classes.set(input, representative);
        return;
      }
      if (high - low <= 1) return;
      const middle = Math.floor((low + high) / 2);
      const member = family[middle];
      const atMiddle = member === undefined ? null : await admitted(member);
      await between(low, middle, [atLow, atMiddle]);
      await between(middle, high, [atMiddle, atHigh]);
    };
    const [first, last] = [family[0], family.at(-1)];
    if (first === undefined || last === undefined) return classes;
    const ends = await Promise.all([admitted(first), admitted(last)]);
    // Nobody is known to be there: then nothing is to be found in between.
    if (!ends.includes(null)) await between(0, family.length - 1, ends);
    return classes;
  }
}
