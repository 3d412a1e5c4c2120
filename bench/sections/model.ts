/**
 * The whole model: the network of scenarios/network-week.yaml with tickets, books, tester and metrics, on
 * one thread, beside the earlier poolsim with its own scenario; and what becomes of its speed with more
 * streams, orchestrators and workers, beside itself with few. Each run is a process of its own.
 */

import { EARLIER, earlierPoolsim, ROOT } from "../shared/earlier.js";
import {
  type BenchOptions,
  type Comparison,
  compare,
  type Peer,
  type Section,
} from "../shared/figures.js";
import { outputOf } from "../shared/processes.js";

const UNIT = "segments/CPU s";
/** Streams at a time ÷ streams a day, at a mean of 35 min. */
const AT_A_TIME = 35 / (24 * 60);

type Settings = Readonly<Record<string, unknown>>;

/** Segments per CPU second, by `bench/network.ts` of a folder. */
async function speed(folder: string, hours: number, settings: Settings = {}): Promise<number> {
  const set = Object.entries(settings).flatMap(([path, value]) => [
    "--set",
    `${path}=${JSON.stringify(value)}`,
  ]);
  const args = ["--import", "tsx", "bench/network.ts", "--one", "0", "--hours", String(hours)];
  const output = await outputOf(process.execPath, [...args, ...set], { cwd: folder });
  const { segments, cpuSeconds }: { segments: number; cpuSeconds: number } = JSON.parse(output);
  return segments / cpuSeconds;
}

function earlier(hours: number): Peer {
  const name = `commit ${EARLIER}`;
  const made = earlierPoolsim();
  if ("absent" in made) return { name, absent: made.absent };
  return { name, measure: () => speed(made.folder, hours) };
}

function streamsAtATime(count: number, scale: number): Settings {
  // The same number of segments in all, so that a run takes as long.
  const minutes = Math.max(1, Math.round((60_000 * scale) / count));
  return {
    "demand.streamsPerDay": Math.round(count / AT_A_TIME),
    warmup: "1m",
    duration: `${minutes}m`,
  };
}

function poolOf(workers: number): Settings {
  const sessions = { maxSessions: 2, roundTripMs: 500 };
  return {
    orchestrator: { name: "pool", region: "FRA", stakeShare: 0.3, maxSessions: "auto" },
    workers: [{ name: "worker", count: workers, ...sessions }],
    warmup: "10m",
  };
}

async function run(options: BenchOptions) {
  const { hours, scale } = options;
  const itself = (name: string, few: Settings, many: Settings, bar: Comparison["bar"] = null) =>
    compare(
      {
        name,
        unit: UNIT,
        warmUp: false,
        ours: () => speed(ROOT, hours, many),
        peer: { name: "itself with few", measure: () => speed(ROOT, hours, few) },
        bar,
      },
      options,
    );
  return [
    await compare(
      {
        name: `network-week, ${hours} h`,
        unit: UNIT,
        warmUp: false,
        ours: () => speed(ROOT, hours),
        peer: earlier(hours),
        bar: { kind: "at least", ratio: 10 },
      },
      options,
    ),
    await itself(
      "10,000 streams at a time, not 1,000",
      streamsAtATime(1_000, scale),
      streamsAtATime(10_000, scale),
    ),
    // 100,000 take gigabytes and minutes: only where a long bench is asked for.
    ...(hours < 24
      ? []
      : [
          await itself(
            "100,000 streams at a time, not 1,000",
            streamsAtATime(1_000, scale),
            streamsAtATime(100_000, scale * 10),
            { kind: "at least", ratio: 0.6 },
          ),
        ]),
    await itself("100 orchestrators, not 10", { "network.limit": 10 }, {}),
    await itself("1,000 workers, not 10", poolOf(10), poolOf(1_000)),
  ];
}

export const model: Section = { name: "model", title: "Whole model", run };
