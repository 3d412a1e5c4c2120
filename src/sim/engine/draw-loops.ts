/**
 * Many draws of one quantity at a time. Where there is a vector unit, WebAssembly makes two or four at
 * a time, which is four times as fast as one after the other; elsewhere plain loops do. Both give what
 * `uniform`, `drawLognormal` and `exactMs` give of each, to the last bit: the vector unit's loops are
 * tried against the plain ones before they are used, as an engine may have a `Math.exp` of its own.
 */
import { invariant } from "../../core/errors.js";
import { type RandomKey, uniform } from "../../core/random.js";
import { bucketOf } from "./buckets.js";
import { drawLognormal, drawLognormals, exactMs, type Lognormal } from "./distributions.js";
import { LIST_MAX, LIST_SPARE, listBytes } from "./draw-lists.js";
import { DRAW_LOOPS, LISTS_AT } from "./draw-loops-code.js";

/** Numbers for loops, in memory that they reach. */
export interface NumberList {
  readonly values: Float64Array;
  /** Its address there. */
  readonly at: number;
}

/** Words of keys for loops. */
export interface WordList {
  readonly values: Int32Array;
  readonly at: number;
}

/**
 * Loops over the first `count` numbers of a list, at least one. Up to three more of it are written, in
 * vain.
 */
export interface DrawLoops {
  /** A list, which lives as long as the process. */
  numbers(length: number): NumberList;
  words(length: number): WordList;
  /** Uniform numbers of indexes from `first` on, `step` apart. */
  uniforms(into: NumberList, count: number, key: RandomKey, first: number, step: number): void;
  /** Lognormal ones. */
  lognormals(
    into: NumberList,
    count: number,
    lognormal: Lognormal,
    key: RandomKey,
    first: number,
    step: number,
  ): void;
  /** Lognormal ones of one index of several keys, which differ in their first words. */
  lognormalsOfKeys(
    into: NumberList,
    count: number,
    lognormal: Lognormal,
    keys: WordList,
    k1: number,
    index: number,
  ): void;
  /** {@link exactMs} of each, in its place. */
  exact(values: NumberList, count: number): void;
  /** Adds the pixels of whole frames in durations, ms, to numbers. */
  frames(
    to: NumberList,
    count: number,
    durationsMs: NumberList,
    pixelsPerFrame: number,
    framesPerSecond: number,
  ): void;
  /** The bucket of each, in a list that the next call writes over. */
  buckets(values: NumberList, count: number): Int32Array;
  /** Their sum, of numbers whose sum does not depend on the order. */
  sum(values: NumberList, count: number): number;
  /** The largest of them, none of which is negative. */
  most(values: NumberList, count: number): number;
}

/** A list from the second number of another one on. */
export function afterFirst({ values, at }: NumberList): NumberList {
  return { values: values.subarray(1), at: at + Float64Array.BYTES_PER_ELEMENT };
}

let known: DrawLoops | null = null;

/** This process's loops. */
export function drawLoops(): DrawLoops {
  known ??= vectorLoops() ?? new PlainLoops();
  return known;
}

/** The vector unit's loops; null where there are none, or where they give other numbers. */
export function vectorLoops(): DrawLoops | null {
  const module = compiled();
  if (module === null) return null;
  const loops = new VectorLoops(module);
  return isSame(loops, new PlainLoops()) ? loops : null;
}

/** Loops of the language. */
export class PlainLoops implements DrawLoops {
  readonly #buckets = new Int32Array(LIST_MAX);

  numbers(length: number): NumberList {
    return { values: new Float64Array(length + LIST_SPARE), at: 0 };
  }

  words(length: number): WordList {
    return { values: new Int32Array(length), at: 0 };
  }

  uniforms(
    { values }: NumberList,
    count: number,
    { k0, k1 }: RandomKey,
    first: number,
    step: number,
  ): void {
    for (let at = 0; at < count; at++) values[at] = uniform(k0, k1, first + at * step);
  }

  lognormals(
    { values }: NumberList,
    count: number,
    lognormal: Lognormal,
    key: RandomKey,
    first: number,
    step: number,
  ): void {
    drawLognormals(values, count, lognormal, key, first, step);
  }

  lognormalsOfKeys(
    { values }: NumberList,
    count: number,
    lognormal: Lognormal,
    keys: WordList,
    k1: number,
    index: number,
  ): void {
    for (let at = 0; at < count; at++) {
      values[at] = drawLognormal(lognormal, uniform(keys.values[at] as number, k1, index));
    }
  }

  exact({ values }: NumberList, count: number): void {
    for (let at = 0; at < count; at++) values[at] = exactMs(values[at] as number);
  }

  frames(
    { values }: NumberList,
    count: number,
    durationsMs: NumberList,
    pixelsPerFrame: number,
    framesPerSecond: number,
  ): void {
    for (let at = 0; at < count; at++) {
      const frames = Math.round((framesPerSecond * (durationsMs.values[at] as number)) / 1000);
      values[at] = (values[at] as number) + pixelsPerFrame * frames;
    }
  }

  buckets({ values }: NumberList, count: number): Int32Array {
    for (let at = 0; at < count; at++) this.#buckets[at] = bucketOf(values[at] as number);
    return this.#buckets;
  }

  sum({ values }: NumberList, count: number): number {
    let all = 0;
    for (let at = 0; at < count; at++) all += values[at] as number;
    return all;
  }

