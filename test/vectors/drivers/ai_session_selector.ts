/** ai_session_selector.json: traces of the selector of one (capability, model). */
import { Interner, jobMaxPrice, type Rational } from "poolsim/discovery";
import {
  AI_REFRESH,
  type AISelection,
  AISessionSelector,
  LiveAlgorithm,
  NOBODY,
  RecipientChooser,
  type SelectionAlgorithm,
  type Session,
  selectionProbabilities,
} from "poolsim/selection";
import { expect } from "vitest";
import { AINames, type AnswerIn, LastState, Picks } from "../ai.js";
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
import { type Maybe, rational } from "../json.js";

type Answers = Maybe<readonly AnswerIn[]>;

type Op =
  | {
      readonly op: "select";
      readonly discovery?: Answers;
      readonly picks?: Maybe<readonly number[]>;
      readonly prefer?: Maybe<readonly number[]>;
    }
  | {
      readonly op: "complete" | "remove";
      readonly id: string;
      readonly warm: boolean;
      readonly latencyScore?: Maybe<RecordedFloat>;
    }
  | { readonly op: "removeMany"; readonly sessions: Maybe<string> }
  | { readonly op: "refresh"; readonly discovery?: Answers }
  | { readonly op: "advance"; readonly ms: number }
  | { readonly op: "poolSize"; readonly n: number };

interface In {
  readonly live: boolean;
  readonly onchain: boolean;
  readonly poolSize: number;
  readonly ttlMs: number;
  readonly first: Answers;
  readonly maxPrice?: Maybe<string>;
  readonly modelMaxPrice?: Maybe<string>;
  readonly capabilityDefaultMaxPrice?: Maybe<string>;
  readonly ignoreMaxPriceIfNeeded?: Maybe<boolean>;
  readonly ops: Maybe<readonly Op[]>;
}

interface Step {
  readonly state?: unknown;
  readonly [key: string]: unknown;
}

interface Out {
  readonly created?: boolean;
  readonly error?: Maybe<string>;
  readonly state?: unknown;
  readonly steps?: Maybe<readonly (Step | Panic)[]>;
}

const CAPABILITY = 27;
const MODEL = "m";

function maxPrice(given: In): Rational | null {
  const models = new Map<string, Rational>();
  const own = rational(given.modelMaxPrice);
  const standard = rational(given.capabilityDefaultMaxPrice);
  if (own !== null) models.set(MODEL, own);
  if (standard !== null) models.set("default", standard);
  return jobMaxPrice({
    job: new Map([
      [CAPABILITY, new Map([[MODEL, { warm: false, capacity: 0, runnerVersion: "" }]])],
    ]),
    capabilityMaxPrices: new Map([[CAPABILITY, models]]),
    maxPrice: rational(given.maxPrice),
  });
}

class Trace {
  readonly #uris = new Interner();
  readonly #ids = new Interner();
  readonly #names = new AINames(this.#uris, this.#ids);
  readonly #sessions = new Map<string, Session>();
  readonly #picks = new Picks();
  readonly #onchain: boolean;
  readonly #selector: AISessionSelector;
  #prefer: readonly number[] = [];
  #nowMs = 0;

