/** The inputs of an experiment: its variants, as they are and with something assumed differently. */
import { invariant } from "../../core/errors.js";
import type { LoadedScenario, SimulationInput } from "../input.js";
import type { Scenario } from "../scenario/schema.js";
import type { SensitivityChange } from "./sensitivity-cases.js";

/** Path of the setting that multiplies demand. */
export const LOAD_SCALE = "assumptions.loadScale";

/** Whether streams begin at random, so that demand can be scaled. */
export function hasRandomDemand({ demand }: Scenario): boolean {
  return demand.arrivals === undefined && demand.trace === undefined;
}

/** A number in a validated scenario; undefined when the path leads to none. */
export function numberAt(scenario: Scenario, path: string): number | undefined {
  let value: unknown = scenario;
  for (const part of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.entries(value).find(([key]) => key === part)?.[1];
  }
  return typeof value === "number" ? value : undefined;
}

/** The inputs of one experiment, at the demand that calibration found. */
export class CaseInputs {
  readonly #loaded: LoadedScenario;
  readonly #loadFactor: number;

  /** @param loadFactor multiplies the demand of every variant */
  constructor(loaded: LoadedScenario, loadFactor = 1) {
    this.#loaded = loaded;
    this.#loadFactor = loadFactor;
  }

  /** The same at another demand. */
  scaledBy(loadFactor: number): CaseInputs {
    return new CaseInputs(this.#loaded, this.#loadFactor * loadFactor);
  }

  /**
   * A variant with changes, each on top of those before it.
   *
   * @param others settings that are no numbers
   * @throws InputError when a changed setting leaves its range
   */
  of(
    variant: string,
    changes: readonly SensitivityChange[] = [],
    others: readonly (readonly [path: string, value: unknown])[] = [],
  ): SimulationInput {
    const input = this.#loaded.variants.find(({ name }) => name === variant)?.input;
    invariant(input !== undefined, `there is a variant called ${variant}`);
    const settings = new Map<string, number>();
    const calibrated = { path: LOAD_SCALE, multiply: this.#loadFactor };
    for (const change of this.#loadFactor === 1 ? changes : [calibrated, ...changes]) {
      const before = settings.get(change.path) ?? numberAt(input.scenario, change.path);
      if ("value" in change) settings.set(change.path, change.value);
      else if (before !== undefined) settings.set(change.path, before * change.multiply);
    }
    if (settings.size === 0 && others.length === 0) return input;
    return this.#loaded.withSettings(variant, [...settings, ...others]);
  }
}
