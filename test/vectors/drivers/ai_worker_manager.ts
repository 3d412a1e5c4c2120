/** ai_worker_manager.json: traces of a node with remote AI workers. */
import { Interner, pipelineToCapability } from "poolsim/discovery";
import {
  AI_WORKER_ERRORS,
  AI_WORKERS_DEADLOCKED,
  AICapacityCheck,
  type AIModelCapacity,
  AINodeCapacity,
  type AIReservation,
  RemoteAIWorkerManager,
} from "poolsim/pool";
import { expect } from "vitest";
import { LastState } from "../ai.js";
import {
  compareTrace,
  type Driver,
  isPanic,
  type Outcome,
  type Panic,
  survive,
  unknownKind,
  type VectorCase,
} from "../driver.js";
import type { Maybe } from "../json.js";

type Op =
  | {
      readonly op: "register";
      readonly id: string;
      readonly addr?: Maybe<string>;
      readonly caps?: Maybe<readonly (readonly [string, string, number])[]>;
    }
  | { readonly op: "disconnect"; readonly id: string }
  | {
      readonly op: "select" | "complete";
      readonly request: string;
      readonly pipeline: string;
      readonly model: string;
    }
  | { readonly op: "hasCapacity"; readonly pipeline: string; readonly model: string }
  | {
      readonly op: "check";
      readonly id: string;
      readonly pipeline: string;
      readonly model: string;
      readonly localWorker: boolean;
    }
  | { readonly op: "release"; readonly check: string };

interface In {
  readonly group: string;
  readonly ops: Maybe<readonly Op[]>;
}

interface Step {
  readonly state?: unknown;
  readonly worker?: Maybe<string>;
  readonly error?: Maybe<string>;
  readonly value?: Maybe<boolean>;
}

class Trace {
  readonly #node = new AINodeCapacity();
  readonly #manager: RemoteAIWorkerManager;
  readonly #check: AICapacityCheck;
  readonly #requests = new Interner();
  readonly #ids = new Map<number, string>();
  readonly #registered = new Map<number, readonly AIModelCapacity[]>();
  readonly #let = new Map<string, AIReservation>();

  constructor(deadWorker: "recover" | "hang") {
    this.#manager = new RemoteAIWorkerManager({ deadWorker });
    this.#check = new AICapacityCheck({ node: this.#node, workers: this.#manager });
  }

  run(op: Op): Step {
    const manager = this.#manager;
    switch (op.op) {
      case "register": {
        const capacities = (op.caps ?? []).flatMap(([pipeline, model, capacity]) => {
          const capability = pipelineToCapability(pipeline);
          return capability === undefined ? [] : [{ capability, model, capacity }];
        });
        const worker = manager.register({ address: op.addr ?? "", capacities });
        this.#node.add(capacities);
        this.#ids.set(worker, op.id);
        this.#registered.set(worker, capacities);
        return { state: this.#state() };
      }
      case "disconnect":
        for (const [worker, id] of this.#ids) {
          if (id === op.id && manager.disconnect(worker)) {
            this.#node.remove(this.#registered.get(worker) ?? []);
          }
        }
        return { state: this.#state() };
      case "select": {
        const job = manager.jobOf(op.pipeline, op.model);
        const worker = manager.select(this.#requests.handle(op.request), job);
        if (worker === AI_WORKERS_DEADLOCKED) return { error: "deadlock" };
        if (worker >= 0) return { worker: this.#id(worker), state: this.#state() };
        return {
          worker: null,
          error: AI_WORKER_ERRORS.get(worker) ?? "",
          state: this.#state(),
        };
      }
      case "complete": {
        const job = manager.jobOf(op.pipeline, op.model);
        manager.complete(this.#requests.handle(op.request), job);
        return { state: this.#state() };
      }
      case "hasCapacity":
        return { value: manager.hasCapacity(manager.jobOf(op.pipeline, op.model)) };
      case "check": {
        const { model, localWorker: local } = op;
        const capability = pipelineToCapability(op.pipeline);
        const value = this.#check.check({ capability, model, local });
        if (value && capability !== undefined) this.#let.set(op.id, { capability, model, local });
        return { value, state: this.#state() };
      }
      case "release": {
        const reservation = this.#let.get(op.check);
        if (reservation !== undefined) this.#check.release(reservation);
        return { state: this.#state() };
      }
      default:
        return unknownKind(JSON.stringify(op));
    }
  }

  #id(worker: number): string {
    return this.#ids.get(worker) ?? `unknown worker ${worker}`;
  }

  #state(): unknown {
    const manager = this.#manager;
    const live = [...this.#ids].filter(([worker]) => manager.isLive(worker)).map(([, id]) => id);
    const requests = [...manager.requests].map(
      ([request, worker]) => `${this.#requests.text(request)}=${this.#id(worker)}`,
    );
    const workers = manager.order.map(
      (worker) => `${this.#id(worker)}: ${listed(manager.capacities(worker))}`,
    );
    const node = [...this.#node.models].flatMap(([capability, models]) =>
      [...models].map(([model, { capacity }]) => ({ capability, model, capacity })),
    );
    return {
      live: live.sort().join(" "),
      requests: requests.sort().join(" "),
      workers: workers.join("; "),
      node: listed(node),
    };
  }
}

function listed(capacities: readonly AIModelCapacity[]): string {
  return capacities
    .map(({ capability, model, capacity }) => `${capability}/${model}=${capacity}`)
    .sort()
    .join(" ");
}

export const outcome: Outcome = ({ ops }: In) => {
  const trace = new Trace("recover");
  return { steps: (ops ?? []).map((op) => trace.run(op)) };
};

export const driver: Driver = ({
  in: given,
  out,
}: VectorCase<In, { readonly steps?: Maybe<readonly (Step | Panic)[]> }>) => {
  if (isPanic(out) && !("steps" in out)) {
    survive(() => outcome(given));
    return;
  }
  // Where go-livepeer dead-locks, this one can tell it, or go on.
  const hanging = new Trace("hang");
  const steps = (given.ops ?? []).map((op) => hanging.run(op));
  const locked = (out.steps ?? []).findIndex(
    (step) => isPanic(step) && step.message === "deadlock",
  );
  if (locked >= 0) expect(steps[locked]).toEqual({ error: "deadlock" });

  const trace = new Trace("recover");
  const last = new LastState();
  const run = (op: Op) => trace.run(op);
  compareTrace(given.ops ?? [], out, run, (actual, step: Step, index) => {
    expect(actual, `step ${index}`).toEqual(last.complete(step, actual as Step));
  });
};
