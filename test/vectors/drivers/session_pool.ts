/** session_pool.json: traces of one session pool whose clock and refreshes the trace drives. */
import { Interner, Suspender } from "poolsim/discovery";
import { MinLSSelector, Session, SessionPool, segmentDurationMs } from "poolsim/selection";
import { expect } from "vitest";
import { type Driver, unknownKind, type VectorCase } from "../driver.js";

type Op =
  | {
      readonly op: "refresh";
      readonly create: readonly string[] | null;
      readonly during?: readonly Op[];
    }
  | { readonly op: "select"; readonly n: number }
  | { readonly op: "push"; readonly id: string; readonly segDur: number }
  | { readonly op: "pop"; readonly id: string }
  | { readonly op: "complete"; readonly id: string; readonly latencyScore: number | null }
  | { readonly op: "remove"; readonly id: string }
  | { readonly op: "suspend" | "suspended"; readonly uri: string }
  | { readonly op: "advance"; readonly ms: number }
  | { readonly op: "cleanup" };

interface In {
  readonly poolSize: number;
  readonly numOrchs: number;
  readonly minLS: number;
  readonly ops: readonly Op[];
}

interface Step {
  readonly refreshRequests?: number;
  readonly during?: readonly Step[];
  readonly [key: string]: unknown;
}

class Trace {
  readonly #ids = new Interner();
  readonly #uris = new Interner();
  readonly #sessions = new Map<string, Session>();
  readonly #selector: MinLSSelector;
  readonly #suspender = new Suspender();
  readonly #pool: SessionPool;
  #nowMs = 0;
  #cleaned: string[] = [];

  constructor({ poolSize, numOrchs, minLS }: In) {
    this.#selector = new MinLSSelector({ minLS });
    const none = () => {};
    this.#pool = new SessionPool({
      poolSize,
      numOrchs,
      selector: this.#selector,
      suspender: this.#suspender,
      observer: {
        selected: none,
        swapped: none,
        cleared: none,
        orphaned: none,
        removed: (session) => this.#cleaned.push(this.#id(session)),
      },
    });
  }

  run(op: Op): Step {
    const pool = this.#pool;
    switch (op.op) {
      case "refresh": {
        const createCalled = pool.beginRefresh();
        // What is recorded for a refresh that does not run has no `during` either.
        const during = createCalled ? op.during?.map((inner) => this.run(inner)) : undefined;
        if (createCalled) pool.endRefresh(op.create?.map((id) => this.#session(id)) ?? null);
        const refreshCount = this.#suspender.count;
        return { createCalled, refreshCount, ...(during && { during }), ...this.#state() };
      }
      case "select": {
        const selected = pool.select(op.n, this.#nowMs)?.map((one) => this.#id(one)) ?? null;
        return { selected, refreshRequests: pool.refreshWanted ? 1 : 0, ...this.#state() };
      }
      case "push": {
        const session = this.#session(op.id);
        session.pushSegInFlight(this.#nowMs, segmentDurationMs(op.segDur));
        return { inFlight: session.segsInFlight };
      }
      case "pop": {
        const session = this.#session(op.id);
        const segDurMs = session.popSegInFlight();
        return { inFlight: session.segsInFlight, segDurMs };
      }
      case "complete": {
        const session = this.#session(op.id);
        if (op.latencyScore !== null) session.latencyScore = op.latencyScore;
        pool.complete(session);
        return { inFlight: session.segsInFlight, ...this.#state() };
      }
      case "remove": {
        this.#cleaned = [];
        pool.remove(this.#session(op.id));
        return { cleaned: this.#cleaned, ...this.#state() };
      }
      case "suspend":
        pool.suspend(this.#uris.handle(op.uri));
        return {};
      case "suspended":
        return { value: this.#suspender.suspended(this.#uris.handle(op.uri)) };
      case "advance":
        this.#nowMs += op.ms;
        return {};
      case "cleanup":
        pool.cleanup();
        return this.#state();
      default:
        return unknownKind(JSON.stringify(op));
    }
  }

  #session(id: string): Session {
    let session = this.#sessions.get(id);
    if (session === undefined) {
      const uri = id.slice(0, id.lastIndexOf("."));
      session = new Session({
        id: this.#ids.handle(id),
        transcoder: this.#uris.handle(uri),
        info: undefined,
      });
      this.#sessions.set(id, session);
    }
    return session;
  }

  #id(session: Session): string {
    return this.#ids.text(session.id);
  }

  #state(): Step {
    const ids = (sessions: Iterable<Session>) => [...sessions].map((session) => this.#id(session));
    return {
      size: this.#selector.size,
      unknown: ids(this.#selector.unknown),
      knownHeap: ids(this.#selector.knownHeap),
      lastSess: ids(this.#pool.lastSess),
      sessMap: ids(this.#pool.sessMap.values()).sort(),
    };
  }
}

/** How often a refresh is requested does not matter, only whether it is. */
function comparable(step: Step): Step {
  return {
    ...step,
    ...(step.refreshRequests !== undefined && {
      refreshRequests: Math.min(1, step.refreshRequests),
    }),
    ...(step.during && { during: step.during.map(comparable) }),
  };
}

export const driver: Driver = (kase: VectorCase<In, { readonly steps: readonly Step[] }>) => {
  const trace = new Trace(kase.in);
  const steps = kase.in.ops.map((op) => trace.run(op));
  expect(steps).toEqual(kase.out.steps.map(comparable));
};
