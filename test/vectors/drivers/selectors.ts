/** selectors.json: selectors without and with stake information, and maximum prices of jobs. */
import {
  Interner,
  jobMaxPrice,
  pricePerPixel,
  Rational,
  recipientAddress,
} from "poolsim/discovery";
import {
  type Candidates,
  MinLSSelector,
  NOBODY,
  RecipientChooser,
  type SelectorOptions,
  Session,
  SessionPrice,
  SortedSelector,
} from "poolsim/selection";
import { expect } from "vitest";
import { ZERO_ADDRESS } from "../candidates.js";
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
import { type Maybe, rational, table, whole } from "../json.js";

type SelectorName = "minLS" | "initialLatency" | "latencyScore";

interface SessionIn {
  readonly id: string;
  readonly initialLatencyNs?: Maybe<string>;
  readonly latencyScore?: Maybe<RecordedFloat>;
  readonly recipient?: Maybe<string>;
  readonly priceInfo?: Maybe<{
    readonly pricePerUnit?: Maybe<string>;
    readonly pixelsPerUnit?: Maybe<string>;
  }>;
}

type Op =
  | { readonly op: "add"; readonly ids: Maybe<readonly string[]> }
  | { readonly op: "select" | "clear" }
  | { readonly op: "complete"; readonly id: string; readonly latencyScore: RecordedFloat }
  | { readonly op: "remove"; readonly id: string };

interface TraceIn {
  readonly fn: "trace";
  readonly group: string;
  readonly selector: SelectorName;
  readonly minLS: RecordedFloat;
  readonly sessions: Maybe<readonly SessionIn[]>;
  readonly ops: Maybe<readonly Op[]>;
}

interface State {
  readonly size: number;
  readonly [list: string]: unknown;
}

interface StakeIn {
  readonly fn: "stakeMode";
  readonly selector: SelectorName;
  readonly sessions: Maybe<readonly SessionIn[]>;
  readonly stakes: Maybe<Readonly<Record<string, Maybe<string>>>>;
  readonly stakeError: boolean;
  readonly perfScores: Maybe<Readonly<Record<string, RecordedFloat>>>;
  readonly maxPrice: Maybe<string>;
  readonly algorithmReturns: string;
}

interface StakeOut {
  readonly algorithmArgs: Maybe<{
    readonly addrs: Maybe<readonly string[]>;
    readonly stakes: Maybe<Readonly<Record<string, string>>>;
    readonly prices: Maybe<Readonly<Record<string, string>>>;
    readonly perfScores: Maybe<Readonly<Record<string, RecordedFloat>>>;
    readonly maxPrice: Maybe<string>;
  }>;
  readonly selected: string | null;
  readonly after: State;
}

interface MaxPriceIn {
  readonly fn: "capabilitiesMaxPrice";
  readonly baseMaxPrice: Maybe<string>;
  readonly capabilityMaxPrices: Maybe<
    readonly {
      readonly capability: number;
      readonly model: string;
      readonly price: Maybe<string>;
    }[]
  >;
  readonly jobModels: Maybe<Readonly<Record<string, Maybe<readonly string[]>>>>;
}

type In = TraceIn | StakeIn | MaxPriceIn;
type TraceOut = { readonly steps: Maybe<readonly (TraceStep | Panic)[]> } | Panic;
type TraceStep = State & { readonly result: string | null };
// Each kind of case has its own part of these.
type Out = TraceOut & StakeOut & { readonly maxPrice: string | null };

export const outcome: Outcome = (given: In) => {
  switch (given.fn) {
    case "trace": {
      const selection = traced(given);
      const step = (op: Op) => ({ result: selection.run(op), ...selection.state() });
      return { steps: (given.ops ?? []).map(step) };
    }
    case "stakeMode":
      return recordedStakeMode(stakeMode(given));
    case "capabilitiesMaxPrice":
      return { maxPrice: maxPrice(given) };
    default:
      return unknownKind(JSON.stringify(given));
  }
};

export const driver: Driver = ({ in: given, out }: VectorCase<In, Out>) => {
  if (given.fn === "trace") return compareOps(given, out);
  if (isPanic(out)) {
    survive(() => outcome(given));
    return;
  }
  switch (given.fn) {
    case "stakeMode":
      return compareStakeMode(given, out);
    case "capabilitiesMaxPrice":
      return expect(maxPrice(given)).toBe(out.maxPrice ?? null);
    default:
      return unknownKind(JSON.stringify(given));
  }
};

/** A selector of the library, and how it is seen from outside. */
class Selection {
  readonly selector: MinLSSelector | SortedSelector;
  readonly ids = new Interner();
  readonly #sessions = new Map<string, Session>();

  /** Nanoseconds in ascending order, each once. */
  readonly #latencies: readonly bigint[];

