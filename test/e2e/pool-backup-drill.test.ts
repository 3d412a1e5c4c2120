/**
 * The backup drill: a backup from before payouts is restored, from a folder and from a bucket. The chain
 * knows what the books don't: nothing is paid again, by whatever key, and payouts go on after a look.
 */
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Anvil, startAnvil } from "../support/chain/anvil.js";
import {
  ETH,
  keystoreJson,
  PASSWORD,
  POOL_ADDRESS,
  STRANGER,
  worker,
} from "../support/chain/wallet.js";
import { emptyFolder } from "../support/cli/command.js";
import { inProcess } from "../support/cli/in-process.js";
import { S3_KEY, startS3 } from "../support/servers/s3.js";

const folder = emptyFolder();
const at = (name: string) => join(folder, name);
const env: Record<string, string> = {
  XDG_STATE_HOME: at("state"),
  AWS_ACCESS_KEY_ID: S3_KEY,
  AWS_SECRET_ACCESS_KEY: S3_KEY,
  POOLSIM_AUTHOR: "Ada",
};
const before = { ...process.env };
let anvil: Anvil;
let s3: Awaited<ReturnType<typeof startS3>>;

beforeAll(async () => {
  anvil = await startAnvil("--chain-id", "42161");
  s3 = await startS3("backups");
  Object.assign(process.env, env, { AWS_ENDPOINT_URL: s3.endpoint });
  writeFileSync(at("key.json"), keystoreJson(), { mode: 0o600 });
  writeFileSync(at("other.json"), keystoreJson("stranger"), { mode: 0o600 });
  writeFileSync(at("password"), PASSWORD, { mode: 0o600 });
  await inProcess("pool", "settings", "--db", at("pool.db"), "--commission", "0");
});
afterAll(async () => {
  for (const name of [...Object.keys(env), "AWS_ENDPOINT_URL"]) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await anvil.stop();
  await s3.close();
  rmSync(folder, { recursive: true, force: true });
});

const pool = async (db: string, ...args: readonly string[]) =>
  await inProcess("pool", ...args, "--db", at(db));

async function pay(db: string, key = "key.json", ...more: readonly string[]) {
  const chain = ["--ethUrl", anvil.url, "--confirmations", "1", "--every", "20ms"];
  const keys = ["--ethKeystorePath", at(key), "--ethPasswordFile", at("password")];
  return await pool(db, "payouts", "--send", ...chain, ...keys, "--minInterval", "0", ...more);
}

/** A worker earns some milli-ETH. */
function job(index: number, milli: number): string {
  const id = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
  return (
    `{"DT":"2026-02-01T10:00:0${index}Z","EventType":"job-processed","ID":"${id}","NodeType":"transcode",` +
    `"Version":1,"Region":"eu","Payload":{"computeUnits":1000000,"duration":2000,"ethAddress":` +
    `"${worker(index)}","fees":${milli}000000000000000,"pricePerComputeUnit":${milli}000000000,` +
    `"realTimeRatio":4,"responseTime":9}}\n`
  );
}
const jobs = [job(1, 100), job(2, 150), job(3, 30)].join("");

async function earn(db: string, text = jobs) {
  writeFileSync(at("events.json"), text);
  expect(await pool(db, "import", at("events.json"))).toMatchObject({ exitCode: 0 });
}

const balances = async () =>
  await Promise.all(
    [1, 2, 3].map(async (index) =>
      BigInt(String(await anvil.rpc("eth_getBalance", worker(index), "latest"))),
    ),
  );
const DUE = [ETH / 10n, (15n * ETH) / 100n, (3n * ETH) / 100n];

