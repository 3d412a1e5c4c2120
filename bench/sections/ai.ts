/**
 * AI jobs: 200 requests a second at two kinds of models, a pool of twenty workers among six rivals, beside
 * the bare event queue with the same number of events.
 */
import { uniform } from "../../src/core/random.js";
import { EventQueue } from "../../src/sim/engine/event-queue.js";
import { loadScenario } from "../../src/sim/index.js";
import { Simulation } from "../../src/sim/model/simulation.js";
import { compileWorld } from "../../src/sim/model/world/compile-world.js";
import { type BenchOptions, compare, cpuSecondsOf, type Section } from "../shared/figures.js";

const RIVALS = Array.from({ length: 6 }, (_, index) => `rival-${index}`);
const PRICES = `{ pipeline: text-to-image, pricePerUnit: 1 }, { pipeline: llm, pricePerUnit: 1000 }`;
/** What a model of an orchestrator, and of a worker, is like. */
const models = (capacity: number, prices: boolean) =>
  `[{ pipeline: text-to-image, capacity: ${capacity}, msPerUnit: 0.004${prices ? ", pricePerUnit: 1" : ""} }, { pipeline: llm, capacity: ${capacity}, msPerUnit: 8${prices ? ", pricePerUnit: 1000" : ""} }]`;

function scenarioText(minutes: number): string {
  return `
name: ai-speed
warmup: 1 m
duration: ${minutes} m
demand: { concurrentStreams: 0 }
network: { limit: 0 }
gateway: { region: FRA }
ai:
  jobs:
    - { name: images, pipeline: text-to-image, requestsPerSecond: 150 }
    - { name: texts, pipeline: llm, requestsPerSecond: 50, units: { distribution: lognormal, mean: 300 } }
  orchestrators:
${RIVALS.map((name) => `    - { name: ${name}, models: ${models(40, true)} }`).join("\n")}
orchestrators:
${RIVALS.map((name) => `  - { name: ${name}, region: FRA, stakeLpt: 1000, backend: { type: measured, roundTripMs: 100 } }`).join("\n")}
orchestrator: { region: FRA, stakeLpt: 2000, ai: { prices: [${PRICES}] } }
workers: [{ name: gpu, count: 20, ai: { transcoding: none, models: ${models(3, false)} } }]
`;
}

/** Requests per CPU second, and how many events they took. */
function simulated(minutes: number): { readonly perSecond: number; readonly events: number } {
  const text = new TextEncoder().encode(scenarioText(minutes));
  const { base } = loadScenario("ai-speed.yaml", { readFile: () => text });
  const simulation = new Simulation({ world: compileWorld(base), seed: 1, replication: 0 });
  const seconds = cpuSecondsOf(() => {
    simulation.run();
  });
  const counted = (simulation.counters.ai?.jobs ?? []).reduce((sum, job) => sum + job.requests, 0);
  const requests = (counted * (minutes + 1)) / minutes;
  return { perSecond: requests / seconds, events: simulation.queue.scheduled };
}

/** The same number of events, of which as many wait as there are requests under way. */
function bare(events: number, requests: number): number {
  const waiting = 300;
  const queue = new EventQueue();
  for (let at = 0; at < waiting; at++) queue.schedule(uniform(1, 2, at), 0, at, at);
  const seconds = cpuSecondsOf(() => {
    for (let at = 0; at < events && queue.next(); at++) {
      queue.schedule(queue.now + uniform(2, 1, at), 0, queue.id, queue.id);
    }
  });
  return requests / seconds;
}

async function run(options: BenchOptions) {
  const minutes = Math.max(1, Math.round((options.hours * 60 * options.scale) / 6));
  const known = simulated(1);
  const perMinute = known.events / 2;
  const requests = 12_000 * (minutes + 1);
  return [
    await compare(
      {
        name: `AI requests, 200/s, ${minutes} min`,
        unit: "requests/CPU s",
        ours: () => simulated(minutes).perSecond,
        peer: {
          name: "bare event queue, as many events",
          measure: () => bare(perMinute * (minutes + 1), requests),
        },
      },
      options,
    ),
  ];
}

export const ai: Section = { name: "ai", title: "AI jobs", run };
