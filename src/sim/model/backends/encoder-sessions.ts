/**
 * Encoder sessions of the workers' systems. A consumer card's driver allows so many at a time in the
 * whole machine, and each rendition of a session takes one, from its first segment at the worker
 * until the worker has the session no more.
 */
import type { NetworkTables } from "../../network/tables.js";
import { deviceOf } from "../world/work-times.js";
import type { WorkerSpec, World } from "../world/world.js";

/**
 * Encoder sessions that a worker's system allows at a time; null for any number.
 *
 * @throws InputError (`DEVICE_UNKNOWN`)
 */
export function encoderLimit({ settings }: WorkerSpec, tables: NetworkTables): number | null {
  const { encoderSessions = null, device } = settings;
  return encoderSessions === "driver" ? deviceOf(tables, device).encoderSessions : encoderSessions;
}

/** A machine with one or several workers. */
interface System {
  /** The least that one of its workers states. */
  limit: number;
  taken: number;
}

/** Who holds how many. @typeParam Session whatever a session is known by */
export class EncoderSessions<Session> {
  /** By worker; undefined where nothing is limited. */
  readonly #systems: readonly (System | undefined)[];
  readonly #held = new Map<Session, { readonly system: System; readonly count: number }>();

  private constructor(systems: readonly (System | undefined)[]) {
    this.#systems = systems;
  }

  /** Those of a scenario; null where no worker has a limit. */
  static of<Session>({ workers, tables }: World): EncoderSessions<Session> | null {
    const named = new Map<string, System>();
    const systems = workers.map((spec) => {
      const limit = encoderLimit(spec, tables) ?? Number.POSITIVE_INFINITY;
      const { system: name } = spec.settings;
      const known = name === undefined ? undefined : named.get(name);
      const system = known ?? { limit, taken: 0 };
      system.limit = Math.min(system.limit, limit);
      if (name !== undefined) named.set(name, system);
      return system;
    });
    const isLimited = systems.some(({ limit }) => limit < Number.POSITIVE_INFINITY);
    return isLimited ? new EncoderSessions(systems) : null;
  }

  /**
   * A session's segment begins at a worker.
   *
   * @param count its renditions
   * @returns false where the system has not so many left: it gets none, and the segment fails
   */
  take(worker: number, session: Session, count: number): boolean {
    const system = this.#systems[worker];
    if (system === undefined || this.#held.has(session)) return true;
    if (system.taken + count > system.limit) return false;
    system.taken += count;
    this.#held.set(session, { system, count });
    return true;
  }

  /** The worker has the session no more. */
  release(session: Session): void {
    const held = this.#held.get(session);
    if (held === undefined) return;
    held.system.taken -= held.count;
    this.#held.delete(session);
  }
}
