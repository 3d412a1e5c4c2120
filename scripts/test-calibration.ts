/**
 * `npm run test:calibration -- [seeds] [first] [hours] [ms or s] [kinds]`: known workers calibrated back from
 * a simulated day, for many seeds. Prints how often each parameter is inside its interval of 95 %, and how wide that is.
 */
import { readFileSync } from "node:fs";
import { scenarioSchema } from "../src/sim/scenario/schema.js";
import { calibratedBack, KINDS, kindScenario, recordedPast } from "./calibration-workers.js";

const [seeds = "100", first = "1", hours = "24", form = "ms", only = ""] = process.argv.slice(2);
const file = (name: string) => ({
  name,
  text: readFileSync(new URL(`../scenarios/data/${name}`, import.meta.url), "utf8"),
});
const data = {
  network: file("network.csv"),
  regions: file("regions.csv"),
  rtt: file("rtt.csv"),
  devices: file("devices.csv"),
};

interface Tally {
  readonly value: number;
  inside: number;
  found: number;
  readonly widths: number[];
  readonly values: number[];
  /** Seeds whose interval lies beside the value, and how far it is from it, in half-widths. */
  readonly missed: string[];
}

const tallies = new Map<string, Tally>();
console.log(
  "parameter: true value, mean found ± its spread, inside, found, half-width: median, at most 15 % in",
);
const kinds = KINDS.filter(({ name }) => only === "" || only.split(",").includes(name));
for (const kind of kinds) {
  const scenario = scenarioSchema.parse(kindScenario(kind, Number(hours)));
  for (let seed = Number(first); seed < Number(first) + Number(seeds); seed++) {
    const options = { seed, isCoarse: form === "s" };
    const past = recordedPast({ scenario, data }, options);
    const { findings } = calibratedBack(kind, past, options);
    for (const { parameter, value, found } of findings) {
      const key = `${kind.name} ${parameter}`;
      const tally = tallies.get(key) ?? {
        value,
        inside: 0,
        found: 0,
        widths: [],
        values: [],
        missed: [],
      };
      tallies.set(key, tally);
      if (found === null) continue;
      tally.found++;
      if (found.low <= value && value <= found.high) tally.inside++;
      else {
        const [end, side] = value < found.low ? [found.low, "above"] : [found.high, "below"];
        const by = (2 * Math.abs(end - value)) / (found.high - found.low);
        tally.missed.push(`${seed} ${side} by ${by.toFixed(2)}`);
      }
      tally.widths.push((found.high - found.low) / 2 / value);
      tally.values.push(found.value);
    }
  }
  print(kind.name);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** A line for each parameter of a kind. */
function print(kind: string): void {
  for (const [key, { value, inside, found, widths, values, missed }] of tallies) {
    if (!key.startsWith(`${kind} `)) continue;
    const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
    const narrow = widths.filter((width) => width <= 0.15).length;
    const spread = Math.sqrt(
      values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, values.length - 1),
    );
    console.log(
      `${key}: ${value}, ${mean.toPrecision(4)} ± ${((100 * spread) / mean).toFixed(2)} %, ${inside} of ${seeds}, ${found}, ${(100 * median(widths)).toFixed(1)} %, ${narrow}`,
    );
    if (missed.length > 0)
      console.log(`  intervals beside it, in half-widths: ${missed.join("; ")}`);
  }
}
