/** `poolsim advise --from` in one go: who is bad is left out, and nobody else is. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AdviceResult } from "../../../src/sim/index.js";
import { addressOf } from "../../../src/sim/network/made-address.js";
import { inProcess } from "../../support/cli/in-process.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-advise-from-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `late` takes longer than segments last; these are of 10 s, which makes an hour of them cheap. */
const POOL = `name: books
network: { limit: 2 }
gateways: [{ region: FRA }]
warmup: 30m
duration: 4h
demand: { concurrentStreams: 10 }
stream: { length: { distribution: exponential, mean: 10m }, segmentMs: 10000 }
orchestrator: { name: pool, region: FRA, stakeShare: 0.5, pricePerUnit: 100, maxSessions: auto }
workers:
  - { name: good, count: 3, maxSessions: 4, roundTripMs: 400, slowSpells: { length: 0s } }
  - { name: late, maxSessions: 4, roundTripMs: 11400, slowSpells: { length: 0s } }
  - { name: dead, maxSessions: 4, roundTripMs: 300, errorProbability: 1 }
variants:
  with: { orchestrator.admission.exclude: [dead] }
  dead: { orchestrator.admission.exclude: [late] }
  without: { orchestrator.admission.exclude: [late, dead] }
`;

beforeAll(async () => {
  writeFileSync(at("pool.yaml"), POOL);
  for (const variant of ["with", "without", "dead"]) {
    const out = ["--variant", variant, "--out", at(variant), "--form", "poolsim"];
    const books = ["--db", at(`${variant}.db`), "--commission", "1/4"];
    const recorded = await inProcess("pool", "record", at("pool.yaml"), ...out);
    const imported = await inProcess("pool", "import", at(variant), ...books);
    expect([recorded.exitCode, imported.exitCode]).toEqual([0, 0]);
  }
});

/** What is advised on the workers of the books, in a network of two others. */
async function advised(variant: string, replications: number): Promise<AdviceResult> {
  const { exitCode, stdout, stderr } = await inProcess(
    ...["advise", "--from", at(`${variant}.db`), "--region", "FRA", "--stakeShare", "0.5"],
    ...["--set", "network.limit=2", "--set", "warmup=10m", "--duration", "100m"],
    ...["--set", "stream.length={ distribution: exponential, mean: 10m }"],
    ...["--replications", String(replications), "--no-rule", "--no-cache", "--quiet"],
    ...["--json", "-"],
  );
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as AdviceResult;
}

const GOOD = [1, 2, 3].map((n) => addressOf(`good-${n}`));
const adviceOf = ({ workers }: AdviceResult) =>
  Object.fromEntries(workers.map(({ name, advice }) => [name, advice]));

test("the bad worker is left out, and no other", async () => {
  const result = await advised("with", 16);
  const keep = Object.fromEntries(GOOD.map((name) => [name, "keep"]));
  expect(adviceOf(result)).toEqual({ ...keep, [addressOf("late")]: "exclude" });
  expect(result.together?.decision).toBe("admit");
});

test("the same pool without it keeps all", async () => {
  const result = await advised("without", 16);
  expect(adviceOf(result)).toEqual(Object.fromEntries(GOOD.map((name) => [name, "keep"])));
  expect(result.together).toBeNull();
});

test("who delivered nothing is named in the result, and the pool is as busy as it was", async () => {
  const { notes } = await advised("dead", 0);
  expect(notes.join("\n")).toMatch(
    `not used: ${addressOf("dead")}: connected for 4 hours while others worked`,
  );
  expect(notes.join("\n")).toMatch(/calibrated to segments per day = \d+/);
});
