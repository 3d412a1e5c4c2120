/** The commands about a pool's books as an operator meets them. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { SqliteDatabase } from "../../src/io/sqlite.js";
import { ALICE, aiJob, BOB, list, received, redeemed, transcode } from "../support/books/events.js";
import { bucketFile, recorded } from "../support/books/recorded.js";
import { emptyFolder, poolsim } from "../support/cli/command.js";
import { inProcess } from "../support/cli/in-process.js";

let folder: string;
let db: string;

beforeEach(() => {
  folder = emptyFolder();
  db = join(folder, "pool.db");
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** Writes a file of events. */
function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const pool = (command: string, ...args: string[]) =>
  inProcess("pool", command, ...args, "--db", db);

/** What a command prints with --json. */
async function json(command: string, ...args: string[]): Promise<unknown> {
  const { exitCode, stdout } = await pool(command, ...args, "--json");
  expect(exitCode).toBe(0);
  return JSON.parse(stdout);
}

async function say(command: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await pool(command, ...args);
  return `${exitCode} ${stderr}${stdout}`;
}

const COMMISSION = ["--commission", "0.25"];

it("the built command: import, status, verify", () => {
  file("events/a.json", bucketFile([...recorded({ jobs: 20, workers: 3 })]));
  const run = (...args: string[]) => poolsim(["pool", ...args, "--db", "pool.db"], { cwd: folder });
  expect(run("import", "events", ...COMMISSION).stdout).toMatch(
    /^29 new events, 0 known already\n/,
  );
  expect(run("status").stdout).toMatch(/^29 events until 2026-02-01T10:00:\d\dZ, .* 3 workers\n/);
  expect(run("verify")).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/are right/) });
});