  constructor(
    { selector: name, sessions }: Pick<TraceIn | StakeIn, "selector" | "sessions">,
    options: SelectorOptions & { readonly minLS?: number } = {},
  ) {
    const latencies = (sessions ?? []).map((one) => whole(one.initialLatencyNs));
    this.#latencies = [...new Set(latencies)].sort((a, b) => (a < b ? -1 : 1));
    this.selector =
      name === "minLS" ? new MinLSSelector(options) : new SortedSelector(name, options);
  }

  define(given: SessionIn, recipient: number): Session {
    const { id, priceInfo = null } = given;
    const session = new Session({
      id: this.ids.handle(id),
      transcoder: this.ids.handle(id),
      recipient,
      price: usablePrice(priceInfo),
      // Milliseconds hold no 64-bit nanoseconds: their rank, which is all that is looked at.
      initialLatencyMs: this.#latencies.indexOf(whole(given.initialLatencyNs)),
      info: undefined,
    });
    session.latencyScore = float(given.latencyScore);
    this.#sessions.set(id, session);
    return session;
  }

  session(id: string): Session {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new Error(`the case does not define session ${id}`);
    return session;
  }

  id(session: Session | null): string | null {
    return session && this.ids.text(session.id);
  }

  state(): State {
    const { selector } = this;
    const texts = (list: readonly Session[]) => list.map((session) => this.id(session));
    return selector instanceof MinLSSelector
      ? {
          size: selector.size,
          unknown: texts(selector.unknown),
          knownHeap: texts(selector.knownHeap),
        }
      : { size: selector.size, sessions: texts(selector.sessions) };
  }

  run(op: Op): string | null {
    const { selector } = this;
    switch (op.op) {
      case "add":
        selector.add((op.ids ?? []).map((id) => this.session(id)));
        return null;
      case "select":
        return this.id(selector.select());
      case "complete": {
        const session = this.session(op.id);
        session.latencyScore = float(op.latencyScore);
        selector.complete(session);
        return null;
      }
      case "remove":
        selector.remove(this.session(op.id));
        return null;
      case "clear":
        selector.clear();
        return null;
      default:
        return unknownKind(JSON.stringify(op));
    }
  }
}

function usablePrice(priceInfo: NonNullable<SessionIn["priceInfo"]> | null): SessionPrice | null {
  // Zero pixels are an error, which selection takes for "no usable price" (R-1, L-6).
  const pixelsPerUnit = whole(priceInfo?.pixelsPerUnit);
  if (priceInfo === null || pixelsPerUnit === 0n) return null;
  const price = pricePerPixel({ pricePerUnit: whole(priceInfo.pricePerUnit), pixelsPerUnit });
  return price && new SessionPrice(price);
}

function traced(given: TraceIn): Selection {
  const selection = new Selection(given, { minLS: float(given.minLS) });
  for (const session of given.sessions ?? []) selection.define(session, NOBODY);
  return selection;
}

function compareOps(given: TraceIn, out: TraceOut): void {
  const selection = traced(given);
  const isBinding = !given.group.endsWith("ImplementationSpecific");
  let isOrdered = true;
  const run = (op: Op) => {
    // One that is no number leaves the others as they stood beside it, until they are sorted again.
    const isSorting = op.op === "add" || op.op === "complete" || op.op === "clear";
    isOrdered = isSorting || (isOrdered && !sortKeys(selection, given.selector).some(Number.isNaN));
    return { result: selection.run(op), ...selection.state() };
  };
  compareTrace(given.ops ?? [], out, run, (actual, step: TraceStep, index) => {
    const { result } = actual as TraceStep;
    if (isBinding) expect(actual, `step ${index}`).toEqual(withEmpty(step));
    else if (isOrdered) expectSorted(selection, given.selector, result);
  });
}

/** Nil lists of sessions are empty. */
function withEmpty(state: State): State {
  return Object.fromEntries(
    Object.entries(state).map(([part, value]) => [
      part,
      value === null && part !== "result" ? [] : value,
    ]),
  ) as State;
}

/** What the sessions of a sorted list are sorted by, in their order; of a heap nothing. */
function sortKeys({ selector }: Selection, name: SelectorName): readonly number[] {
  return selector instanceof SortedSelector ? selector.sessions.map((one) => keyOf(one, name)) : [];
}

function keyOf({ initialLatencyMs, latencyScore }: Session, name: SelectorName): number {
  return name === "initialLatency" ? initialLatencyMs : latencyScore;
}

/** Where the order of equal sessions is not binding: the order of the others is. */
function expectSorted(selection: Selection, name: SelectorName, result: string | null): void {
  const keys = sortKeys(selection, name);
  // A heap has no order of equal keys that is not binding.
  if (!(selection.selector instanceof SortedSelector) || keys.some(Number.isNaN)) return;
  expect(keys).toEqual(keys.toSorted((a, b) => a - b));
  if (result === null) return;
  expect(keyOf(selection.session(result), name)).toBeLessThanOrEqual(
    keys[0] ?? Number.POSITIVE_INFINITY,
  );
}

