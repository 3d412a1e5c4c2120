/**
 * The simulated leaderboard tester of `scenarios/region.yaml` against the published rows: every
 * leaderboard region in turn with its own rows left out, and the share of perfect tests by round
 * trip. What is compared comes out of simulated runs, by the rules of sessions (M-12 … M-18), and
 * not out of a formula for lateness.
 */
import { fileURLToPath } from "node:url";
import type { DataFile } from "../../src/sim/input.js";
import { Simulation } from "../../src/sim/model/simulation.js";
import { compileWorld } from "../../src/sim/model/world/compile-world.js";
import { loadScenario } from "../../src/sim/scenario/load.js";

/** A row of the leaderboard: one orchestrator from one region, mean over a day's tests. */
export interface TestedRow {
  readonly region: string;
  readonly successRate: number;
  /** Of 2 s segments; 0 when nothing came back. */
  readonly roundTripMs: number;
}

/** A region as the leaderboard shows it. */
interface Shown {
  readonly successRate: number;
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
}

const RELIABLE = 0.9;
const FIGURES = ["p05", "p50", "p95"] as const;
const BIN_ENDS_MS = [500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, Number.POSITIVE_INFINITY];

function quantile(sorted: readonly number[], p: number): number {
  const at = p * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function shown(rows: readonly TestedRow[]): Shown {
  const times = rows
    .filter(({ successRate }) => successRate >= RELIABLE)
    .map(({ roundTripMs }) => roundTripMs)
    .sort((a, b) => a - b);
  return {
    successRate: mean(rows.map(({ successRate }) => successRate)),
    p05: quantile(times, 0.05),
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
  };
}

/** The network file without a region's columns: as if it had never been tested from there. */
function without(region: string, { name, text }: DataFile): DataFile {
  const lines = text.trimEnd().split("\n");
  const header = lines[0]?.split(",") ?? [];
  const kept = header.map(
    (column) => column !== `rtMs_${region}` && column !== `success_${region}`,
  );
  const cut = lines.map((line) =>
    line
      .split(",")
      .filter((_, at) => kept[at])
      .join(","),
  );
  return { name, text: `${cut.join("\n")}\n` };
}

/** Simulated days of tests from a region. */
function simulatedDays(region: string, days: number, hidden: boolean): TestedRow[][] {
  const file = fileURLToPath(new URL("../region.yaml", import.meta.url));
  const { base } = loadScenario(file, {
    set: [
      { path: "gateway.region", value: region },
      { path: "tester.regions", value: [region] },
      { path: "expect", value: [] },
    ],
  });
  const { data } = base;
  const network = hidden ? without(region, data.network) : data.network;
  const world = compileWorld({ ...base, data: { ...data, network } });
  return Array.from({ length: days }, (_, replication) => {
    const simulation = new Simulation({ world, seed: 1, replication });
    simulation.run();
    return simulation.tester.tests
      .filter(({ totals }) => totals.tests > 0)
      .map(({ totals }) => ({
        region,
        successRate: totals.received / totals.sent,
        roundTripMs: totals.roundTripMs,
      }));
  });
}

/** Lines: each region simulated, with its own rows or without, against its rows; worst first. */
function regionLines(
  published: ReadonlyMap<string, readonly TestedRow[]>,
  hidden: boolean,
): string[] {
  const compared = [...published].map(([region, rows]) => {
    const days = simulatedDays(region, 10, hidden).map(shown);
    const actual = shown(rows);
    const successRate = mean(days.map((day) => day.successRate));
    const logs = FIGURES.map((figure) =>
      Math.log(mean(days.map((day) => day[figure])) / actual[figure]),
    );
    const figures = FIGURES.map(
      (figure) => `${mean(days.map((day) => day[figure])).toFixed(0)}/${actual[figure].toFixed(0)}`,
    );
    const pair = `${successRate.toFixed(3)}/${actual.successRate.toFixed(3)}`;
    return {
      errors: [successRate - actual.successRate, ...logs],
      text: `    ${region} ${pair} ${figures.map((figure) => figure.padStart(9)).join(" ")}`,
    };
  });
  const means = ["success", ...FIGURES].map((name, at) => {
    const error = mean(compared.map(({ errors }) => Math.abs(errors[at] ?? 0)));
    return `${name} ${error.toFixed(3)}`;
  });
  return [
    ...compared
      .sort((a, b) => Math.abs(b.errors[0] ?? 0) - Math.abs(a.errors[0] ?? 0))
      .map(({ text }) => text),
    `  mean |error|, of quantiles in logs: ${means.join(", ")}`,
  ];
}

/** Lines: share of perfect days and mean success by round trip, simulated and published. */
function perfectLines(published: ReadonlyMap<string, readonly TestedRow[]>): string[] {
  const actual = [...published.values()].flat();
  const simulated = [...published.keys()].flatMap((region) =>
    simulatedDays(region, 3, false).flat(),
  );
  return BIN_ENDS_MS.map((end, bin) => {
    const start = BIN_ENDS_MS[bin - 1] ?? 0;
    const [left = "", right = ""] = [simulated, actual].map((rows) => {
      const mine = rows.filter(
        ({ successRate, roundTripMs }) =>
          successRate > 0 && roundTripMs >= start && roundTripMs < end,
      );
      const perfect = mine.filter(({ successRate }) => successRate === 1).length / mine.length;
      const success = mean(mine.map(({ successRate }) => successRate));
      return `${perfect.toFixed(2)} ${success.toFixed(2)} (${mine.length})`;
    });
    const name = `${start}–${end === Number.POSITIVE_INFINITY ? "" : end} ms`;
    return `    ${name.padEnd(13)} ${left.padEnd(17)} ${right}`;
  });
}

/**
 * Everything to be printed, line by line; takes about 20 s.
 *
 * @param rows the published rows, silent orchestrators included
 */
export function simulatedTesterLines(rows: readonly TestedRow[]): string[] {
  const codes = [...new Set(rows.map(({ region }) => region))];
  const published = new Map(
    codes.map((code) => [code, rows.filter(({ region }) => region === code)]),
  );
  return [
    "Simulated tester, each region without its own rows, 10 days; worst first (simulated/published)",
    "  success rate; p05, p50, p95 ms over orchestrators with success of at least 0.9",
    ...regionLines(published, true),
    "",
    "The same with all rows: what was measured stays where it is, tests have their noise",
    ...regionLines(published, false),
    "",
    "Perfect days (all of 45 segments back) and mean success by round trip, with all rows",
    "                  simulated         published",
    ...perfectLines(published),
  ];
}
