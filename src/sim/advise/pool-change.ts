/** What may be done about the workers of a pool, as settings of its scenario. */
import { AI_PIPELINES } from "../../selection/ai/pipelines.js";
import type { LoadedScenario, SimulationInput } from "../input.js";
import type { Scenario } from "../scenario/schema.js";
import { servingKinds } from "../scenario/serving-kinds.js";

/** What is done about one worker. */
export type Action =
  | { readonly kind: "exclude" }
  /** It serves only when every other worker is full. */
  | { readonly kind: "spare" }
  /** It has so many sessions at most. */
  | {
      readonly kind: "cap";
      /** The most sessions that it has, at least 1. */
      readonly sessions: number;
    };

/** What is done, by worker's name; nothing about those that it does not name. */
export type PoolChange = ReadonlyMap<string, Action>;

/** Settings of a scenario, each with its path. */
export type PoolSettings = readonly (readonly [path: string, value: unknown])[];

/** Workers that are alike: an item of the scenario's list. */
export interface WorkerKind {
  readonly name: string;
  readonly workers: readonly string[];
  /** Sessions that each offers. */
  readonly maxSessions: number;
  /** Whether its times depend on how many sessions it has. */
  readonly isLoadDependent: boolean;
  /** Chance that a result of it is wrong. */
  readonly cheatProbability: number;
  /** Of those that serve live video and nothing else. @default it serves more than that */
  readonly live?: LiveVideo | undefined;
}

/** Live video that a kind serves. */
interface LiveVideo {
  /** Mean time until a stream breaks there, of the models that break streams the most often, ms. @default never */
  readonly faultMs?: number | undefined;
}

function liveVideo({ ai }: Scenario["workers"][number]): LiveVideo | undefined {
  const isLive = ({ pipeline }: { readonly pipeline: string }) =>
    AI_PIPELINES.get(pipeline)?.live === true;
  if (ai?.transcoding !== "none" || !ai.models.every(isLive)) return undefined;
  const faults = ai.models.flatMap(({ liveFault }) => liveFault?.every ?? []);
  return faults.length === 0 ? {} : { faultMs: Math.min(...faults) };
}

/** Sessions that a worker offers; of one for AI jobs only, as many jobs at a time. */
function offeredBy({ ai, maxSessions }: Scenario["workers"][number]): number {
  if (ai?.transcoding !== "none") return maxSessions;
  return Math.max(...ai.models.map(({ capacity }) => capacity));
}

/** The kinds of workers that serve in a scenario. */
export function workerKinds(scenario: Scenario): readonly WorkerKind[] {
  return servingKinds(scenario).map(({ name, workers }) => {
    const spec = scenario.workers.find((worker) => worker.name === name);
    const caps = scenario.orchestrator?.admission.sessionCap;
    const own = caps?.[workers[0] ?? name] ?? caps?.[name] ?? Number.POSITIVE_INFINITY;
    return {
      name,
      workers,
      maxSessions: Math.min(own, spec === undefined ? 1 : offeredBy(spec)),
      isLoadDependent:
        spec?.roundTripMs === undefined ||
        spec.device !== undefined ||
        spec.slowdown !== undefined ||
        spec.encoderSessions !== undefined,
      cheatProbability: spec?.cheatProbability ?? 0,
      live: spec === undefined ? undefined : liveVideo(spec),
    };
  });
}

/** The caps that are tried, ascending: half of what it offers, half of that, down to one session. */
export function capsOf({ maxSessions, isLoadDependent }: WorkerKind): readonly number[] {
  if (!isLoadDependent) return [];
  const caps: number[] = [];
  for (let cap = maxSessions; cap > 1; ) {
    cap = Math.ceil(cap / 2);
    caps.unshift(cap);
  }
  return caps;
}

function namesOf(change: PoolChange, kind: Action["kind"]): readonly string[] {
  return [...change].flatMap(([name, action]) => (action.kind === kind ? [name] : [])).sort();
}

/** A change as settings of a scenario: what that says already goes on to count. */
export function settingsOf(
  { orchestrator }: Scenario,
  change: PoolChange,
): readonly (readonly [path: string, value: unknown])[] {
  const settings: [path: string, value: unknown][] = [];
  const exclude = namesOf(change, "exclude");
  const spares = namesOf(change, "spare");
  const capped = namesOf(change, "cap");
  const admission = orchestrator?.admission;
  const put = (key: string, value: unknown) =>
    settings.push([`orchestrator.admission.${key}`, value]);
  if (exclude.length > 0) put("exclude", [...(admission?.exclude ?? []), ...exclude]);
  if (spares.length > 0) {
    put("tier", { ...admission?.tier, spares: [...(admission?.tier?.spares ?? []), ...spares] });
  }
  if (capped.length > 0) {
    const caps = capped.map((name) => {
      const action = change.get(name);
      return [name, action?.kind === "cap" ? action.sessions : 0] as const;
    });
    put("sessionCap", { ...admission?.sessionCap, ...Object.fromEntries(caps) });
  }
  return settings;
}

/** A variant of a scenario with changes of its pool, at its own demand or a multiple of it. */
export class PoolInputs {
  readonly #loaded: LoadedScenario;
  readonly #variant: string;
  readonly #loadFactor: number;
  readonly #known = new Map<string, SimulationInput>();
  readonly scenario: Scenario;

  /**
   * @param variant name of one of the scenario's variants
   * @param loadFactor multiplies its demand
   */
  constructor(loaded: LoadedScenario, variant: string, loadFactor: number) {
    this.#loaded = loaded;
    this.#variant = variant;
    this.#loadFactor = loadFactor;
    this.scenario = this.of([]).scenario;
  }

  /**
   * The scenario with further settings.
   *
   * @param factor multiplies demand once more
   */
  of(given: PoolSettings, factor = 1): SimulationInput {
    const key = JSON.stringify([given, factor]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const input = this.#made(given, factor * this.#loadFactor);
    this.#known.set(key, input);
    return input;
  }

  /** The scenario with a change of its pool, or with settings. */
  with(change: PoolChange | PoolSettings, factor = 1): SimulationInput {
    const settings = change instanceof Map ? settingsOf(this.scenario, change) : change;
    return this.of([...settings], factor);
  }

  #made(
    given: readonly (readonly [path: string, value: unknown])[],
    factor: number,
  ): SimulationInput {
    const own = this.#loaded.variants.find(({ name }) => name === this.#variant)?.input;
    if (own !== undefined && given.length === 0 && factor === 1) return own;
    if (factor === 1) return this.#loaded.withSettings(this.#variant, given);
    // What is given may scale demand too.
    const isScaled = given.some(([path]) => path.startsWith("assumptions"));
    const from = isScaled ? this.#loaded.withSettings(this.#variant, given) : own;
    const before = from?.scenario.assumptions.loadScale ?? 1;
    const scaled = ["assumptions.loadScale", before * factor] as const;
    return this.#loaded.withSettings(this.#variant, [...given, scaled]);
  }
}
