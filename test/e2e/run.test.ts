/** `poolsim run` from the file to the exit code, on short runs of a small scenario. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ScenarioResult } from "../../src/sim/results.js";
import { emptyFolder, MAIN, type Outcome, poolsim } from "../support/cli/command.js";
import { start } from "../support/cli/running-command.js";
import { endsWithUs } from "../support/ends-with-us.js";

const SHORT = ["--replications", "2", "--sensitivity", "off"];

const SCENARIO = `name: my-pool
warmup: 2m
duration: 5m
network: { limit: 8 }
gateway: { region: FRA }
demand: { concurrentStreams: 6 }
stream: { length: { distribution: constant, mean: 3m } }
orchestrator: { name: my-pool, region: FRA, stakeShare: 0.4, pricePerUnit: 1000 }
workers:
  - { name: good, count: 2, roundTripMs: 400 }
  - { name: slow, roundTripMs: 2000 }
variants:
  without: { orchestrator.admission.exclude: [slow] }
  with: {}
decision: { baseline: without, candidate: with }
`;

let folder = "";
beforeEach(() => {
  folder = emptyFolder();
  writeFileSync(join(folder, "scenario.yaml"), SCENARIO);
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(...args: readonly string[]): Outcome {
  return runWith({}, ...args);
}

function runWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Outcome {
  return poolsim(["run", "scenario.yaml", ...SHORT, ...args], { cwd: folder, env });
}

/** A scenario in a folder of its own, for as long as `act` takes. */
function inFolder<T>(act: () => T): T {
  folder = emptyFolder();
  writeFileSync(join(folder, "scenario.yaml"), SCENARIO);
  try {
    return act();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function resultIn(text: string): ScenarioResult {
  return JSON.parse(text);
}

describe("run", () => {
  const EXPECT = "expect=[with.pool.segments < 0, without.pool.segments >= 0]";
  /** One run that several tests look at: an expectation fails, and a file is written over. */
  let whole: Outcome & {
    readonly json: string;
    readonly files: readonly string[];
    readonly forms: Readonly<Record<"html" | "markdown" | "csv" | "junit", string>>;
    /** `poolsim report` of that result, as Markdown and on the terminal. */
    readonly again: Outcome & { readonly markdown: string };
  };
  /** One with the result on stdout, in one thread, in a job of GitHub Actions. */
  let toStdout: Outcome & { readonly summary: string };
  beforeAll(() => {
    whole = inFolder(() => {
      writeFileSync(join(folder, "real.json"), "old");
      symlinkSync("real.json", join(folder, "out.json"));
      const names = ["html", "markdown", "csv", "junit"] as const;
      const options = names.flatMap((name) => [`--${name}`, `a.${name}`]);
      const outcome = run("--json", "out.json", "--set", EXPECT, ...options);
      const read = (name: string) => readFileSync(join(folder, name), "utf8");
      const files = readdirSync(folder).sort();
      const forms = Object.fromEntries(names.map((name) => [name, read(`a.${name}`)]));
      const again = poolsim(["report", "out.json", "--markdown", "again.md", "--html", "a.html"], {
        cwd: folder,
      });
      return {
        ...outcome,
        json: read("real.json"),
        files,
        forms: forms as (typeof whole)["forms"],
        again: { ...again, markdown: read("again.md") },
      };
    });
    toStdout = inFolder(() => {
      const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: join(folder, "summary.md") };
      const setting = ["--set", "stream.segmentMs=2000", "--set", "expect=[verdict == undecided]"];
      const args = ["--json", "-", "--threads", "1", "--details", ...setting];
      const outcome = runWith(env, ...args);
      return { ...outcome, summary: readFileSync(join(folder, "summary.md"), "utf8") };
    });
  });

  it("prints the report to stdout and nothing to a stderr that nobody watches", () => {
    const { stdout, stderr } = whole;
    expect(stderr).toBe("");
    expect(stdout).toMatch(
      /^my-pool: slow: not decided yet \(judged on fees\)\nVerdict: undecided \(/,
    );
    for (const part of [
      "worker in with",
      "How sure: 2 replications of 5 min",
      "Again: poolsim run",
    ]) {
      expect(stdout).toContain(`\n${part}`);
    }
    expect(stdout.split("\n").length).toBeLessThanOrEqual(41);
    expect(stdout).not.toContain("Gateway regions");
    expect(stdout).not.toContain("\u001b");
  });

  it("prints JSON to stdout with --json - and the report to stderr", () => {
    const { exitCode, stdout, stderr } = toStdout;
    expect(exitCode).toBe(0);
    for (const part of ["Comparison", "Workers: with", "Gateway regions", "Imputed", "Admitted"]) {
      expect(stderr).toContain(`\n${part}`);
    }
    const result = resultIn(stdout);
    expect(result).toMatchObject({
      schemaVersion: 2,
      scenario: {
        name: "my-pool",
        file: "scenario.yaml",
        settings: expect.arrayContaining([{ path: "stream.segmentMs", value: 2000 }]),
      },
      seed: 1,
      replications: 2,
    });
    expect(result.scenario.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(result.variants.map(({ name }) => name)).toEqual(["without", "with"]);
    expect(stderr).toContain("Verdict: ");
  });

  it("gives the same bytes whatever the number of threads", () => {
    // What one of them keeps, the others must not read.
    const settings = ["--no-cache", "--json", "-", "--set", "stream.segmentMs=2000"];
    settings.push("--set", "expect=[verdict == undecided]");
    expect(run(...settings, "--threads", "2").stdout).toBe(toStdout.stdout);
    expect(run(...settings, "--threads", "1", "--seed", "2").stdout).not.toBe(toStdout.stdout);
  });

  it("writes the JSON file whole, over an older one and through a link", () => {
    expect(resultIn(whole.json).replications).toBe(2);
    const forms = ["a.csv", "a.html", "a.junit", "a.markdown"];
    expect(whole.files).toEqual([".poolsim", ...forms, "out.json", "real.json", "scenario.yaml"]);
  });

  it("writes all other forms of the same result", () => {
    const { html, markdown, csv, junit } = whole.forms;
    expect(html).toMatch(/^<!doctype html>[\s\S]*Content-Security-Policy[\s\S]*<\/html>\n$/);
    expect(markdown).toMatch(/^## my-pool: slow: not decided yet/);
    expect(csv).toContain("\r\nmy-pool,with,pool.segments,");
    expect(junit).toContain('<failure message="is ');
  });

  it("gives the report again from the JSON result", () => {
    const { exitCode, stdout, markdown } = whole.again;
    expect(exitCode).toBe(1);
    expect(stdout).toBe(whole.stdout);
    expect(markdown).toBe(whole.forms.markdown);
  });

  it("tells GitHub Actions the answer, on stderr and in the job's summary", () => {
    expect(toStdout.stderr).toContain("::notice file=scenario.yaml,title=my-pool%3A slow");
    expect(toStdout.summary).toMatch(/^## my-pool: slow: not decided yet/);
    expect(whole.stderr).toBe("");
  });

  it("gives an array for several files", () => {
    writeFileSync(join(folder, "other.yaml"), SCENARIO.replace("name: my-pool", "name: other"));
    const { stdout, stderr } = run("other.yaml", "--json", "-", "--threads", "1");
    const results: ScenarioResult[] = JSON.parse(stdout);
    expect(results.map(({ scenario }) => scenario.file)).toEqual(["scenario.yaml", "other.yaml"]);
    expect(stderr).toMatch(/^my-pool: [\s\S]*\n\nother: /);
  });

  it("ends with 1 when an expectation fails, and still writes the JSON", () => {
    const { exitCode, stdout, json } = whole;
    expect(exitCode).toBe(1);
    expect(stdout).toContain("Expectations: 1 of 2 hold");
    expect(stdout).toMatch(/✗ with\.pool\.segments < 0/);
    const { expectations } = resultIn(json);
    expect(expectations.map(({ passed }) => passed)).toEqual([false, true]);
  });

  it("prints the verdict and failed expectations only when asked to be quiet", () => {
    const setting = "expect=[without.pool.segments >= 0]";
    const { stdout } = run("--quiet", "--threads", "1", "--set", setting);
    expect(stdout).toMatch(/^my-pool\nVerdict: [^\n]+\n[\s\S]+\n$/);
    expect(stdout).not.toContain("Comparison");
    expect(stdout).not.toContain("Expectations");
  });

  it("colours when told to, never with NO_COLOR, and keeps to COLUMNS", () => {
    const coloured = runWith({ FORCE_COLOR: "1" }, "--threads", "1");
    expect(coloured.stdout).toContain("\u001b[1m");
    const env = { FORCE_COLOR: "1", NO_COLOR: "1", COLUMNS: "72" };
    const { stdout } = runWith(env, "--threads", "1");
    expect(stdout).not.toContain("\u001b");
    expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(72);
  });

  it("traces one stream with the numbers of the rules, and nothing else", () => {
    const { exitCode, stdout } = run("--trace", "stream:3");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^scenario\.yaml, variant without, replication 0, stream 3\n/);
    expect(stdout).toMatch(/ D-8 /);
    expect(stdout).toMatch(/ L-\d+ /);
    expect(stdout).not.toContain("Comparison");
  });

  it("says when the traced stream does not exist", () => {
    const { exitCode, stderr } = run("--trace", "stream:99999999");
    expect(exitCode).toBe(2);
    expect(stderr).toBe("--trace: there is no stream 99999999 in this run\n");
  });
});

/** Starts a long run, does something to it when it has begun, and waits for its end. */
async function during(
  act: (child: ReturnType<typeof spawn>) => void,
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = endsWithUs(
    spawn(process.execPath, [...nodeArgs, MAIN, "run", "scenario.yaml", ...args], { cwd: folder }),
  );
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => {
    stdout += String(data);
  });
  child.stderr.on("data", (data) => {
    stderr += String(data);
  });
  act(child);
  const code = await new Promise<number | null>((resolve) => {
    child.on("close", (exitCode) => resolve(exitCode));
  });
  return { code, stdout, stderr };
}

describe("the starter scenario", () => {
  it("runs as init wrote it", () => {
    expect(poolsim(["init", "starter"], { cwd: folder }).exitCode).toBe(0);
    const { exitCode, stdout, stderr } = poolsim(
      ["run", "starter/scenario.yaml", ...SHORT, "--duration", "5m", "--set", "warmup=2m"],
      { cwd: folder },
    );
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Verdict: ");
  });
});

/** Loaded before the command: tells, once it heeds SIGINT. */
const TELLING = `data:text/javascript,${encodeURIComponent(`
  process.on("newListener", (name) => {
    if (name === "SIGINT") setImmediate(() => process.stderr.write("heeds SIGINT\\n"));
  });
`)}`;

describe("an interrupted run", () => {
  it.each([1, 2])("ends with 130 and writes nothing (%i threads)", async (threads) => {
    const { code, stdout, stderr } = await during(
      (child) => child.stderr?.once("data", () => setTimeout(() => child.kill("SIGINT"), 200)),
      ["--duration", "2000h", "--json", "out.json", "--threads", String(threads)],
      ["--import", TELLING],
    );
    expect(stderr).toBe("heeds SIGINT\npoolsim: interrupted\n");
    expect(code).toBe(130);
    expect(stdout).toBe("");
    expect(readdirSync(folder)).not.toContain("out.json");
  });
});

describe("an interrupted run of which something is finished", () => {
  it("prints that, marked partial, writes it, and ends with 130", async () => {
    const args = ["run", "scenario.yaml", "--replications", "10000", "--json", "out.json"];
    const results = join(folder, ".poolsim/results");
    const kept = () => (existsSync(results) ? readdirSync(results).length : 0);
    const child = start([...args, "--threads", "1"], folder);
    // Some replications of each of the two variants.
    let hasEnded = false;
    void child.ended.then(() => {
      hasEnded = true;
    });
    while (kept() < 6 && !hasEnded) await sleep(10);
    child.signal("SIGINT");
    const { exitCode, stdout, stderr } = await child.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toBe("poolsim: interrupted\n");
    expect(stdout).toMatch(/^my-pool: stopped early, with \d+ replications? of each variant: /);
    expect(stdout).toContain("\nAgain: ");
    expect(stdout).not.toContain("Verdict");
    const result = resultIn(readFileSync(join(folder, "out.json"), "utf8"));
    expect(result).toMatchObject({ partial: true, verdict: null });
    expect(stdout).toContain(`with ${result.replications} replication`);
  });
});

describe("a reader that stops reading", () => {
  it("is no error", async () => {
    const { stderr } = await during((child) => child.stdout?.destroy(), [...SHORT]);
    expect(stderr).toBe("");
  });
});
