/** Files as operators have them: compressed, linked, changed without a trace; and damaged books. */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { SqliteDatabase } from "../../src/io/sqlite.js";
import { ALICE, aiJob, BOB, list, transcode } from "../support/books/events.js";
import { MAIN, poolsim } from "../support/cli/command.js";
import { inProcess } from "../support/cli/in-process.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function place(): {
  dir: string;
  db: string;
  write: (name: string, text: string | Buffer) => string;
} {
  const dir = join(folder, String(count++));
  mkdirSync(dir);
  const write = (name: string, text: string | Buffer) => {
    const path = join(dir, name);
    writeFileSync(path, text);
    return path;
  };
  return { dir, db: `${dir}.db`, write };
}

const run = (command: string, db: string, ...args: readonly string[]) =>
  inProcess("pool", command, ...args, "--db", db);
const enter = (db: string, ...args: readonly string[]) =>
  run("import", db, ...args, "--commission", "0.25");
async function shown(command: string, db: string, ...args: readonly string[]) {
  const { stdout } = await run(command, db, ...args, "--json");
  return JSON.parse(stdout);
}
const one = (fees = 8n) => list(transcode(ALICE, fees));

describe("Files of events", () => {
  it("are read where they are compressed with gzip, or linked to", async () => {
    const { dir, db, write } = place();
    write("a.json.gz", gzipSync(one()));
    write("b.JSONL.GZ", gzipSync(JSON.stringify(transcode(ALICE, 8n))));
    write("c.json", gzipSync(one()));
    const elsewhere = place();
    symlinkSync(elsewhere.write("d.json", one()), join(dir, "d.json"));
    elsewhere.write("e.json", one());
    symlinkSync(elsewhere.dir, join(dir, "linked"));
    symlinkSync(dir, join(dir, "itself"));
    const { exitCode, stdout, stderr } = await enter(db, dir);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^5 new events, 1 known already\n6 files read/);
  });

  it("that can't be read are named, and the exit code says so; the others are entered", async () => {
    const { dir, db, write } = place();
    write("a.json", one());
    write("b.json.zst", "x");
    symlinkSync(join(dir, "nowhere"), join(dir, "c.json"));
    const packed = gzipSync(list(...Array.from({ length: 500 }, () => transcode(BOB, 8n))), {
      level: 1,
    });
    write("d.json.gz", packed.subarray(0, packed.length - 400));
    write("notes.txt", "x");
    const { exitCode, stdout, stderr } = await enter(db, dir);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/b\.json\.zst: it is compressed in a way that is not read/);
    expect(stderr).toMatch(/c\.json: it links to nothing/);
    expect(stderr).toMatch(/d\.json\.gz: it can't be unpacked as gzip to its end/);
    expect(stderr).not.toContain("notes.txt");
    expect(stdout).toContain("3 files could not be read");
    const { events } = await shown("status", db);
    expect(events).toBeGreaterThan(300);
    // Whole, it is read again, and what is known is known.
    write("d.json.gz", packed);
    expect((await enter(db, join(dir, "d.json.gz"))).exitCode).toBe(0);
    expect(await shown("status", db)).toMatchObject({ events: 501 });
  });

  it("made to fill a disk end in a refusal", async () => {
    const { db, write } = place();
    const bomb = write("a.json.gz", gzipSync(Buffer.alloc(1 << 27, 0x20)));
    const { exitCode, stderr } = await enter(db, bomb);
    expect([exitCode, stderr]).toEqual([
      2,
      `poolsim: ${bomb}: it unpacks to more than 400 times its size\n`,
    ]);
  });

  it.each(["", null, undefined])("whose first event has the time %j hold no event", (DT) => {
    const { dir, write } = place();
    write("a.json", list({ ...transcode(ALICE, 8n), DT }));
    // By a process of its own: one that has read nothing before.
    const flags = ["--db", "pool.db", "--commission", "0.25"];
    const { exitCode, stdout } = poolsim(["pool", "import", "a.json", ...flags], { cwd: dir });
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining("0 new events")]);
  });

  it("with other content, the same size and time are read; moved about they are not", async () => {
    const { db, write } = place();
    const file = write("a.json", one(8n));
    utimesSync(file, 1_700_000_000, 1_700_000_000);
    await enter(db, file);
    expect((await enter(db, file)).stdout).toMatch(/0 files read, 1 unchanged/);
    const { size } = statSync(file);
    writeFileSync(file, one(9n));
    utimesSync(file, 1_700_000_000, 1_700_000_000);
    expect(statSync(file)).toMatchObject({ size, mtimeMs: 1_700_000_000_000 });
    expect((await enter(db, file)).stdout).toMatch(/^1 new event/);
    copyFileSync(file, `${file}.new`);
    renameSync(`${file}.new`, file);
    expect((await enter(db, file)).stdout).toMatch(/0 files read, 1 unchanged/);
  });
});

