/** From `poolsim discover --json` to `poolsim run`: what the network knows is never typed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { ScenarioResult } from "../../src/sim/results.js";
import {
  bytesOf,
  hexOf,
  payableTo,
  temporaryFolder,
  writeNodeDb,
} from "../support/cli/discover-command.js";
import { run } from "../support/cli/running-command.js";
import { OrchestratorServers } from "../support/servers/orchestrator-server.js";

const SCENARIO = `name: mine
network: { file: found.json }
warmup: 2m
duration: 5m
gateway: { region: FRA }
demand: { concurrentStreams: 6 }
stream: { length: { distribution: constant, mean: 3m } }
orchestrator: { fromNetwork: ${hexOf(0xa1)}, region: FRA }
workers: [{ name: good, count: 2, roundTripMs: 400 }]
`;

it("a discovery is a scenario's network, and its orchestrator one of it", async () => {
  const servers = await OrchestratorServers.start();
  onTestFinished(() => servers.close());
  const mine = await servers.add({
    kind: "answer",
    info: { ...payableTo(0xa1), address: bytesOf(0xa1) },
  });
  const rival = await servers.add({ kind: "answer", info: payableTo(0xb2) });
  const folder = temporaryFolder();
  const path = join(folder, "lpdb.sqlite3");
  writeNodeDb(path, [
    { uri: mine.uri, address: hexOf(0xa1), stake: 100_000_000n },
    { uri: rival.uri, address: hexOf(0xb2), stake: 300_000_000n },
  ]);
  const found = await run(["discover", "--nodeDb", path, "--json", "found.json"], folder);
  expect(found.stderr).toBe("");
  expect(found.exitCode).toBe(0);

  writeFileSync(join(folder, "mine.yaml"), SCENARIO);
  const short = ["--replications", "2", "--sensitivity", "off"];
  const { exitCode, stdout, stderr } = await run(
    ["run", "mine.yaml", ...short, "--json", "-"],
    folder,
  );
  expect(exitCode).toBe(0);
  const result: ScenarioResult = JSON.parse(stdout);
  expect(result.variants[0]?.orchestrators.map(({ name }) => name)).toEqual([hexOf(0xb2), "pool"]);
  expect(result.imputed).toEqual({ stake: 0, prices: 0, responseTimes: 1, devices: 0 });
  expect(result.notes[0]).toMatch(
    /^the network found\.json was discovered at \d{4}-\d\d-\d\dT[\d:.]+Z \(source nodeDb\): 2 orchestrators, 0 of them silent;/,
  );
  // Results hold no clock: the age is for the reader of the terminal.
  expect(stdout).not.toContain("old");
  expect(stderr).toMatch(/\nfound\.json is less than a minute old\.\n$/);
  expect((await run(["run", "mine.yaml", ...short, "--json", "-"], folder)).stdout).toBe(stdout);
});
