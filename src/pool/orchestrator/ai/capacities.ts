/** How many jobs of each model a node, or a worker of it, can do at a time. */
import { InputError } from "../../../core/errors.js";

/** One model that a worker serves. */
export interface AIModelCapacity {
  /** Number of the pipeline's capability, see `pipelineToCapability`. */
  readonly capability: number;
  /** Id of the model. */
  readonly model: string;
  /** Jobs at a time, a whole number. */
  readonly capacity: number;
  /** Whether it is loaded. @default false */
  readonly warm?: boolean | undefined;
}

/** What a node says of a model. */
export interface AINodeModel {
  /** Whether it was loaded at the worker that brought it first. */
  readonly warm: boolean;
  /** Jobs at a time. */
  readonly capacity: number;
}

/**
 * Refuses what is no capacity.
 *
 * @throws InputError (`POOL_WORKER`)
 */
export function checkModelCapacity({ model, capacity }: AIModelCapacity): void {
  if (Number.isSafeInteger(capacity)) return;
  throw new InputError(`the capacity of ${model} must be a whole number, not ${capacity}`, {
    code: "POOL_WORKER",
  });
}

/** What an orchestrator's node advertises of AI models. */
export class AINodeCapacity {
  readonly #models = new Map<number, Map<string, { warm: boolean; capacity: number }>>();

  /** Models by id, by capability number; one whose models have all gone stays, empty. */
  get models(): ReadonlyMap<number, ReadonlyMap<string, AINodeModel>> {
    return this.#models;
  }

  /**
   * A worker has come. Of a model that is there already only the capacity grows: it stays cold if
   * the first worker that brought it had it cold.
   *
   * @param capacities of a model that is repeated the last entry counts
   * @throws InputError (`POOL_WORKER`) for a capacity that is not a whole number
   */
  add(capacities: readonly AIModelCapacity[]): void {
    capacities.forEach(checkModelCapacity);
    for (const { capability, model, capacity, warm = false } of lastOfEach(capacities)) {
      let models = this.#models.get(capability);
      if (models === undefined) {
        models = new Map();
        this.#models.set(capability, models);
      }
      const known = models.get(model);
      if (known === undefined) models.set(model, { warm, capacity });
      else known.capacity += capacity;
    }
  }

  /** A worker has gone, with what it had when it came; models without capacity go too. */
  remove(capacities: readonly AIModelCapacity[]): void {
    for (const { capability, model, capacity } of lastOfEach(capacities)) {
      const models = this.#models.get(capability);
      const known = models?.get(model);
      if (models === undefined || known === undefined) continue;
      known.capacity -= capacity;
      if (known.capacity <= 0) models.delete(model);
    }
  }

  /**
   * Takes one unit of a model.
   *
   * @returns false if there is none
   */
  reserve(capability: number, model: string): boolean {
    const known = this.#models.get(capability)?.get(model);
    if (known === undefined || known.capacity <= 0) return false;
    known.capacity -= 1;
    return true;
  }

  /** Gives one unit back, if the model is still there, without an upper limit. */
  release(capability: number, model: string): void {
    const known = this.#models.get(capability)?.get(model);
    if (known !== undefined) known.capacity += 1;
  }
}

/** A worker tells a map of models, in which each is once: the last entry of each counts. */
function lastOfEach(capacities: readonly AIModelCapacity[]): Iterable<AIModelCapacity> {
  return new Map(
    capacities.map((one) => [JSON.stringify([one.capability, one.model]), one] as const),
  ).values();
}
