/** `poolsim pool payouts` as an operator meets it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { pendingAccount } from "../../../src/pool/books/accounts.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { type Anvil, startAnvil } from "../../support/chain/anvil.js";
import { startRpcProxy } from "../../support/chain/rpc-proxy.js";
import { ETH, keystoreJson, PASSWORD, POOL_KEY, worker } from "../../support/chain/wallet.js";
import { emptyFolder, MAIN, type Outcome, ownState, poolsim } from "../../support/cli/command.js";
import { inProcessIn } from "../../support/cli/in-process.js";
import { endsWithUs } from "../../support/ends-with-us.js";

interface Operator {
  readonly folder: string;
  readonly anvil: Anvil;
  run(...args: readonly string[]): Promise<Outcome>;
  send(...args: readonly string[]): Promise<Outcome>;
}

async function startOperator(): Promise<Operator> {
  const folder = emptyFolder();
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const anvil = await startAnvil();
  onTestFinished(() => anvil.stop());
  writeFileSync(join(folder, "key.json"), keystoreJson(), { mode: 0o600 });
  writeFileSync(join(folder, "password"), `${PASSWORD}\n`, { mode: 0o600 });
  const store = new SqlitePoolStore({ path: join(folder, "pool.db") });
  for (const [index, wei] of [ETH, ETH / 1_000_000n].entries()) {
    const to = pendingAccount({ address: worker(index), nodeType: "transcode", region: "eu" });
    const cause = { kind: "job-processed", id: String(index) };
    store.ledger.post({ cause, atMs: 0, postings: [{ from: "world", to, wei }] });
  }
  store.close();
  const run: Operator["run"] = (...args) =>
    inProcessIn(folder, "pool", "payouts", "--db", "pool.db", ...args);
  const key = ["--ethKeystorePath", "key.json", "--ethPasswordFile", "password"];
  const chain = ["--ethUrl", anvil.url, "--chainId", "31337", "--confirmations", "1"];
  const send: Operator["send"] = (...args) =>
    run("--send", ...key, ...chain, "--every", "20ms", ...args);
  return { folder, anvil, run, send };
}

test("ED-D15 without --send, a dry run: who is due, and nothing else happens", async () => {
  const { run, anvil } = await startOperator();
  const { exitCode, stdout, stderr } = await run();
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("Dry run: nothing is signed or sent without --send.");
  expect(stdout).toContain(`${worker(0)}  1 ETH  due`);
  expect(stdout).toContain("1 address is below the threshold: 0.000001 ETH all together");
  expect(stdout).toContain("No payouts yet.");
  expect(await anvil.rpc("eth_blockNumber")).toBe("0x0");
});

test("with --send: paid, confirmed and shown; a second time there is nothing to do", async () => {
  const { send, run, anvil } = await startOperator();
  const first = await send();
  expect(first).toMatchObject({ exitCode: 0 });
  expect(first.stderr).toContain(`payout 1 of 1 ETH to ${worker(0)}: confirmed`);
  expect(BigInt(String(await anvil.rpc("eth_getBalance", worker(0), "latest")))).toBe(ETH);
  const second = await send();
  expect([second.exitCode, second.stderr]).toEqual([0, ""]);
  const json: unknown = JSON.parse((await run("--json")).stdout);
  expect(json).toMatchObject({
    dryRun: true,
    owed: [{ address: worker(1), wei: (ETH / 1_000_000n).toString(), eth: "0.000001" }],
    payouts: [{ address: worker(0), wei: ETH.toString(), state: "confirmed", nonce: 0 }],
  });
});

test("neither key nor password is printed or stored, also when something is wrong", async () => {
  const { send, folder } = await startOperator();
  writeFileSync(join(folder, "wrong"), "not the password", { mode: 0o600 });
  const wrong = await send("--ethPasswordFile", "wrong");
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toBe("the password does not open the keystore, or it is none\n");
  const outcomes = [wrong, await send(), await send("--chainId", "1")];
  const texts = outcomes.flatMap(({ stdout, stderr }) => [stdout, stderr]);
  texts.push(readFileSync(join(folder, "pool.db"), "latin1"));
  for (const text of texts) {
    expect(text).not.toContain(PASSWORD);
    expect(text.toLowerCase()).not.toContain(POOL_KEY.slice(2, 40));
  }
});

test("a chain with another id, a node that is not there, a missing flag: each its exit code", async () => {
  const { send, run } = await startOperator();
  const other = await send("--chainId", "42161");
  expect(other.exitCode).toBe(2);
  expect(other.stderr).toBe("payouts: the node is of chain 31337, expected 42161\n");
  const nobody = await send("--ethUrl", "http://127.0.0.1:1");
  expect(nobody.exitCode).toBe(4);
  expect((await run("--send")).stderr).toBe("--send: expected --ethUrl too, http or https\n");
});

test("due, but not paid: exit code 1 and the reason; books that are not there are not made", async () => {
  const { send, folder } = await startOperator();
  const { exitCode, stdout } = await send("--maxGasPrice", "0.000000001gwei");
  expect(exitCode).toBe(1);
  expect(stdout).toContain(`${worker(0)}  1 ETH  due, but gas costs more than --maxGasPrice`);
  const json: unknown = JSON.parse((await send("--maxGasPrice", "1", "--json")).stdout);
  expect(json).toMatchObject({ owed: [{ isDue: true, hindrance: "gasTooExpensive" }, {}] });
  const typo = await send("--db", "typo.db");
  expect(typo.exitCode).toBe(2);
  expect(typo.stderr).toMatch(/^--db typo\.db: there are no books/);
  expect(existsSync(join(folder, "typo.db"))).toBe(false);
});

test("a node that dies over an estimate is asked again: all is paid, exit code 0", async () => {
  const { anvil, send } = await startOperator();
  const proxy = await startRpcProxy(anvil.url);
  let failures = 0;
  proxy.intercept = (calls, response) => {
    if (calls[0]?.method !== "eth_estimateGas" || ++failures > 3) return false;
    response.destroy();
    return true;
  };
  const { exitCode, stderr } = await send("--ethUrl", proxy.url);
  expect([exitCode, failures]).toEqual([0, 4]);
  expect(stderr).toContain(`to ${worker(0)}: confirmed`);
  expect(BigInt(String(await anvil.rpc("eth_getBalance", worker(0), "latest")))).toBe(ETH);
});

test("a payment that reverts: exit code 1, and it is pending again", async () => {
  const { anvil, send } = await startOperator();
  const proxy = await startRpcProxy(anvil.url);
  // A contract that reverts at once, and an estimate from before it did.
  await anvil.rpc("anvil_setCode", worker(0), "0x60006000fd");
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    if (call?.method !== "eth_estimateGas") return false;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ jsonrpc: "2.0", id: call.id, result: "0x7530" }));
    return true;
  };
  const { exitCode, stderr, stdout } = await send("--ethUrl", proxy.url);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`payout 1 of 1 ETH to ${worker(0)}: failed`);
  expect(stdout).toContain(`${worker(0)}  1 ETH  its last payout failed`);
});

test("three at once pay each once: who comes second waits, and finds all of it paid", async () => {
  const { folder, anvil } = await startOperator();
  const addresses = Array.from({ length: 8 }, (_, index) => worker(10 + index));
  const store = new SqlitePoolStore({ path: join(folder, "pool.db") });
  onTestFinished(() => store.close());
  for (const [index, address] of addresses.entries()) {
    const to = pendingAccount({ address, nodeType: "transcode", region: "eu" });
    const cause = { kind: "job-processed", id: address };
    const posting = { from: "world", to, wei: ETH + BigInt(index) } as const;
    store.ledger.post({ cause, atMs: 0, postings: [posting] });
  }
  // A block for each of their looks at the chain, whose first question this is.
  const proxy = await startRpcProxy(anvil.url);
  proxy.intercept = ([call]) => {
    if (call?.method === "eth_chainId") void anvil.rpc("anvil_mine", "0x1");
    return false;
  };
  const key = ["--ethKeystorePath", "key.json", "--ethPasswordFile", "password"];
  const chain = ["--ethUrl", proxy.url, "--chainId", "31337", "--confirmations", "3"];
  const args = ["pool", "payouts", "--db", "pool.db", "--send", ...key, ...chain];
  const children = [1, 2, 3].map(() =>
    endsWithUs(
      spawn(process.execPath, [MAIN, ...args, "--every", "5ms", "--lockWait", "10m"], {
        cwd: folder,
        stdio: "ignore",
        env: ownState(folder),
      }),
    ),
  );
  onTestFinished(() => {
    for (const child of children) child.kill("SIGKILL");
  });
  const ends = children.map(async (child) => (await once(child, "exit"))[0]);
  expect(await Promise.all(ends)).toEqual([0, 0, 0]);
  const payouts = store.payouts.list();
  expect(payouts.map(({ state }) => state)).toEqual(Array(9).fill("confirmed"));
  expect(payouts.map(({ nonce }) => nonce).toReversed()).toEqual([...Array(9).keys()]);
  for (const [index, address] of addresses.entries()) {
    const wei = BigInt(String(await anvil.rpc("eth_getBalance", address, "latest")));
    expect(wei).toBe(ETH + BigInt(index));
  }
  for (const { id } of payouts) {
    expect(store.ledger.entriesOf({ kind: "payout-confirmed", id: String(id) })).toHaveLength(1);
  }
});

test("the password may come from the environment", async () => {
  const { folder, anvil } = await startOperator();
  const args = ["pool", "payouts", "--db", "pool.db", "--send", "--ethUrl", anvil.url];
  const key = ["--ethKeystorePath", "key.json", "--chainId", "31337", "--confirmations", "1"];
  const every = ["--every", "20ms"];
  const options = { cwd: folder, env: { POOLSIM_KEYSTORE_PASSWORD: PASSWORD } };
  expect(poolsim([...args, ...key, ...every], options).exitCode).toBe(0);
  const none = poolsim([...args, ...key], { cwd: folder });
  expect(none.exitCode).toBe(2);
  expect(none.stderr).toMatch(/expected --ethPasswordFile, or POOLSIM_KEYSTORE_PASSWORD/);
});
