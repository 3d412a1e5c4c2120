/** Makes a scenario's timeline, once for all replications. */
import { InputError } from "../../../core/errors.js";
import { Rational } from "../../../core/rational.js";
import { SessionPrice } from "../../../selection/index.js";
import { type Span, spansOf, subjectOf } from "../../scenario/event-times.js";
import { EVENT_KINDS, type ScenarioEvent } from "../../scenario/events-schema.js";
import type { Scenario } from "../../scenario/schema.js";
import type { Happening, Step, Timeline } from "./timeline.js";
import type { Node, Orchestrator, WorkerSpec } from "./world.js";

/** LPT × 10^5: the unit in which gateways know stakes (B-9). */
const STAKE_UNITS_PER_LPT = 100_000;

interface Roster {
  readonly orchestrators: readonly Orchestrator[];
  readonly nodes: readonly Node[];
  readonly workers: readonly WorkerSpec[];
  readonly pool: number;
}

/**
 * The timeline of a scenario.
 *
 * @param gateways names, in their order
 * @throws InputError (`SCENARIO_INVALID`) for an event that happens to nobody
 */
export function timelineOf(
  scenario: Scenario,
  roster: Roster,
  gateways: readonly string[],
  warmupMs: number,
): Timeline {
  const { nodes, orchestrators } = roster;
  const poolName = orchestrators[roster.pool]?.name ?? "";
  const happenings: Happening[] = [];
  const prices = new Map<number, Step<SessionPrice>[]>();
  const stakes = new Map<number, Step<number>[]>();
  const outages: Span[][] = nodes.map(() => []);
  const restarts: Span[][] = nodes.map(() => []);
  const silences: Span[][] = gateways.map(() => []);
  let streamsMax = 0;
  for (const [name, event] of Object.entries(scenario.events)) {
    const whom = new Affected(name, event, roster);
    const spans = spansOf(event, scenario.duration).map(({ fromMs, toMs }) => ({
      fromMs: warmupMs + fromMs,
      toMs: warmupMs + toMs,
    }));
    for (const [time, { fromMs, toMs }] of spans.entries()) {
      const common = { event, name, time, workers: whom.workers, nodes: whom.nodes };
      happenings.push({ atMs: fromMs, isEnd: false, ...common });
      const ends = event.kind !== "streams" && event.kind !== "badSource" && toMs > fromMs;
      if (ends) happenings.push({ atMs: toMs, isEnd: true, ...common });
    }
    if (event.kind === "price") {
      const { index, price } = whom.orchestrator();
      steps(prices, index, price, newPrice(event, price), event.for, spans);
    } else if (event.kind === "stake") {
      const { index, stake } = whom.orchestrator();
      const value =
        event.stakeLpt === undefined
          ? Math.trunc(stake * (event.factor ?? 1))
          : Math.trunc(event.stakeLpt * STAKE_UNITS_PER_LPT);
      steps(stakes, index, stake, value, event.for, spans);
    } else if (event.kind === "outage" || event.kind === "restart") {
      for (const node of whom.nodes) {
        outages[node]?.push(...spans);
        if (event.kind === "restart") restarts[node]?.push(...spans);
      }
    } else if (event.kind === "burst") {
      for (const [index, gateway] of gateways.entries()) {
        if (event.gateway === undefined || event.gateway === gateway) {
          silences[index]?.push(...spans);
        }
      }
    } else {
      streamsMax = Math.max(streamsMax, event.streams);
    }
  }
  const subject = ({ event }: Happening) => subjectOf(event, poolName);
  happenings.sort(
    (a, b) =>
      a.atMs - b.atMs ||
      EVENT_KINDS.indexOf(a.event.kind) - EVENT_KINDS.indexOf(b.event.kind) ||
      compareText(subject(a), subject(b)) ||
      Number(b.isEnd) - Number(a.isEnd) ||
      compareText(a.name, b.name),
  );
  return {
    happenings,
    prices: inOrder(prices),
    stakes: inOrder(stakes),
    outages: outages.map(merged),
    restarts: restarts.map((own) => own.sort((a, b) => a.fromMs - b.fromMs)),
    silences: silences.map(merged),
    streamsMax,
  };
}

