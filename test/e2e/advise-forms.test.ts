/** `poolsim advise` and `poolsim sweep` in every form, and what their expectations do to the exit code. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { emptyFolder } from "../support/cli/command.js";
import { inProcessIn } from "../support/cli/in-process.js";

/** As short as can be: its figures mean nothing. */
const SCENARIO = `name: small
warmup: 1m
duration: 2m
network: { limit: 3 }
gateway: { region: FRA }
demand: { concurrentStreams: 3 }
orchestrator: { name: my-pool, region: FRA, stakeShare: 0.6, maxSessions: auto }
workers:
  - { name: good, roundTripMs: 400 }
  - { name: slow, roundTripMs: 2200 }
decision: { baseline: without, candidate: with, peakFactor: 1 }
variants: { without: { orchestrator.admission.exclude: [slow] }, with: {} }
expect:
  - worker.slow.advice in [keep, spare, exclude, undecided]
  - worker.good.advice == cap
  - best.roundTripMs >= 400
  - asGood.roundTripMs == 1
  - with.worker.slow.picks >= 0
`;

let folder = "";
beforeAll(() => {
  folder = emptyFolder();
  writeFileSync(join(folder, "small.yaml"), SCENARIO);
});
afterAll(() => rmSync(folder, { recursive: true }));

const FORMS = ["html", "markdown", "csv", "junit"] as const;

function formsIn(prefix: string): string[] {
  return FORMS.flatMap((form) => [`--${form}`, `${prefix}.${form}`]);
}

function read(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

/** Everything but the page's age of inputs is the same of a result that is read again. */
async function expectTheSame(prefix: string): Promise<void> {
  const again = await inProcessIn(folder, "report", `${prefix}.json`, ...formsIn("again"));
  expect(again.exitCode).toBe(1);
  for (const form of ["csv", "junit"])
    expect(read(`again.${form}`)).toBe(read(`${prefix}.${form}`));
  const [said] = read(`${prefix}.markdown`).split("\n");
  expect(read("again.markdown").split("\n")[0]).toBe(said);
  expect(read("again.html").length).toBeGreaterThan(100_000);
}

describe("poolsim advise", () => {
  it("writes every form, and an expectation that does not hold makes the exit code 1", async () => {
    const options = [
      "--replications",
      "16",
      "--no-rule",
      "--threads",
      "1",
      "--json",
      "advice.json",
    ];
    const found = await inProcessIn(
      folder,
      "advise",
      "small.yaml",
      ...options,
      ...formsIn("advice"),
    );
    expect(found.exitCode).toBe(1);
    expect(found.stdout).toMatch(/^small \(2 workers, FRA, 60 % of stake, variant with\): /);
    expect(found.stdout.replaceAll(/\s+/g, " ")).toMatch(
      /Expectations: 1 of 2 hold; 3 more in the scenario \(expect:\) are not about this: poolsim sweep checks 2 and poolsim run checks 1 ✗ worker\.good\.advice == cap is (keep|exclude|spare|undecided): /,
    );
    expect(found.stdout).toContain("To send: advice.html. poolsim ");
    expect(read("advice.junit")).toContain('<testcase name="worker good" classname="small.yaml"');
    await expectTheSame("advice");
  });
});

describe("poolsim sweep", () => {
  it("writes every form, and tells GitHub what did not hold", async () => {
    vi.stubEnv("GITHUB_ACTIONS", "true");
    vi.stubEnv("GITHUB_STEP_SUMMARY", join(folder, "summary.md"));
    try {
      const options = ["--vary", "workers.good.roundTripMs=400,500", "--replications", "16"];
      const found = await inProcessIn(
        folder,
        "sweep",
        "small.yaml",
        ...options,
        ...["--threads", "1", "--json", "sweep.json"],
        ...formsIn("sweep"),
      );
      expect(found.exitCode).toBe(1);
      expect(found.stdout).toMatch(/^small \(roundTripMs, 2 points\): set roundTripMs [45]00/);
      expect(found.stdout).toMatch(/✗ asGood\.roundTripMs == 1 is [45]00/);
      expect(found.stderr).toMatch(/^::notice file=small\.yaml,title=small%3A set roundTripMs /m);
      expect(found.stderr).toMatch(/^::error .*::asGood\.roundTripMs == 1 is /m);
      expect(read("summary.md")).toMatch(/^## small \(roundTripMs, 2 points\): set /);
    } finally {
      vi.unstubAllEnvs();
    }
    await expectTheSame("sweep");
  });
});

describe("poolsim run", () => {
  it("says which expectations it leaves to others", async () => {
    const options = ["--replications", "2", "--sensitivity", "off", "--threads", "1"];
    const found = await inProcessIn(folder, "run", "small.yaml", ...options);
    expect(found.exitCode).toBe(0);
    expect(found.stdout.replaceAll(/\s+/g, " ")).toContain(
      "Expectations: 1 of 1 hold; 4 more in the scenario (expect:) are not about this: poolsim advise checks 2 and poolsim sweep checks 2",
    );
  });

  it.each([
    ["worker.nobody.advice == keep", 'no worker is called "nobody"'],
    ["worker.slow.advice == fired", 'found "fired", expected one of keep, cap'],
    ["advice.together.nonsense > 0", 'no metric is called "pool.nonsense"'],
  ])("refuses %s before it runs", async (item, message) => {
    const set = `expect=["${item}"]`;
    const found = await inProcessIn(folder, "check", "small.yaml", "--set", set);
    expect(found.exitCode).toBe(2);
    expect(found.stderr).toContain(message);
  });
});
