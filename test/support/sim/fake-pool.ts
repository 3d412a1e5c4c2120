/**
 * A simulator of a few lines in which workers do what their names say, to test advice with: what is
 * right can be worked out by hand, and so can two workers that hide each other.
 */
import type { Simulate } from "../../../src/sim/experiment/executor.js";
import { servingKinds } from "../../../src/sim/scenario/serving-kinds.js";
import { noiseOf } from "./fake-simulate.js";

/** A pool of workers of such names; those with `home` in it have links of their own. */
export function poolOf(names: readonly string[], more = ""): string {
  const workers = names.map((name) => {
    const isHome = name.startsWith("home");
    const device = "device: gtx1060, downloadMbps: 100, uploadMbps: 10, maxSessions: 8";
    return `  - { name: ${name}, ${isHome ? device : "roundTripMs: 400, maxSessions: 4"} }`;
  });
  return `
name: fake
replications: auto
duration: 1h
gateway: { region: FRA }
demand: { concurrentStreams: 60 }
orchestrator: { name: pool, region: FRA, stakeShare: 0.05 }
workers:
${workers.join("\n")}
${more}
`;
}

/** What a worker takes from the pool: a share of all its streams. */
interface Harm {
  readonly part: number;
  readonly lostMinutes: number;
  /** The share of its sessions that it keeps. @default 1 − part */
  readonly keeps?: number;
}

/** A number for a name. */
function codeOf(name: string): number {
  return [...name].reduce((code, letter) => (31 * code + letter.charCodeAt(0)) % 100_003, 7);
}

const NONE: Harm = { part: 0, lostMinutes: 1 };

/**
 * - `slow…`: any number of them together lose half of all streams, unless they are spares;
 * - `old…`: loses a third, as a spare nothing at ordinary demand, and gains a third at peak;
 * - `home…`: loses three tenths unless it is capped at 2 sessions or 1, of which each brings a twentieth;
 * - `never…`: is never chosen, and changes nothing;
 * - `weak…`: keeps a third of its sessions, and is too small to count; `weak-null`: keeps none of them;
 * - `only…`: keeps a third of its sessions, and brings in a quarter;
 * - others: bring in a hundredth each.
 */
export const fakePool: Simulate = ({ scenario }, { seed, replication }) => {
  const names = servingKinds(scenario).flatMap(({ workers }) => workers);
  const { tier, sessionCap } = scenario.orchestrator?.admission ?? {};
  const spares = new Set(tier?.spares);
  const isPeak = scenario.assumptions.loadScale > 1;
  const harmOf = (name: string): Harm => {
    if (name.startsWith("slow")) return { part: 0.5, lostMinutes: 300 };
    if (name.startsWith("old") && spares.has(name))
      return { part: isPeak ? -0.33 : 0, lostMinutes: 9 };
    if (name.startsWith("old")) return { part: 0.33, lostMinutes: 90 };
    if (name.startsWith("home")) {
      const sessions = sessionCap?.[name] ?? 8;
      return { ...NONE, part: sessions > 2 ? 0.3 : -0.05 * sessions, lostMinutes: 50 };
    }
    if (name === "weak-null") return { part: 0, lostMinutes: 30, keeps: 0 };
    if (name.startsWith("weak")) return { part: 0, lostMinutes: 20, keeps: 0.35 };
    if (name.startsWith("only")) return { part: -0.25, lostMinutes: 20, keeps: 0.35 };
    return NONE;
  };
  const slow = names.some((name) => name.startsWith("slow")) ? 0.5 : 0;
  const others = names
    .filter((name) => !name.startsWith("slow"))
    .reduce((kept, name) => kept * (1 - harmOf(name).part), 1);
  const good = names.filter((name) => !/^(slow|old|home|never|weak|only)/.test(name)).length;
  const load = scenario.assumptions.loadScale;
  // What a worker does varies from replication to replication, so that differences vary too.
  const luck = names
    .filter((name) => !name.startsWith("never"))
    .reduce((sum, name) => sum + noiseOf(seed + 97 * codeOf(name), replication) - 1, 0);
  const noise = noiseOf(seed, replication) + 0.2 * luck;
  const net = 0.001 * load * noise * (1 - slow) * others * (1 + 0.01 * good);
  const perWorker = names.flatMap((name) => {
    const picks = name.startsWith("never") ? 0 : 40 + (replication % 3);
    return [
      [`worker.${name}.picks`, picks],
      [`worker.${name}.segments`, 1000],
      [`worker.${name}.retention`, harmOf(name).keeps ?? 1 - harmOf(name).part],
      [`worker.${name}.roundTripMs.p99`, 600],
      [`worker.${name}.streamMinutesLost`, harmOf(name).lostMinutes],
      [`worker.${name}.streamMinutesLost.inFlight`, harmOf(name).lostMinutes],
    ] as const;
  });
  return {
    metrics: {
      "pool.feesEthPerDay": 4 * net,
      "pool.operatorNetPerDay": net,
      "pool.lateShare": 0.01,
      "pool.sessions": 400,
      "pool.segments": 1000,
      ...Object.fromEntries(perWorker),
    },
    orchestrators: ["pool"],
    workers: names,
    regions: ["FRA"],
    series: {},
    seriesBinMs: 1_800_000,
    conservation: [],
    imputed: {},
    withoutStreams: null,
    admissions: [],
  };
};
