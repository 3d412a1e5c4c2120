/** What operators do with the files of a pool: copy, restore, replace, run twice. */
import { chmodSync, copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { pendingAccount } from "../../../src/pool/books/accounts.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { type Anvil, startAnvil } from "../../support/chain/anvil.js";
import {
  ETH,
  keystoreJson,
  PASSWORD,
  POOL_ADDRESS,
  STRANGER,
  WALLET,
  worker,
} from "../../support/chain/wallet.js";
import { emptyFolder, type Outcome } from "../../support/cli/command.js";
import { inProcessIn } from "../../support/cli/in-process.js";
import { type RunningCommand, start } from "../../support/cli/running-command.js";

interface Operator {
  readonly folder: string;
  readonly anvil: Anvil;
  readonly db: string;
  run(...args: readonly string[]): Promise<Outcome>;
  /** `payouts --send`. */
  send(...args: readonly string[]): Promise<Outcome>;
  verify(...args: readonly string[]): Promise<Outcome>;
  follow(...args: readonly string[]): RunningCommand;
  balance(address: string): Promise<bigint>;
}

async function startOperator(): Promise<Operator> {
  const folder = emptyFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const anvil = await startAnvil();
  onTestFinished(() => anvil.stop());
  writeFileSync(join(folder, "key.json"), keystoreJson(), { mode: 0o600 });
  writeFileSync(join(folder, "password"), PASSWORD, { mode: 0o600 });
  const db = join(folder, "pool.db");
  earn(db, worker(1), ETH);
  const key = ["--ethKeystorePath", "key.json", "--ethPasswordFile", "password"];
  const chain = ["--ethUrl", anvil.url, "--chainId", "31337", "--confirmations", "1"];
  const paying = ["--send", ...key, ...chain, "--every", "20ms", "--lockWait", "0"];
  const run = (...args: readonly string[]) => inProcessIn(folder, "pool", ...args);
  return {
    folder,
    anvil,
    db,
    run,
    send: (...args) => run("payouts", "--db", "pool.db", ...paying, ...args),
    verify: (...args) => run("verify", "--db", "pool.db", ...chain, ...args),
    follow: (...args) => {
      const following = ["pool", "payouts", "--db", "pool.db", ...paying, "--follow", ...args];
      return start(following, folder);
    },
    balance: async (address) =>
      BigInt(String(await anvil.rpc("eth_getBalance", address, "latest"))),
  };
}

/** Owes a worker. */
function earn(db: string, address: string, wei: bigint, id = address): void {
  const store = new SqlitePoolStore({ path: db });
  const to = pendingAccount({ address, nodeType: "transcode", region: "eu" });
  const cause = { kind: "adjust", id };
  store.ledger.post({ cause, atMs: 0, postings: [{ from: "world", to, wei }] });
  store.close();
}

test("a copy of the books pays nobody again: exit code 5, the payment is named and taken in", async () => {
  const { folder, db, send, verify, run, balance } = await startOperator();
  copyFileSync(db, join(folder, "backup.db"));
  const unnamed = await verify("--db", "backup.db");
  expect(unnamed.stderr).toMatch(/no payout on chain 31337 yet: expected --ethAcctAddr/);
  expect(await send()).toMatchObject({ exitCode: 0 });
  const again = await send("--db", "backup.db");
  expect(again.exitCode).toBe(5);
  expect(again.stderr).toMatch(
    /^payouts: 0x[\da-f]{40} has transactions on chain that these books/,
  );
  expect(again.stderr).toContain(`nonce 0 sent 1 ETH to ${worker(1)} in block`);
  expect(again.stderr).toContain("pool verify --db backup.db --ethUrl … --adopt");
  const said = ["--acknowledge-nonces", "0..0", "--reason", "mine"];
  const refused = await send("--db", "backup.db", ...said);
  expect([refused.exitCode, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toMatch(/nonce 0 paid 1 ETH to 0x.*nothing was acknowledged/);
  expect((await run("verify", "--db", "backup.db")).exitCode).toBe(0);
  const whose = ["--ethAcctAddr", POOL_ADDRESS.slice(2)];
  // The attempt bound the copy to its wallet.
  const found = await verify("--db", "backup.db");
  expect([found.exitCode, found.stdout]).toEqual([1, expect.stringContaining("can be taken in")]);
  const adopted = await verify("--db", "backup.db", ...whose, "--adopt");
  expect(adopted).toMatchObject({ exitCode: 0, stderr: "" });
  expect(adopted.stdout).toContain(`payout 1 of 1 ETH to ${worker(1)}: taken in from nonce 0`);
  expect(await send("--db", "backup.db")).toMatchObject({ exitCode: 0, stderr: "" });
  earn(join(folder, "backup.db"), worker(2), ETH);
  expect((await send("--db", "backup.db")).exitCode).toBe(0);
  expect([await balance(worker(1)), await balance(worker(2))]).toEqual([ETH, ETH]);
  expect((await verify("--db", "backup.db", "--json")).exitCode).toBe(0);
});

test("what pays nobody of the books is acknowledged, with or without --send", async () => {
  const { anvil, run, send, db } = await startOperator();
  const transfer = { from: WALLET, to: STRANGER, value: "0x1" };
  for (const _ of [1, 2, 3]) await anvil.rpc("eth_sendTransaction", transfer);
  expect((await send()).exitCode).toBe(5);
  const chain = ["--ethUrl", anvil.url, "--chainId", "31337", "--ethAcctAddr", POOL_ADDRESS];
  const range = ["--acknowledge-nonces", "0..1"];
  const payouts = ["payouts", "--db", db, ...chain];
  expect((await run(...payouts, ...range)).stderr).toContain("expected --reason too");
  const done = await run(...payouts, ...range, "--reason", "tests of ours");
  expect(done.exitCode).toBe(0);
  expect(done.stderr).toMatch(/^nonces 0\.\.1 of 0x.*: 2 nonces acknowledged\n$/);
  expect(await send("--acknowledge-nonces", "2", "--reason", "another")).toMatchObject({
    exitCode: 0,
  });
});

test("the books are moved away under payouts --follow: it ends, and pays nobody any more", async () => {
  const { folder, db, follow, balance, send } = await startOperator();
  copyFileSync(db, join(folder, "backup.db"));
  const following = follow();
  await following.printed("confirmed");
  renameSync(join(folder, "backup.db"), db);
  for (const suffix of ["-wal", "-shm"]) rmSync(`${db}${suffix}`, { force: true });
  const { exitCode, stderr } = await following.ended;
  expect(exitCode).toBe(4);
  expect(stderr).toMatch(/another file took its place while it was open/);
  expect((await send()).exitCode).toBe(5);
  expect(await balance(worker(1))).toBe(ETH);
});

test("a process at a time pays from a wallet, whatever the books; the dead hold nothing", async () => {
  const { folder, db, follow, send, verify } = await startOperator();
  copyFileSync(db, join(folder, "copy.db"));
  const following = follow();
  await following.printed("confirmed");
  const second = await send("--db", "copy.db");
  expect(second.exitCode).toBe(4);
  expect(second.stderr).toMatch(
    /another process pays from 0x.* on chain 31337: process \d+ with --db/,
  );
  const adopting = await verify("--ethAcctAddr", POOL_ADDRESS, "--adopt");
  expect(adopting.exitCode).toBe(4);
  process.kill(following.pid, "SIGKILL");
  await following.ended;
  expect((await send()).exitCode).toBe(0);
});

test("serve, when its file is replaced: no write is answered 201, /healthz and reads are 503", async () => {
  const { folder, db, run } = await startOperator();
  expect((await run("settings", "--db", db, "--commission", "0.25")).exitCode).toBe(0);
  const secret = "5e".repeat(32);
  const keys = JSON.stringify({ keys: [{ id: "orch-1", secret }] });
  writeFileSync(join(folder, "keys.json"), keys, { mode: 0o600 });
  const serving = start(
    ["pool", "serve", "--db", db, "--keys", "keys.json", "--plain", "--port", "0"],
    folder,
  );
  await serving.printed('"msg":"serving"');
  const url = /"url":"([^"]+)"/.exec(serving.stdout())?.[1] ?? "";
  const { PoolApiClient } = await import("../../../src/pool/api/index.js");
  const key = { id: "orch-1", secret: Buffer.from(secret, "hex") };
  const client = new PoolApiClient({ url, key, trust: "any", attemptsMax: 1 });
  onTestFinished(() => client.close());
  const job = { transcoder: worker(3), pixels: 1_000, duration: 2, profiles: 4, roundJob: 1 };
  const record = async (id: string) =>
    await client.recordTranscoderJob(
      { ...job, faceValue: "1", fees: "1" },
      { id, atMs: Date.now() },
    );
  expect(await record("a")).toMatchObject({ outcome: "recorded" });
  copyFileSync(db, join(folder, "other.db"));
  renameSync(join(folder, "other.db"), db);
  await expect(record("b")).rejects.toThrow(/503|another file/);
  for (const path of ["/healthz", "/status"]) {
    const answer = await fetch(`${url}${path}`);
    expect([path, answer.status]).toEqual([path, 503]);
    expect(await answer.text()).toContain("another file took its place");
  }
});

test("import --follow ends when its books are gone", async () => {
  const { folder, db, run } = await startOperator();
  writeFileSync(join(folder, "events.jsonl"), "");
  expect((await run("settings", "--db", db, "--commission", "0.25")).exitCode).toBe(0);
  const args = ["pool", "import", "events.jsonl", "--db", db, "--follow", "--every", "50ms"];
  const following = start(args, folder);
  await following.printed("following");
  rmSync(db);
  const event = { nonsense: true };
  writeFileSync(join(folder, "events.jsonl"), `${JSON.stringify(event)}\n`);
  const { exitCode, stderr } = await following.ended;
  expect(exitCode).toBe(4);
  expect(stderr).toContain("the file was removed while it was open");
});

test("a key or a password that others may read is refused, and nothing is sent", async () => {
  const { folder, send } = await startOperator();
  writeFileSync(join(folder, "open"), `  ${PASSWORD}\n\n`, { mode: 0o644 });
  const { exitCode, stderr } = await send("--ethPasswordFile", "open");
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/--ethPasswordFile open: others may read it; expected chmod 600\n$/);
  chmodSync(join(folder, "open"), 0o600);
  expect((await send("--ethPasswordFile", "open")).exitCode).toBe(0);
});

test("one payee's error and a wallet that is short: said with the address, exit code 1", async () => {
  const { anvil, db, send, balance } = await startOperator();
  await anvil.rpc("anvil_setCode", worker(1), "0xfe");
  earn(db, worker(2), ETH / 2n);
  const refused = await send();
  expect(refused.exitCode).toBe(1);
  expect(refused.stdout).toMatch(
    new RegExp(`${worker(1)}  1 ETH  due, but the node estimates transfers, but not this one: `),
  );
  expect(await balance(worker(2))).toBe(ETH / 2n);
  await anvil.rpc("anvil_setCode", worker(1), "0x");
  await anvil.rpc("anvil_setBalance", WALLET, `0x${(ETH / 4n).toString(16)}`);
  const partly = await send("--partial");
  expect(partly.exitCode).toBe(1);
  expect(partly.stderr).toMatch(/the wallet had not enough for all of it: 0\.2\d+ ETH of it/);
  expect((await balance(worker(1))) > ETH / 5n).toBe(true);
});
