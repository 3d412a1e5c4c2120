/** What the built command costs until it has printed its help, or checked a scenario, beside bare Node. */
import { join } from "node:path";
import { ROOT } from "../shared/earlier.js";
import { type BenchOptions, compare, type Section } from "../shared/figures.js";
import { cpuOfProgram } from "../shared/processes.js";

const MAIN = join(ROOT, "dist/cli/main.js");
const REPEATS = 5;

async function run(options: BenchOptions) {
  const repeats = Math.max(1, Math.round(REPEATS * options.scale));
  const node = (...args: string[]) => cpuOfProgram(process.execPath, args, repeats);
  const peer = { name: "node -e 0", measure: () => node("-e", "0") };
  const common = { unit: "CPU s", isLowerBetter: true, isMultiple: true, peer };
  return [
    await compare(
      {
        ...common,
        name: "poolsim --help",
        ours: () => node(MAIN, "--help"),
        bar: { kind: "at most", ratio: 1.8 },
      },
      options,
    ),
    await compare(
      {
        ...common,
        name: "poolsim check admit-worker",
        ours: () => node(MAIN, "check", "admit-worker"),
        bar: { kind: "at most", ratio: 3 },
      },
      options,
    ),
  ];
}

export const startUp: Section = { name: "start-up", title: "Start-up", run };