  most({ values }: NumberList, count: number): number {
    let most = 0;
    for (let at = 0; at < count; at++) most = Math.max(most, values[at] as number);
    return most;
  }
}

/** What the module exports; lists are given by their addresses. */
export interface VectorExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  uniforms(at: number, count: number, k0: number, k1: number, first: number, step: number): void;
  lognormals(
    at: number,
    count: number,
    mu: number,
    sigma: number,
    k0: number,
    k1: number,
    first: number,
    step: number,
  ): void;
  lognormalsOfKeys(
    at: number,
    count: number,
    mu: number,
    sigma: number,
    keys: number,
    k1: number,
    index: number,
  ): void;
  exact(at: number, count: number): void;
  frames(at: number, count: number, durations: number, area: number, fps: number): void;
  buckets(at: number, count: number, into: number): void;
  sum(at: number, count: number): number;
  most(at: number, count: number): number;
  /** For these four see `src/sim/model/at-once/run-loops.ts`. */
  compare(at: number, count: number): void;
  late(at: number, count: number): number;
  estimates(at: number, count: number, each: number): void;
  certain(at: number, count: number, known: number, ratio: number): number;
  /** And for this one. */
  decide(
    at: number,
    count: number,
    known: number,
    drawn: number,
    k0: number,
    k1: number,
    durations: number,
    attempts: number,
    failures: number,
  ): number;
}

/** What the module exports whose loops these are; null of plain ones. */
export function vectorExports(loops: DrawLoops): VectorExports | null {
  return loops instanceof VectorLoops ? loops.exports : null;
}

class VectorLoops implements DrawLoops {
  readonly exports: VectorExports;
  readonly #buckets: WordList;
  #free = LISTS_AT;

  constructor(exports: VectorExports) {
    this.exports = exports;
    this.#buckets = this.words(LIST_MAX);
  }

  numbers(length: number): NumberList {
    const at = this.#take(8, length);
    return { values: new Float64Array(this.exports.memory.buffer, at, length + LIST_SPARE), at };
  }

  words(length: number): WordList {
    const at = this.#take(4, length);
    return { values: new Int32Array(this.exports.memory.buffer, at, length), at };
  }

  #take(bytesEach: number, length: number): number {
    const at = this.#free;
    this.#free += listBytes(length, bytesEach);
    invariant(
      length <= LIST_MAX && this.#free <= this.exports.memory.buffer.byteLength,
      "lists of draws are few and short",
    );
    return at;
  }

  uniforms({ at }: NumberList, count: number, key: RandomKey, first: number, step: number): void {
    this.exports.uniforms(at, count, key.k0, key.k1, first, step);
  }

  lognormals(
    { at }: NumberList,
    count: number,
    { mu, sigma }: Lognormal,
    { k0, k1 }: RandomKey,
    first: number,
    step: number,
  ): void {
    this.exports.lognormals(at, count, mu, sigma, k0, k1, first, step);
  }

  lognormalsOfKeys(
    { at }: NumberList,
    count: number,
    { mu, sigma }: Lognormal,
    keys: WordList,
    k1: number,
    index: number,
  ): void {
    this.exports.lognormalsOfKeys(at, count, mu, sigma, keys.at, k1, index);
  }

  exact({ at }: NumberList, count: number): void {
    this.exports.exact(at, count);
  }

  frames(
    { at }: NumberList,
    count: number,
    durationsMs: NumberList,
    pixelsPerFrame: number,
    framesPerSecond: number,
  ): void {
    this.exports.frames(at, count, durationsMs.at, pixelsPerFrame, framesPerSecond);
  }

  buckets({ at }: NumberList, count: number): Int32Array {
    this.exports.buckets(at, count, this.#buckets.at);
    return this.#buckets.values;
  }

  sum({ at }: NumberList, count: number): number {
    return this.exports.sum(at, count);
  }

  most({ at }: NumberList, count: number): number {
    return this.exports.most(at, count);
  }
}

/** As far as it is used here; types of Node.js do not have it. */
interface WebAssemblyApi {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => {
    readonly exports: unknown;
  };
}

/** What the module exports; null where the engine does not have WebAssembly, or no vectors in it. */
function compiled(): VectorExports | null {
  const { WebAssembly: api } = globalThis as { readonly WebAssembly?: WebAssemblyApi };
  if (api === undefined) return null;
  const code = Uint8Array.from(atob(DRAW_LOOPS), (letter) => letter.charCodeAt(0));
  try {
    const { log, exp } = Math;
    const { exports } = new api.Instance(new api.Module(code), { math: { log, exp } });
    return exports as VectorExports;
  } catch {
    return null;
  }
}

/** Whether both draw the same numbers, as far as a few hundred can tell. */
function isSame(loops: DrawLoops, others: DrawLoops): boolean {
  const [a, b] = [loops.numbers(LIST_MAX), others.numbers(LIST_MAX)];
  const key = { k0: 0x243f6a88, k1: 0x85a308d3 | 0 };
  return [
    { mu: 0, sigma: 0.3 },
    { mu: 7.7, sigma: 0.1 },
    { mu: 3, sigma: 2 },
  ].every((lognormal, step) => {
    for (const drawn of [loops, others]) {
      const into = drawn === loops ? a : b;
      drawn.lognormals(into, LIST_MAX, lognormal, key, step, step + 1);
      if (step === 1) drawn.exact(into, LIST_MAX);
    }
    return b.values.subarray(0, LIST_MAX).every((value, at) => Object.is(value, a.values[at]));
  });
}