/** Whom an event happens to. */
class Affected {
  readonly workers: readonly number[];
  readonly nodes: readonly number[];
  readonly #name: string;
  readonly #event: ScenarioEvent;
  readonly #roster: Roster;

  constructor(name: string, event: ScenarioEvent, roster: Roster) {
    this.#name = name;
    this.#event = event;
    this.#roster = roster;
    const [workers, nodes] = this.#affected();
    this.workers = workers;
    this.nodes = nodes;
  }

  #affected(): [workers: readonly number[], nodes: readonly number[]] {
    const event = this.#event;
    if (event.kind === "restart") return [[], this.orchestrator().nodes];
    if (event.kind !== "outage") return [[], []];
    const { worker, region } = event;
    const { workers, nodes } = this.#roster;
    if (worker === undefined && region === undefined) return [[], this.orchestrator().nodes];
    const out = workers.filter((one) =>
      worker === undefined ? one.region === region : one.kind === worker || one.name === worker,
    );
    const there = worker === undefined ? nodes.filter((one) => one.region === region) : [];
    if (out.length + there.length === 0) {
      throw this.#problem(`nobody is in ${JSON.stringify(worker ?? region)}`);
    }
    return [out.map(({ index }) => index), there.map(({ index }) => index)];
  }

  /** The orchestrator that the event names, or the one under study. */
  orchestrator(): Orchestrator {
    const { orchestrators, pool } = this.#roster;
    const name = "orchestrator" in this.#event ? this.#event.orchestrator : undefined;
    const found =
      name === undefined
        ? orchestrators[pool]
        : orchestrators.find(
            (one) =>
              one.name.toLowerCase() === name.toLowerCase() || one.address === name.toLowerCase(),
          );
    if (found === undefined)
      throw this.#problem(`no orchestrator is called ${JSON.stringify(name)}`);
    return found;
  }

  #problem(text: string): InputError {
    return new InputError(`events.${this.#name}: ${text}`, { code: "SCENARIO_INVALID" });
  }
}

function newPrice(
  { factor, pricePerUnit, pixelsPerUnit }: ScenarioEvent & { readonly kind: "price" },
  { rational }: SessionPrice,
): SessionPrice {
  return new SessionPrice(
    pricePerUnit === undefined
      ? rational.mul(Rational.fromNumber(factor ?? 1))
      : Rational.parse(pricePerUnit).div(Rational.of(BigInt(pixelsPerUnit))),
  );
}

/** Adds an event's changes to those of an orchestrator; what comes at the end of one is found {@link inOrder}. */
function steps<Value>(
  all: Map<number, Step<Value>[]>,
  orchestrator: number,
  before: Value,
  after: Value,
  lengthMs: number | undefined,
  spans: readonly Span[],
): void {
  const own = all.get(orchestrator) ?? [];
  all.set(orchestrator, own);
  for (const { fromMs, toMs } of spans) {
    own.push({ fromMs, value: after, isEnd: false });
    if (lengthMs !== undefined) own.push({ fromMs: toMs, value: before, isEnd: true });
  }
}

/**
 * In order; where one change ends as another begins, the beginning counts. A change that ends leaves what
 * was there before it, which may be what another one has left for good.
 */
function inOrder<Value>(all: Map<number, Step<Value>[]>): Map<number, readonly Step<Value>[]> {
  const found = new Map<number, readonly Step<Value>[]>();
  for (const [orchestrator, own] of all) {
    own.sort((a, b) => a.fromMs - b.fromMs || Number(b.isEnd) - Number(a.isEnd));
    const lasting = own.filter(({ isEnd }, index) => !isEnd && own[index + 1]?.isEnd !== true);
    const left = (step: Step<Value>) =>
      lasting.findLast(({ fromMs }) => fromMs < step.fromMs)?.value ?? step.value;
    found.set(
      orchestrator,
      own.map((step) => (step.isEnd ? { ...step, value: left(step) } : step)),
    );
  }
  return found;
}

/** Spans in order; those that overlap as one. */
function merged(spans: readonly Span[]): readonly Span[] {
  const all: Span[] = [];
  for (const { fromMs, toMs } of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = all.at(-1);
    if (last === undefined || fromMs > last.toMs) all.push({ fromMs, toMs });
    else if (toMs > last.toMs) all[all.length - 1] = { fromMs: last.fromMs, toMs };
  }
  return all;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
