/**
 * Which remote worker gets an AI job: go-livepeer's manager of AI workers, quirks included
 * (A-56 … A-60, E-19). A pure core. Choice is first fit in order of registration.
 */
import { invariant } from "../../../core/errors.js";
import { pipelineToCapability } from "../../../discovery/capability.js";
import { type AIModelCapacity, checkModelCapacity } from "./capacities.js";

/** `no workers available`: the list is empty. */
export const NO_AI_WORKERS = -1;
/** `no workers can process job requested`: nobody has room for the model. */
export const NO_CAPABLE_AI_WORKERS = -2;
/** The node has dead-locked: it chooses and completes nothing any more. */
export const AI_WORKERS_DEADLOCKED = -3;

/** The errors by their numbers, as gateways read them. */
export const AI_WORKER_ERRORS: ReadonlyMap<number, string> = new Map([
  [NO_AI_WORKERS, "no workers available"],
  [NO_CAPABLE_AI_WORKERS, "no workers can process job requested"],
]);

/** A worker that registers. */
export interface AIWorkerRegistration {
  /** `ip:port` that it connects from: workers with the same text share completions. */
  readonly address: string;
  /** What it serves; of a model that is repeated the last entry counts. */
  readonly capacities: readonly AIModelCapacity[];
}

/** How a manager of AI workers is made. */
export interface RemoteAIWorkerManagerOptions {
  /**
   * Whether capacity leaks as in go-livepeer (A-57, A-58, E-19): each pass of a choice takes a unit
   * of the first worker that fits, also for a job that has a worker already. `none`: only the worker
   * that gets the job loses one. @default go-livepeer
   */
  readonly leak?: "go-livepeer" | "none" | undefined;
  /**
   * What a second choice for a job does whose worker has disconnected. `recover`: the job is
   * completed, as was meant, and gets another worker. `hang`: the manager does nothing any more, as
   * go-livepeer's. @default recover
   */
  readonly deadWorker?: "recover" | "hang" | undefined;
  /**
   * Not go-livepeer: whether a worker may be given the request, of this kind of job (admission
   * policies, `AIAdmission`); the request is −1 where only capacity is asked for, so that a node
   * whose workers may not serve says `insufficient capacity`, for which gateways suspend nobody
   * . @default any may
   */
  readonly mayServe?: ((worker: number, request: number, job: number) => boolean) | undefined;
}

/** The request of a capacity check, which is none. */
const CAPACITY_CHECK = -1;

interface Worker {
  readonly handle: number;
  readonly address: string;
  live: boolean;
  /** Units left, by job. */
  readonly capacity: Map<number, number>;
}

/**
 * The AI workers of one node. Workers and jobs are small integers that the manager gives, requests
 * the caller's own.
 */
export class RemoteAIWorkerManager {
  readonly #leaks: boolean;
  readonly #hangs: boolean;
  readonly #mayServe: ((worker: number, request: number, job: number) => boolean) | undefined;
  /** Those of the list, by handle. */
  readonly #workers = new Map<number, Worker>();
  readonly #jobs = new Map<number, Map<string, number>>();
  readonly #jobNames: { readonly capability: number; readonly model: string }[] = [];
  readonly #requests = new Map<number, Worker>();
  #registrations = 0;
  #isDeadlocked = false;

  constructor(options: RemoteAIWorkerManagerOptions = {}) {
    this.#leaks = options.leak !== "none";
    this.#hangs = options.deadWorker === "hang";
    this.#mayServe = options.mayServe;
  }

  /** Whether it has dead-locked. */
  get isDeadlocked(): boolean {
    return this.#isDeadlocked;
  }

