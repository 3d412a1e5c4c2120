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
/** How long many streams are looked at. */
const MANY_MINUTES = 6;

type Settings = Readonly<Record<string, unknown>>;

/** Segments per CPU second, by `bench/network.ts` of a folder. */
async function speed(
  folder: string,
  hours: number,
  settings: Settings = {},
  replications = 1,
): Promise<number> {
  const set = Object.entries(settings).flatMap(([path, value]) => [
    "--set",
    `${path}=${JSON.stringify(value)}`,
  ]);
  const args = ["--import", "tsx", "bench/network.ts", "--one", "0", "--hours", String(hours)];
  // Which an earlier poolsim does not know.
  if (replications > 1) args.push("--replications", String(replications));
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

function streamsAtATime(count: number, minutes: number): Settings {
  return {
    "demand.streamsPerDay": Math.round(count / AT_A_TIME),
    warmup: "1m",
    duration: `${minutes}m`,
  };
}

/** Those of few streams, of which there are so many as make up for the many. */
const FEW_STREAMS = 1_000;

/**
 * Many streams at a time beside a thousand. Each stream has the same minutes, and so the same part of
 * discoveries, which are most of its beginning; a thousand are run so often that there are as many.
 */
function manyStreams(many: number, options: BenchOptions, bar: Comparison["bar"]) {
  const minutes = Math.max(1, Math.round(MANY_MINUTES * options.scale));
  const few = () =>
    speed(ROOT, 0, streamsAtATime(FEW_STREAMS, minutes), Math.round(many / FEW_STREAMS));
  return compare(
    {
      name: `${many.toLocaleString("en")} streams at a time, not 1,000`,
      unit: UNIT,
      warmUp: false,
      ours: () => speed(ROOT, 0, streamsAtATime(many, minutes)),
      peer: { name: "itself with few, as often", measure: few },
      bar,
    },
    options,
  );
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
  const { hours } = options;
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
    await manyStreams(10_000, options, null),
    // 100,000 take gigabytes and minutes: only where a long bench is asked for.
    ...(hours < 24 ? [] : [await manyStreams(100_000, options, { kind: "at least", ratio: 0.6 })]),
    await itself("100 orchestrators, not 10", { "network.limit": 10 }, {}),
    await itself("1,000 workers, not 10", poolOf(10), poolOf(1_000)),
  ];
}

export const model: Section = { name: "model", title: "Whole model", run };
