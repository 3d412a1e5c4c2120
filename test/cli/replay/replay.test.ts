/** `poolsim replay`: the answer first, all figures as JSON, and clear words for what does not fit. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inProcess } from "../../support/cli/in-process.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-replay-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const POOL = `name: known
network: { limit: 0 }
gateways: [{ region: FRA }]
warmup: 20m
duration: 40m
demand: { concurrentStreams: 4 }
stream: { length: { distribution: exponential, mean: 10m } }
orchestrator: { name: pool, region: FRA, stakeLpt: 1, pricePerUnit: 100, maxSessions: auto }
workers:
  - { name: fast, maxSessions: 6, roundTripMs: 220 }
  - { name: other, maxSessions: 6, roundTripMs: 400 }
`;

beforeAll(async () => {
  writeFileSync(at("pool.yaml"), POOL);
  writeFileSync(at("strangers.yaml"), POOL.replace("fast", "slow").replace("other", "more"));
  const recorded = ["pool", "record", at("pool.yaml"), "--out", at("days"), "--form", "poolsim"];
  expect(await inProcess(...recorded)).toMatchObject({ exitCode: 0 });
  const imported = ["pool", "import", at("days"), "--db", at("pool.db"), "--commission", "1/4"];
  expect(await inProcess(...imported)).toMatchObject({ exitCode: 0 });
}, 120_000);

const replay = (...flags: readonly string[]) =>
  inProcess(
    "replay",
    "--from",
    at("pool.db"),
    "--scenario",
    at("pool.yaml"),
    "--replications",
    "3",
    ...flags,
  );

it("begins with what would have been, and says whether the past came out", async () => {
  const file = at("replay.json");
  const { exitCode, stdout } = await replay(
    "--cap",
    "fast=1",
    "--without",
    "other",
    "--json",
    file,
  );
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^If fast had been capped at 1 and other had been left out: −\d/);
  expect(stdout).toMatch(/Under its own rule the replay/);
  expect(stdout).toMatch(/Not in the books: which gateway/);
  expect(stdout.split("\n").length).toBeLessThan(40);
  const result = JSON.parse(readFileSync(file, "utf8"));
  expect(result).toMatchObject({ kind: "replay", schemaVersion: 1, replications: 3 });
  const [fast, other] = result.workers;
  expect(fast.segments.actual + other.segments.actual).toBe(result.pool.segments.actual);
  // Left out, it does nothing.
  expect(other.change.segments.mean).toBeCloseTo(-other.segments.replayed.mean, 6);
});

it("without another rule only compares, and the same twice", async () => {
  const one = await replay();
  expect(one.stdout).toMatch(/^Under its own rule the replay/);
  expect((await replay()).stdout).toBe(one.stdout);
});

it.each([
  [["--cap", "fsat=2"], /no worker of the scenario is called "fsat"/],
  [["--cap", "fast"], /expected a worker and its most sessions, such as home-b=2/],
  [["--variant", "other"], /no variant is called "other", expected base/],
  [["--without", "nobody"], /no worker of the scenario is called "nobody"/],
  [["--cap", "fast=1", "--cap", "fast=2"], /--cap and --without name "fast" twice/],
  [["--without", "other", "--cap", "other=2"], /--cap and --without name "other" twice/],
  [["--set", "demand.concurrentStreams=9"], /a replay changes the pool's own rule/],
  [["--set", "orchestrator.admission.benchmark.limit=9"], /limitMs/],
])("%s", async (flags, message) => {
  const { exitCode, stderr } = await replay(...flags);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(message);
});

it("books and scenarios that have nobody in common", async () => {
  const args = ["replay", "--from", at("pool.db"), "--scenario", at("strangers.yaml")];
  const { exitCode, stderr } = await inProcess(...args);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /no worker of the scenario has worked in these books: expected addresses such as 0x/,
  );
  const none = await inProcess("replay", "--from", at("no.db"), "--scenario", at("pool.yaml"));
  expect(none.stderr).toMatch(/no\.db: it cannot be read/);
});
