import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OrchestratorServers } from "../support/servers/orchestrator-server.js";

const run = promisify(execFile);
let servers: OrchestratorServers;
beforeAll(async () => {
  servers = await OrchestratorServers.start();
});
afterAll(() => servers.close());

describe("examples/discover.ts", () => {
  it("finds who may be used, tells why others may not, and exits", async () => {
    const good = await servers.add();
    const capped = await servers.add({ kind: "error", message: "OrchestratorCapped" });
    const hosts = [good, capped].map(({ host }) => host).join(",");
    const args = ["--import", "tsx", "examples/discover.ts", hosts];
    const { stdout, stderr } = await run(process.execPath, args);
    expect(stderr).toBe("");
    const [found, rejected, ...rest] = stdout.trim().split("\n");
    expect(found).toMatch(new RegExp(`^${good.uri} in [0-9]+ ms, 500.00 wei per pixel$`));
    expect(rejected).toMatch(new RegExp(`^${capped.uri} not: D-20 .*OrchestratorCapped$`));
    expect(rest).toEqual([]);
  });
});
