/**
 * Workers of a node: which one a session's segment goes to (O-15, O-16). A session that has a worker is
 * one look-up, and a worker whose load changes moves to its place. The naive way does what go-livepeer's
 * manager does: it sorts all workers at each change, and goes through them for each segment.
 */
import { makeKey, uniform } from "../../src/core/random.js";
import { ANY_JOB, RemoteTranscoderManager } from "../../src/pool/orchestrator/workers.js";
import { type BenchOptions, compare, perCpuSecond, type Section } from "../shared/figures.js";

const WORKERS = 200;
const CAPACITY = 10;
const SESSIONS = 1_000;
const SEGMENTS = 10_000_000;
/** Segments until a session ends and another begins. */
const LENGTH = 20;

interface Chooses {
  select(session: number): number;
  complete(session: number): void;
}

class Manager implements Chooses {
  readonly #manager = new RemoteTranscoderManager();

  constructor() {
    for (let at = 0; at < WORKERS; at++) {
      this.#manager.register({ capacity: CAPACITY, capabilities: null });
    }
  }

  select(session: number): number {
    return this.#manager.select(session, ANY_JOB);
  }

  complete(session: number): void {
    this.#manager.complete(session);
  }
}

class SortedWorkers implements Chooses {
  readonly #workers = Array.from({ length: WORKERS }, (_, id) => ({ id, load: 0 }));
  readonly #sessions = new Map<number, { readonly id: number; load: number }>();

  select(session: number): number {
    const mapped = this.#sessions.get(session);
    const found = this.#workers.findLast(({ load }) => load < CAPACITY || mapped !== undefined);
    const worker = mapped ?? found;
    if (worker === undefined) return -1;
    if (mapped === undefined) {
      worker.load += 1;
      this.#sessions.set(session, worker);
      this.#sort();
    }
    return worker.id;
  }

  complete(session: number): void {
    const worker = this.#sessions.get(session);
    if (worker === undefined) return;
    worker.load -= 1;
    this.#sessions.delete(session);
    this.#sort();
  }

  #sort(): void {
    this.#workers.sort((a, b) => b.load / CAPACITY - a.load / CAPACITY);
  }
}

function measure(chooses: Chooses, segments: number): number {
  const { k0, k1 } = makeKey(4, 0);
  let served = 0;
  const rate = perCpuSecond(segments, () => {
    for (let at = 0; at < segments; at++) {
      const draw = uniform(k0, k1, at);
      const session = (draw * SESSIONS) | 0;
      if (chooses.select(session) >= 0) served += 1;
      if (at % LENGTH === 0) chooses.complete(session);
    }
  });
  if (served !== segments) throw new Error(`${served} of ${segments} segments had a worker`);
  return rate;
}

async function run(options: BenchOptions) {
  const segments = Math.ceil(SEGMENTS * options.scale);
  const few = Math.ceil(segments / 10);
  const pair = {
    name: `${WORKERS} workers, ${SESSIONS.toLocaleString("en")} sessions`,
    unit: "segments/CPU s",
    ours: () => measure(new Manager(), segments),
    peer: { name: "sorted list", measure: () => measure(new SortedWorkers(), few) },
  };
  return [await compare(pair, options)];
}

export const workers: Section = { name: "workers", title: "Workers of a node", run };
