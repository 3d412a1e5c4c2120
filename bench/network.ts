/**
 * Speed and memory of the whole model: the network of scenarios/network-week.yaml with tickets,
 * books, tester and metrics, one thread, 24 simulated hours after 1 h of warm-up.
 *
 *     npm run bench:network                 # 5 runs, each in a process of its own
 *     npm run bench:network -- --hours 6 --runs 1
 *
 * A segment counts once, when it has passed select → in flight → complete of the session pool. CPU
 * seconds are user + system of the run, the warm-up included; compiling the scenario is not.
 */
import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compileWorld } from "../src/sim/model/compile-world.js";
import { Simulation } from "../src/sim/model/simulation.js";
import { loadScenario } from "../src/sim/scenario/load.js";

interface Run {
  readonly segments: number;
  readonly cpuSeconds: number;
  readonly rounds: number;
  readonly answers: number;
  readonly rssMb: number;
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
    // Of one run: settings of the scenario, each a path and its value as JSON.
    set: { type: "string", multiple: true, default: [] },
  },
});

if (values.one === undefined) report();
else console.log(JSON.stringify(run(Number(values.hours), Number(values.one))));

/** One run in this process. */
function run(hours: number, replication: number): Run {
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
  const simulation = new Simulation({ world, seed: scenario.seed, replication });
  const before = process.cpuUsage();
  simulation.run();
  const { user, system } = process.cpuUsage(before);
  return {
    segments: simulation.segmentsCompleted,
    cpuSeconds: (user + system) / 1e6,
    rounds: simulation.counters.network.discoveries,
    answers: simulation.counters.network.answers,
    rssMb: process.memoryUsage().rss / 2 ** 20,
  };
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
    ["--import", "tsx", self, "--hours", String(hours), "--one", String(replication)],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  return JSON.parse(output) as Run;
}

function report(): void {
  const hours = Number(values.hours);
  const count = Number(values.runs);
  console.log(
    `${cpus()[0]?.model ?? "?"}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0]?.toFixed(2)}`,
  );
  const speeds: number[] = [];
  const sizes: number[] = [];
  console.log("run    segments   CPU s   segments/CPU s   rounds    answers   RSS MiB");
  for (let index = 0; index < count; index++) {
    const one = inProcess(hours, index);
    speeds.push(one.segments / one.cpuSeconds);
    sizes.push(one.rssMb);
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
      ].join(" "),
    );
  }
  speeds.sort((a, b) => a - b);
  const median = speeds[Math.floor((speeds.length - 1) / 2)] ?? 0;
  console.log(
    `median ${Math.round(median)} segments per CPU second (${Math.round(speeds[0] ?? 0)} to ${Math.round(speeds[speeds.length - 1] ?? 0)})`,
  );
  const early = inProcess(hours / 4, 0).rssMb;
  const late = sizes[0] ?? 0;
  console.log(
    `RSS after ${hours / 4} h: ${early.toFixed(0)} MiB, after ${hours} h: ${late.toFixed(0)} MiB (${((100 * (late - early)) / early).toFixed(1)} %)`,
  );
}
