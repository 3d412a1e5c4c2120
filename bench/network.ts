/**
 * Speed and memory of the whole model: the network of scenarios/network-week.yaml with tickets,
 * books, tester and metrics, one thread, 24 simulated hours after 1 h of warm-up.
 *
 *     npm run bench:network                 # 5 runs, each in a process of its own
 *     npm run bench:network -- --hours 6 --runs 1
 *
 * A segment counts once, when it has passed select → in flight → complete of the session pool. CPU
 * seconds are user + system of the run, the warm-up included; compiling the scenario is not.
 *
 * Memory is said twice. What lives at the end, after a full collection of garbage, is what would grow if
 * anything were kept that should not be. The process's memory (RSS) has the garbage that V8 has not
 * collected yet, up to three times what lives, and depends on when it last did. It is looked at twice in each
 * run, after a quarter of the counted time and at the end.
 */
import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Simulation } from "../src/sim/model/simulation.js";
import { compileWorld } from "../src/sim/model/world/compile-world.js";
import { loadScenario } from "../src/sim/scenario/load.js";

interface Run {
  readonly segments: number;
  readonly cpuSeconds: number;
  readonly rounds: number;
  readonly answers: number;
  readonly rssMb: number;
  /** The same after a quarter of the counted time. */
  readonly quarterRssMb: number;
  /** What lives at the end; null in a process that was started without `--expose-gc`. */
  readonly liveMb: number | null;
}

const SCENARIO = fileURLToPath(new URL("../scenarios/network-week.yaml", import.meta.url));
/** One of the network's orchestrators under study, so that books are kept. */
const STUDIED = {
  region: "FRA",
  stakeShare: 0.05,
  backend: { type: "measured", roundTripMs: 700 },
};

const { values } = parseArgs({
  options: {
    hours: { type: "string", default: "24" },
    runs: { type: "string", default: "5" },
    one: { type: "string" },
    // Of one run: so many replications after each other, from that of `one` on.
    replications: { type: "string", default: "1" },
    // Of one run: settings of the scenario, each a path and its value as JSON.
    set: { type: "string", multiple: true, default: [] },
  },
});

if (values.one === undefined) report();
else {
  const { hours, one, replications } = values;
  console.log(JSON.stringify(run(Number(hours), Number(one), Number(replications))));
}

/** Replications in this process. */
function run(hours: number, first: number, replications: number): Run {
  const loaded = loadScenario(SCENARIO, {});
  const name = loaded.variants[0]?.name ?? "";
  const { data, scenario } = loaded.withSettings(name, [
    ["warmup", "1h"],
    ["duration", `${hours}h`],
    ["tickets.enabled", true],
    ["tester", {}],
    ["orchestrator", STUDIED],
    ...values.set.map(settingOf),
  ]);
  const world = compileWorld({ data, scenario });
  const sums = { segments: 0, cpuSeconds: 0, rounds: 0, answers: 0 };
  let memory = { rssMb: 0, quarterRssMb: 0, liveMb: null as number | null };
  for (let replication = first; replication < first + replications; replication++) {
    const simulation = new Simulation({ world, seed: scenario.seed, replication });
    const before = process.cpuUsage();
    const quarterRssMb = runThrough(simulation);
    const { user, system } = process.cpuUsage(before);
    const { network } = simulation.counters;
    sums.segments += simulation.segmentsCompleted;
    sums.cpuSeconds += (user + system) / 1e6;
    sums.rounds += network.discoveries;
    sums.answers += network.answers;
    memory = { rssMb: rssMb(), quarterRssMb, liveMb: liveMb(simulation) };
  }
  return { ...sums, ...memory };
}

/** Runs a simulation: the process's memory after a quarter of the counted time. */
function runThrough(simulation: Simulation): number {
  const { warmupMs, endMs } = simulation.world;
  const quarterMs = warmupMs + (endMs - warmupMs) / 4;
  let quarterRssMb = Number.NaN;
  const steps = simulation.runInSteps();
  while (!steps.next().done) {
    if (Number.isNaN(quarterRssMb) && simulation.now >= quarterMs) quarterRssMb = rssMb();
  }
  return quarterRssMb;
}

function rssMb(): number {
  return process.memoryUsage().rss / 2 ** 20;
}

/** Memory in use after a full collection, while the simulation is held. */
function liveMb(held: Simulation): number | null {
  const { gc } = globalThis;
  if (gc === undefined) return null;
  gc();
  return held.segmentsCompleted < 0 ? null : process.memoryUsage().heapUsed / 2 ** 20;
}

function settingOf(text: string): readonly [path: string, value: unknown] {
  const [, path = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  return [path, JSON.parse(value)];
}

/** A run in a process of its own. */
function inProcess(hours: number, replication: number): Run {
  const self = fileURLToPath(import.meta.url);
  const output = execFileSync(
    process.execPath,
    [
      "--expose-gc",
      "--import",
      "tsx",
      self,
      "--hours",
      String(hours),
      "--one",
      String(replication),
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  return JSON.parse(output) as Run;
}

/** By how much memory grew after a quarter of the counted time, %. */
function growth({ quarterRssMb, rssMb }: Run): number {
  return (100 * (rssMb - quarterRssMb)) / quarterRssMb;
}

function report(): void {
  const hours = Number(values.hours);
  const count = Number(values.runs);
  console.log(
    `${cpus()[0]?.model ?? "?"}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0]?.toFixed(2)}`,
  );
  const speeds: number[] = [];
  const runs: Run[] = [];
  console.log("run    segments   CPU s   segments/CPU s   rounds    answers   RSS MiB   grown");
  for (let index = 0; index < count; index++) {
    const one = inProcess(hours, index);
    speeds.push(one.segments / one.cpuSeconds);
    runs.push(one);
    console.log(
      [
        String(index + 1).padStart(3),
        String(one.segments).padStart(11),
        one.cpuSeconds.toFixed(1).padStart(7),
        Math.round(one.segments / one.cpuSeconds)
          .toString()
          .padStart(16),
        String(one.rounds).padStart(8),
        String(one.answers).padStart(10),
        one.rssMb.toFixed(0).padStart(9),
        `${growth(one).toFixed(1)} %`.padStart(7),
      ].join(" "),
    );
  }
  speeds.sort((a, b) => a - b);
  const median = speeds[Math.floor((speeds.length - 1) / 2)] ?? 0;
  console.log(
    `median ${Math.round(median)} segments per CPU second (${Math.round(speeds[0] ?? 0)} to ${Math.round(speeds[speeds.length - 1] ?? 0)})`,
  );
  const early = inProcess(hours / 4, 0);
  const [late = early] = runs;
  const grown = (name: string, before: number, after: number) =>
    console.log(
      `${name} after ${hours / 4} h: ${before.toFixed(1)} MiB, after ${hours} h: ${after.toFixed(1)} MiB (${((100 * (after - before)) / before).toFixed(1)} %)`,
    );
  grown("what lives", early.liveMb ?? 0, late.liveMb ?? 0);
  const most = Math.max(...runs.map(growth));
  console.log(
    `RSS from ${hours / 4} h to ${hours} h, within one run: grown by at most ${most.toFixed(1)} %`,
  );
}
