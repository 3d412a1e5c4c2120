/** `poolsim pool serve` as operators run it. */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { request } from "undici";
import { describe, expect, test } from "vitest";
import { Rational } from "../../src/core/rational.js";
import { type JobDetails, PoolApiClient } from "../../src/pool/api/index.js";
import { addRates } from "../../src/pool/books/settings.js";
import { SqlitePoolStore } from "../../src/pool/books/store/sqlite-pool-store.js";
import { poolsim } from "../support/cli/command.js";
import { temporaryFolder } from "../support/cli/discover-command.js";
import { start } from "../support/cli/running-command.js";

const SECRET = "5e".repeat(32);
const NEXT_SECRET = "6f".repeat(32);

interface Folder {
  readonly db: string;
  readonly keys: string;
  readonly admission: string;
}

function folder(): Folder {
  const path = temporaryFolder();
  const [db, keys, admission] = ["pool.db", "keys.json", "admission.yaml"].map((name) =>
    join(path, name),
  ) as [string, string, string];
  const store = new SqlitePoolStore({ path: db });
  addRates(store, [{ rate: Rational.of(1n, 4n), fromMs: 0, nodeType: null, region: null }]);
  store.close();
  writeKeys(keys, SECRET);
  writeFileSync(admission, "benchmark: { limitMs: 800 }\n");
  return { db, keys, admission };
}

function writeKeys(path: string, secret: string): void {
  writeFileSync(path, JSON.stringify({ keys: [{ id: "orch-1", secret }] }), { mode: 0o600 });
}

function urlIn(text: string): string {
  return /"url":"([^"]+)"/.exec(text)?.[1] ?? "";
}

function clientOf(url: string, secret = SECRET): PoolApiClient {
  const key = { id: "orch-1", secret: Buffer.from(secret, "hex") };
  return new PoolApiClient({ url, key, trust: "any", attemptsMax: 1 });
}

const JOB: JobDetails = {
  transcoder: `0x${"ab".repeat(20)}`,
  pixels: 69_120_000,
  duration: 2,
  profiles: 4,
  faceValue: "180000000000000000",
  fees: "1000000000000000000",
  roundJob: 3_200,
};

function expectNoSecret(log: string): void {
  for (const secret of [SECRET, NEXT_SECRET]) {
    const bytes = Buffer.from(secret, "hex");
    const texts = [
      secret,
      bytes.toString("base64"),
      bytes.toString("latin1"),
      JSON.stringify(bytes),
    ];
    for (const text of texts) expect(log).not.toContain(text);
  }
  expect(log).not.toMatch(/signature|nonce|PRIVATE KEY/);
}

