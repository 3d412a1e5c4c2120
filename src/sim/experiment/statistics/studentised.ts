/**
 * How a studentised mean varies where the values are skewed: the bootstrap-t (Efron 1979; Hall
 * 1988, second-order correct). Student's quantiles are too near to 0 on the side of the longer
 * tail, which is where a loss hides that few replications show. Draws are counter-based, so the
 * quantiles are a pure function of sample and key.
 */
import { invariant } from "../../../core/errors.js";
import { type RandomKey, uniform } from "../../../core/random.js";

const RESAMPLES = 2000;
/** Larger samples are resampled without remembering the draws. */
const REMEMBERED_MAX = 200;
const TABLES_MAX = 32;

/**
 * What is left out on either side. Less than `tail` in small samples, which show too little of the
 * longer tail to resample it: found by simulation, so that exponential differences are excluded from
 * a 95 % interval less than 5 times in 100 from n = 8 on (docs/validation.md).
 */
function tailOf(n: number, tail: number): number {
  return (tail * n) / (n + 30);
}

/** Which values each resample has: the same for all metrics of an experiment. */
const tables = new Map<string, Uint16Array>();

function drawsOf({ k0, k1 }: RandomKey, n: number): Uint16Array {
  const name = `${k0} ${k1} ${n}`;
  const known = tables.get(name);
  if (known !== undefined) return known;
  const draws = new Uint16Array(RESAMPLES * n);
  for (let draw = 0; draw < draws.length; draw += 1) {
    draws[draw] = Math.floor(uniform(k0, k1, draw) * n);
  }
  if (n <= REMEMBERED_MAX) {
    const [oldest] = tables.keys();
    if (tables.size >= TABLES_MAX && oldest !== undefined) tables.delete(oldest);
    tables.set(name, draws);
  }
  return draws;
}

/**
 * The quantiles that an interval needs, of mean × √n ÷ standard deviation over resamples; infinite
 * where too many resamples do not vary.
 *
 * @param deviations of values from their mean, at least 2, not all 0
 * @param key of the draws
 * @param tail what the interval leaves out on either side, in (0, 0.5)
 */
export function studentisedQuantiles(
  deviations: readonly number[],
  key: RandomKey,
  tail = 0.025,
): readonly [number, number] {
  const n = deviations.length;
  invariant(n >= 2 && n < 65_536, `2 … 65,535 values, not ${n}`);
  const draws = drawsOf(key, n);
  const ratios = new Float64Array(RESAMPLES);
  for (let resample = 0, draw = 0; resample < RESAMPLES; resample += 1) {
    let sum = 0;
    let squares = 0;
    for (let index = 0; index < n; index += 1, draw += 1) {
      const value = deviations[draws[draw] ?? 0] ?? 0;
      sum += value;
      squares += value * value;
    }
    const variance = (squares - (sum * sum) / n) / (n - 1);
    // Below rounding there is no spread: such a resample is beyond every bound.
    const isFlat = variance <= 1e-12 * (squares / n);
    ratios[resample] = isFlat
      ? Math.sign(sum) * Number.POSITIVE_INFINITY
      : sum / Math.sqrt(n * variance);
  }
  ratios.sort();
  const rank = Math.floor(tailOf(n, tail) * RESAMPLES);
  return [ratios[rank] ?? 0, ratios[RESAMPLES - 1 - rank] ?? 0];
}
