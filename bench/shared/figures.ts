/**
 * What benches measure. Each figure of ours has a peer that is measured in the same run, in turn with
 * it, so that a machine that is slow for a while is slow for both: what counts is the ratio.
 */

/** Of several runs. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One figure beside its peer's. */
export interface Comparison {
  /** What is measured. */
  readonly name: string;
  /** Of both figures: `events/CPU s`, `CPU s`. */
  readonly unit: string;
  readonly ours: Spread;
  /** What it is compared with. */
  readonly peer: string;
  /** Null: the peer is not here, see `absent`. */
  readonly theirs: Spread | null;
  /** How many times as good as the peer's, run by run; null without a peer. */
  readonly ratio: Spread | null;
  /** Why there is no peer. */
  readonly absent: string | null;
  /** The ratio that is promised; null: none is. */
  readonly bar: { readonly kind: "at least" | "at most"; readonly ratio: number } | null;
}

/** How a section is run. */
export interface BenchOptions {
  /** Runs of each side that count. */
  readonly runs: number;
  /** Part of the usual work, for a look or a test; 1 = all of it. */
  readonly scale: number;
  /** Simulated hours of the whole model. */
  readonly hours: number;
}

/** One section of the bench. */
export interface Section {
  /** As `--only` takes it. */
  readonly name: string;
  readonly title: string;
  readonly run: (options: BenchOptions) => Promise<readonly Comparison[]>;
}

/** A measurement: one run, one figure. */
export type Measure = () => number | Promise<number>;

/** A peer that can be run, or why it cannot. */
export type Peer =
  | { readonly name: string; readonly measure: Measure }
  | { readonly name: string; readonly absent: string };

/** A comparison to be made. */
export interface Pair {
  readonly name: string;
  readonly unit: string;
  readonly ours: Measure;
  readonly peer: Peer;
  /** Smaller figures are better. @default false */
  readonly isLowerBetter?: boolean;
  /** The ratio is ours ÷ theirs whichever is better: for what may cost so many times as much. */
  readonly isMultiple?: boolean;
  /** Whether a first run of each is left out; not for what starts a process anyway. @default true */
  readonly warmUp?: boolean;
  readonly bar?: Comparison["bar"];
}

/** Median, smallest and largest of some figures. */
export function spreadOf(figures: readonly number[]): Spread {
  const sorted = [...figures].sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (min === undefined || max === undefined || low === undefined || high === undefined) {
    throw new Error("no figures");
  }
  return { median: (low + high) / 2, min, max };
}

/** Measures both sides in turn. */
export async function compare(pair: Pair, { runs }: BenchOptions): Promise<Comparison> {
  const {
    name,
    unit,
    peer,
    isLowerBetter = false,
    isMultiple = false,
    warmUp = true,
    bar = null,
  } = pair;
  const theirs = "measure" in peer ? peer.measure : null;
  const [mine, others, ratios]: [number[], number[], number[]] = [[], [], []];
  for (let run = warmUp ? -1 : 0; run < runs; run++) {
    const own = await pair.ours();
    const other = theirs === null ? null : await theirs();
    if (run < 0) continue;
    mine.push(own);
    if (other === null) continue;
    others.push(other);
    ratios.push(isLowerBetter && !isMultiple ? other / own : own / other);
  }
  return {
    name,
    unit,
    ours: spreadOf(mine),
    peer: peer.name,
    theirs: theirs === null ? null : spreadOf(others),
    ratio: theirs === null ? null : spreadOf(ratios),
    absent: "absent" in peer ? peer.absent : null,
    bar,
  };
}

/** CPU seconds, user and system, that some work takes in this process. */
export function cpuSecondsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** How often something is done per CPU second. */
export function perCpuSecond(count: number, work: () => void): number {
  return count / Math.max(cpuSecondsOf(work), 1e-6);
}
