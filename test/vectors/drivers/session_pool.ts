/** session_pool.json: traces of one session pool whose clock and refreshes the trace drives. */
import { Interner, Suspender } from "poolsim/discovery";
import { MinLSSelector, Session, SessionPool, segmentDurationMs } from "poolsim/selection";
import { expect } from "vitest";
import {
  compareTrace,
  type Driver,
  float,
  isPanic,
  type Outcome,
  type Panic,
  type RecordedFloat,
  survive,
  unknownKind,
  type VectorCase,
} from "../driver.js";
import type { Maybe } from "../json.js";

type Op =
  | {
      readonly op: "refresh";
      readonly create?: Maybe<readonly string[]>;
      readonly during?: Maybe<readonly Op[]>;
    }
  | { readonly op: "select"; readonly n: number }
  | { readonly op: "push"; readonly id: string; readonly segDur: RecordedFloat }
  | { readonly op: "pop"; readonly id: string }
  | { readonly op: "complete"; readonly id: string; readonly latencyScore?: Maybe<RecordedFloat> }
  | { readonly op: "remove"; readonly id: string }
  | { readonly op: "suspend" | "suspended"; readonly uri: string }
  | { readonly op: "advance"; readonly ms: number }
  | { readonly op: "cleanup" };

interface In {
  readonly poolSize: number;
  readonly numOrchs: number;
  readonly minLS: RecordedFloat;
  readonly ops: Maybe<readonly Op[]>;
}

interface Step {
  readonly refreshRequests?: number;
  readonly during?: Maybe<readonly (Step | Panic)[]>;
  readonly [key: string]: unknown;
}

type Out = { readonly steps: Maybe<readonly (Step | Panic)[]> } | Panic;

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
    this.#selector = new MinLSSelector({ minLS: float(minLS) });
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
        session.pushSegInFlight(this.#nowMs, segmentDurationMs(float(op.segDur)));
        return { inFlight: session.segsInFlight };
      }
      case "pop": {
        const session = this.#session(op.id);
        const segDurMs = session.popSegInFlight();
        return { inFlight: session.segsInFlight, segDurMs };
      }
      case "complete": {
        const session = this.#session(op.id);
        const { latencyScore = null } = op;
        if (latencyScore !== null) session.latencyScore = float(latencyScore);
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

export const outcome: Outcome = (given: In) => {
  const trace = new Trace(given);
  return { steps: (given.ops ?? []).map((op) => trace.run(op)) };
};

/** How often a refresh is requested does not matter, only whether it is; nil lists are empty. */
function comparable(step: Step): Step {
  const { refreshRequests, during, ...rest } = step;
  const lists = ["unknown", "knownHeap", "lastSess", "sessMap", "cleaned"].filter(
    (list) => rest[list] === null,
  );
  return {
    ...rest,
    ...Object.fromEntries(lists.map((list) => [list, []])),
    ...(refreshRequests !== undefined && { refreshRequests: Math.min(1, refreshRequests) }),
    ...(during && { during: during.map((inner) => (isPanic(inner) ? inner : comparable(inner))) }),
  };
}

export const driver: Driver = ({ in: given, out }: VectorCase<In, Out>) => {
  if (isPanic(out) && !("steps" in out)) {
    survive(() => outcome(given));
    return;
  }
  const trace = new Trace(given);
  const run = (op: Op) => trace.run(op);
  compareTrace(given.ops ?? [], out, run, (actual, step: Step, index) => {
    // A crash while creation is under way ends the trace, too.
    if (step.during?.some(isPanic)) return;
    expect(actual, `step ${index}`).toEqual(comparable(step));
  });
};