describe("Without books", () => {
  it("every command says how to make them, and makes none itself", async () => {
    const made = "there are no books; make them: poolsim pool import";
    const who = ["--address", ALICE, "--nodeType", "ai", "--region", "eu", "--amount", "1"];
    for (const [command = "", ...args] of [
      ["status"],
      ["workers"],
      ["worker", ALICE],
      ["rounds"],
      ["rounds", "--close", "1"],
      ["verify"],
      ["export"],
      ["settings"],
      ["compare-schemes"],
      ["adjust", ...who, "--reason", "r", "--id", "i"],
    ]) {
      expect(await say(command, ...args)).toContain(`2 --db ${db}: ${made}`);
    }
    expect(existsSync(db)).toBe(false);
  });

  it("an import that can't begin leaves no file", async () => {
    const events = file("a.json", "[]");
    expect(await say("import", events)).toContain("these books are new; say what the operator");
    expect(await say("settings", "--renditions", "4")).toContain("these books are new");
    expect(await say("import")).toMatch(/^2 nothing to import: expected a path/);
    expect(await say("import", `${events}x`, ...COMMISSION)).toMatch(/no such file or directory/);
    const opening = file("o.csv", "eth_address\n");
    expect(await say("import", "--opening", opening, ...COMMISSION)).toContain(`${opening}:1: `);
    expect(existsSync(db)).toBe(false);
  });

  it("another file is told apart: no database, another program's, a folder", async () => {
    const before = db;
    db = file("text.db", "hello, this is no database");
    expect(await say("status")).toBe(`2 --db ${db}: it is no SQLite file\n`);
    db = folder;
    expect(await say("status")).toBe(`2 --db ${db}: it is no file\n`);
    db = before;
    const other = new SqliteDatabase({ path: db });
    other.exec("CREATE TABLE remote_workers (eth_address TEXT)");
    other.close();
    const events = file("a.json", "[]");
    expect(await say("import", events, ...COMMISSION)).toMatch(/^2 .* another program's database/);
  });
});

describe("Empty books", () => {
  it("say so, and what comes next", async () => {
    expect(await say("settings", ...COMMISSION)).toMatch(
      /^0 scheme\s+per-job\ncommission\s+1\/4 of everything\n[\s\S]*all of it can still be changed/,
    );
    expect(await say("status")).toMatch(/^0 No events yet: poolsim pool import/);
    expect(await say("workers")).toMatch(/^0 No worker yet: poolsim pool import/);
    expect(await say("compare-schemes")).toMatch(/^0 There is nothing to compare/);
    expect(await say("rounds")).toMatch(/no rounds to close\.\n\nNo ticket is known/);
    expect(await say("verify")).toMatch(
      /^0 0 events, .*\n1 link .* --head only\n\nThe books are right/,
    );
    expect(await json("export", "--what", "jobs")).toEqual([]);
    expect(await say("worker", ALICE)).toMatch(/^1 0x.* is not in these books/);
    expect(await say("worker", "0x12")).toBe('2 worker: expected an address, found "0x12"\n');
  });
});

describe("Settings", () => {
  it("come before the first event; rates to come can be added later", async () => {
    const weights = ["--weightDuration", "1/2", "--weightPixels", "0", "--renditions", "4"];
    await pool("settings", ...COMMISSION, "--scheme", "sliding-window", ...weights);
    expect(await json("settings", "--feeShare", "0.1", "--windowRounds", "3")).toMatchObject({
      scheme: "sliding-window",
      commission: [{ rate: "1/4", nodeType: null, region: null, from: null }],
      feeShare: "1/10",
      weights: { duration: "1/2", pixels: "0", renditions: "1" },
      renditions: 4,
      windowRounds: 3,
      isSettled: false,
    });
    await pool("import", file("a.json", list(transcode(ALICE, 8n))));
    expect(await say("settings", "--renditions", "3")).toMatch(/^2 renditions of these books is 4/);
    expect(await say("settings", "--commission", "1/5@2026-06-01")).toMatch(
      /1\/5 of everything from 2026-06-01T00:00:00Z/,
    );
    expect(await say("import", "--replay", "--commission", "0.3")).toMatch(
      /^2 a commission can't begin without a date: there are events until 2026-02-01T10:00:00Z/,
    );
  });

  it("that make no sense are refused by name", async () => {
    for (const [flag = "", value = "", why = ""] of [
      ["--commission", "2", "from 0 to 1"],
      ["--commission", "0.2@tomorrow", "a time such as"],
      ["--commission", "0.2:video", "transcode or ai"],
      ["--weightPixels", "-1", "at least 0"],
      ["--windowRounds", "0", "from 1 to 1000"],
      ["--scheme", "by-luck", "Allowed choices"],
    ]) {
      expect(await say("settings", `${flag}=${value}`)).toMatch(new RegExp(`^2 .*${why}`));
    }
    expect(await say("settings", "--scheme", "by-weights", "--commission", "0.1:ai")).toMatch(
      /^2 no commission for everything is set in books kept by-weights/,
    );
  });
});

describe("One worker", () => {
  it("is shown with balances, jobs, payouts and corrections", async () => {
    const events = [transcode(ALICE, 4_000_000n), received("r", ALICE), aiJob("r", 400)];
    await pool("import", file("a.json", list(...events)), ...COMMISSION);
    const place = ["--nodeType", "transcode", "--region", "eu", "--id", "2026-1"];
    const correction = [...place, "--amount", "-0.000000000001eth", "--reason", "paid by hand"];
    expect(await say("adjust", "--address", ALICE, ...correction)).toMatch(
      /^0 Entry 2: -0.000000000001 ETH \(-1000000 wei\)\. .* owed 0.000000000002 ETH \(2000000 wei\)/,
    );
    expect(await say("adjust", "--address", ALICE, ...correction)).toMatch(/nothing changed/);
    expect(await say("adjust", "--address", BOB, ...correction)).toMatch(
      /^2 .* not in these books/,
    );
    expect(await json("worker", ALICE)).toMatchObject({
      address: ALICE.toLowerCase(),
      lastSeen: "2026-02-01T10:00:00Z",
      jobs: "2",
      pendingWei: "2000300",
      pendingEth: "0.0000000000020003",
      paidWei: "0",
      places: [
        { nodeType: "ai", region: "eu", jobs: "1", pendingWei: "300" },
        { nodeType: "transcode", region: "eu", jobs: "1", pendingWei: "2000000" },
      ],
      lastJobs: [
        { job: "ai", feesWei: "400" },
        { job: "transcode", durationMs: "2000" },
      ],
      payouts: [],
      otherEntries: [{ kind: "adjust", id: "2026-1", wei: "-1000000", reason: "paid by hand" }],
    });
    const text = await say("worker", ALICE);
    for (const part of ["owed       0.0000000000020003 ETH (2000300 wei)", "paid by hand"]) {
      expect(text).toContain(part);
    }
  });
});

describe("Rounds", () => {
  it("are closed once, by weights, less the rate for everything", async () => {
    await pool("settings", ...COMMISSION, "--scheme", "by-weights");
    expect(await say("rounds")).toMatch(/^0 No round is closed yet: .* --close <n>/);
    const failed = redeemed("5", `0x${"0".repeat(64)}`);
    const events = [transcode(ALICE, 8n), transcode(BOB, 8n), redeemed("4000"), failed];
    await pool("import", file("a.json", list(...events)));
    expect(await say("rounds", "--close", "7")).toMatch(
      /Round 7 is closed: of 0.000000000000004 ETH, 0.000000000000003 went to 2 workers, 0.000000000000001 to the commission/,
    );
    expect(await say("rounds", "--close", "7")).toMatch(
      /was closed before, at .*: nothing changed/,
    );
    expect(await say("rounds", "--close", "8")).toMatch(/closed with nothing to split/);
    expect(await say("rounds", "--close", "6")).toMatch(/^2 round 6 is over/);
    expect(await json("rounds")).toMatchObject({
      rounds: [
        { round: 7, sharedWei: "3000", commissionWei: "1000" },
        { round: 8, incomeWei: "0" },
      ],
      tickets: [
        { state: "failed", isClaimed: false },
        { state: "redeemed", isClaimed: true },
      ],
    });
    expect(await json("verify")).toMatchObject({ isRight: true, rounds: 2, wrong: [] });
  });
});

describe("What could not be read", () => {
  it("is shown with place, reason and bytes, and tried again", async () => {
    const { Region: _, ...event } = transcode(ALICE, 8n);
    const bad = file("bad.json", `[${JSON.stringify(event)}, {"a": "\u001b[31m"}]`);
    expect(await say("import", bad, ...COMMISSION)).toMatch(/2 pieces could not be read/);
    const status = await say("status");
    expect(status).toMatch(/bad\.json:1: Region: expected text, found nothing/);
    expect(status).not.toContain("\u001b");
    expect(await json("status")).toMatchObject({
      events: 0,
      quarantine: [{ position: 1, code: "FIELD", source: "files" }, { code: "JSON" }],
    });
    expect(await say("import", "--replay", "--region", "eu")).toMatch(
      /1 piece came out of quarantine\n1 in quarantine/,
    );
  });
});

describe("Opening balances", () => {
  it("of an openpool-manager are taken over once; a wrong row is named", async () => {
    const manager = join(folder, "manager.db");
    const old = new SqliteDatabase({ path: manager });
    old.exec(`CREATE TABLE remote_workers (eth_address TEXT, node_type TEXT, region TEXT,
      pending_fees INTEGER, paid_fees INTEGER);
      INSERT INTO remote_workers VALUES ('${ALICE}', 'ai', 'eu', 700, 30), ('', 'ai', 'eu', 9, 0)`);
    old.close();
    const opened = await json("import", "--opening", manager, ...COMMISSION);
    expect(opened).toMatchObject({ opened: 1, openedBefore: 0 });
    const csv = (row: string) =>
      file("o.csv", `eth_address,node_type,region,pending_fees,paid_fees\n\n${row}\n`);
    const same = csv(`${ALICE},ai,eu,700,30`);
    expect(await json("import", "--opening", same)).toMatchObject({ opened: 0, openedBefore: 1 });
    expect(await json("worker", ALICE)).toMatchObject({ pendingWei: "700", paidWei: "30" });
    const wrong = csv(`${BOB},ai,eu,1.5,0`);
    expect(await say("import", "--opening", wrong)).toMatch(
      /^2 .*o\.csv:3: pending_fees: expected a/,
    );
  });
});

describe("Exports", () => {
  it("are RFC 4180, and no formulas", async () => {
    const region = '=1+2,"x"';
    await pool(
      "import",
      file("a.json", list(transcode(ALICE, 8n, { Region: region }))),
      ...COMMISSION,
    );
    const { stdout } = await pool("export", "--csv", "--what", "jobs");
    const [head, row, ...rest] = stdout.split("\r\n");
    expect(rest).toEqual([""]);
    expect(head?.split(",")).toHaveLength(12);
    expect(row).toContain(`,"'=1+2,""x""",8,`);
    expect(await say("export", "--csv", "--json")).toBe("2 expected --csv or --json, not both\n");
  });

  it("hold every posting, and every worker's balance", async () => {
    await pool("import", file("a.json", list(transcode(ALICE, 8n), redeemed("9"))), ...COMMISSION);
    const journal = await pool("export");
    const cells = journal.stdout
      .trim()
      .split("\r\n")
      .map((line) => line.split(","));
    expect(cells.map((row) => row.slice(4, 7).join(" "))).toEqual([
      "from to wei",
      "world feesEarned 8",
      `feesEarned pending:${ALICE.toLowerCase()}:transcode:eu 6`,
      "feesEarned commission 2",
      "world ticketsReceivable 9",
      "ticketsReceivable wallet 9",
    ]);
    expect(await json("export", "--what", "workers")).toMatchObject([
      { address: ALICE.toLowerCase(), pending_wei: "6", address_paid_wei: "0" },
    ]);
    expect(await json("export", "--what", "tickets")).toMatchObject([
      { wei: "9", state: "redeemed" },
    ]);
    expect(await json("export", "--what", "payouts")).toEqual([]);
  });
});

describe("Schemes side by side", () => {
  it("with the books' settings or others; the constant for renditions is stated", async () => {
    const events = [transcode(ALICE, 3_000_000n), transcode(BOB, 1_000_000n), redeemed("800")];
    await pool("import", file("a.json", list(...events)), ...COMMISSION);
    expect(await say("compare-schemes")).toMatch(
      /2 of 2 jobs do not say how many they had [\s\S]*: each counts as the\sconstant 1\./,
    );
    const other = ["--weightDuration", "0", "--renditions", "0", "--commission", "0"];
    expect(await json("compare-schemes", ...other)).toMatchObject({
      rounds: 1,
      incomeWei: "800",
      renditions: "0",
      workers: [
        {
          address: ALICE.toLowerCase(),
          "per-job": { wei: "3000000" },
          "by-weights": { wei: "600" },
        },
        { address: BOB.toLowerCase(), "sliding-window": { wei: "200" } },
      ],
    });
  });
});
