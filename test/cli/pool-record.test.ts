/** `poolsim pool record`: files, all or none, the same for the same seed. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SqlitePoolStore } from "../../src/pool/books/store/sqlite-pool-store.js";
import { disagreements, FEW_DAYS, recorded } from "../support/books/recorded-month.js";
import { inProcess } from "../support/cli/in-process.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-record-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SET = Object.entries(FEW_DAYS).flatMap(([path, value]) => ["--set", `${path}=${value}`]);

function record(out: string, ...args: readonly string[]) {
  const target = ["--out", join(folder, out)];
  return inProcess("pool", "record", "scenarios/pool-month.yaml", ...target, ...SET, ...args);
}

/** All files below a folder with their texts. */
function textsIn(out: string): Map<string, string> {
  const entries = readdirSync(join(folder, out), { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    paths.sort().map((path) => [path.slice(join(folder, out).length), readFileSync(path, "utf8")]),
  );
}

describe("poolsim pool record", () => {
  it("writes the same bytes for the same seed, and what books say the same of", async () => {
    expect(await record("first", "--disturbed")).toMatchObject({ exitCode: 0, stderr: "" });
    await record("second", "--disturbed");
    expect(textsIn("first")).toEqual(textsIn("second"));
    await record("third", "--disturbed", "--seed", "2");
    expect(textsIn("third")).not.toEqual(textsIn("first"));
    const db = join(folder, "pool.db");
    const { exitCode } = await inProcess(
      "pool",
      "import",
      join(folder, "first"),
      "--db",
      db,
      "--commission",
      "1/4",
    );
    expect(exitCode).toBe(0);
    const store = new SqlitePoolStore({ path: db, readOnly: true });
    expect(disagreements(recorded(FEW_DAYS, { aiPerDay: 100, restarts: 1 }), store)).toEqual([]);
    store.close();
  });

  it("says whose answers are which, for the import", async () => {
    const { stdout } = await record("answers", "--form", "api", "--json", "--aiPerDay", "0");
    const { import: command, form, ai } = JSON.parse(stdout);
    expect(form).toBe("api");
    expect(ai).toEqual({ jobs: 0, feesWei: "0", unattributedWei: "0" });
    expect([...textsIn("answers").keys()].slice(0, 2)).toEqual([
      "/earned.csv",
      "/fra-transcode/events-00001.json",
    ]);
    const db = join(folder, "answers.db");
    const args = String(command).replace("pool.db", db).split(" ").slice(1);
    expect(await inProcess(...args)).toMatchObject({ exitCode: 0, stderr: "" });
    const store = new SqlitePoolStore({ path: db, readOnly: true });
    expect(disagreements(recorded(FEW_DAYS), store)).toEqual([]);
    store.close();
  });

  it("leaves alone what is there, and nothing when it can't be done", async () => {
    mkdirSync(join(folder, "full"));
    writeFileSync(join(folder, "full/note.txt"), "mine");
    expect(await record("full")).toMatchObject({
      exitCode: 2,
      stderr: `--out ${join(folder, "full")}: it is not empty, nothing was written\n`,
    });
    expect((await record("no/such/folder")).stderr).toMatch(/its folder does not exist/);
    expect((await record("new", "--variant", "other")).stderr).toMatch(
      /no variant is called "other", expected base/,
    );
    expect((await record("new", "--start", "today")).stderr).toMatch(/expected a time such as/);
    expect((await record("new", "--flush", "1ms")).stderr).toMatch(/at least a second/);
    const without = await inProcess(
      "pool",
      "record",
      "scenarios/network-week.yaml",
      "--out",
      join(folder, "new"),
      "--duration",
      "1m",
      "--set",
      "warmup=1m",
    );
    expect(without).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/with workers/) });
    expect((await record("new", "--aiPerDay", "1000000", "--duration", "30d")).stderr).toMatch(
      /more than 2,000,000 events/,
    );
    expect(readdirSync(folder).filter((name) => name.startsWith("new"))).toEqual([]);
  });
});
