/**
 * Restored books that are bound to a wallet by mistake, and back: who is refused is told a way that works,
 * and nobody gets past a wallet that paid what the books don't know.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { openSignedMemory } from "../../../src/pool/payouts/signed-memory.js";
import { type Anvil, startAnvil } from "../../support/chain/anvil.js";
import {
  ETH,
  keystoreJson,
  ownWallet,
  PASSWORD,
  POOL_ADDRESS,
  STRANGER,
  worker,
} from "../../support/chain/wallet.js";
import { emptyFolder } from "../../support/cli/command.js";
import { inProcess } from "../../support/cli/in-process.js";

const folder = emptyFolder();
const at = (name: string) => join(folder, name);
const empty = ownWallet(77);
const before = { ...process.env };
let anvil: Anvil;
let [tests, db] = [0, ""];

beforeAll(async () => {
  process.env["POOLSIM_AUTHOR"] = "Ada";
  writeFileSync(at("key.json"), keystoreJson(), { mode: 0o600 });
  writeFileSync(at("empty.json"), empty.keystore, { mode: 0o600 });
  writeFileSync(at("password"), PASSWORD, { mode: 0o600 });
});
afterAll(async () => {
  for (const name of ["XDG_STATE_HOME", "POOLSIM_AUTHOR"]) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  rmSync(folder, { recursive: true, force: true });
});

afterEach(async () => await anvil.stop());

/** Books of a backup that have paid, and used up the nonces that others may have. */
beforeEach(async () => {
  anvil = await startAnvil("--chain-id", "42161");
  const first = `first-${++tests}.db`;
  process.env["XDG_STATE_HOME"] = at(`state-${tests}`);
  db = `restored-${tests}.db`;
  expect(await on(first, "settings", "--commission", "0")).toMatchObject({ exitCode: 0 });
  await earn(first, 1);
  expect(await pay("key.json", ["--db", at(first)])).toMatchObject({ exitCode: 0 });
  const backup = at(`backup-${tests}.db`);
  expect(await on(first, "backup", backup)).toMatchObject({ exitCode: 0 });
  expect(await on(db, "restore", backup)).toMatchObject({ exitCode: 0 });
  await earn(db, 2);
  const paid = await pay("key.json");
  expect(paid, paid.stderr).toMatchObject({ exitCode: 0 });
}, 60_000);

const on = async (file: string, ...args: readonly string[]) =>
  await inProcess("pool", ...args, "--db", at(file));
const pool = async (...args: readonly string[]) => await on(db, ...args);
const bind = async (wallet: string, ...more: readonly string[]) =>
  await pool("bind", wallet, "--reason", "test", "--ethUrl", anvil.url, ...more);

async function pay(key: string, more: readonly string[] = []) {
  const chain = ["--ethUrl", anvil.url, "--confirmations", "1", "--every", "20ms"];
  const keys = ["--ethKeystorePath", at(key), "--ethPasswordFile", at("password")];
  const args = ["payouts", "--send", ...chain, ...keys, "--minInterval", "0", ...more];
  return more.includes("--db") ? await inProcess("pool", ...args) : await pool(...args);
}

let jobs = 0;
async function earn(file: string, index: number) {
  const id = `00000000-0000-4000-8000-${String(++jobs).padStart(12, "0")}`;
  writeFileSync(
    at("events.json"),
    `{"DT":"2026-02-01T10:00:00Z","EventType":"job-processed","ID":"${id}","NodeType":"transcode",` +
      `"Version":1,"Region":"eu","Payload":{"computeUnits":1000000,"duration":2000,"ethAddress":` +
      `"${worker(index)}","fees":100000000000000000,"pricePerComputeUnit":100000000000,` +
      `"realTimeRatio":4,"responseTime":9}}\n`,
  );
  expect(await on(file, "import", at("events.json"))).toMatchObject({ exitCode: 0 });
}
const balance = async (address: string) =>
  BigInt(String(await anvil.rpc("eth_getBalance", address, "latest")));

it("bound to another's wallet by mistake: told how to go back, which works, and payouts go on", async () => {
  expect(await bind(empty.address)).toMatchObject({ exitCode: 0 });
  const paying = await pay("key.json");
  expect([paying.exitCode, paying.stderr]).toEqual([
    2,
    expect.stringContaining(`paid from ${empty.address}`),
  ]);
  expect(paying.stderr).toContain("poolsim pool bind changes that");
  const refused = await bind(POOL_ADDRESS);
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining("--mistaken")]);
  const back = await bind(POOL_ADDRESS, "--mistaken");
  expect(back, back.stderr).toMatchObject({ exitCode: 0 });
  await earn(db, 3);
  const got = await balance(worker(3));
  expect(await pay("key.json")).toMatchObject({ exitCode: 0 });
  expect((await balance(worker(3))) - got).toBe(ETH / 10n);
  expect(await pool("acts", "--json")).toMatchObject({
    stdout: expect.stringContaining("mistaken"),
  });
}, 60_000);

