/**
 * One discovery (D-8 … D-42) of 100 orchestrators, 20 wanted: one object is used for all rounds. The naive
 * way makes sets and lists for each round, and sorts what it has found at each answer.
 */
import { makeKey, uniform } from "../../src/core/random.js";
import { DiscoveryRound, Suspender } from "../../src/discovery/index.js";
import { type BenchOptions, compare, perCpuSecond, type Section } from "../shared/figures.js";

const ORCHESTRATORS = 100;
const WANTED = 20;
const ROUNDS = 200_000;

const endpoints = Array.from({ length: ORCHESTRATORS }, (_, at) => at);
const { k0, k1 } = makeKey(5, 0);
const answers = endpoints.map((transcoder) => ({ transcoder, rejection: null, nodes: [] }));

/** When each answers, in the order of time: the same for both, another in each of ten rounds. */
const orders = Array.from({ length: 10 }, (_, round) =>
  endpoints
    .map((endpoint) => ({ endpoint, atMs: 20 + 400 * uniform(k0, k1, round * 1_000 + endpoint) }))
    .sort((a, b) => a.atMs - b.atMs),
);

function suspender(): Suspender {
  const suspends = new Suspender();
  for (let at = 0; at < ORCHESTRATORS; at += 10) suspends.suspend(at, 1_000_000);
  return suspends;
}

function ours(rounds: number): number {
  const round = new DiscoveryRound();
  const suspends = suspender();
  let found = 0;
  const rate = perCpuSecond(rounds, () => {
    for (let at = 0; at < rounds; at++) {
      round.start(0, { endpoints, wanted: WANTED, suspender: suspends });
      for (const { endpoint, atMs } of orders[at % orders.length] ?? []) {
        const answer = answers[endpoint];
        if (answer === undefined) continue;
        if (round.response(atMs, endpoint, answer, atMs) === "done") break;
      }
      found += round.size;
    }
  });
  return checked(rate, found, rounds);
}

function checked(rate: number, found: number, rounds: number): number {
  if (found === rounds * WANTED) return rate;
  throw new Error(`${found} orchestrators in ${rounds} rounds, expected ${rounds * WANTED}`);
}

function naive(rounds: number): number {
  const suspends = suspender();
  let found = 0;
  const rate = perCpuSecond(rounds, () => {
    for (let at = 0; at < rounds; at++) {
      const asked = new Set(endpoints);
      let usable: { readonly transcoder: number; readonly latencyMs: number }[] = [];
      for (const { endpoint, atMs } of orders[at % orders.length] ?? []) {
        const answer = answers[endpoint];
        if (answer === undefined || !asked.delete(endpoint)) continue;
        if (suspends.suspended(answer.transcoder) > 0) continue;
        usable = [...usable, { transcoder: answer.transcoder, latencyMs: atMs }];
        usable.sort((a, b) => a.latencyMs - b.latencyMs);
        if (usable.length === WANTED) break;
      }
      found += usable.length;
    }
  });
  return checked(rate, found, rounds);
}

async function run(options: BenchOptions) {
  const rounds = Math.ceil(ROUNDS * options.scale);
  const pair = {
    name: `${WANTED} of ${ORCHESTRATORS}`,
    unit: "rounds/CPU s",
    ours: () => ours(rounds),
    peer: { name: "new sets, sorted lists", measure: () => naive(rounds) },
  };
  return [await compare(pair, options)];
}

export const discoveryRound: Section = { name: "discovery-round", title: "Discovery round", run };