  /** The workers of the list, in order of registration; those that have gone among them. */
  get order(): readonly number[] {
    return [...this.#workers.keys()];
  }

  /** Request to worker, in order of choice. */
  get requests(): ReadonlyMap<number, number> {
    return new Map([...this.#requests].map(([request, { handle }]) => [request, handle]));
  }

  /**
   * Handle of a kind of job, to be kept: the manager remembers every one. What a request names is
   * looked up by {@link knownJob} or {@link jobOf}.
   */
  job(capability: number, model: string): number {
    let models = this.#jobs.get(capability);
    if (models === undefined) {
      models = new Map();
      this.#jobs.set(capability, models);
    }
    let job = models.get(model);
    if (job === undefined) {
      job = this.#jobNames.length;
      models.set(model, job);
      this.#jobNames.push({ capability, model });
    }
    return job;
  }

  /** Handle of a kind of job if there is one: if not, no worker ever served it. */
  knownJob(capability: number, model: string): number | undefined {
    return this.#jobs.get(capability)?.get(model);
  }

  /** {@link knownJob} of a pipeline by its name (K-5); undefined also for an unknown pipeline. */
  jobOf(pipeline: string, model: string): number | undefined {
    const capability = pipelineToCapability(pipeline);
    return capability === undefined ? undefined : this.knownJob(capability, model);
  }

  /**
   * What a handle of {@link job} stands for.
   *
   * @throws InvariantError for a handle that it never gave
   */
  jobName(job: number): { readonly capability: number; readonly model: string } {
    const name = this.#jobNames[job];
    invariant(name !== undefined, "the handle of a job is the manager's");
    return name;
  }

  /**
   * A worker connects: it goes to the end of the list.
   *
   * @throws InputError (`POOL_WORKER`) for a capacity that is not a whole number
   * @returns its handle; one that reconnects is a new worker
   */
  register({ address, capacities }: AIWorkerRegistration): number {
    capacities.forEach(checkModelCapacity);
    const capacity = new Map<number, number>();
    for (const one of capacities) capacity.set(this.job(one.capability, one.model), one.capacity);
    const handle = this.#registrations++;
    this.#workers.set(handle, { handle, address, live: true, capacity });
    return handle;
  }

  /**
   * A worker's stream has ended: it is not live any more, but stays in the list, with its capacity,
   * until a choice runs into it.
   *
   * @returns false if it was not live
   */
  disconnect(worker: number): boolean {
    const known = this.#workers.get(worker);
    if (known === undefined || !known.live) return false;
    known.live = false;
    return true;
  }

  /** Whether the worker is connected. */
  isLive(worker: number): boolean {
    return this.#workers.get(worker)?.live ?? false;
  }

  /** What the worker has left: units by capability and model, in order of registration. */
  capacities(worker: number): readonly AIModelCapacity[] {
    const left: AIModelCapacity[] = [];
    for (const [job, capacity] of this.#workers.get(worker)?.capacity ?? []) {
      const name = this.#jobNames[job];
      if (name !== undefined) left.push({ ...name, capacity });
    }
    return left;
  }

  /**
   * The worker for a request.
   *
   * @param request the caller's number for it
   * @param job see {@link job}; undefined = one that no worker ever served
   * @returns its handle, or {@link NO_AI_WORKERS}, {@link NO_CAPABLE_AI_WORKERS},
   *   {@link AI_WORKERS_DEADLOCKED}
   */
  select(request: number, job: number | undefined): number {
    for (;;) {
      if (this.#isDeadlocked) return AI_WORKERS_DEADLOCKED;
      if (this.#workers.size === 0) return NO_AI_WORKERS;
      const stored = this.#requests.get(request);
      if (!this.#leaks && stored?.live === true) return stored.handle;
      const found = job === undefined ? undefined : this.#firstFit(request, job);
      if (found === undefined || job === undefined) return NO_CAPABLE_AI_WORKERS;
      if (this.#leaks) add(found, job, -1);
      const worker = stored ?? found;
      if (worker.live) {
        if (stored === undefined) this.#requests.set(request, worker);
        if (!this.#leaks) add(worker, job, -1);
        return worker.handle;
      }
      if (stored !== undefined && this.#hangs) {
        this.#isDeadlocked = true;
        continue;
      }
      if (stored !== undefined) this.complete(request, job);
      this.#workers.delete(worker.handle);
    }
  }

  /**
   * A request is done with its worker: a unit goes back to every worker of the list at the
   * same address that has the model, whether it was taken there or not; with the option `leak`
   * `none`, to its own worker.
   */
  complete(request: number, job: number | undefined): void {
    const stored = this.#requests.get(request);
    if (stored === undefined || this.#isDeadlocked) return;
    this.#requests.delete(request);
    if (job === undefined) return;
    for (const worker of this.#workers.values()) {
      const gets = this.#leaks ? worker.address === stored.address : worker === stored;
      if (gets) add(worker, job, 1);
    }
  }

  /** Whether a worker of the list, live or not, has room for the job. */
  hasCapacity(job: number | undefined): boolean {
    if (job === undefined) return false;
    return this.#firstFit(CAPACITY_CHECK, job) !== undefined;
  }

  #firstFit(request: number, job: number): Worker | undefined {
    const mayServe = this.#mayServe;
    for (const worker of this.#workers.values()) {
      if (left(worker, job) <= 0) continue;
      if (mayServe === undefined || mayServe(worker.handle, request, job)) return worker;
    }
    return undefined;
  }
}

function left({ capacity }: Worker, job: number): number {
  return capacity.get(job) ?? 0;
}

function add({ capacity }: Worker, job: number, units: number): void {
  const before = capacity.get(job);
  if (before !== undefined) capacity.set(job, before + units);
}
