/**
 * Who is suspended (S-1 … S-4): an entry that has run out is dropped when it is asked for. The naive way
 * keeps a list and goes through it at each refresh.
 */
import { makeKey, uniform } from "../../src/core/random.js";
import { Suspender } from "../../src/discovery/suspension.js";
import { type BenchOptions, compare, perCpuSecond, type Section } from "../shared/figures.js";

const REFRESHES = 1_000_000;
const ASKED = 10;

/** How many there are, and for how many refreshes one is suspended. */
interface Case {
  readonly orchestrators: number;
  readonly penalty: number;
}

const CASES: readonly Case[] = [
  { orchestrators: 100, penalty: 30 },
  { orchestrators: 1_000, penalty: 600 },
];

/** What both are asked to do: a failure in one of three refreshes, and a few questions in each. */
interface Suspends {
  suspend(transcoder: number, penalty: number): void;
  signalRefresh(): void;
  suspended(transcoder: number): number;
}

class SuspensionList implements Suspends {
  #entries: { readonly transcoder: number; readonly value: number }[] = [];
  #count = 0;

  suspend(transcoder: number, penalty: number): void {
    const value = this.#count + penalty;
    this.#entries = this.#entries.filter((entry) => entry.transcoder !== transcoder);
    this.#entries.push({ transcoder, value });
  }

  signalRefresh(): void {
    this.#count += 1;
    this.#entries = this.#entries.filter(({ value }) => value >= this.#count);
  }

  suspended(transcoder: number): number {
    return this.#entries.find((entry) => entry.transcoder === transcoder)?.value ?? 0;
  }
}

/** Refreshes per CPU second; both have to find the same. */
function measure(
  make: () => Suspends,
  refreshes: number,
  { orchestrators, penalty }: Case,
): number {
  const { k0, k1 } = makeKey(3, 0);
  const suspends = make();
  let found = 0;
  const rate = perCpuSecond(refreshes, () => {
    for (let at = 0; at < refreshes; at++) {
      suspends.signalRefresh();
      if (at % 3 === 0) suspends.suspend((uniform(k0, k1, at) * orchestrators) | 0, penalty);
      for (let asked = 0; asked < ASKED; asked++) {
        if (suspends.suspended((at * 7 + asked * 11) % orchestrators) > 0) found += 1;
      }
    }
  });
  expected ??= found;
  if (found !== expected) throw new Error(`${found} were suspended, expected ${expected}`);
  return rate;
}

let expected: number | undefined;

async function run(options: BenchOptions) {
  const refreshes = Math.ceil(REFRESHES * options.scale);
  const comparisons = [];
  for (const one of CASES) {
    expected = undefined;
    const pair = {
      name: `${ASKED} questions a refresh, ${one.orchestrators.toLocaleString("en")} orchestrators`,
      unit: "refreshes/CPU s",
      ours: () => measure(() => new Suspender("relative"), refreshes, one),
      peer: { name: "list", measure: () => measure(() => new SuspensionList(), refreshes, one) },
    };
    comparisons.push(await compare(pair, options));
  }
  return comparisons;
}

export const suspension: Section = { name: "suspension", title: "Suspension", run };
