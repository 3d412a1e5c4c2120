/** Verifying a pool's books beside the earlier poolsim, each with books that it made of the same events. */
import { join } from "node:path";
import { EARLIER, earlierPoolsim, ROOT } from "../shared/earlier.js";
import { type BenchOptions, compare, type Peer, type Section } from "../shared/figures.js";
import { outputOf } from "../shared/processes.js";

const EVENTS = 100_000;

/** Events per CPU second in the poolsim of a folder. */
async function verified(folder: string, books: string, events: number): Promise<number> {
  const args = ["--import", "tsx", join(ROOT, "bench/verify.ts"), books, String(events)];
  const output = await outputOf(process.execPath, args, { cwd: folder });
  const [, rate] = /^(\d+) events per second of CPU/m.exec(output) ?? [];
  if (rate === undefined) throw new Error(`bench/verify.ts in ${folder} says\n${output}`);
  return Number(rate);
}

function earlier(events: number): Peer {
  const name = `commit ${EARLIER}`;
  const made = earlierPoolsim();
  if ("absent" in made) return { name, absent: made.absent };
  return { name, measure: () => verified(made.folder, "src/pool", events) };
}

async function run(options: BenchOptions) {
  const events = Math.max(2_000, Math.ceil(EVENTS * options.scale));
  const pair = {
    name: `${events.toLocaleString("en")} events`,
    unit: "events/CPU s",
    warmUp: false,
    ours: () => verified(ROOT, "src/pool/books", events),
    peer: earlier(events),
    bar: { kind: "at least" as const, ratio: 3 },
  };
  return [await compare(pair, options)];
}

export const verifying: Section = { name: "verify", title: "Verify", run };
