/** Whether an orchestrator takes an AI request, and what it gives back when that ends. */
import { CAPABILITY_LIVE_VIDEO } from "../../../selection/ai/pipelines.js";
import type { AINodeCapacity } from "./capacities.js";
import type { RemoteAIWorkerManager } from "./worker-manager.js";

/** How a capacity check is made. */
export interface AICapacityCheckOptions {
  /** What the node advertises. */
  readonly node: AINodeCapacity;
  /** Its remote workers. */
  readonly workers: RemoteAIWorkerManager;
  /**
   * Whether giving back after a job of a remote worker adds a unit that was never taken, so that the
   * advertised capacity grows by one with each batch request. @default go-livepeer
   */
  readonly leak?: "go-livepeer" | "none" | undefined;
}

/** A request that was let in. */
export interface AIReservation {
  /** Number of the pipeline's capability. */
  readonly capability: number;
  /** Id of the model. */
  readonly model: string;
  /** Whether the node's own worker does it. */
  readonly local: boolean;
}

/** Checks capacity for requests. */
export class AICapacityCheck {
  readonly #node: AINodeCapacity;
  readonly #workers: RemoteAIWorkerManager;
  readonly #leaks: boolean;

  constructor({ node, workers, leak }: AICapacityCheckOptions) {
    this.#node = node;
    this.#workers = workers;
    this.#leaks = leak !== "none";
  }

  /**
   * Lets a request in, or not: the node's own worker has room, which a batch request takes, or
   * any remote worker in the list has.
   *
   * @param job `capability` undefined = an unknown pipeline
   * @param hasLiveCapacity whether the node's own worker has room for live video; it is asked itself,
   *   and nothing is taken. @default it has not
   */
  check(
    job: { readonly [Key in keyof AIReservation]: AIReservation[Key] | undefined },
    hasLiveCapacity = false,
  ): boolean {
    const { capability, model = "", local = false } = job;
    if (capability === undefined) return false;
    if (!local) return this.#workers.hasCapacity(this.#workers.knownJob(capability, model));
    if (capability === CAPABILITY_LIVE_VIDEO) return hasLiveCapacity;
    return this.#node.reserve(capability, model);
  }

  /** A batch request that was let in has ended. */
  release({ capability, model, local }: AIReservation): void {
    if (capability === CAPABILITY_LIVE_VIDEO) return;
    if (local || this.#leaks) this.#node.release(capability, model);
  }
}

/** Containers of live video. */
export interface LiveContainers {
  /** Those that wait for a stream. */
  readonly idle: number;
  /** Those that have one. */
  readonly inUse: number;
}

/**
 * What an orchestrator's answer says of a live model.
 *
 * @returns `capacity` and `capacityInUse` of the model's constraint
 */
export function liveCapacity({ idle, inUse }: LiveContainers): {
  readonly capacity: number;
  readonly capacityInUse: number;
} {
  return { capacity: idle, capacityInUse: inUse };
}
