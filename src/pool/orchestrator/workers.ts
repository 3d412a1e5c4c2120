/**
 * Which worker gets a session's segments: go-livepeer's manager of remote transcoders, quirks
 * included (O-13 … O-20). A pure core. Choosing for a session that has a worker already, which is
 * what happens at nearly every segment, is one look-up.
 */
import { InputError, invariant } from "../../core/errors.js";
import { copyInto } from "../../core/typed-lists.js";
import {
  bitStringCompatible,
  type Capabilities,
  type JobCapabilities,
} from "../../discovery/capabilities.js";
import { versionCompatible } from "../../discovery/version.js";
import { WorkerOrder } from "./worker-order.js";

/** `no transcoders available` (O-16): nobody, or the one that would be chosen is full. */
export const NO_TRANSCODERS_AVAILABLE = -1;
/** `no transcoders can provide requested capabilities` (O-16). */
export const NO_CAPABLE_TRANSCODERS = -2;
/** The job without capabilities: any worker can do it. */
export const ANY_JOB = 0;

/** What a job asks of a worker: bits and least version, nothing else (O-16). */
export type WorkerJob = Pick<JobCapabilities, "bitstring" | "minVersion">;
/** What a worker says it can do. */
export type WorkerCapabilities = Pick<Capabilities, "bitstring" | "version">;

/** A registration as the manager sees it. */
export interface WorkerRegistration {
  /**
   * Sessions at a time: the worker's `-maxSessions`, or less if the pool's policy says so. The
   * manager takes any whole number, as go-livepeer's does: `checkRegistration` refuses 0 (O-13).
   */
  readonly capacity: number;
  /**
   * null fits only {@link ANY_JOB}: the node itself would crash on comparing. The edge fills in the
   * default set (O-13) before it gets here.
   */
  readonly capabilities: WorkerCapabilities | null;
  /**
   * Not go-livepeer: workers of a higher tier (whole number) get sessions only when all of the
   * lower ones are full. Read only with the manager's option `tiers`. @default 0
   */
  readonly tier?: number | undefined;
  /** Whoever registers, in the caller's numbering, to be asked back by `identity`. @default -1 */
  readonly identity?: number | undefined;
}

/** How a manager of workers is made. */
export interface RemoteTranscoderManagerOptions {
  /** Not go-livepeer: sort by tier ahead of the load factor. @default false */
  readonly tiers?: boolean | undefined;
  /**
   * Not go-livepeer: whether a worker may be given the session (admission policies). Asked only
   * when a session needs a worker, not at its further segments.
   */
  readonly mayServe?: ((worker: number, session: number) => boolean) | undefined;
}

const UNKNOWN = 0;
const FITS = 1;

/** A full worker sorts ahead of every tier: it can take no session anyway. */
const FULL_TIER = 1e9;

/**
 * The workers of one orchestrator node. Workers, sessions and jobs are small integers: a worker's
 * is given at registration, a session's is the caller's (dense: see `sessionSlot`), a job's is
 * given by {@link job}.
 */
export class RemoteTranscoderManager {
  readonly #tiers: boolean;
  readonly #mayServe: ((worker: number, session: number) => boolean) | undefined;
  readonly #order = new WorkerOrder();
  readonly #free: number[] = [];
  #workers = 0;
  #liveCapacity = 0;

  /** Per worker. */
  #live = new Uint8Array(16);
  #load = new Float64Array(16);
  #capacity = new Float64Array(16);
  #tier = new Int32Array(16);
  #mapped = new Int32Array(16);
  #identity = new Int32Array(16).fill(-1);
  /** undefined: the handle is not in use. */
  readonly #capabilities: (WorkerCapabilities | null | undefined)[] = [];

  /** Per session: its worker, −1 for none. */
  #worker = new Int32Array(64).fill(-1);

  readonly #jobs: (WorkerJob | null)[] = [null];
  /** Per job and worker: not compared yet, fits, does not. */
  readonly #fits: Uint8Array[] = [new Uint8Array(16).fill(FITS)];

  constructor(options: RemoteTranscoderManagerOptions = {}) {
    this.#tiers = options.tiers ?? false;
    this.#mayServe = options.mayServe;
  }

  /** A handle for a kind of job, to be kept: every call makes a new one. */
  job(job: WorkerJob | null): number {
    if (job === null) return ANY_JOB;
    this.#jobs.push(job);
    this.#fits.push(new Uint8Array(this.#live.length));
    return this.#jobs.length - 1;
  }

