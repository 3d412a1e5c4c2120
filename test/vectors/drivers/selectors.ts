/** selectors.json: selectors without and with stake information, and maximum prices of jobs. */
import { Interner, jobMaxPrice, pricePerPixel, Rational } from "poolsim/discovery";
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
import { type Driver, unknownKind, type VectorCase } from "../driver.js";

type SelectorName = "minLS" | "initialLatency" | "latencyScore";

interface SessionIn {
  readonly id: string;
  readonly initialLatencyNs: string;
  readonly latencyScore: number;
  readonly recipient?: string | null;
  readonly priceInfo?: { readonly pricePerUnit: string; readonly pixelsPerUnit: string } | null;
}

type Op =
  | { readonly op: "add"; readonly ids: readonly string[] }
  | { readonly op: "select" | "clear" }
  | { readonly op: "complete"; readonly id: string; readonly latencyScore: number }
  | { readonly op: "remove"; readonly id: string };

interface TraceIn {
  readonly fn: "trace";
  readonly group: string;
  readonly selector: SelectorName;
  readonly minLS: number;
  readonly sessions: readonly SessionIn[];
  readonly ops: readonly Op[];
}

interface State {
  readonly size: number;
  readonly [list: string]: unknown;
}

interface StakeIn {
  readonly fn: "stakeMode";
  readonly selector: SelectorName;
  readonly sessions: readonly SessionIn[] | null;
  readonly stakes: Readonly<Record<string, string>>;
  readonly stakeError: boolean;
  readonly perfScores: Readonly<Record<string, number>> | null;
  readonly maxPrice: string | null;
  readonly algorithmReturns: string;
}

interface StakeOut {
  readonly algorithmArgs: {
    readonly addrs: readonly string[];
    readonly stakes: Readonly<Record<string, string>>;
    readonly prices: Readonly<Record<string, string>>;
    readonly perfScores: Readonly<Record<string, number>> | null;
    readonly maxPrice: string | null;
  } | null;
  readonly selected: string | null;
  readonly after: State;
}

interface MaxPriceIn {
  readonly fn: "capabilitiesMaxPrice";
  readonly baseMaxPrice: string | null;
  readonly capabilityMaxPrices: readonly {
    readonly capability: number;
    readonly model: string;
    readonly price: string;
  }[];
  readonly jobModels: Readonly<Record<string, readonly string[]>> | null;
}

type In = TraceIn | StakeIn | MaxPriceIn;
// Each kind of case has its own part of these.
type Out = {
  readonly steps: readonly (State & { readonly result: string | null })[];
} & StakeOut & { readonly maxPrice: string | null };

export const driver: Driver = ({ in: given, out }: VectorCase<In, Out>) => {
  switch (given.fn) {
    case "trace":
      return trace(given, out.steps);
    case "stakeMode":
      return stakeMode(given, out);
    case "capabilitiesMaxPrice":
      return maxPrice(given, out.maxPrice);
    default:
      return unknownKind(JSON.stringify(given));
  }
};

/** A selector of the library, and how it is seen from outside. */
class Selection {
  readonly selector: MinLSSelector | SortedSelector;
  readonly ids = new Interner();
  readonly #sessions = new Map<string, Session>();

  constructor(name: SelectorName, options: SelectorOptions & { readonly minLS?: number } = {}) {
    this.selector =
      name === "minLS" ? new MinLSSelector(options) : new SortedSelector(name, options);
  }

