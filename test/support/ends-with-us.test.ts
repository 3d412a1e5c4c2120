/** No process outlives the test process that started it, however that ends. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { endsWithUs } from "./ends-with-us.js";
import { eventually } from "./eventually.js";

const ENTRY = fileURLToPath(new URL("./chain/anvil-entry.ts", import.meta.url));

async function isAnswering(url: string): Promise<boolean> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  const headers = { "content-type": "application/json" };
  return await fetch(url, { method: "POST", headers, body }).then(
    ({ ok }) => ok,
    () => false,
  );
}

it.each([
  ["SIGKILL", "to it", false],
  ["SIGTERM", "to it", false],
  ["SIGKILL", "to its group", true],
] as const)("a node ends with its test process: %s %s", async (signal, _, isToGroup) => {
  const runner = endsWithUs(
    spawn(process.execPath, ["--import", "tsx", ENTRY], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
  const [line] = await once(runner.stdout, "data");
  const url = String(line).trim();
  expect(await isAnswering(url)).toBe(true);
  const ended = once(runner, "exit");
  process.kill((isToGroup ? -1 : 1) * (runner.pid ?? Number.NaN), signal);
  await ended;
  await eventually(async () => expect(await isAnswering(url)).toBe(false));
});
