/**
 * Importing a pool's events, from JSON text to durable postings, beside one event, one row and one commit
 * at a time, and beside the earlier poolsim with its own bench and schema.
 */

import { EARLIER, earlierPoolsim, ROOT } from "../shared/earlier.js";
import { type BenchOptions, compare, type Peer, type Section } from "../shared/figures.js";
import { outputOf } from "../shared/processes.js";

const EVENTS = 300_000;

interface Imported {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly rowsPerSecond: number;
}

/** `bench/pool.ts` of a folder, whose output was the same then. */
async function imported(folder: string, events: number): Promise<Imported> {
  const args = ["--import", "tsx", "bench/pool.ts", String(events)];
  const output = await outputOf(process.execPath, args, { cwd: folder });
  const figure = (pattern: RegExp) => {
    const [, found] = pattern.exec(output) ?? [];
    if (found === undefined) throw new Error(`bench/pool.ts in ${folder} says\n${output}`);
    return Number(found);
  };
  return {
    perSecond: figure(/: (\d+) events\/s\n/),
    perCpuSecond: figure(/^(\d+) events per second of CPU/m),
    rowsPerSecond: figure(/^row at a time: (\d+) events\/s/m),
  };
}

function earlier(events: number): Peer {
  const name = `commit ${EARLIER}`;
  const made = earlierPoolsim();
  if ("absent" in made) return { name, absent: made.absent };
  const measure = async () => (await imported(made.folder, events)).perCpuSecond;
  return { name, measure };
}

async function run(options: BenchOptions) {
  const events = Math.max(2_000, Math.ceil(EVENTS * options.scale));
  const name = `${events.toLocaleString("en")} events`;
  let last: Imported | undefined;
  const ours = async () => {
    last = await imported(ROOT, events);
    return last;
  };
  return [
    await compare(
      {
        name,
        unit: "events/s by the clock",
        warmUp: false,
        ours: async () => (await ours()).perSecond,
        peer: { name: "row at a time", measure: () => last?.rowsPerSecond ?? Number.NaN },
        bar: { kind: "at least", ratio: 40 },
      },
      options,
    ),
    await compare(
      {
        name,
        unit: "events/CPU s",
        warmUp: false,
        ours: async () => (await ours()).perCpuSecond,
        peer: earlier(events),
        bar: { kind: "at least", ratio: 2 },
      },
      options,
    ),
  ];
}

export const importing: Section = { name: "import", title: "Import", run };
