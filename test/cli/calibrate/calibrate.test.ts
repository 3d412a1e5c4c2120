/** `poolsim calibrate` and `poolsim devices`: every input, and what comes of it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProcess } from "../../support/cli/in-process.js";
import { benchText } from "../../support/sim/bench-text.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-calibrate-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const POOL = `name: known
network: { limit: 0 }
gateways: [{ region: FRA }]
warmup: 1h
duration: 3h
demand: { concurrentStreams: 6 }
stream: { length: { distribution: exponential, mean: 10m } }
orchestrator: { name: pool, region: FRA, stakeLpt: 1, pricePerUnit: 100, maxSessions: auto }
workers:
  - { name: fast, maxSessions: 4, roundTripMs: 220, slowSpells: { length: 0s } }
  - { name: slow, maxSessions: 2, roundTripMs: 800, slowSpells: { length: 0s } }
`;

beforeAll(async () => {
  writeFileSync(at("known.yaml"), POOL);
  for (const form of ["bucket", "api", "poolsim"]) {
    const args = ["--out", at(form), "--form", form, "--aiPerDay", "50"];
    expect(await inProcess("pool", "record", at("known.yaml"), ...args)).toMatchObject({
      exitCode: 0,
    });
  }
  const imported = ["pool", "import", at("bucket"), "--db", at("pool.db"), "--commission", "1/4"];
  expect(await inProcess(...imported)).toMatchObject({ exitCode: 0 });
}, 120_000);

interface Calibrated {
  readonly workers: readonly {
    readonly worker: string;
    readonly segments: number;
    readonly sessionsMax: number;
    readonly aloneMs: { readonly value: number };
  }[];
  readonly ai: readonly { readonly models: readonly { readonly jobs: number }[] }[];
  readonly unused: readonly string[];
}

async function calibrated(...args: readonly string[]): Promise<Calibrated> {
  const { exitCode, stdout, stderr } = await inProcess("calibrate", ...args, "--json", "-");
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Calibrated;
}

describe("a pool's past", () => {
  it("says the same of its workers from books and from files of every form", async () => {
    const all = [
      await calibrated("--from", at("pool.db")),
      await calibrated(at("api")),
      await calibrated(at("poolsim")),
      // A folder and its copy: each event counts once.
      await calibrated(at("bucket"), at("bucket")),
    ];
    for (const { workers, ai, unused } of all) {
      const [fast, slow] = [...workers].sort((a, b) => a.aloneMs.value - b.aloneMs.value);
      expect(workers).toHaveLength(2);
      expect((fast?.aloneMs.value ?? 0) / 220).toBeCloseTo(1, 1);
      expect((slow?.aloneMs.value ?? 0) / 800).toBeCloseTo(1, 1);
      expect([fast?.sessionsMax, slow?.sessionsMax]).toEqual([4, 2]);
      expect(unused.join()).not.toMatch(/no segments/);
      const jobs = ai.flatMap(({ models }) => models.map((one) => one.jobs));
      expect(jobs.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    }
    expect(new Set(all.map(({ workers }) => workers[0]?.segments)).size).toBe(1);
    const results = (one: Calibrated) => one.ai.map(({ models }) => models.map(({ jobs }) => jobs));
    expect(new Set(all.map((one) => JSON.stringify(results(one)))).size).toBe(1);
  });

  it("becomes a scenario that runs", async () => {
    const out = at("found.yaml");
    const { exitCode, stdout } = await inProcess("calibrate", at("poolsim"), "--out", out);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/half held back \([\d,]+ segments\) and predicted by the rest/);
    expect(stdout).toMatch(/beyond \d+: extrapolated in proportion/);
    expect(readFileSync(out, "utf8")).toMatch(/slowSpells: \{ length: 0s \} # none were seen/);
    expect(await inProcess("check", out)).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("is needed, once", async () => {
    const says = async (...args: readonly string[]) =>
      (await inProcess("calibrate", ...args)).stderr;
    expect(await says()).toMatch(/nothing to calibrate: expected files, or --from <db>/);
    expect(await says("--from", at("none.db"))).toMatch(/none\.db: it cannot be read/);
    expect(await says("--from", at("known.yaml"))).toMatch(/it is no SQLite file/);
    expect(await says(at("bucket"), "--from", at("pool.db"))).toMatch(/events twice/);
    const advise = await inProcess("advise", "--from", at("pool.db"));
    expect(advise.stderr).toMatch(/expected --stakeShare too, which books do not know/);
    const both = await inProcess("advise", "twelve-workers", "--stakeShare", "0.1");
    expect(both.stderr).toMatch(/--stakeShare goes with --from only/);
  });
});

describe("measurements", () => {
  it("of livepeer_bench become a device", async () => {
    const runs = [1, 2, 4].map((sessions) => ({ sessions, segments: 30, meanS: 0.1 * sessions }));
    writeFileSync(at("home-a.txt"), benchText(...runs));
    const { exitCode, stdout } = await inProcess("calibrate", at("home-a.txt"));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/devices:\n {2}home-a:\n {4}pixelsPerSecond: 7[45]\d0{6}/);
    expect(stdout).toMatch(/slowdown: \{ 2: [12](\.\d+)?, 4: [34](\.\d+)? \}/);
    const out = at("bench.yaml");
    await inProcess("calibrate", at("home-a.txt"), "--out", out);
    expect(await inProcess("check", out)).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("in UTF-16, as a shell of Windows writes what is sent to a file, are read", async () => {
    const text = benchText({ sessions: 2, segments: 30, meanS: 0.1 });
    writeFileSync(at("little.txt"), Buffer.from(`\ufeff${text}`, "utf16le"));
    writeFileSync(at("big.txt"), Buffer.from(`\ufeff${text}`, "utf16le").swap16());
    const { workers } = await calibrated(at("little.txt"), at("big.txt"));
    expect(workers.map(({ worker, segments }) => [worker, segments])).toEqual([
      ["little", 60],
      ["big", 60],
    ]);
    // The same file twice is one.
    const twice = await calibrated(at("little.txt"), at("little.txt"));
    expect(twice.workers.map(({ segments }) => segments)).toEqual([60]);
  });

  it("of livepeer_bench in a folder are a device each", async () => {
    mkdirSync(at("benches"));
    for (const name of ["gpu-a", "gpu-b"]) {
      const text = benchText({ sessions: 1, segments: 40, meanS: 0.1 });
      writeFileSync(at(`benches/${name}.txt`), text);
    }
    const { workers } = await calibrated(at("benches"));
    expect(workers.map(({ worker }) => worker)).toEqual(["gpu-a", "gpu-b"]);
  });

  it("in a table, and as benchmarks are posted", async () => {
    const rows = [1, 2].flatMap((sessions) =>
      Array.from({ length: 30 }, (_, n) => `b,${sessions},${20 + (n % 3)},${100 * sessions},40`),
    );
    const table = `worker,sessions,download_ms,transcode_ms,upload_ms\n${rows.join("\n")}\nb,2,20,failed,40\n`;
    writeFileSync(at("b.csv"), table);
    const ofTable = await inProcess("calibrate", at("b.csv"));
    expect(ofTable.stdout).toMatch(/a segment alone: 161 ms/);
    expect(ofTable.stdout).toMatch(/parts at 2: download 21 ms, transcode 200 ms, upload 40 ms/);
    expect(ofTable.stdout).toMatch(/errorProbability: 0\.0164/);
    const segment = { cold: false, download: 20, transcode: 100, upload: 40 };
    const runs = [{ sessions: 1, segments: Array.from({ length: 30 }, () => segment) }];
    const benchmark = { transcoder: `0x${"ab".repeat(20)}`, maxSessions: 4, runs };
    writeFileSync(at("posted.json"), JSON.stringify({ benchmark }));
    const posted = await inProcess("calibrate", at("posted.json"));
    expect(posted.stdout).toMatch(/address: "0x(ab){20}"/);
    expect(posted.stdout).toMatch(/roundTripMs: 160/);
  });

  it.each([
    ["", "empty, expected the output of livepeer_bench"],
    ["hello", "not known, expected the output of livepeer_bench"],
    [
      "worker,sessions,download_ms,transcode_ms,upload_ms\na,1,2,x,4\n",
      ':2:7: "x", expected a number',
    ],
    [
      "worker,sessions,download_ms,transcode_ms,upload_ms\na,1.5,2,3,4\n",
      ':2:3: "1.5", expected a whole number of sessions',
    ],
    ['{"benchmark":{"transcoder":"a","runs":[', "no whole JSON text: it was cut"],
    ['{"benchmark":{"transcoder":"a","runs":[]}}', "expected what /recordBenchmark takes"],
  ])("that are none are refused with a word: %j", async (text, message) => {
    writeFileSync(at("wrong.txt"), text);
    const { exitCode, stderr } = await inProcess("calibrate", at("wrong.txt"));
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("poolsim devices", () => {
  it("lists the table with what is interpolated and guessed, and a scenario's own", async () => {
    const { exitCode, stdout } = await inProcess("devices");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/gtx1060 +Pascal +801 +30 +\+160 +0\.03 +12\n/);
    expect(stdout).toMatch(/rtx2070 +Turing +~1,210 +\?\d+ +\?\+160 +\?0\.05 +~12\n/);
    writeFileSync(
      at("own.yaml"),
      `${POOL}devices: { mine: { like: rtx2070, pixelsPerSecond: 1e9 } }\n`,
    );
    const own = await inProcess("devices", at("own.yaml"), "--details");
    expect(own.stdout).toMatch(/\nmine +Turing +1,000 /);
    expect(own.stdout).toMatch(/mine +pixelsPerSecond +measured +scenario/);
    const json = await inProcess("devices", "--json", "-");
    expect((JSON.parse(json.stdout) as { devices: unknown[] }).devices.length).toBeGreaterThan(50);
  });
});
