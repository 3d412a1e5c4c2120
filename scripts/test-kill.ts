/**
 * `npm run test:kill [runs] [seed] [section…]`: kills commands at instants spread over their runs and checks
 * that nothing is lost, nothing is counted or paid twice, and what is resumed ends with the same
 * bytes. `npm test` has short forms.
 */
import { killImports } from "../test/support/books/import-kill-runs.js";
import { killProcedures } from "../test/support/books/procedure-kill-runs.js";
import { killPayouts } from "../test/support/chain/payouts-kill-runs.js";
import { killRuns, type RunKillOptions } from "../test/support/sim/run-kill-runs.js";

const killAdvice = (options: RunKillOptions) => killRuns({ ...options, command: "advise" });
const killSweep = (options: RunKillOptions) => killRuns({ ...options, command: "sweep" });

/** So many kills, in rounds of all that an operator does by hand. */
async function killByHand({ runs, seed, log }: Parameters<typeof killImports>[0]) {
  const rounds = Math.max(1, Math.round(runs / KILLS_OF_A_ROUND));
  const options = { rounds, seed, killShare: 0.6, withIncome: true, log };
  const { kills, wrong } = await killProcedures(options);
  return { runs, inWindow: kills, wrong };
}

/** About. */
const KILLS_OF_A_ROUND = 20;

/** One for each command that must survive. */
const SECTIONS = [
  { name: "import", kill: killImports, inWindowMin: 0.3 },
  { name: "payouts", kill: killPayouts, inWindowMin: 0.3 },
  { name: "procedures", kill: killByHand, inWindowMin: 0.3 },
  { name: "run", kill: killRuns, inWindowMin: 0.3 },
  { name: "advise", kill: killAdvice, inWindowMin: 0.3 },
  { name: "sweep", kill: killSweep, inWindowMin: 0.3 },
] as const;

const runs = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_007);
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  throw new Error("expected whole numbers: runs and seed");
}
const only = process.argv.slice(4);
const unknown = only.find((name) => !SECTIONS.some((section) => section.name === name));
if (unknown !== undefined) throw new Error(`there is no section "${unknown}"`);
for (const { name, kill, inWindowMin } of SECTIONS) {
  if (only.length > 0 && !only.includes(name)) continue;
  const { inWindow, wrong } = await kill({ runs, seed, log: console.log });
  const share = inWindow / runs;
  console.log(`${name}: seed ${seed}, ${runs} kills, ${inWindow} of them with work under way`);
  for (const line of wrong) console.log(`FAIL ${line}`);
  if (share < inWindowMin) console.log(`FAIL ${name}: only ${share} of the kills hit work`);
  if (wrong.length > 0 || share < inWindowMin) process.exitCode = 1;
}
