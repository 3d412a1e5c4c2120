/**
 * `npm run bench`: speed by section, each figure beside a peer that is measured in turn with it. See
 * docs/performance.md for the method.
 *
 *     npm run bench                          # all sections, 5 runs each
 *     npm run bench -- --only engine         # one of them; repeatable
 *     npm run bench -- --json                # the result as JSON on standard output
 *     npm run bench -- --release             # also a line of bench/history/ and docs/performance.svg
 *     npm run bench -- --hours 24 --runs 5   # the long form of the whole model
 */
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { POOLSIM_VERSION } from "../src/core/version.js";
import { SECTIONS } from "./sections/all.js";
import { ROOT } from "./shared/earlier.js";
import { machine } from "./shared/machine.js";
import { type BenchResult, comparisonText, holds, machineText, plot } from "./shared/report.js";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    json: { type: "boolean", default: false },
    release: { type: "boolean", default: false },
    runs: { type: "string", default: "5" },
    scale: { type: "string", default: "1" },
    hours: { type: "string", default: "6" },
  },
});

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`bench: --${flag}: found ${JSON.stringify(text)}, expected a number above 0`);
  process.exit(2);
}

const names = SECTIONS.map(({ name }) => name);
for (const name of values.only) {
  if (names.includes(name)) continue;
  console.error(
    `bench: --only: found ${JSON.stringify(name)}, expected one of ${names.join(", ")}`,
  );
  process.exit(2);
}
const options = {
  runs: Math.ceil(positive("runs", values.runs)),
  scale: positive("scale", values.scale),
  hours: positive("hours", values.hours),
};

/** Progress goes where it is in nobody's way. */
const say = values.json ? console.error : console.log;
const found = machine(Math.min(1, options.scale));
say(machineText(found));
const comparisons: BenchResult["comparisons"][number][] = [];
for (const { name, title, run } of SECTIONS) {
  if (values.only.length > 0 && !values.only.includes(name)) continue;
  say(`${title} (${name})`);
  for (const comparison of await run(options)) {
    comparisons.push({ section: name, ...comparison });
    say(comparisonText(comparison));
  }
}
const missed = comparisons.filter((comparison) => holds(comparison) === false);
say(`${comparisons.length} comparisons, ${missed.length} of them not as promised`);

const result: BenchResult = {
  version: POOLSIM_VERSION,
  day: new Date().toISOString().slice(0, 10),
  ...options,
  machine: found,
  comparisons,
};
if (values.json) console.log(JSON.stringify(result, null, 2));
if (values.release) {
  const history = join(ROOT, "bench/history");
  mkdirSync(history, { recursive: true });
  appendFileSync(join(history, "releases.jsonl"), `${JSON.stringify(result)}\n`);
  writeFileSync(join(ROOT, "docs/performance.svg"), plot(result));
}
