/**
 * `npm run test:mutants [scenario…]`: breaks rules of the built package, one at a time in a copy,
 * and requires that an expectation of the scenario fails that follows from the rule, and that all
 * hold when nothing is broken. A quarter of an hour at most.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MUTANTS, type Mutant } from "./mutants.js";
import { SCENARIO_FORMS, scenarioNames } from "./scenario-forms.js";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const EXPECTATION_FAILED = 1;

/** A copy of the package that can be broken. */
class Copy {
  readonly folder = mkdtempSync(join(tmpdir(), "poolsim-mutant-"));

  constructor() {
    cpSync(join(ROOT, "dist"), join(this.folder, "dist"), { recursive: true });
    for (const name of ["node_modules", "package.json", "scenarios"]) {
      symlinkSync(join(ROOT, name), join(this.folder, name));
    }
  }

  /** Puts a mutant in its place while `run` runs. */
  withMutant<T>({ file, search, replacement }: Mutant, run: () => T): T {
    const path = join(this.folder, "dist", file);
    const text = readFileSync(path, "utf8");
    const found = text.split(search).length - 1;
    if (found !== 1) throw new Error(`dist/${file} has this ${found} times, not once: ${search}`);
    writeFileSync(
      path,
      text.replace(search, () => replacement),
    );
    try {
      return run();
    } finally {
      writeFileSync(path, text);
    }
  }

  /** Runs a scenario in its CI form: exit code, and the expectations that failed. */
  run(scenario: string): { code: number | null; failed: string[]; stderr: string } {
    const { replications, duration, set = {} } = SCENARIO_FORMS[scenario] ?? {};
    const json = join(this.folder, "result.json");
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        // The bundled command has the files as they were.
        join(this.folder, "dist/cli/unbundled.js"),
        "run",
        `scenarios/${scenario}.yaml`,
        ...["--sensitivity", "off", "--quiet", "--json", json],
        ...(replications === undefined ? [] : ["--replications", String(replications)]),
        ...(duration === undefined ? [] : ["--duration", duration]),
        ...Object.entries(set).flatMap(([path, value]) => ["--set", `${path}=${value}`]),
      ],
      { cwd: this.folder, encoding: "utf8" },
    );
    const ran = status === 0 || status === EXPECTATION_FAILED;
    return { code: status, failed: ran ? failedExpectations(json) : [], stderr };
  }
}

function failedExpectations(file: string): string[] {
  const result: { expectations: { text: string; passed: boolean; actual: string }[] } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  return result.expectations
    .filter(({ passed }) => !passed)
    .map(({ text, actual }) => `${text}   found ${actual}`);
}

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : scenarioNames();
const copy = new Copy();
let failures = 0;

function report(passed: boolean, text: string, details: readonly string[]): void {
  console.log(`${passed ? "ok  " : "FAIL"} ${text}`);
  for (const detail of details) console.log(`       ${detail}`);
  if (!passed) failures += 1;
}

try {
  for (const name of names) {
    const mine = MUTANTS.filter(({ scenario }) => scenario === name);
    if (mine.length === 0) report(false, `${name} has no mutant in scripts/mutants.ts`, []);
    const whole = copy.run(name);
    report(whole.code === 0, `${name}: all expectations hold`, [
      ...whole.failed,
      ...(whole.code === 0 ? [] : [whole.stderr.trim()]),
    ]);
    for (const mutant of mine) {
      const { code, failed, stderr } = copy.withMutant(mutant, () => copy.run(name));
      const caught = code === EXPECTATION_FAILED && failed.length > 0;
      report(caught, `${name}: caught that ${mutant.broken} (${mutant.rule})`, [
        ...failed.slice(0, 3),
        ...(caught ? [] : [`exit code ${code} ${stderr.trim()}`]),
      ]);
    }
  }
} finally {
  rmSync(copy.folder, { recursive: true, force: true });
}
console.log(failures === 0 ? "every mutant is caught" : `${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