/** The outcome, with stakes and scores of all who were asked about. */
interface StakeOutcome extends Omit<StakeOut, "algorithmArgs"> {
  readonly algorithmArgs: Arguments | null;
}

interface Arguments {
  readonly addrs: readonly string[];
  readonly stakes: readonly number[];
  readonly prices: readonly (string | null)[];
  readonly perfScores: readonly number[] | null;
  readonly maxPrice: string | null;
}

function stakeMode(given: StakeIn): StakeOutcome {
  const stakes = table(given.stakes);
  const perfScores = table(given.perfScores);
  const recipients = new Interner();
  let asked: Candidates | null = null;
  const chooser = new RecipientChooser({
    algorithm: {
      select: (candidates) => {
        asked = candidates;
        return recipients.handle(given.algorithmReturns);
      },
    },
    stakes: {
      readStakes: (handles) =>
        given.stakeError
          ? null
          : handles.map((one) => Number(stakes.get(recipients.text(one)) ?? 0)),
    },
    perfScores: given.perfScores
      ? { scoreOf: (one) => float(perfScores.get(recipients.text(one))) }
      : null,
    maxPrice: rational(given.maxPrice),
    zeroRecipient: recipients.handle(ZERO_ADDRESS),
  });
  const selection = new Selection(given, { chooser });
  const handle = ({ recipient = null }: SessionIn) =>
    recipient === null ? NOBODY : recipients.handle(recipientAddress(recipient));
  selection.selector.add(
    (given.sessions ?? []).map((session) => selection.define(session, handle(session))),
  );
  const selected = selection.id(selection.selector.select());
  return {
    algorithmArgs: asked && argumentsOf(asked, recipients),
    selected,
    after: selection.state(),
  };
}

function argumentsOf(candidates: Candidates, recipients: Interner): Arguments {
  return {
    addrs: candidates.recipients.map((one) => recipients.text(one)),
    stakes: candidates.stakes,
    prices: candidates.prices.map((price) => price && String(price.rational)),
    perfScores: candidates.perfScores,
    maxPrice: candidates.maxPrice && String(candidates.maxPrice),
  };
}

function compareStakeMode(given: StakeIn, out: StakeOut): void {
  const { algorithmArgs, selected, after } = stakeMode(given);
  expect(selected).toBe(out.selected ?? null);
  expect(after).toEqual(withEmpty(out.after));
  expect(algorithmArgs).toEqual(recordedArguments(out.algorithmArgs ?? null));
}

/** What is recorded of each address that was asked about; of others it says nothing that counts. */
function recordedArguments(recorded: StakeOut["algorithmArgs"]): Arguments | null {
  if (!recorded) return null;
  const addrs = recorded.addrs ?? [];
  const [stakes, prices] = [table(recorded.stakes), table(recorded.prices)];
  const perfScores = table(recorded.perfScores);
  return {
    addrs,
    stakes: addrs.map((addr) => Number(stakes.get(addr) ?? 0)),
    prices: addrs.map((addr) => prices.get(addr) ?? null),
    perfScores: recorded.perfScores ? addrs.map((addr) => float(perfScores.get(addr))) : null,
    maxPrice: recorded.maxPrice ?? null,
  };
}

function recordedStakeMode({ algorithmArgs, ...rest }: StakeOutcome): StakeOut {
  if (algorithmArgs === null) return { ...rest, algorithmArgs };
  const { addrs, maxPrice, stakes, prices, perfScores } = algorithmArgs;
  const byAddress = <T>(values: readonly T[]) =>
    Object.fromEntries(values.map((value, at) => [addrs[at], value]));
  const known = prices.filter((price) => price !== null);
  const priced = addrs.filter((_, at) => prices[at] !== null);
  return {
    ...rest,
    algorithmArgs: {
      addrs,
      maxPrice,
      stakes: byAddress(stakes.map(String)),
      prices: Object.fromEntries(priced.map((addr, at) => [addr, known[at] ?? ""])),
      perfScores: perfScores && byAddress(perfScores),
    },
  };
}

function maxPrice(given: MaxPriceIn): string | null {
  const capabilityMaxPrices = new Map<number, Map<string, Rational>>();
  for (const { capability, model, price } of given.capabilityMaxPrices ?? []) {
    const models = capabilityMaxPrices.get(capability) ?? new Map<string, Rational>();
    if (price) models.set(model, Rational.parse(price));
    capabilityMaxPrices.set(capability, models);
  }
  const anyModel = { warm: false, capacity: 0, runnerVersion: "" };
  const job =
    given.jobModels &&
    new Map(
      [...table(given.jobModels)].map(([capability, models]) => [
        Number(capability),
        new Map((models ?? []).map((model) => [model, anyModel])),
      ]),
    );
  const price = jobMaxPrice({
    job: job ?? null,
    capabilityMaxPrices,
    maxPrice: rational(given.baseMaxPrice),
  });
  return price && String(price);
}
