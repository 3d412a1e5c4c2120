/** What machine it was: a loop of arithmetic, and reads of which each says where the next one is. */
import { cpus, loadavg, totalmem } from "node:os";
import { makeKey, uniform } from "../../src/core/random.js";
import { cpuSecondsOf } from "./figures.js";

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  /** Of the last minute, before the bench. */
  readonly load: number;
  /** Steps of arithmetic, millions per CPU second. */
  readonly arithmeticMillions: number;
  /** A read at random in so much memory, ns. */
  readonly readNs: { readonly "4 MiB": number; readonly "64 MiB": number };
}

const STEPS = 50_000_000;
const READS = 3_000_000;

/** Steps of arithmetic, millions per CPU second. */
export function arithmeticMillions(steps: number): number {
  let state = 1;
  const seconds = cpuSecondsOf(() => {
    for (let at = 0; at < steps; at++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  });
  if (state === 0.5) throw new Error("so that the loop is not left out");
  return steps / seconds / 1e6;
}

/** One ring through all of the memory, in an order that no processor guesses (Sattolo). */
function ring(mebibytes: number): Int32Array {
  const next = Int32Array.from({ length: mebibytes * 2 ** 18 }, (_, at) => at);
  const { k0, k1 } = makeKey(6, 0);
  for (let at = next.length - 1; at > 0; at--) {
    const other = Math.floor(uniform(k0, k1, at) * at);
    const kept = next[at] ?? 0;
    next[at] = next[other] ?? 0;
    next[other] = kept;
  }
  return next;
}

/** A read at random in so much memory, ns. */
export function readNs(mebibytes: number, reads: number): number {
  const next = ring(mebibytes);
  let at = 0;
  const walk = () => {
    for (let read = 0; read < reads; read++) at = next[at] ?? 0;
  };
  walk();
  const seconds = cpuSecondsOf(walk);
  if (at < 0) throw new Error("so that the walk is not left out");
  return (seconds / reads) * 1e9;
}

/** @param scale part of the usual work */
export function machine(scale: number): Machine {
  const [steps, reads] = [Math.ceil(STEPS * scale), Math.ceil(READS * scale)];
  arithmeticMillions(steps);
  return {
    processor: cpus()[0]?.model ?? "?",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: loadavg()[0] ?? 0,
    arithmeticMillions: arithmeticMillions(steps),
    readNs: { "4 MiB": readNs(4, reads), "64 MiB": readNs(64, reads) },
  };
}
