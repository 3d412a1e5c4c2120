/** remote_transcoders.json: traces of the manager that gives sessions to remote workers. */
import { bitString, Interner } from "poolsim/discovery";
import { NO_CAPABLE_TRANSCODERS, RemoteTranscoderManager } from "poolsim/pool";
import { expect } from "vitest";
import {
  compareTrace,
  type Driver,
  isPanic,
  type Outcome,
  type Panic,
  unknownKind,
  type VectorCase,
} from "../driver.js";
import type { Maybe } from "../json.js";

type Op =
  | {
      readonly op: "register";
      readonly id: string;
      readonly capacity: number;
      readonly caps?: Maybe<readonly number[]>;
      readonly version?: Maybe<string>;
      readonly initialLoad?: Maybe<number>;
    }
  | {
      readonly op: "select";
      readonly session: string;
      readonly caps?: Maybe<readonly number[]>;
      readonly minVersion?: Maybe<string>;
    }
  | { readonly op: "complete"; readonly session: string }
  | { readonly op: "disconnect"; readonly id: string };

interface Selected {
  readonly transcoder: string | null;
  readonly error: string | null;
}

interface Step {
  readonly result: Selected | Panic | null;
  readonly order: Maybe<readonly string[]>;
  readonly loads: Maybe<Readonly<Record<string, number>>>;
  readonly live: Maybe<readonly string[]>;
  readonly sessions: Maybe<Readonly<Record<string, string>>>;
}

/** What is seen of a manager between operations. */
interface State {
  readonly order: readonly string[];
  readonly loads: Readonly<Record<string, number>>;
  readonly live: readonly string[];
  readonly sessions: Readonly<Record<string, string>>;
}

interface In {
  readonly group: string;
  readonly ops: Maybe<readonly Op[]>;
}

type Out = { readonly steps: Maybe<readonly (Step | Panic)[]> } | Panic;

/** A manager, and the names that the trace gives to workers and sessions. */
class Trace {
  readonly #manager = new RemoteTranscoderManager();
  readonly #sessions = new Interner();
  readonly #ids = new Map<number, string>();

  run(op: Op): Selected | null {
    const manager = this.#manager;
    switch (op.op) {
      case "register": {
        const worker = manager.register({
          capacity: op.capacity,
          capabilities: op.caps
            ? { bitstring: bitString(op.caps), version: op.version ?? "" }
            : null,
        });
        this.#ids.set(worker, op.id);
        const { initialLoad = null } = op;
        if (initialLoad !== null) manager.setLoad(worker, initialLoad);
        return null;
      }
      case "select": {
        const { caps, minVersion } = op;
        const job = manager.job(
          caps ? { bitstring: bitString(caps), minVersion: minVersion ?? "" } : null,
        );
        const worker = manager.select(this.#sessions.handle(op.session), job);
        if (worker >= 0) return { transcoder: this.#id(worker), error: null };
        const error =
          worker === NO_CAPABLE_TRANSCODERS
            ? "no transcoders can provide requested capabilities"
            : "no transcoders available";
        return { transcoder: null, error };
      }
      case "complete":
        manager.complete(this.#sessions.handle(op.session));
        return null;
      case "disconnect":
        for (const [worker, id] of this.#ids) if (id === op.id) manager.disconnect(worker);
        return null;
      default:
        return unknownKind(JSON.stringify(op));
    }
  }

  state(): State {
    const manager = this.#manager;
    const sessions = Array.from({ length: this.#sessions.size }, (_, session) => session)
      .filter((session) => manager.workerOf(session) >= 0)
      .map((session) => [this.#sessions.text(session), this.#id(manager.workerOf(session))]);
    const order = manager.order().map((worker) => this.#id(worker));
    const workers = [...this.#ids];
    // Recorded are the loads of workers in the list and of those that still hold a session.
    const shown = new Set([...order, ...sessions.map(([, id]) => id)]);
    return {
      order,
      loads: Object.fromEntries(
        workers.filter(([, id]) => shown.has(id)).map(([worker, id]) => [id, manager.load(worker)]),
      ),
      live: workers
        .filter(([worker]) => manager.isLive(worker))
        .map(([, id]) => id)
        .sort(),
      sessions: Object.fromEntries(sessions),
    };
  }

  /** What holds whatever the order of equal load factors is. */
  expectSound(): void {
    const { order, sessions } = this.state();
    expect(new Set(order).size).toBe(order.length);
    for (const [worker, id] of this.#ids) {
      const mapped = Object.values(sessions).filter((mappedTo) => mappedTo === id).length;
      expect(mapped).toBeLessThanOrEqual(this.#manager.load(worker));
    }
  }

  #id(worker: number): string {
    return this.#ids.get(worker) ?? `unknown worker ${worker}`;
  }
}

export const outcome: Outcome = ({ ops }: In) => {
  const trace = new Trace();
  return { steps: (ops ?? []).map((op) => ({ result: trace.run(op), ...trace.state() })) };
};

export const driver: Driver = ({ in: { group, ops }, out }: VectorCase<In, Out>) => {
  const trace = new Trace();
  const isBinding = !group.endsWith("ImplementationSpecific");
  let crashed = false;
  const run = (op: Op) => ({ result: trace.run(op), ...trace.state() });
  compareTrace(ops ?? [], out, run, (actual, step: Step, index) => {
    // A crash: comparing a job with a worker that sent no capabilities. Here it just does not fit.
    crashed ||= isPanic(step.result);
    if (!isBinding) trace.expectSound();
    else if (!crashed) expect(actual, `step ${index}`).toEqual(withEmpty(step));
  });
};

/** Nil lists and maps are empty. */
function withEmpty({ result, order, loads, live, sessions }: Step): unknown {
  return {
    result,
    order: order ?? [],
    loads: loads ?? {},
    live: live ?? [],
    sessions: sessions ?? {},
  };
}
