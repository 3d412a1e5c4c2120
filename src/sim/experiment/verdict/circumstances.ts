/**
 * Circumstances in which variants differ beside what the operator chooses. A baseline with an outage, with less
 * demand or with less stake makes any worker look good that comes with the other variant: what each of them
 * changes is not told apart, so that it is no evidence for either. Circumstances alone may be compared.
 */
import { subjectOf } from "../../scenario/event-times.js";
import type { Scenario } from "../../scenario/schema.js";
import { servingKinds } from "../../scenario/serving-kinds.js";

/** What is asked, how long it is looked at, and what it is called. */
const NEITHER: ReadonlySet<string> = new Set([
  "$schema",
  "name",
  "description",
  "notes",
  "seed",
  "replications",
  "warmup",
  "duration",
  "variants",
  "decision",
  "sweep",
  "expect",
]);

/** The operator's, as in sweeps: all but {@link GIVEN} of it. */
const CHOSEN: ReadonlySet<string> = new Set(["orchestrator", "workers", "devices"]);

/** What others give to an orchestrator, or take from it. */
const GIVEN: ReadonlySet<string> = new Set([
  "stakeLpt",
  "stakeShare",
  "fromNetwork",
  "lookAlike",
  "availability",
  "whenDown",
  "operatorGroup",
]);

/** Prices of gas, and how much of it the contracts take. */
const GAS = /gas/i;

type Parts = Readonly<Record<string, string>>;

interface Sides {
  readonly chosen: Parts;
  readonly given: Parts;
}

function texts(prefix: string, parts: object): Parts {
  return Object.fromEntries(
    Object.entries(parts).map(([key, value]) => [`${prefix}${key}`, JSON.stringify(value)]),
  );
}

function split(parts: Parts, isGiven: (path: string) => boolean): Sides {
  const of = (wanted: boolean) =>
    Object.fromEntries(Object.entries(parts).filter(([path]) => isGiven(path) === wanted));
  return { chosen: of(false), given: of(true) };
}

/** Workers that serve, and each kind of them. */
function servingBy(scenario: Scenario): ReadonlyMap<string, readonly string[]> {
  const kinds = servingKinds(scenario);
  const single = kinds.flatMap(({ workers }) => workers.map((name) => [name, [name]] as const));
  return new Map([...single, ...kinds.map(({ name, workers }) => [name, workers] as const)]);
}

/**
 * Events but those of workers that the other variant does not have, which belong to them, and the pool's own prices.
 */
function eventsOf(scenario: Scenario, other: Scenario): Parts {
  const { name = "pool", address } = scenario.orchestrator ?? {};
  const own = new Set([name, address].map((one) => `orchestrator ${one}`.toLowerCase()));
  const [serving, elsewhere] = [servingBy(scenario), servingBy(other)];
  const others = Object.entries(scenario.events).filter(([, event]) => {
    const subject = subjectOf(event, name);
    if (event.kind === "price") return !own.has(subject.toLowerCase());
    const worker = /^worker (.+)$/.exec(subject)?.[1];
    return worker === undefined || serving.get(worker)?.some((one) => elsewhere.has(one)) === true;
  });
  return texts("events.", Object.fromEntries(others));
}

/** The same text for the same gateways: their order plays no part. */
function inOrder({ gateways }: Scenario): object {
  if (gateways === undefined) return {};
  return { gateways: gateways.map((one) => JSON.stringify(one)).sort() };
}

function sidesOf(scenario: Scenario, other: Scenario): Sides {
  const { orchestrator, events: _, tickets, ...others } = scenario;
  const { economics = {}, whenDown = scenario.assumptions.whenDown, ...rest } = orchestrator ?? {};
  const own = { ...rest, whenDown };
  const whole = Object.entries({ ...others, ...inOrder(scenario) }).filter(
    ([key]) => !NEITHER.has(key),
  );
  const kept = (isChosen: boolean) =>
    texts("", Object.fromEntries(whole.filter(([key]) => CHOSEN.has(key) === isChosen)));
  const pool = split(texts("orchestrator.", own), (path) =>
    GIVEN.has(path.slice("orchestrator.".length)),
  );
  const money = split(texts("orchestrator.economics.", economics), (path) => GAS.test(path));
  const paid = split(texts("tickets.", tickets), (path) => path !== "tickets.ticketEV");
  return {
    chosen: { ...kept(true), ...pool.chosen, ...money.chosen, ...paid.chosen },
    given: {
      ...kept(false),
      ...pool.given,
      ...money.given,
      ...paid.given,
      ...eventsOf(scenario, other),
    },
  };
}

function differing(one: Parts, other: Parts): readonly string[] {
  const paths = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...paths].filter((path) => one[path] !== other[path]).sort();
}

/**
 * Paths of the circumstances in which two variants differ, such as `events.outage` or `demand`, where they differ in
 * what the operator chooses too; otherwise none.
 */
export function circumstancesBeside(baseline: Scenario, candidate: Scenario): readonly string[] {
  const [before, after] = [sidesOf(baseline, candidate), sidesOf(candidate, baseline)];
  if (differing(before.chosen, after.chosen).length === 0) return [];
  return differing(before.given, after.given);
}

/** Paths of the circumstances in which two variants differ where they differ in nothing that the operator chooses. */
export function circumstancesAlone(baseline: Scenario, candidate: Scenario): readonly string[] {
  const [before, after] = [sidesOf(baseline, candidate), sidesOf(candidate, baseline)];
  if (differing(before.chosen, after.chosen).length > 0) return [];
  return differing(before.given, after.given);
}
