/**
 * `npm run test:scenarios [-- [--seeds 5] [--form whole|ci] [scenario…]]`: whether what scenarios expect
 * holds with other seeds too, in the form of the file or in that of `npm test`. Some minutes of CPU
 * time a seed. A bound without "with 95%" is on an estimate: it may fail by luck, if rarely.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runExperiment } from "../src/sim/live/run.js";
import { loadScenario } from "../src/sim/scenario/load.js";
import { SCENARIO_FOLDER, SCENARIO_FORMS, scenarioNames } from "./scenario-forms.js";

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: "string", default: "5" },
    form: { type: "string", default: "whole" },
    threads: { type: "string", default: String(availableParallelism()) },
  },
  allowPositionals: true,
});
const names = positionals.length > 0 ? positionals : scenarioNames();
let failures = 0;

for (const name of names) {
  const { replications, duration, set = {} } = SCENARIO_FORMS[name] ?? {};
  const settings = { ...set, ...(duration === undefined ? {} : { duration }) };
  const inForm = values.form === "ci" ? Object.entries(settings) : [];
  const loaded = loadScenario(join(SCENARIO_FOLDER, `${name}.yaml`), {
    set: inForm.map(([path, value]) => ({ path, value })),
  });
  for (let seed = 1; seed <= Number(values.seeds); seed += 1) {
    const before = process.cpuUsage();
    const { expectations, verdict } = await runExperiment(loaded, {
      seed,
      replications: values.form === "ci" ? replications : undefined,
      threads: Number(values.threads),
      sensitivity: "off",
    });
    const { user } = process.cpuUsage(before);
    const failed = expectations.filter(({ passed }) => !passed);
    const what = verdict === null ? "" : `, ${verdict.decision}`;
    console.log(
      `${failed.length === 0 ? "ok  " : "FAIL"} ${name}, seed ${seed}${what} (${(user / 1e6).toFixed(0)} s)`,
    );
    for (const { text, actual } of failed) console.log(`       ${text}   found ${actual}`);
    failures += failed.length;
  }
}
process.exitCode = failures === 0 ? 0 : 1;
