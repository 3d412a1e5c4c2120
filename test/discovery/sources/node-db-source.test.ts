import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { PoolsimError, RemoteError } from "../../../src/core/errors.js";
import { Rational } from "../../../src/core/rational.js";
import { NodeDbSource } from "../../../src/discovery/sources/node-db-source.js";
import {
  createOrchestratorTable,
  OrchestratorTable,
} from "../../../src/discovery/sources/store/orchestrator-table.js";
import { SqliteDatabase } from "../../../src/io/sqlite.js";
import { endsWithUs } from "../../support/ends-with-us.js";

const NEVER = 2n ** 63n - 1n;
const DAY_MS = 86_400_000;
const address = (index: number) => `0x${index.toString(16).padStart(40, "0")}`;

/** A database as a node leaves it: in SQLite's default journal mode. */
function nodeDatabase(): { path: string; table: OrchestratorTable; at: (ms: number) => void } {
  const directory = mkdtempSync(join(tmpdir(), "poolsim-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "lpdb.sqlite3");
  const database = new SqliteDatabase({ path });
  onTestFinished(() => database.close());
  database.exec("PRAGMA journal_mode = DELETE");
  createOrchestratorTable(database);
  let now = Date.now();
  return {
    path,
    table: new OrchestratorTable(database, () => now),
    at: (ms) => {
      now = ms;
    },
  };
}

describe("a node's database as a source", () => {
  it("B-12, B-14: tells what the node knows; 0 is not known", async () => {
    const { path, table } = nodeDatabase();
    table.update({
      ethereumAddr: "0xAbCdEfAbCdEfAbCdEfAbCdEfAbCdEfAbCdEfAbCd",
      serviceURI: "https://a:8935",
      pricePerPixel: 1_500n,
      stake: 12n,
      activationRound: 5n,
      deactivationRound: NEVER,
    });
    table.update({ ethereumAddr: address(2), serviceURI: "https://b", deactivationRound: NEVER });
    const { endpoints, staleBecause } = await new NodeDbSource({ path }).list();
    expect(staleBecause).toBeNull();
    expect(endpoints).toEqual([
      {
        uri: "https://a:8935",
        scheme: "https",
        host: "a:8935",
        score: 0,
        recipient: "0xabcdefabcdefabcdefabcdefabcdefabcdefabcd",
        stake: 12n,
        price: Rational.of(3n, 2n),
        activationRound: 5n,
        deactivationRound: NEVER,
      },
      expect.objectContaining({ uri: "https://b", stake: null, price: null }),
    ]);
  });

  it("B-4, B-12: drops, with reason, who is inactive, untouched or without a URI", async () => {
    const { path, table, at } = nodeDatabase();
    const active = { activationRound: 5n, deactivationRound: 10n, serviceURI: "https://a" };
    const now = Date.now();
    at(now - DAY_MS - 2_000);
    table.update({ ethereumAddr: address(1), ...active });
    at(now);
    table.update({ ethereumAddr: address(2), ...active });
    table.update({ ethereumAddr: address(3), ...active, activationRound: 10n });
    table.update({ ethereumAddr: address(4), ...active, serviceURI: "1.2.3.4:8935" });
    const inRound = async (currentRound: bigint | undefined, updatedLastDay = true) => {
      const source = new NodeDbSource({ path, currentRound, updatedLastDay, now: () => now });
      const { endpoints, dropped } = await source.list();
      const last = (list: readonly { readonly recipient: string | null }[]) =>
        list.map(({ recipient }) => Number(recipient));
      return {
        found: last(endpoints),
        dropped: dropped.map(({ rule }) => rule),
        of: last(dropped),
      };
    };
    expect(await inRound(9n)).toEqual({
      found: [2],
      dropped: ["B-4", "B-4", "B-12"],
      of: [1, 3, 4],
    });
    expect((await inRound(9n, false)).found).toEqual([1, 2]);
    expect((await inRound(10n)).found).toEqual([]);
    expect((await inRound(undefined)).found).toEqual([]);
  });

  it("names what is no node's database", async () => {
    const { path } = nodeDatabase();
    const other = `${path}.txt`;
    writeFileSync(other, "not a database, but long enough to have a header".repeat(5));
    const empty = new SqliteDatabase({ path: `${path}.empty` });
    empty.exec("CREATE TABLE t (a)");
    empty.close();
    const code = (file: string) => expect(new NodeDbSource({ path: file }).list()).rejects;
    await code(`${path}.none`).toMatchObject({ code: "DATABASE_MISSING" });
    await code(other).toMatchObject({ code: "DATABASE_INVALID" });
    await code(`${path}.empty`).toMatchObject({ code: "DATABASE_INVALID" });
    await expect(new NodeDbSource({ path, maxBytes: 100 }).list()).rejects.toMatchObject({
      code: "DATABASE_TOO_LARGE",
    });
  });

  it("says in its own words what the system refuses", async () => {
    const { path } = nodeDatabase();
    const folder = join(path, "..");
    const failure = async (file: string) => {
      const error: unknown = await new NodeDbSource({ path: file }).list().catch((e: unknown) => e);
      return error instanceof PoolsimError ? [error.name, error.code, error.message] : error;
    };
    const refused = (code: string, name = "InputError") => [name, code, expect.any(String)];
    expect(await failure(folder)).toEqual([
      "InputError",
      "DATABASE_UNREADABLE",
      `the database ${folder} cannot be read (it is a folder)`,
    ]);
    expect(await failure("/dev/zero")).toEqual([
      "InputError",
      "DATABASE_INVALID",
      "/dev/zero is no regular file",
    ]);
    symlinkSync("loop", join(folder, "loop"));
    expect(await failure(join(folder, "loop"))).toEqual(refused("DATABASE_UNREADABLE"));
    expect(await failure(join(path, "in"))).toMatchObject(refused("DATABASE_UNREADABLE"));
    // Cut in its header, as while somebody copies it into its place.
    writeFileSync(join(folder, "cut"), "SQLite format 3\0");
    expect(await failure(join(folder, "cut"))).toMatchObject(refused("DATABASE_INVALID"));
    const temporary = process.env["TMPDIR"];
    onTestFinished(() => {
      if (temporary === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = temporary;
    });
    process.env["TMPDIR"] = join(folder, "none");
    expect(await failure(path)).toEqual([
      "InputError",
      "TEMPORARY_FOLDER",
      `no copy of the database can be made in ${folder}/none (ENOENT); TMPDIR names another folder`,
    ]);
    process.env["TMPDIR"] = "/proc";
    expect(await failure(path)).toMatchObject(refused("TEMPORARY_FOLDER", expect.any(String)));
  });

  it("absent is not 0: names the columns that another table lacks, and the rounds of a row", async () => {
    const { path, table } = nodeDatabase();
    table.update({ ethereumAddr: address(1), serviceURI: "https://a", deactivationRound: NEVER });
    const database = new SqliteDatabase({ path });
    database.run("UPDATE orchestrators SET deactivationRound = NULL");
    const source = new NodeDbSource({ path });
    expect((await source.list()).dropped).toMatchObject([
      { rule: "B-4", detail: "deactivationRound: no whole number in the database" },
    ]);
    database.exec("ALTER TABLE orchestrators DROP COLUMN deactivationRound");
    database.exec("ALTER TABLE orchestrators DROP COLUMN stake");
    database.close();
    await expect(new NodeDbSource({ path }).list()).rejects.toMatchObject({
      code: "DATABASE_INVALID",
      message: `the table orchestrators in ${path} is not that of go-livepeer 0.9.1: it has no deactivationRound, stake`,
    });
  });

  it("keeps its list while it cannot be read, says why, and goes on", async () => {
    const { path, table } = nodeDatabase();
    table.update({ ethereumAddr: address(1), serviceURI: "https://a", deactivationRound: NEVER });
    let now = 1_000;
    let round: bigint | Error = 5n;
    const currentRound = async () => {
      if (typeof round === "bigint") return round;
      throw round;
    };
    const source = new NodeDbSource({ path, currentRound, updatedLastDay: false, now: () => now });
    const first = await source.list();
    expect(first).toMatchObject({ confirmedAtMs: 1_000, staleBecause: null });
    renameSync(path, `${path}.away`);
    now = 2_000;
    expect(await source.list()).toEqual({
      ...first,
      staleBecause: expect.objectContaining({ code: "DATABASE_MISSING" }),
    });
    renameSync(`${path}.away`, path);
    expect(await source.list()).toMatchObject({ confirmedAtMs: 2_000, staleBecause: null });
    round = new RemoteError("no round", { code: "CHAIN_UNAVAILABLE" });
    expect((await source.list()).staleBecause).toBe(round);
    // Asked for each list: rounds go by.
    table.update({ ethereumAddr: address(1), deactivationRound: 9n });
    round = 9n;
    expect((await source.list()).endpoints).toEqual([]);
  });

  it.each(["DELETE", "TRUNCATE", "PERSIST", "WAL"])(
    "reads whole transactions under a live writer that never waits, journal mode %s",
    async (mode) => {
      const { path } = nodeDatabase();
      // Each transaction gives all 50 rows the same stake. The writer fails if it has to wait.
      const program = `
        const { createRequire } = await import("node:module");
        const Driver = createRequire(${JSON.stringify(import.meta.url)})("libsql");
        const database = new Driver(${JSON.stringify(path)}, { timeout: 0 });
        database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = ${mode}");
        const upsert = database.prepare(\`INSERT INTO orchestrators (ethereumAddr, serviceURI,
          pricePerPixel, stake, activationRound, deactivationRound)
          VALUES (?, 'https://a', 0, ?, 1, 9223372036854775807)
          ON CONFLICT DO UPDATE SET stake = excluded.stake\`);
        let stake = 0;
        const write = () => {
          stake++;
          database.exec("BEGIN IMMEDIATE");
          for (let row = 0; row < 50; row++) upsert.run("0x" + "0".repeat(38) + (row + 10), stake);
          database.exec("COMMIT");
          if (stake === 1) process.stdout.write("begun");
          setTimeout(write, 2);
        };
        write();
        process.stdin.on("end", () => { process.stdout.write(String(stake)); process.exit(0); });
        process.stdin.resume();`;
      const writer = endsWithUs(spawn(process.execPath, ["--input-type=module", "-e", program]));
      onTestFinished(() => {
        writer.kill("SIGKILL");
      });
      let errors = "";
      writer.stderr.on("data", (chunk) => {
        errors += chunk;
      });
      await once(writer.stdout, "data");
      const source = new NodeDbSource({ path });
      const seen = new Set<bigint>();
      for (let read = 0; read < 40 || seen.size <= 5; read++) {
        const { endpoints } = await source.list();
        const stakes = new Set(endpoints.map(({ stake }) => stake ?? 0n));
        expect(endpoints).toHaveLength(50);
        expect(stakes.size).toBe(1);
        for (const stake of stakes) seen.add(stake);
      }
      writer.stdin.end();
      const [[written]] = await Promise.all([once(writer.stdout, "data"), once(writer, "exit")]);
      expect(errors).toBe("");
      expect(Number(String(written))).toBeGreaterThan(seen.size);
    },
  );

  it("reads what a writer that died in a transaction has committed", async () => {
    const { path, table } = nodeDatabase();
    table.update({ ethereumAddr: address(1), serviceURI: "https://a", deactivationRound: NEVER });
    const program = `
      const { createRequire } = await import("node:module");
      const Driver = createRequire(${JSON.stringify(import.meta.url)})("libsql");
      const database = new Driver(${JSON.stringify(path)});
      database.exec("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE");
      database.exec("CREATE TABLE big (a); UPDATE orchestrators SET serviceURI = 'https://b'");
      const insert = database.prepare("INSERT INTO big VALUES (?)");
      for (let row = 0; row < 200; row++) insert.run("x".repeat(4000));
      process.stdout.write("midway");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;
    const writer = endsWithUs(spawn(process.execPath, ["--input-type=module", "-e", program]));
    await once(writer.stdout, "data");
    const source = new NodeDbSource({ path });
    await expect(source.list()).rejects.toMatchObject({ code: "DATABASE_BUSY" });
    writer.kill("SIGKILL");
    await once(writer, "exit");
    expect(readdirSync(join(path, ".."))).toContain("lpdb.sqlite3-journal");
    await expect
      .poll(async () => (await source.list().catch(() => null))?.endpoints.map(({ uri }) => uri))
      .toEqual(["https://a"]);
    // The node's own files are as they were: it recovers by itself.
    expect(readdirSync(join(path, ".."))).toContain("lpdb.sqlite3-journal");
  });

  it("heeds its signal and its end", async () => {
    const { path } = nodeDatabase();
    const source = new NodeDbSource({ path });
    const reason = new Error("enough");
    await expect(source.list({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await source.close();
    await expect(source.list()).rejects.toMatchObject({ code: "SOURCE_CLOSED" });
  });
});