it("Before the first payment, and with one in the books: refused, taken in, never paid again", async () => {
  await earn("pool.db", job(1, 100));
  expect(await pool("pool.db", "backup", "s3://backups/drill/")).toMatchObject({ exitCode: 0 });
  expect(await pay("pool.db")).toMatchObject({ exitCode: 0 });
  expect(await pool("pool.db", "backup", at("later.db"))).toMatchObject({ exitCode: 0 });
  await earn("pool.db");
  expect(await pay("pool.db")).toMatchObject({ exitCode: 0 });
  expect(await balances()).toEqual(DUE);

  const listing = await fetch(`${s3.endpoint}/backups?prefix=drill/`);
  const [, key = ""] =
    /<Key>(drill\/pool-\d{8}T\d{6}Z\.db)<\/Key>/.exec(await listing.text()) ?? [];
  expect(await pool("pool.db", "backup", `s3://backups/${key}`)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("it is there"),
  });
  expect(await pool("first.db", "restore", `s3://backups/${key}`)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("poolsim pool bind"),
  });
  expect(await pool("later-2.db", "restore", at("later.db"))).toMatchObject({ exitCode: 0 });
  expect(await pool("later-2.db", "restore", at("later.db"))).toMatchObject({ exitCode: 2 });

  // That backup knows of no payment: whose wallet it was, only an operator can say.
  await earn("first.db");
  for (const file of ["key.json", "other.json"]) {
    expect(await pay("first.db", file)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("poolsim pool bind"),
    });
  }
  const why = ["--reason", "drill"];
  expect(await pool("first.db", "bind", POOL_ADDRESS, ...why)).toMatchObject({ exitCode: 0 });

  for (const db of ["first.db", "later-2.db"]) {
    await earn(db);
    expect(await pay(db)).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining("these books do not know"),
    });
    // Another key knows nothing of that: it is refused, also by who only changes it.
    expect(await pay(db, "other.json")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("poolsim pool bind changes that"),
    });
    expect(await pool(db, "bind", STRANGER, ...why, "--ethUrl", anvil.url)).toMatchObject({
      exitCode: 5,
    });
    const adopt = ["--ethUrl", anvil.url, "--adopt", "--confirmations", "1"];
    expect(await pool(db, "verify", ...adopt)).toMatchObject({ exitCode: 0 });
    expect(await pay(db)).toMatchObject({ exitCode: 0 });
    expect(await balances()).toEqual(DUE);
    // What was signed and is in no block may be mined yet: no other key may pay before it can't be.
    const other = ["bind", STRANGER, ...why, "--ethUrl", anvil.url];
    expect(await pool(db, ...other)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/may still be mined: .* --fence/s),
    });
    expect(await pay(db, "key.json", "--fence")).toMatchObject({ exitCode: 0 });
    expect(await balances()).toEqual(DUE);
    expect(await pool(db, ...other)).toMatchObject({ exitCode: 0 });
    expect(await pay(db, "other.json")).toMatchObject({ exitCode: 0 });
    expect(await balances()).toEqual(DUE);
    expect(await pool(db, "verify")).toMatchObject({ exitCode: 0 });
  }
}, 120_000);

it("The job keeps its newest copies in a bucket, and leaves no file behind", async () => {
  const yaml = `books: pool.db\nbackup: { to: "s3://backups/job/", keep: 1 }\n`;
  writeFileSync(at("pool.yaml"), yaml);
  for (let run = 0; run < 2; run++) {
    const done = await inProcess("pool", "run", "backup", "--config", at("pool.yaml"));
    expect(done, done.stderr).toMatchObject({ exitCode: 0 });
    // Names have whole seconds.
    if (run === 0) await new Promise((resolve) => setTimeout(resolve, 1_100));
  }
  const listing = await (await fetch(`${s3.endpoint}/backups?prefix=job/`)).text();
  expect(listing.match(/<Key>/g)).toHaveLength(1);
  expect(existsSync(at("backups"))).toBe(false);
  expect(readdirSync(folder).filter((name) => name.includes("unfinished"))).toEqual([]);
});

it.each([
  ["no bucket", "s3://", /expected s3:/],
  ["a server that is not there", "s3://backups/x/", /127\.0\.0\.1:1/, "http://127.0.0.1:1", 4],
  ["no server", "s3://backups/x/", /AWS_ENDPOINT_URL/, "ftp://x"],
  ["a bucket that is not there", "s3://nothing/x/", /NoSuchBucket/, undefined, 4],
])("Says what is wrong with %s", async (_, place, expected, endpoint = s3.endpoint, code = 2) => {
  process.env["AWS_ENDPOINT_URL"] = endpoint;
  const { exitCode, stderr } = await pool("pool.db", "backup", place);
  expect([exitCode, stderr]).toEqual([code, expect.stringMatching(expected)]);
});