describe("Moving from other books", () => {
  const csv = (pending: string) => `eth_address,node_type,region,pending_fees,paid_fees
"${ALICE.slice(2)}","transcode","eu","${pending}",0`;

  it("the balances of a file beside its events need a cut-over, and count once", async () => {
    const { db, write } = place();
    const old = transcode(ALICE, 8n);
    const file = write("a.json", list(old, transcode(ALICE, 40n, { DT: "2026-03-01T00:00:00Z" })));
    const opening = write("o.csv", csv("100"));
    const refused = await enter(db, file, "--opening", opening);
    expect(refused).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("--since <time>"),
    });
    expect(existsSync(db)).toBe(false);
    const done = await enter(db, file, "--opening", opening, "--since", "2026-03-01");
    expect(done.stdout).toMatch(/1 event from before the cut-over left out/);
    expect(await shown("worker", db, ALICE.slice(2))).toMatchObject({ pendingWei: "130" });
    // In another process, without the option: the books know it.
    const again = write(
      "b.json",
      list(transcode(ALICE, 8n, { ID: "00000000-0000-4000-8000-00000000000b" })),
    );
    await run("import", db, again);
    expect(await shown("worker", db, ALICE)).toMatchObject({ pendingWei: "130" });
    const other = await run("import", db, "--opening", write("p.csv", csv("101")));
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("another amount") });
    expect((await run("import", db, "--opening", opening)).exitCode).toBe(0);
    const since = await run("import", db, file, "--since", "2026-02-01");
    expect(since).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("counts from") });
    expect((await run("verify", db)).exitCode).toBe(0);
  });

  it("balances are refused beside older events that are there", async () => {
    const { db, write } = place();
    await enter(db, write("a.json", one()));
    const opening = write("o.csv", csv("100"));
    const refused = await run("import", db, "--opening", opening);
    expect(refused).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("older than these balances"),
    });
    expect((await run("import", db, "--opening", opening, "--withHistory")).exitCode).toBe(0);
  });
});

it("void, assign, release and limits by the command", async () => {
  const { db, write } = place();
  const job = transcode(ALICE, 8n);
  await enter(db, write("a.json", list(job, aiJob("r", 40), aiJob("s", 4))));
  const gone = await run("void", db, job.ID, "--reason", "counted wrong");
  expect(gone.stdout).toMatch(/^Event 0 is void: 0\.0+8 ETH \(8 wei\) less/);
  expect((await run("void", db, "17", "--reason", "x")).exitCode).toBe(2);
  expect(await shown("status", db)).toMatchObject({ unclaimed: { jobs: 2, feesWei: "44" } });
  expect((await run("assign", db)).stdout).toMatch(/AI jobs that nobody claimed/);
  expect((await run("assign", db, "1", "--address", BOB, "--reason", "x")).exitCode).toBe(2);
  expect((await run("assign", db, "1", "--address", ALICE, "--reason", "log")).exitCode).toBe(0);
  expect((await run("assign", db, "--release", "1d", "--reason", "old")).stdout).toMatch(
    /^1 job released/,
  );
  expect((await run("assign", db)).stdout).toMatch(/Every AI job has its worker/);
  expect(await shown("worker", db, ALICE)).toMatchObject({ pendingWei: "30" });
  expect((await run("settings", db, "--jobCap", "4wei")).stdout).toMatch(/jobCap +0\.0+4 ETH/);
  expect((await run("import", db, write("b.json", one(5n)))).stderr).toMatch(/went to quarantine/);
  const rate = await run("settings", db, "--commission", "0.1:transcode:ue@2099-01-01");
  expect(rate.stderr).toMatch(/region ue, which no event has so far; there are eu/);
  expect((await run("verify", db)).stdout).toMatch(/The books are right/);
});