  /**
   * A worker connects: it is live and goes to the end of the list, which is then sorted (O-15).
   * What the node refuses (O-13) is for `checkRegistration` to say before.
   *
   * @throws InputError (`POOL_WORKER`) for a capacity or tier that is not a whole number
   * @returns the worker's handle. One that reconnects is a new worker.
   */
  register(registration: WorkerRegistration): number {
    const { capacity, capabilities, tier = 0, identity = -1 } = registration;
    checkCapacity(capacity);
    checkTier(tier);
    const worker = this.#free.pop() ?? this.#workers++;
    if (worker >= this.#live.length) this.#grow();
    this.#live[worker] = 1;
    this.#load[worker] = 0;
    this.#capacity[worker] = capacity;
    this.#tier[worker] = tier;
    this.#mapped[worker] = 0;
    this.#identity[worker] = identity;
    this.#capabilities[worker] = capabilities;
    for (let job = 1; job < this.#fits.length; job++) this.#fitsOf(job)[worker] = UNKNOWN;
    this.#liveCapacity += capacity;
    this.#order.append(worker, this.#key(worker));
    return worker;
  }

  /**
   * A worker's stream ended: it is not live any more, but stays in the list until a selection
   * trips over it, and keeps its sessions until they are released (O-17).
   *
   * @returns false if it was not live
   */
  disconnect(worker: number): boolean {
    if (!this.isLive(worker)) return false;
    this.#live[worker] = 0;
    this.#liveCapacity -= this.capacity(worker);
    return true;
  }

  /**
   * The worker for a session's next segment (O-16).
   *
   * @param session the caller's number for the session
   * @param job handle given by {@link RemoteTranscoderManager.job}
   * @returns a worker, {@link NO_TRANSCODERS_AVAILABLE} or {@link NO_CAPABLE_TRANSCODERS}
   */
  select(session: number, job: number): number {
    const worker = this.workerOf(session);
    // Somebody compatible exists if the session's own worker is: no need to scan for one.
    if (worker >= 0 && this.#live[worker] === 1 && this.#compatible(job, worker)) return worker;
    return this.#selectByScan(session, job);
  }

  /**
   * Releases the session's worker: its load falls by one and the list is sorted. Due when a
   * segment ended in any error (O-19) and when the session ends (O-20). A no-op without a worker.
   */
  complete(session: number): void {
    const worker = this.workerOf(session);
    if (worker < 0) return;
    this.#unmap(session, worker);
    this.#load[worker] = this.load(worker) - 1;
    this.#order.update(worker, this.#key(worker));
  }

  /** The session's worker, live or not; −1 for none. */
  workerOf(session: number): number {
    return this.#worker[session] ?? -1;
  }

  /** Whether the worker's stream is open (O-17). */
  isLive(worker: number): boolean {
    return this.#live[worker] === 1;
  }

  /** Sessions that the node counts on this worker. */
  load(worker: number): number {
    return this.#load[worker] ?? 0;
  }

  /** The sessions that a worker offers. */
  capacity(worker: number): number {
    return this.#capacity[worker] ?? 0;
  }

  /** What the registration said, −1 if nothing. */
  identity(worker: number): number {
    return this.#identity[worker] ?? -1;
  }

  /** Capacity of all live workers together (O-7). */
  get liveCapacity(): number {
    return this.#liveCapacity;
  }

  /** Length of the list, dead workers that nobody tripped over included (O-17). */
  get listed(): number {
    return this.#order.size;
  }

  /** The list: highest load factor first, searched from the end (O-15). For inspection. */
  order(): number[] {
    return Array.from({ length: this.#order.size }, (_, index) => this.#order.at(index));
  }

  /** Not go-livepeer: moves a worker to another tier and sorts. */
  setTier(worker: number, tier: number): void {
    checkTier(tier);
    if (!this.#tiers || this.#tier[worker] === tier) return;
    this.#tier[worker] = tier;
    this.#order.update(worker, this.#key(worker));
  }

  /**
   * Sets a worker's load without sorting: the list is out of order until the next registration,
   * assignment or release. To start from a given state.
   */
  setLoad(worker: number, load: number): void {
    this.#load[worker] = load;
    this.#order.setKey(worker, this.#key(worker));
  }

  /**
   * Gives a dead worker's handle back once nothing refers to it: neither the list nor a session.
   * For callers that run long: until then, or without a call, the handle is never used again.
   *
   * @returns whether the handle may now be given to another worker
   */
  forget(worker: number): boolean {
    if (this.isLive(worker) || this.#order.has(worker)) return false;
    if ((this.#mapped[worker] ?? 0) > 0 || this.#capabilities[worker] === undefined) return false;
    this.#capabilities[worker] = undefined;
    this.#free.push(worker);
    return true;
  }

  #selectByScan(session: number, job: number): number {
    while (this.#order.size > 0) {
      const found = this.#scan(session, job);
      const mapped = this.workerOf(session);
      if (found < 0) return found;
      const worker = mapped >= 0 ? mapped : found;
      if (!this.isLive(worker)) {
        this.complete(session);
        this.#order.remove(worker);
        continue;
      }
      if (mapped >= 0) return worker;
      if (this.load(worker) === this.capacity(worker)) return NO_TRANSCODERS_AVAILABLE;
      this.#map(session, worker);
      this.#load[worker] = this.load(worker) + 1;
      this.#order.update(worker, this.#key(worker));
      return worker;
    }
    return NO_TRANSCODERS_AVAILABLE;
  }

  /** The least loaded compatible worker, dead ones included; with a policy, that may serve. */
  #scan(session: number, job: number): number {
    const mapped = this.workerOf(session) >= 0;
    let refused = NO_CAPABLE_TRANSCODERS;
    for (let index = this.#order.size - 1; index >= 0; index--) {
      const worker = this.#order.at(index);
      if (!this.#compatible(job, worker)) continue;
      if (mapped || this.#mayServe === undefined || !this.isLive(worker)) return worker;
      if (this.#mayServe(worker, session)) return worker;
      refused = NO_TRANSCODERS_AVAILABLE;
    }
    return refused;
  }

  #compatible(job: number, worker: number): boolean {
    const known = this.#fits[job]?.[worker] ?? UNKNOWN;
    return known === UNKNOWN ? this.#compare(job, worker) : known === FITS;
  }

  #compare(job: number, worker: number): boolean {
    const wanted = this.#jobs[job];
    invariant(wanted !== undefined && wanted !== null, `${job} is not a handle of a job`);
    const offered = this.#capabilities[worker] ?? null;
    const fits =
      offered !== null &&
      versionCompatible(wanted.minVersion, offered.version) &&
      bitStringCompatible(wanted.bitstring, offered.bitstring);
    this.#fitsOf(job)[worker] = fits ? FITS : 2;
    return fits;
  }

  #fitsOf(job: number): Uint8Array {
    const fits = this.#fits[job];
    invariant(fits !== undefined, `${job} is not a handle of a job`);
    return fits;
  }

  /** What the list is sorted by: the load factor (O-15); the tier ahead of it if asked for. */
  #key(worker: number): number {
    const factor = this.load(worker) / this.capacity(worker);
    if (!this.#tiers) return factor;
    return factor >= 1 ? FULL_TIER + factor : (this.#tier[worker] ?? 0) + factor;
  }

  #map(session: number, worker: number): void {
    if (session >= this.#worker.length) {
      const length = Math.max(session + 1, this.#worker.length * 2);
      this.#worker = copyInto(new Int32Array(length).fill(-1), this.#worker);
    }
    this.#worker[session] = worker;
    this.#mapped[worker] = (this.#mapped[worker] ?? 0) + 1;
  }

  #unmap(session: number, worker: number): void {
    this.#worker[session] = -1;
    this.#mapped[worker] = (this.#mapped[worker] ?? 0) - 1;
  }

  #grow(): void {
    const length = this.#live.length * 2;
    this.#live = copyInto(new Uint8Array(length), this.#live);
    this.#load = copyInto(new Float64Array(length), this.#load);
    this.#capacity = copyInto(new Float64Array(length), this.#capacity);
    this.#tier = copyInto(new Int32Array(length), this.#tier);
    this.#mapped = copyInto(new Int32Array(length), this.#mapped);
    this.#identity = copyInto(new Int32Array(length).fill(-1), this.#identity);
    for (const [job, fits] of this.#fits.entries()) {
      this.#fits[job] = copyInto(new Uint8Array(length).fill(job === ANY_JOB ? FITS : 0), fits);
    }
  }
}

function checkCapacity(capacity: number): void {
  if (Number.isSafeInteger(capacity)) return;
  throw new InputError(`a worker's capacity must be a whole number, not ${capacity}`, {
    code: "POOL_WORKER",
  });
}

function checkTier(tier: number): void {
  if (Number.isInteger(tier) && tier >= 0 && tier < FULL_TIER) return;
  throw new InputError(`a worker's tier must be a whole number from 0, not ${tier}`, {
    code: "POOL_WORKER",
  });
}