describe("poolsim pool serve", () => {
  test("serves HTTPS, keeps what is written over a restart, logs no secret, stops when told", async () => {
    const { db, keys, admission } = folder();
    const args = ["pool", "serve", "--db", db, "--keys", keys, "--port", "0"];
    const first = start([...args, "--admission", admission, "--dnsName", "pool.example.org"]);
    await first.printed('"msg":"serving"');
    const url = urlIn(first.stdout());
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(first.stdout()).toMatch(/"fingerprint":"([0-9A-F]{2}:){31}[0-9A-F]{2}"/);
    const client = clientOf(url);
    const written = await client.recordTranscoderJob(JOB, { id: "job-1", atMs: 1_700_000_000_000 });
    expect(written).toEqual({ id: "job-1", outcome: "recorded" });
    const decision = await client.recordBenchmark({
      transcoder: JOB.transcoder,
      maxSessions: 10,
      latencies: [20],
      runs: [
        {
          sessions: 3,
          segments: Array.from({ length: 200 }, () => ({
            cold: false,
            download: 300,
            transcode: 501,
            upload: 0,
          })),
        },
      ],
    });
    expect(decision).toMatchObject({ admitted: false, maxSessions: 0 });
    expect(decision.reason).toContain("801 ms at 3 sessions, above the limit of 800 ms");
    await client.close();
    first.signal("SIGTERM");
    expect((await first.ended).exitCode).toBe(0);
    for (const line of first.stdout().trimEnd().split("\n")) {
      expect(JSON.parse(line)).toMatchObject({ time: expect.any(String) });
    }
    expectNoSecret(first.stdout());
    expect(first.stderr()).toBe("");

    const second = start([...args, "--plain"]);
    await second.printed('"msg":"serving"');
    const plainUrl = urlIn(second.stdout());
    const again = clientOf(plainUrl);
    const repeated = { id: "job-1", atMs: 1_700_000_000_000 };
    expect(await again.recordTranscoderJob(JOB, repeated)).toMatchObject({ outcome: "repeated" });
    await again.close();
    const status = await request(`${plainUrl}/status`);
    expect(await status.body.json()).toMatchObject({
      commissionRate: "1/4",
      totalPendingFeesEth: "0.750000000000000000",
    });
    second.signal("SIGINT");
    expect((await second.ended).exitCode).toBe(0);
  });

  test("SIGHUP reads the keys again; a file that cannot be read leaves them", async () => {
    const { db, keys } = folder();
    const served = start(["pool", "serve", "--db", db, "--keys", keys, "--port", "0", "--plain"]);
    await served.printed('"msg":"serving"');
    const url = urlIn(served.stdout());
    writeKeys(keys, NEXT_SECRET);
    process.kill(served.pid, "SIGHUP");
    await served.printed("keys read again");
    const [old, next] = [clientOf(url), clientOf(url, NEXT_SECRET)];
    await expect(old.recordTranscoderJob(JOB)).rejects.toThrow("BAD_SIGNATURE");
    expect(await next.recordTranscoderJob(JOB)).toMatchObject({ outcome: "recorded" });
    writeFileSync(keys, "{");
    process.kill(served.pid, "SIGHUP");
    await served.printed("the old keys stay");
    expect(await next.recordTranscoderJob(JOB)).toMatchObject({ outcome: "recorded" });
    await Promise.all([old.close(), next.close()]);
    served.signal("SIGTERM");
    expect(await served.ended).toMatchObject({ exitCode: 0, stderr: "" });
    expectNoSecret(served.stdout());
  });

  test("books that are not there are not made", () => {
    const { keys } = folder();
    const path = temporaryFolder();
    const args = ["pool", "serve", "--keys", keys, "--port", "0", "--plain", "--db"];
    const missing = poolsim([...args, join(path, "none.db")], { cwd: path });
    expect([missing.exitCode, missing.stdout]).toEqual([2, ""]);
    expect(missing.stderr).toMatch(/^--db .*: there are no books/);
    expect(readdirSync(path)).toEqual([]);
  });

  test("says what is wrong before it serves", async () => {
    const { db, keys, admission } = folder();
    const args = ["pool", "serve", "--db", db, "--keys", keys];
    const cases: [string[], string][] = [
      [["--host", "0.0.0.0", "--plain"], "plain HTTP is served on loopback only"],
      [["--host", "0.0.0.0"], "expected --dnsName too"],
      [["--tlsCert", keys], "expected --tlsCert and --tlsKey together"],
      [["--tlsCert", keys, "--tlsKey", keys], "do not fit or cannot be read"],
      [["--admission", keys], "--admission"],
      [["--dnsName", "a b"], "neither a DNS name nor an IP address"],
    ];
    for (const [more, message] of cases) {
      const { exitCode, stderr } = poolsim([...args, ...more], { cwd: temporaryFolder() });
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
    chmodSync(keys, 0o644);
    const open = poolsim([...args, "--admission", admission], { cwd: temporaryFolder() });
    expect([open.exitCode, open.stderr]).toEqual([2, expect.stringContaining("chmod 600")]);
    expect(open.stderr).not.toContain(readFileSync(keys, "utf8").slice(10, 60));
  });
});