describe("Of damaged books", () => {
  const events = list(
    ...Array.from({ length: 1_200 }, (_, job) => transcode(ALICE, BigInt(job + 8))),
  );

  it.runIf(process.platform !== "win32")("new ones are their owner's only", async () => {
    const { db, write } = place();
    await enter(db, write("a.json", one()));
    expect(statSync(db).mode & 0o777).toBe(0o600);
  });

  it("verify finds each kind of damage, with exit code 1", async () => {
    const { db, write } = place();
    await enter(db, write("a.json", events));
    const good = readFileSync(db);
    const main = join(import.meta.dirname, "../../dist/cli/main.js");
    const page = (number: number) => [number * 4096, (number + 1) * 4096] as const;
    const text = good.lastIndexOf('"feesWei"');
    const kinds: readonly (readonly [string, (bytes: Buffer) => unknown])[] = [
      ["the beginning", (bytes) => bytes.fill(0, 0, 4096)],
      ["the header", (bytes) => bytes.fill(0xff, 16, 100)],
      ["a zero page", (bytes) => bytes.fill(0, ...page(50))],
      ["a page written over", (bytes) => bytes.fill(0xa5, ...page(100))],
      ["a page of the schema", (bytes) => bytes.fill(0x5a, ...page(2))],
    ];
    const damaged = join(folder, "damaged.db");
    for (const [kind, damage] of kinds) {
      const bytes = Buffer.from(good);
      damage(bytes);
      writeFileSync(damaged, bytes);
      const { exitCode, stdout } = await run("verify", damaged);
      expect([kind, exitCode]).toEqual([kind, 1]);
      expect(stdout).toMatch(/is damaged: what it holds can't be trusted/);
    }
    // What ended the whole process once, so in one of its own.
    const bytes = Buffer.from(good);
    writeFileSync(damaged, bytes.fill(0xff, text + 2, text + 3));
    const { status, signal, stdout } = spawnSync(
      process.execPath,
      [main, "pool", "verify", "--db", damaged],
      { encoding: "utf8" },
    );
    expect([status, signal]).toEqual([1, null]);
    expect(stdout).toMatch(/row \d+ of events: content is no text/);
    for (const size of [good.length / 2, 40_000]) {
      writeFileSync(damaged, good);
      truncateSync(damaged, size);
      expect((await run("verify", damaged)).exitCode).toBe(1);
    }
    writeFileSync(damaged, good);
    expect((await run("verify", damaged)).exitCode).toBe(0);
    expect((await run("verify", write("b.txt", "no books"))).exitCode).toBe(2);
  });

  it.runIf(process.platform === "linux")(
    "a full disk is none: nothing is said of the books",
    async () => {
      const { db, write } = place();
      await enter(db, write("a.json", one()));
      // Nothing can be written to any file, not even the index of the log that readers need.
      for (const suffix of ["-wal", "-shm"]) rmSync(db + suffix, { force: true });
      const full = 'ulimit -f 0; exec "$@"';
      const args = [process.execPath, MAIN, "pool", "verify", "--db", db];
      const verify = spawnSync("sh", ["-c", full, "sh", ...args], { encoding: "utf8" });
      expect(verify).toMatchObject({ status: 4, stdout: "" });
      expect(verify.stderr).toMatch(/--db .*: its disk is full, or fails \(disk I\/O error\)/);
      expect((await run("verify", db)).exitCode).toBe(0);
    },
  );

  it("a log beside the file that is damaged is found, and nothing is done with such books", async () => {
    const { db, write } = place();
    await enter(db, write("a.json", one()));
    const file = new SqliteDatabase({ path: db });
    file.exec("PRAGMA wal_autocheckpoint = 0");
    for (const key of ["k", "l"]) file.run("INSERT INTO cursors VALUES (?, 'v')", key);
    const copy = join(folder, "wal.db");
    const again = () => {
      for (const suffix of ["", "-wal", "-shm"]) copyFileSync(db + suffix, copy + suffix);
    };
    again();
    expect((await run("verify", copy)).exitCode).toBe(0);
    again();
    const log = readFileSync(`${db}-wal`);
    file.close();
    writeFileSync(`${copy}-wal`, log.fill(0xa5, 100, 400));
    for (const [command, ...more] of [["status"], ["settings", "--renditions", "2"]] as const) {
      const { exitCode, stderr } = await run(command, copy, ...more);
      expect([command, exitCode]).toEqual([command, 4]);
      expect(stderr).toMatch(/--db .*wal\.db: the file is damaged \(.*-wal: .* can't be read/);
    }
    const { exitCode, stdout } = await run("verify", copy);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/-wal: .* that had been committed can't be read, from page 1 of it on/);
  });
});
