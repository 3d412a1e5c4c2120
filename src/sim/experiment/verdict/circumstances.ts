/**
 * Circumstances in which variants differ beside what the operator chooses. A baseline with an outage, with less
 * demand or with less stake makes any worker look good that comes with the other variant: what each of them
 * changes is not told apart, so that it is no evidence for either. Circumstances alone may be compared.
 */
import { subjectOf } from "../../scenario/event-times.js";
import type { Scenario } from "../../scenario/schema.js";

/** What is asked, how long it is looked at, and what it is called. */
const NEITHER: ReadonlySet<string> = new Set([
  "$schema",
  "name",
  "description",
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

/** Events but those of the workers in question, which belong to them, and the pool's own prices. */
function eventsOf({ events, orchestrator }: Scenario, workers: readonly string[]): Parts {
  const { name = "pool", address } = orchestrator ?? {};
  const own = new Set([name, address].map((one) => `orchestrator ${one}`.toLowerCase()));
  const others = Object.entries(events).filter(([, event]) => {
    const subject = subjectOf(event, name);
    if (event.kind === "price") return !own.has(subject.toLowerCase());
    const worker = /^worker (.+)$/.exec(subject)?.[1];
    return !workers.some((one) => one === worker || one.startsWith(`${worker}-`));
  });
  return texts("events.", Object.fromEntries(others));
}

function sidesOf(scenario: Scenario, workers: readonly string[]): Sides {
  const { orchestrator, events: _, tickets, ...others } = scenario;
  const { economics = {}, ...own } = orchestrator ?? {};
  const whole = Object.entries(others).filter(([key]) => !NEITHER.has(key));
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
      ...eventsOf(scenario, workers),
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
 *
 * @param workers in which they differ
 */
export function circumstancesBeside(
  baseline: Scenario,
  candidate: Scenario,
  workers: readonly string[],
): readonly string[] {
  const [before, after] = [sidesOf(baseline, workers), sidesOf(candidate, workers)];
  if (differing(before.chosen, after.chosen).length === 0) return [];
  return differing(before.given, after.given);
}