  define(given: SessionIn, recipient: number): Session {
    const { id, initialLatencyNs, latencyScore, priceInfo = null } = given;
    const session = new Session({
      id: this.ids.handle(id),
      transcoder: this.ids.handle(id),
      recipient,
      price: usablePrice(priceInfo),
      initialLatencyMs: Number(initialLatencyNs) / 1e6,
      info: undefined,
    });
    session.latencyScore = latencyScore;
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
        selector.add(op.ids.map((id) => this.session(id)));
        return null;
      case "select":
        return this.id(selector.select());
      case "complete": {
        const session = this.session(op.id);
        session.latencyScore = op.latencyScore;
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

function usablePrice(priceInfo: (SessionIn["priceInfo"] & {}) | null): SessionPrice | null {
  // Zero pixels are an error, which selection takes for "no usable price" (R-1, L-6).
  if (priceInfo === null || BigInt(priceInfo.pixelsPerUnit) === 0n) return null;
  const price = pricePerPixel({
    pricePerUnit: BigInt(priceInfo.pricePerUnit),
    pixelsPerUnit: BigInt(priceInfo.pixelsPerUnit),
  });
  return price && new SessionPrice(price);
}

function trace(given: TraceIn, recorded: Out["steps"]): void {
  const selection = new Selection(given.selector, { minLS: given.minLS });
  for (const session of given.sessions) selection.define(session, NOBODY);
  const binding = !given.group.endsWith("ImplementationSpecific");
  expect(recorded.length).toBe(given.ops.length);
  for (const [index, op] of given.ops.entries()) {
    const result = selection.run(op);
    if (binding) expect({ result, ...selection.state() }).toEqual(recorded[index]);
    else expectSorted(selection, given.selector, result);
  }
}

/** Where the order of equal sessions is not binding: the order of the others is. */
function expectSorted(selection: Selection, name: SelectorName, result: string | null): void {
  const { selector } = selection;
  if (!(selector instanceof SortedSelector)) throw new Error(`${name} is no sorted list`);
  const key = (one: Session) =>
    name === "initialLatency" ? one.initialLatencyMs : one.latencyScore;
  const keys = selector.sessions.map(key);
  expect(keys).toEqual(keys.toSorted((a, b) => a - b));
  if (result !== null) {
    expect(key(selection.session(result))).toBeLessThanOrEqual(keys[0] ?? Number.POSITIVE_INFINITY);
  }
}

function stakeMode(given: StakeIn, out: StakeOut): void {
  const { stakes, perfScores, stakeError } = given;
  const recipients = new Interner();
  const sessions = given.sessions ?? [];
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
        stakeError ? null : handles.map((one) => Number(stakes[recipients.text(one)] ?? 0)),
    },
    perfScores: perfScores && { scoreOf: (one) => perfScores[recipients.text(one)] ?? 0 },
    maxPrice: given.maxPrice === null ? null : Rational.parse(given.maxPrice),
    zeroRecipient: recipients.handle(ZERO_ADDRESS),
  });
  const selection = new Selection(given.selector, { chooser });
  selection.selector.add(
    sessions.map((session) =>
      selection.define(
        session,
        session.recipient == null ? NOBODY : recipients.handle(session.recipient),
      ),
    ),
  );
  expect(selection.id(selection.selector.select())).toBe(out.selected);
  expect(selection.state()).toEqual(out.after);
  expect(asked && argumentsOf(asked, recipients)).toEqual(
    out.algorithmArgs && known(out.algorithmArgs),
  );
}

type Arguments = NonNullable<StakeOut["algorithmArgs"]>;

function argumentsOf(candidates: Candidates, recipients: Interner): Arguments {
  const addrs = candidates.recipients.map((one) => recipients.text(one));
  const byAddress = <T>(values: readonly (T | null)[]): Record<string, T> =>
    Object.fromEntries(
      addrs.flatMap((addr, at) => {
        const value = values[at] ?? null;
        return value === null ? [] : [[addr, value]];
      }),
    );
  return {
    addrs,
    stakes: byAddress(candidates.stakes.map((stake) => (stake === 0 ? null : String(stake)))),
    prices: byAddress(candidates.prices.map((price) => price && String(price.rational))),
    perfScores: candidates.perfScores && byAddress(candidates.perfScores),
    maxPrice: candidates.maxPrice && String(candidates.maxPrice),
  };
}

/** Without the stakes that say nothing: of zero, or of addresses that were not asked about. */
function known(recorded: Arguments): Arguments {
  const stakes = Object.entries(recorded.stakes).filter(
    ([addr, stake]) => stake !== "0" && recorded.addrs.includes(addr),
  );
  return { ...recorded, stakes: Object.fromEntries(stakes) };
}

function maxPrice(given: MaxPriceIn, recorded: string | null): void {
  const capabilityMaxPrices = new Map<number, Map<string, Rational>>();
  for (const { capability, model, price } of given.capabilityMaxPrices) {
    const models = capabilityMaxPrices.get(capability) ?? new Map<string, Rational>();
    capabilityMaxPrices.set(capability, models.set(model, Rational.parse(price)));
  }
  const anyModel = { warm: false, capacity: 0, runnerVersion: "" };
  const job =
    given.jobModels &&
    new Map(
      Object.entries(given.jobModels).map(([capability, models]) => [
        Number(capability),
        new Map(models.map((model) => [model, anyModel])),
      ]),
    );
  const price = jobMaxPrice({
    job,
    capabilityMaxPrices,
    maxPrice: given.baseMaxPrice === null ? null : Rational.parse(given.baseMaxPrice),
  });
  expect(price && String(price)).toBe(recorded);
}
