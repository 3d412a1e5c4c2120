/** A node's AI side: what it advertises, its workers' manager, and whether it takes a request. */

import type { ModelState } from "../../discovery/model-state.js";
import { AIAdmission } from "../../pool/orchestrator/ai/admission.js";
import { AINodeCapacity } from "../../pool/orchestrator/ai/capacities.js";
import { AICapacityCheck, type AIReservation } from "../../pool/orchestrator/ai/capacity-check.js";
import { RemoteAIWorkerManager } from "../../pool/orchestrator/ai/worker-manager.js";
import type { Scenario } from "../scenario/schema.js";
import type { AIJobSpec, AIKind, AIPlace } from "./ai-world.js";

type Settings = NonNullable<NonNullable<Scenario["orchestrator"]>["ai"]>;

/** What a node is made of. */
export interface AINodeParts {
  readonly place: AIPlace;
  readonly kinds: readonly AIKind[];
  /** Of the pool; undefined: as go-livepeer. */
  readonly settings: Settings | undefined;
  /** The worker behind a handle of the manager, by its index. */
  readonly workerOf: (handle: number) => number;
  readonly now: () => number;
  /** Whether a worker may only help out now (`admission.tier`). */
  readonly mustWait: (worker: number, kind: number) => boolean;
}

/** One node; a restart begins it anew. */
export class AINode {
  readonly spec: AIPlace;
  /** Whether it does its jobs itself, measured as a whole. */
  readonly isLocal: boolean;
  capacity: AINodeCapacity;
  manager: RemoteAIWorkerManager;
  check: AICapacityCheck;
  /** Judges the workers; null where nobody does. */
  readonly admission: AIAdmission | null;
  /** By kind: live streams under way. */
  readonly liveInUse: Int32Array;
  /** By kind: when a model of the node's own was loaded, ms; Infinity: it is not. */
  readonly loadedMs: Float64Array;
  /** By kind: what is asked of the check. */
  readonly reservations: readonly AIReservation[];
  readonly #parts: AINodeParts;

  constructor(parts: AINodeParts) {
    const { place, kinds, settings } = parts;
    this.#parts = parts;
    this.spec = place;
    this.isLocal = place.own !== null;
    this.liveInUse = new Int32Array(kinds.length);
    this.loadedMs = new Float64Array(kinds.length);
    this.reservations = kinds.map(({ pipeline, model }) => ({
      capability: pipeline.capability,
      model,
      local: place.own !== null,
    }));
    this.admission = admissionOf(settings, kinds);
    [this.capacity, this.manager, this.check] = this.#begin();
  }

  /** Its process begins anew: it knows no worker any more. */
  restarts(): void {
    this.liveInUse.fill(0);
    [this.capacity, this.manager, this.check] = this.#begin();
  }

  /** How a model stands in its answers. */
  modelState({ pipeline, model }: AIJobSpec): ModelState {
    const models = this.capacity.models.get(pipeline.capability);
    if (models === undefined || models.size === 0) return "noCapability";
    const known = models.get(model);
    if (known === undefined) return "otherModel";
    return known.warm ? "warm" : "cold";
  }

  /** Whether it has no container left for a live model. */
  isLiveCapped(job: AIJobSpec): boolean {
    const known = this.capacity.models.get(job.pipeline.capability)?.get(job.model);
    return known === undefined || this.liveInUse[job.index] === undefined
      ? true
      : known.capacity <= (this.liveInUse[job.index] ?? 0);
  }

  #begin(): [AINodeCapacity, RemoteAIWorkerManager, AICapacityCheck] {
    const { place, kinds, settings, workerOf, now, mustWait } = this.#parts;
    const { admission } = this;
    const capacity = new AINodeCapacity();
    const leak = settings?.capacityLeak ?? "go-livepeer";
    const manager = new RemoteAIWorkerManager({
      leak,
      mayServe: (handle, _request, kind) => {
        const worker = workerOf(handle);
        if (admission !== null && !admission.mayServe(worker, kind, now())) return false;
        return !mustWait(worker, kind);
      },
    });
    // Kinds are the manager's handles: in the same order in every process of the node.
    for (const { pipeline, model } of kinds) manager.job(pipeline.capability, model);
    this.loadedMs.fill(Number.POSITIVE_INFINITY);
    for (const [kind, serving] of (place.own ?? []).entries()) {
      const named = kinds[kind];
      if (serving === null || named === undefined) continue;
      const { capacity: units, warm } = serving;
      capacity.add([
        { capability: named.pipeline.capability, model: named.model, capacity: units, warm },
      ]);
      if (warm) this.loadedMs[kind] = 0;
    }
    return [capacity, manager, new AICapacityCheck({ node: capacity, workers: manager, leak })];
  }
}

function admissionOf(settings: Settings | undefined, kinds: readonly AIKind[]): AIAdmission | null {
  const admission = settings?.admission;
  if (admission === undefined) return null;
  const { limits, coolDown, ...rest } = admission;
  return new AIAdmission(
    {
      ...rest,
      leastJobs: Math.min(rest.leastJobs, rest.jobs),
      coolDownMs: coolDown,
      limits: limits.flatMap(({ pipeline, model, msPerUnit }) => {
        const named = kinds.find((kind) => kind.pipeline.name === pipeline);
        if (named === undefined) return [];
        const { capability } = named.pipeline;
        return [model === undefined ? { capability, msPerUnit } : { capability, model, msPerUnit }];
      }),
    },
    (kind) => {
      const named = kinds[kind];
      return { capability: named?.pipeline.capability ?? -1, model: named?.model ?? "" };
    },
  );
}
