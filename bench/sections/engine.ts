/**
 * The bare engine: an M/M/1 queue, the same in poolsim's event queue, in simjs and in SimPy, and the
 * event queue beside a sorted list. Each simulation has to come out near the mean time in the system
 * that theory gives: who is quick because it does something else is no peer.
 */
import { fileURLToPath } from "node:url";
import { makeKey, uniform } from "../../src/core/random.js";
import { drawExponential } from "../../src/sim/engine/distributions.js";
import { EventQueue } from "../../src/sim/engine/event-queue.js";
import { simulateSimjs } from "../peers/simjs.js";
import {
  type BenchOptions,
  compare,
  type Peer,
  perCpuSecond,
  type Section,
} from "../shared/figures.js";
import { outputOf } from "../shared/processes.js";

const GAP_MS = 10;
const SERVICE_MS = 6;
/** 1 ÷ (1/6 − 1/10). */
const IN_SYSTEM_MS = 15;
const CUSTOMERS = 1_000_000;
const HELD_EVENTS = 10_000;

const PYTHON = process.env["PYTHON"] ?? "python3";
const SIMPY = fileURLToPath(new URL("../peers/mm1.py", import.meta.url));

function check(who: string, customers: number, meanMs: number): void {
  // Ten standard errors of the mean of so many correlated times, generously.
  const tolerance = 0.02 + 60 / Math.sqrt(customers);
  if (Math.abs(meanMs / IN_SYSTEM_MS - 1) <= tolerance) return;
  throw new Error(`${who}: ${meanMs} ms in the system, expected about ${IN_SYSTEM_MS}`);
}

/** Counter-based draws as the model makes them, the same for both engines in JavaScript. */
function draws() {
  const { k0, k1 } = makeKey(1, 0);
  let [gaps, services] = [0, 0];
  return {
    gap: () => drawExponential(GAP_MS, uniform(k0, k1, gaps++)),
    service: () => drawExponential(SERVICE_MS, uniform(k1, k0, services++)),
  };
}

/** In poolsim's engine: the waiting stand in a ring, and whoever is served leaves by an event. */
function simulateOurs(customers: number): number {
  const { gap, service } = draws();
  const queue = new EventQueue();
  const [ARRIVAL, DEPARTURE] = [0, 1];
  let arrivals = new Float64Array(1024);
  let [first, waiting, arrived, total] = [0, 0, 0, 0];
  queue.schedule(0, ARRIVAL, 0, 0);
  while (queue.next()) {
    const { now } = queue;
    if (queue.kind === ARRIVAL) {
      if (waiting === arrivals.length) {
        const grown = new Float64Array(waiting * 2);
        for (let at = 0; at < waiting; at++) grown[at] = arrivals[(first + at) % waiting] ?? 0;
        [arrivals, first] = [grown, 0];
      }
      arrivals[(first + waiting) & (arrivals.length - 1)] = now;
      if (waiting++ === 0) queue.schedule(now + service(), DEPARTURE, 0, 0);
      if (++arrived < customers) queue.schedule(now + gap(), ARRIVAL, 0, 0);
    } else {
      total += now - (arrivals[first] ?? 0);
      first = (first + 1) & (arrivals.length - 1);
      if (--waiting > 0) queue.schedule(now + service(), DEPARTURE, 0, 0);
    }
  }
  return total / customers;
}

async function simpy(customers: number): Promise<Peer> {
  const name = "SimPy";
  try {
    await outputOf(PYTHON, ["-c", "import SimPy.Simulation"]);
  } catch {
    const absent = `${PYTHON} has no SimPy 2.3 (Debian: apt-get install python3-simpy)`;
    return { name, absent };
  }
  const measure = async () => {
    const given = [customers, GAP_MS, SERVICE_MS].map(String);
    const output = await outputOf(PYTHON, [SIMPY, ...given]);
    const [seconds = Number.NaN, meanMs = Number.NaN] = output.trim().split(" ").map(Number);
    check(name, customers, meanMs);
    return customers / seconds;
  };
  return { name, measure };
}

/** The hold model: so many events wait, each that comes is scheduled again. */
function hold(events: number, waiting: number): number {
  const { k0, k1 } = makeKey(2, 0);
  const queue = new EventQueue();
  for (let at = 0; at < waiting; at++) queue.schedule(uniform(k0, k1, at), 0, at, at);
  return perCpuSecond(events, () => {
    for (let at = 0; at < events && queue.next(); at++) {
      queue.schedule(queue.now + uniform(k1, k0, at), 0, queue.id, queue.id);
    }
  });
}

/** The same with a list that is kept in order: found by halving, and what is behind moved on. */
function holdInList(events: number, waiting: number): number {
  const { k0, k1 } = makeKey(2, 0);
  const list: { time: number; id: number }[] = [];
  const insert = (time: number, id: number) => {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((list[middle]?.time ?? 0) > time) low = middle + 1;
      else high = middle;
    }
    list.splice(low, 0, { time, id });
  };
  for (let at = 0; at < waiting; at++) insert(uniform(k0, k1, at), at);
  return perCpuSecond(events, () => {
    for (let at = 0; at < events; at++) {
      const next = list.pop();
      if (next === undefined) return;
      insert(next.time + uniform(k1, k0, at), next.id);
    }
  });
}

async function run(options: BenchOptions) {
  const customers = Math.ceil(CUSTOMERS * options.scale);
  const few = Math.ceil(customers / 10);
  const ours = () =>
    perCpuSecond(customers, () => check("poolsim", customers, simulateOurs(customers)));
  const simjs = () => perCpuSecond(few, () => check("simjs", few, simulateSimjs(few, draws())));
  const unit = "customers/CPU s";
  return [
    await compare(
      {
        name: "M/M/1",
        unit,
        ours,
        peer: { name: "simjs", measure: simjs },
        bar: { kind: "at least", ratio: 5 },
      },
      options,
    ),
    await compare(
      { name: "M/M/1", unit, ours, peer: await simpy(few), bar: { kind: "at least", ratio: 20 } },
      options,
    ),
    await compare(
      {
        name: "10,000 events waiting",
        unit: "events/CPU s",
        ours: () => hold(customers, HELD_EVENTS),
        peer: { name: "sorted list", measure: () => holdInList(few, HELD_EVENTS) },
      },
      options,
    ),
  ];
}

export const engine: Section = { name: "engine", title: "Bare engine", run };
