/** `pool up` and what belongs to it, as an operator has them. */
import { appendFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { ALICE, transcode } from "../support/books/events.js";
import { emptyFolder } from "../support/cli/command.js";
import { inProcessIn } from "../support/cli/in-process.js";
import { start } from "../support/cli/running-command.js";
import { eventually } from "../support/eventually.js";

const folder = emptyFolder();
afterAll(() => rmSync(folder, { recursive: true }));
const CONFIG = join(folder, "pool.yaml");
const DB = join(folder, "pool.db");

it("keeps a pool: imports what arrives, answers, does what is asked, and is one per books", async () => {
  mkdirSync(join(folder, "events"));
  writeFileSync(
    CONFIG,
    `books: pool.db
commission: ["0.25"]
sources: [{ name: files, files: events, nodeType: transcode, region: eu }]
api: { port: 0, plain: true }
backup: { to: backups, keep: 2 }
jobs: { import: { every: 1h } }
`,
  );
  const up = start(["pool", "up", CONFIG], folder);
  await up.printed('"msg":"keeping the pool"');
  await up.printed('"outcome":"done"');
  const url = /"url":"([^"]+)"/.exec(up.stdout())?.[1] ?? "";
  // The sensor: nobody waits for an hour.
  writeFileSync(
    join(folder, "events", "1.json"),
    JSON.stringify([transcode(ALICE, 1_200_000_000n)]),
  );
  await eventually(async () => {
    const answer = await fetch(`${url}/getRewards`);
    expect(await answer.json()).toMatchObject({ pendingFees: "900000000" });
  });
  const run = (...args: readonly string[]) => inProcessIn(folder, "pool", ...args);
  expect(await run("up", CONFIG)).toMatchObject({
    exitCode: 4,
    stderr: expect.stringMatching(/another process keeps these books: process \d+/),
  });
  expect(await run("run", "verify", "--config", CONFIG)).toMatchObject({
    exitCode: 0,
    stdout: "verify: done, events 1, entries 1\n",
  });
  for (let n = 0; n < 3; n++) {
    expect((await run("run", "backup", "--config", CONFIG)).exitCode).toBe(0);
    // Names have whole seconds.
    await sleep(1_100);
  }
  // SIGHUP takes over what can be, and says what cannot.
  appendFileSync(CONFIG, "logLevel: debug\nadmission: { benchmark: { limitMs: 900 } }\n");
  process.kill(up.pid, "SIGHUP");
  await up.printed('"keys":["admission","logLevel"],"msg":"changed in the file');
  writeFileSync(join(folder, "broken.yaml"), "");
  up.signal("SIGTERM");
  expect((await up.ended).exitCode).toBe(0);

  const backups = readdirSync(join(folder, "backups"));
  expect(backups.length).toBeLessThanOrEqual(2);
  const backup = join(folder, "backups", backups.at(-1) ?? "");
  expect(statSync(backup).mode & 0o077).toBe(0);
  const restored = join(folder, "restored.db");
  expect(await run("restore", backup, "--db", restored)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("The books are right"),
  });
  expect(await run("restore", backup, "--db", restored)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("it is there"),
  });
  const balances = async (db: string) =>
    JSON.parse((await run("status", "--db", db, "--json")).stdout.replaceAll(db, ""));
  expect((await balances(restored)).accounts).toEqual((await balances(DB)).accounts);
  const runs = JSON.parse((await run("runs", "--db", DB, "--json")).stdout).runs.map(
    (one: { job: string; trigger: string; outcome: string }) =>
      `${one.job} ${one.trigger} ${one.outcome}`,
  );
  expect(runs).toContain("import schedule done");
  expect(runs).toContain("import arrival done");
  expect(runs).toContain("verify asked done");
});

it("killed and started again, it tells what was interrupted and goes on", async () => {
  const place = emptyFolder();
  const config = join(place, "pool.yaml");
  writeFileSync(
    config,
    `books: pool.db
commission: ["0.25"]
sources: [{ name: node, orchestrator: "http://127.0.0.1:9" }]
jobs: { import: { every: 1h, backOff: 1h } }
`,
  );
  try {
    const first = start(["pool", "up", config], place);
    await first.printed('"msg":"keeping the pool"');
    process.kill(first.pid, "SIGKILL");
    await first.ended;
    const second = start(["pool", "up", config], place);
    await second.printed('"outcome":"failed"');
    second.signal("SIGTERM");
    expect((await second.ended).exitCode).toBe(0);
    const runs = ["pool", "runs", "--db", join(place, "pool.db"), "--json"];
    const { stdout } = await inProcessIn(place, ...runs);
    const [last] = JSON.parse(stdout).runs;
    expect(last).toMatchObject({ job: "import", outcome: "failed" });
    expect(last.error).toMatch(/^could not be read: node/);
    expect(last.log).toMatch(/^node: .*ECONNREFUSED/);
  } finally {
    rmSync(place, { recursive: true });
  }
});

it("says what is wrong before anything is made", async () => {
  const place = emptyFolder();
  try {
    const none = await inProcessIn(place, "pool", "up");
    expect(none).toMatchObject({ exitCode: 2, stdout: "" });
    expect(none.stderr).toMatch(/^the pool's file pool\.yaml: cannot be read/);
    writeFileSync(join(place, "pool.yaml"), "books: pool.db\n");
    const without = await inProcessIn(place, "pool", "up");
    expect(without.stderr).toContain("these books are new; say what the operator keeps");
    expect(readdirSync(place)).toEqual(["pool.yaml"]);
  } finally {
    rmSync(place, { recursive: true });
  }
});
