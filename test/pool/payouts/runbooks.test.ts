/** The runbooks of docs/payouts.md: each command in them, on a chain. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { blocksOf } from "../../../scripts/docs-blocks.js";
import { startAnvil } from "../../support/chain/anvil.js";
import { startRpcProxy } from "../../support/chain/rpc-proxy.js";
import {
  ETH,
  keystoreJson,
  PASSWORD,
  STRANGER,
  WALLET,
  worker,
} from "../../support/chain/wallet.js";
import { emptyFolder, MAIN, ownState } from "../../support/cli/command.js";
import { endsWithUs } from "../../support/ends-with-us.js";

/** A job of a worker that earned some milli-ETH. */
function job(index: number, milli: number): string {
  const id = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
  const dt = `2026-02-01T10:00:0${index}Z`;
  return (
    `{"DT":"${dt}","EventType":"job-processed","ID":"${id}","NodeType":"transcode","Version":1,` +
    `"Region":"eu","Payload":{"computeUnits":1000000,"duration":2000,"ethAddress":"${worker(index)}",` +
    `"fees":${milli}000000000000000,"pricePerComputeUnit":${milli}000000000,"realTimeRatio":4,"responseTime":9}}\n`
  );
}

/** Runs lines of a shell in a folder, with poolsim in it. */
async function shell(folder: string, lines: string, env: Readonly<Record<string, string>>) {
  const paths = `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`;
  const child = endsWithUs(
    spawn("sh", ["-c", `exec 2>&1\n${lines}`], {
      cwd: folder,
      env: { ...ownState(folder), ...env, PATH: paths },
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await once(child, "close");
  return { exitCode: child.exitCode, text };
}

test("restore, unknown transactions, gap, short wallet: as docs/payouts.md says", async () => {
  const folder = emptyFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const anvil = await startAnvil("--chain-id", "42161");
  onTestFinished(() => anvil.stop());
  // Confirmations come as blocks do, on a chain that others use too: some for each look at it, whose first question
  // this is.
  const proxy = await startRpcProxy(anvil.url);
  proxy.intercept = ([call]) => {
    if (call?.method === "eth_chainId") void anvil.rpc("anvil_mine", "0x5");
    return false;
  };
  mkdirSync(join(folder, "bin"));
  // Payouts look at this chain more often: its blocks come sooner than a real one's.
  const script = `#!/bin/sh\ncase "$*" in *--send*) set -- "$@" --every 100ms;; esac\nexec "${process.execPath}" "${MAIN}" "$@"\n`;
  writeFileSync(join(folder, "bin", "poolsim"), script);
  chmodSync(join(folder, "bin", "poolsim"), 0o755);
  writeFileSync(join(folder, "key.json"), keystoreJson(), { mode: 0o600 });
  writeFileSync(join(folder, "password"), PASSWORD, { mode: 0o600 });
  const env = { ETH_URL: proxy.url, WALLET };
  const run = async (lines: string) => await shell(folder, lines, env);
  const balance = async (address: string) =>
    BigInt(String(await anvil.rpc("eth_getBalance", address, "latest")));
  const earn = async (...jobs: readonly string[]) => {
    writeFileSync(join(folder, "pool-events.json"), jobs.join(""));
    const entered = await run("poolsim pool import pool-events.json --db pool.db --commission 0");
    expect(entered, entered.text).toMatchObject({ exitCode: 0 });
  };
  const commands = blocksOf("docs/payouts.md").filter(({ language }) => language === "sh");
  const [restore, unknown, gap, short] = commands.map(({ text }) => text);
  expect(commands).toHaveLength(4);
  const pay = restore?.split("\n").slice(-2).join("\n") ?? "";

  await earn(job(1, 100));
  copyFileSync(join(folder, "pool.db"), join(folder, "backup.db"));
  await earn(job(1, 100), job(2, 150));
  expect(await run(pay)).toMatchObject({ exitCode: 0 });

  const restored = await run(restore ?? "");
  expect(restored).toMatchObject({ exitCode: 0 });
  expect(restored.text).toContain(`payout 1 of 0.15 ETH to ${worker(2)}: taken in from nonce 0`);
  expect(restored.text).toContain(`payout 2 of 0.1 ETH to ${worker(1)}: taken in from nonce 1`);
  const paid = async () => [await balance(worker(1)), await balance(worker(2))];
  expect(await paid()).toEqual([ETH / 10n, (15n * ETH) / 100n]);

  await anvil.rpc("eth_sendTransaction", { from: WALLET, to: STRANGER, value: "0x1" });
  await earn(job(3, 200));
  const stopped = await run(pay);
  expect(stopped).toMatchObject({ exitCode: 5 });
  expect(stopped.text).toContain("nonces 2: nonce 2 sent 0.000000000000000001 ETH");
  const acknowledged = await run(unknown ?? "");
  expect(acknowledged).toMatchObject({ exitCode: 0 });
  expect(acknowledged.text).toContain("1 nonce acknowledged");

  expect(await run(gap ?? "")).toMatchObject({ exitCode: 0 });
  expect(await balance(worker(3))).toBe(ETH / 5n);

  await anvil.rpc("anvil_setBalance", WALLET, `0x${(ETH / 10n).toString(16)}`);
  await earn(job(4, 300));
  const partly = await run(short ?? "");
  expect(partly).toMatchObject({ exitCode: 1 });
  expect(partly.text).toContain("the wallet had not enough for all of it");
  expect((await balance(worker(4))) > ETH / 20n).toBe(true);
});