it("the mistaken wallet is in use by others: no nonce of it has to be acknowledged", async () => {
  const { address } = ownWallet(78);
  await anvil.rpc("anvil_impersonateAccount", address);
  await anvil.rpc("anvil_setBalance", address, `0x${ETH.toString(16)}`);
  await anvil.rpc("eth_sendTransaction", { from: address, to: STRANGER, value: "0x1" });
  expect(await bind(address)).toMatchObject({ exitCode: 0 });
  const refused = await bind(POOL_ADDRESS);
  expect([refused.exitCode, refused.stderr]).toEqual([5, expect.stringContaining("--mistaken")]);
  expect(await bind(POOL_ADDRESS, "--mistaken")).toMatchObject({ exitCode: 0 });
}, 60_000);

it("no mistake: the wallet paid these workers, by other books or by these", async () => {
  const address = STRANGER;
  expect(await bind(address)).toMatchObject({ exitCode: 0 });
  await anvil.rpc("eth_sendTransaction", { from: address, to: worker(2), value: "0x1" });
  const others = await bind(POOL_ADDRESS, "--mistaken");
  expect([others.exitCode, others.stderr]).toEqual([
    2,
    expect.stringMatching(/nonce 0 .* paid .*pool verify .*--adopt/s),
  ]);
  const whose = ["--ethAcctAddr", address, "--ethUrl", anvil.url, "--confirmations", "1"];
  const adopt = ["--adopt-nonces", "0..0", "--reason", "ours"];
  const adopted = await pool("verify", ...whose, ...adopt);
  expect(adopted, adopted.stdout).toMatchObject({ exitCode: 0 });
  const own = await bind(POOL_ADDRESS, "--mistaken");
  expect([own.exitCode, own.stderr]).toEqual([
    2,
    expect.stringContaining("these books have a payment from it"),
  ]);
  const fencing = await bind(POOL_ADDRESS);
  expect([fencing.exitCode, fencing.stderr]).toEqual([
    2,
    expect.stringMatching(/--fence.*--keyLost/s),
  ]);
  expect(fencing.stderr).not.toContain("--mistaken");
  expect(await bind(POOL_ADDRESS, "--keyLost")).toMatchObject({ exitCode: 0 });
}, 60_000);

it("no mistake: this machine has signed with it, and that may be mined yet", async () => {
  expect(await bind(empty.address)).toMatchObject({ exitCode: 0 });
  const locks = at(join(`state-${tests}`, "poolsim", "locks"));
  const wallet = empty.address.toLowerCase();
  const memory = openSignedMemory({ folder: locks, chainId: 42_161n, wallet });
  memory.note({ nonce: 0, txHash: `0x${"ab".repeat(32)}` });
  const refused = await bind(POOL_ADDRESS, "--mistaken");
  expect([refused.exitCode, refused.stderr]).toEqual([
    2,
    expect.stringMatching(/signed nonce 0 .*may be mined.*--fence/s),
  ]);
}, 60_000);

it("--fence as the refusal says: done, or said why it is not, and never for ever", async () => {
  expect(await bind(empty.address)).toMatchObject({ exitCode: 0 });
  const short = await pay("empty.json", ["--fence"]);
  expect([short.exitCode, short.stderr]).toEqual([
    1,
    expect.stringMatching(/nonces 0\.\.15 .*the wallet has not enough/),
  ]);
  const wei = `0x${(ETH / 10n).toString(16)}`;
  await anvil.rpc("anvil_setBalance", empty.address, wei);
  const dear = await pay("empty.json", ["--fence", "--maxGasPrice", "1"]);
  expect([dear.exitCode, dear.stderr]).toEqual([1, expect.stringContaining("--maxGasPrice")]);
  expect(await bind(POOL_ADDRESS)).toMatchObject({ exitCode: 2 });
  const fenced = await pay("empty.json", ["--fence"]);
  expect(fenced, fenced.stderr).toMatchObject({ exitCode: 0 });
  expect(await bind(POOL_ADDRESS)).toMatchObject({ exitCode: 0 });
}, 60_000);
