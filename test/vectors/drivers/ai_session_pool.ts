/** ai_session_pool.json: traces of one pool of AI sessions, which a trace may also treat badly. */
import { Interner, Suspender } from "poolsim/discovery";
import { AISessionPool, Session, SortedSelector, type SortKey } from "poolsim/selection";
import { expect } from "vitest";
import { AINames, LastState, Picks } from "../ai.js";
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
  | { readonly op: "add"; readonly sessions: Maybe<readonly SessionIn[]> }
  | { readonly op: "clear"; readonly ids: Maybe<string> }
  | { readonly op: "select"; readonly picks?: Maybe<readonly number[]> }
  | { readonly op: "complete"; readonly id: string; readonly latencyScore?: Maybe<RecordedFloat> }
  | { readonly op: "remove"; readonly id: string }
  | { readonly op: "signalRefresh"; readonly n?: Maybe<number> }
  | { readonly op: "suspended"; readonly uri: string };

interface SessionIn {
  readonly id: string;
  readonly ms?: Maybe<number>;
}

interface In {
  readonly group: string;
  readonly selector: SortKey;
  readonly penalty: number;
  readonly ops: Maybe<readonly Op[]>;
}

interface Step {
  readonly state?: unknown;
  readonly selected?: Maybe<string>;
  readonly draws?: Maybe<readonly number[]>;
  readonly inFlight?: Maybe<number>;
  readonly value?: Maybe<number>;
}

class Trace {
  readonly #uris = new Interner();
  readonly #ids = new Interner();
  readonly #names = new AINames(this.#uris, this.#ids);
  readonly #sessions = new Map<string, Session<string>>();
  readonly #suspender = new Suspender("relative");
  readonly #picks = new Picks();
  readonly #pool: AISessionPool<string>;

  constructor({ selector, penalty }: In) {
    this.#pool = new AISessionPool({
      selector: new SortedSelector<string>(selector),
      suspender: this.#suspender,
      penalty,
    });
  }

  run(op: Op): Step {
    const pool = this.#pool;
    switch (op.op) {
      case "add":
        pool.add((op.sessions ?? []).map(({ id, ms }) => this.#session(id, ms ?? 0)));
        return { state: this.#state() };
      case "clear":
        pool.clear(split(op.ids).map((id) => this.#session(id)));
        return { state: this.#state() };
      case "select": {
        this.#picks.begin(op.picks);
        const session = pool.select(0, this.#picks.pick);
        const { drawn } = this.#picks;
        return {
          selected: session && this.#names.id(session),
          ...(session && { inFlight: session.segsInFlight }),
          ...(drawn.length > 0 && { draws: drawn }),
          state: this.#state(),
        };
      }
      case "complete": {
        const session = this.#session(op.id);
        const { latencyScore = null } = op;
        if (latencyScore !== null) session.latencyScore = float(latencyScore);
        pool.complete(session);
        return { inFlight: session.segsInFlight, state: this.#state() };
      }
      case "remove":
        pool.remove(this.#session(op.id));
        return { state: this.#state() };
      case "signalRefresh":
        for (let times = op.n ?? 1; times > 0; times--) this.#suspender.signalRefresh();
        return {};
      case "suspended":
        return {
          value: this.#suspender.suspended(this.#uris.handle(op.uri)),
          state: this.#state(),
        };
      default:
        return unknownKind(JSON.stringify(op));
    }
  }

  #session(id: string, ms = 0): Session<string> {
    let session = this.#sessions.get(id);
    if (session === undefined) {
      session = new Session({
        id: this.#ids.handle(id),
        transcoder: this.#uris.handle(id.slice(0, Math.max(0, id.lastIndexOf(".")))),
        initialLatencyMs: ms,
        info: id,
      });
      this.#sessions.set(id, session);
    }
    return session;
  }

  #state(): unknown {
    const merged = [...this.#pool.sessMap.values()].filter(
      (session) => session.info !== this.#names.id(session),
    );
    return {
      pool: this.#names.pool(this.#pool),
      count: this.#suspender.count,
      list: this.#names.list(this.#suspender.entries()),
      ...(merged.length > 0 && {
        info: Object.fromEntries(merged.map((one) => [this.#names.id(one), one.info])),
      }),
    };
  }
}

function split(ids: Maybe<string>): string[] {
  return (ids ?? "").split(" ").filter((id) => id !== "");
}

export const outcome: Outcome = (given: In) => {
  const trace = new Trace(given);
  return { steps: (given.ops ?? []).map((op) => trace.run(op)) };
};

export const driver: Driver = ({
  in: given,
  out,
}: VectorCase<In, { readonly steps: Maybe<readonly (Step | Panic)[]> } | Panic>) => {
  if (isPanic(out) && !("steps" in out)) {
    survive(() => outcome(given));
    return;
  }
  const trace = new Trace(given);
  const last = new LastState();
  const isSparse = given.group === "manyTries";
  const run = (op: Op) => trace.run(op);
  compareTrace(given.ops ?? [], out, run, (actual, step: Step, index) => {
    const told = actual as Step;
    // Of a run of removals only the last one has a state, and of refreshes and queries none has.
    const op = given.ops?.[index]?.op;
    const isUntold = !("state" in step) && (op === "suspended" || (isSparse && op === "remove"));
    const { state, ...rest } = told;
    const recorded = isUntold ? step : last.complete(step, told);
    expect(isUntold ? rest : told, `step ${index}`).toEqual(withNobody(recorded, told));
  });
};

/** A select that gave nobody may leave `selected` out. */
function withNobody(step: Step, actual: Step): Step {
  return "selected" in actual ? { ...step, selected: step.selected ?? null } : step;
}