  constructor(given: In) {
    this.#onchain = given.onchain;
    // Weighted chance is replaced: the real filters, then the first of those that are preferred.
    const preferred: SelectionAlgorithm = {
      select: (candidates) => {
        const options = { ignoreMaxPriceIfNeeded: given.ignoreMaxPriceIfNeeded ?? false };
        const left = selectionProbabilities(candidates, options).afterMaxPrice.map(
          (at) => candidates.recipients[at] ?? NOBODY,
        );
        return this.#prefer.find((one) => left.includes(one)) ?? left[0] ?? NOBODY;
      },
    };
    const chooser = new RecipientChooser({
      algorithm: given.live ? new LiveAlgorithm() : preferred,
      stakes: { readStakes: (recipients) => recipients.map(() => 0) },
      maxPrice: maxPrice(given),
    });
    this.#selector = new AISessionSelector({
      live: given.live,
      poolSize: given.poolSize,
      ttlMs: given.ttlMs,
      pick: this.#picks.pick,
      missingConstraints: "crash",
      ...(given.onchain && { chooser, draw: () => 0 }),
    });
  }

  /** A refresh; its error. */
  refresh(answers: Answers): string | null {
    const selector = this.#selector;
    selector.beginRefresh();
    const found = this.#names.sessions(answers, this.#onchain);
    for (const { session } of found ?? []) this.#sessions.set(this.#names.id(session), session);
    const refresh = selector.endRefresh(this.#nowMs, found);
    if (refresh === AI_REFRESH.ok) return null;
    return refresh === AI_REFRESH.crashed ? "crashed" : "ErrNoOrchs";
  }

  run(op: Op): Step {
    const selector = this.#selector;
    switch (op.op) {
      case "select": {
        this.#picks.begin(op.picks);
        this.#prefer = op.prefer ?? [];
        const isDue = selector.beginSelect(this.#nowMs);
        if (isDue) this.refresh(op.discovery);
        const selection = selector.select(this.#nowMs);
        return {
          refreshes: isDue ? 1 : 0,
          selected: selection && this.#names.id(selection.session),
          ...(selection && { warm: selection.warm }),
          state: this.state(),
        };
      }
      case "complete":
      case "remove": {
        const selection = this.#selection(op.id, op.warm);
        if (selection === null) return { state: this.state() };
        const { latencyScore = null } = op;
        if (latencyScore !== null) selection.session.latencyScore = float(latencyScore);
        if (op.op === "complete") selector.complete(selection);
        else selector.remove(selection);
        return { state: this.state() };
      }
      case "removeMany":
        for (const named of (op.sessions ?? "").split(" ").filter((one) => one !== "")) {
          const slash = named.lastIndexOf("/");
          const selection = this.#selection(
            named.slice(0, slash),
            named.slice(slash + 1) === "warm",
          );
          if (selection !== null) selector.remove(selection);
        }
        return { state: this.state() };
      case "refresh":
        return { error: this.refresh(op.discovery), state: this.state() };
      case "advance":
        this.#nowMs += op.ms;
        return {};
      case "poolSize":
        selector.poolSize = op.n;
        return {};
      default:
        return unknownKind(JSON.stringify(op));
    }
  }

  state(): unknown {
    return this.#names.state(this.#selector);
  }

  #selection(id: string, warm: boolean): AISelection | null {
    const session = this.#sessions.get(id);
    return session === undefined ? null : { session, warm };
  }
}

/** A trace, and what its creation told. */
function created(given: In): { readonly trace: Trace; readonly error: string | null } {
  const trace = new Trace(given);
  return { trace, error: trace.refresh(given.first) };
}

export const outcome: Outcome = (given: In) => {
  const { trace, error } = created(given);
  if (error !== null) return { created: false, error };
  const state = trace.state();
  return { created: true, state, steps: (given.ops ?? []).map((op) => trace.run(op)) };
};

export const driver: Driver = ({ in: given, out }: VectorCase<In, Out>) => {
  if (isPanic(out) && !("steps" in out)) {
    survive(() => outcome(given));
    return;
  }
  const { trace, error } = created(given);
  expect(error === null).toBe(out.created);
  if (error !== null) return;
  const last = new LastState();
  expect({ state: trace.state() }).toEqual(last.complete({ state: out.state }, { state: null }));
  const run = (op: Op) => trace.run(op);
  compareTrace(given.ops ?? [], out, run, (actual, step: Step, index) => {
    const { error: failed, selected, ...recorded } = last.complete(step, actual as Step);
    const told = actual as Step;
    expect(told, `step ${index}`).toEqual({
      ...recorded,
      ...("error" in told && { error: failed ?? null }),
      ...("selected" in told && { selected: selected ?? null }),
    });
  });
};
