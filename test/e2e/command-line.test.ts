/** The command as users and scripts meet it: help, usage errors, init, schema, check. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyFolder, MAIN, poolsim } from "../support/cli/command.js";
import { inProcessIn } from "../support/cli/in-process.js";

let folder = "";
beforeEach(() => {
  folder = emptyFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (...args: readonly string[]) => inProcessIn(folder, ...args);

describe("what is printed into a file", () => {
  it("is whole, or the command says that it can't be written and ends with 4", () => {
    // The file has room for a part of what is written at once, as on a disk that fills.
    const command = `ulimit -f 8; exec "${process.execPath}" "${MAIN}" schema > schema.json`;
    const { status, stderr } = spawnSync("sh", ["-c", command], { cwd: folder, encoding: "utf8" });
    expect(stderr).toBe("poolsim: what it prints can't be written (EFBIG)\n");
    expect(status).toBe(4);
  });
});

describe("help", () => {
  it.each([
    [[]],
    [["run"]],
    [["check"]],
    [["init"]],
    [["schema"]],
    [["discover"]],
    [["webhook"]],
    [["pool"]],
  ])("of %j has examples", async (args) => {
    const { exitCode, stdout, stderr } = await run(...args, "--help");
    expect(exitCode).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^Usage: poolsim/);
    expect(stdout).toMatch(/\nExamples:\n {2}poolsim /);
  });

  it.each([[[]], [["pool"]]])("of %j lists each command in a group", async (args) => {
    const { stdout } = await run(...args, "--help");
    const groups = stdout.slice(0, stdout.indexOf("Examples:")).split("\n\n").slice(3);
    const titles = groups.filter((text) => text !== "").map((text) => text.split("\n")[0]);
    expect(titles.length).toBeGreaterThan(3);
    expect(titles.at(-1)).toBe("Help:");
    expect(titles).not.toContain("Commands:");
    expect(stdout.match(/^Help:$/gm)).toHaveLength(1);
  });

  it("of settings of sources says spans as spans, and begins in lower case", async () => {
    const { stdout } = await run("pool", "import", "--help");
    expect(stdout).toMatch(/--overlap <span> +how far a poll reaches back .*; default: 10m\n/);
    expect((await run("discover", "--help")).stdout).toMatch(
      /--orchAddr <list> +those named here,/,
    );
  });

  it("names every flag of run, and the exit codes", async () => {
    const { stdout } = await run("run", "--help");
    for (const flag of [
      "--seed",
      "--replications",
      "--duration",
      "--set",
      "--threads",
      "--sensitivity",
      "--json",
      "--trace",
      "--quiet",
    ]) {
      expect(stdout).toContain(`  ${flag}`);
    }
    expect(stdout).toMatch(
      /Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}4 .*\n {2}5 .*\n {2}130 /,
    );
  });

  it.each([[["--help"]], [["discover", "--help"]], [["webhook", "--help"]]])(
    "%j says that flags have two dashes",
    async (args) => {
      expect((await run(...args)).stdout).toContain(
        "Flags have two dashes, those of go-livepeer too",
      );
    },
  );

  it("keeps to the width of narrow terminals", () => {
    const { stdout } = poolsim(["run", "--help"], { cwd: folder, env: { COLUMNS: "60" } });
    const options = stdout.slice(0, stdout.indexOf("Examples:"));
    expect(Math.max(...options.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(60);
  });

  it("is printed, with exit code 2, when no command is given", () => {
    const { exitCode, stdout, stderr } = poolsim([], { cwd: folder });
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^Usage: poolsim/);
  });
});

describe("the version", () => {
  it("is the package's", async () => {
    const manifest: unknown = JSON.parse(
      readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
    );
    const { exitCode, stdout } = await run("--version");
    expect(exitCode).toBe(0);
    expect(manifest).toMatchObject({ version: stdout.trim() });
  });
});

describe("wrong usage is one line on stderr and exit code 2", () => {
  it.each([
    [["chek", "x.yaml"], "poolsim: unknown command 'chek' (Did you mean check?)"],
    [["run"], "poolsim: missing required argument 'file'"],
    [
      ["run", "x.yaml", "--thread", "2"],
      "poolsim: unknown option '--thread' (Did you mean --threads?)",
    ],
    [
      ["run", "x.yaml", "-threads", "2"],
      "unknown option '-threads': flags have two dashes, --threads",
    ],
    [["run", "x.yaml", "-thread=2"], "'-thread': flags have two dashes (Did you mean --threads?)"],
    [["check", "-quiet", "x.yaml"], "unknown option '-quiet': flags have two dashes, --quiet"],
    [["run", "-help"], "unknown option '-help': flags have two dashes, --help"],
    [["-version"], "unknown option '-version': flags have two dashes, --version"],
    [["discover", "-orchAddr", "a:1"], "'-orchAddr': flags have two dashes, --orchAddr"],
    [["discover", "-orchaddr=a:1"], "'-orchaddr': flags have two dashes, --orchAddr"],
    [
      ["webhook", "-orchBlocklist", "0x"],
      "'-orchBlocklist': flags have two dashes, --orchBlocklist",
    ],
    [["discover", "-ethPassword=secret"], "unknown option '-ethPassword': flags have two dashes"],
    [["pool", "payouts", "-send"], "unknown option '-send': flags have two dashes, --send"],
    [["pool", "status", "--db", "x", "-nonsense"], "'-nonsense': flags have two dashes\n"],
    [["pool", "status", "-nonsense"], "required option '--db <file>' not specified"],
    [["run", "-quiet"], "unknown option '-quiet': flags have two dashes, --quiet"],
    [["run", "x.yaml", "--seed", "-1"], "expected a whole number from 0 to 9007199254740991"],
    [["run", "x.yaml", "--seed", "1e3"], "expected a whole number from 0 to 9007199254740991"],
    [["run", "x.yaml", "--replications", "0"], "expected a whole number from 1 to 10000"],
    [["run", "x.yaml", "--threads", "many"], "expected a whole number from 1 to 256"],
    [["run", "x.yaml", "--sensitivity", "long"], "Allowed choices are off, short, full."],
    [["run", "x.yaml", "--trace", "12"], "expected stream:<number>, e.g. stream:0"],
    [["run", "x.yaml", "--set", "seed"], '--set: found "seed", expected path=value'],
    [["run", "x.yaml", "--set", "=3"], '--set: found "=3", expected path=value'],
    [["run", "x.yaml", "--set", "seed=[1"], "--set seed:1:3: not valid YAML"],
    [["run", "x.yaml", "--set", "seed=.nan"], "found .nan, expected a finite number"],
    [["run", "x.yaml", "--set", "sed=1"], '--set sed: sed: unknown key; did you mean "seed"?'],
    [
      ["run", "x.yaml", "--set", "seed.a=1"],
      "--set seed.a: seed.a: seed has no settings of its own",
    ],
    [["run", "x.yaml", "--set", "a..b=1"], "expected a path of names with dots between them"],
    [
      ["run", "x.yaml", "--duration", "5"],
      '--duration: duration: found "5", expected a span of time',
    ],
    [
      ["run", "x.yaml", "--json", "no/such/folder.json"],
      "--json no/such/folder.json: its folder does not exist",
    ],
    [["run", "x.yaml", "--json", "x.yaml"], "--json x.yaml: it is one of the inputs"],
    [["run", "x.yaml", "--json", "."], "--json .: it is a folder, expected a file"],
    [["run", "x.yaml", "x.yaml", "--trace", "stream:0"], "--trace: expected one scenario file"],
    [["check"], "poolsim: missing required argument 'file'"],
  ])("%j", async (args, says) => {
    writeFileSync(join(folder, "x.yaml"), "name: x\nseed: 1\ndemand: { streamsPerDay: 9 }\n");
    const { exitCode, stdout, stderr } = await inProcessIn(folder, ...args);
    expect(stderr).toContain(says);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
    expect(readdirSync(folder)).toEqual(["x.yaml"]);
  });
});

describe("init", () => {
  it("writes a scenario that check accepts, and the schema that it names", async () => {
    const { exitCode, stdout } = await run("init", "a/b");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("poolsim run a/b/scenario.yaml");
    expect(readdirSync(join(folder, "a/b")).sort()).toEqual([
      "scenario.schema.json",
      "scenario.yaml",
    ]);
    expect(readFileSync(join(folder, "a/b/scenario.yaml"), "utf8")).toMatch(
      /^# yaml-language-server: \$schema=scenario\.schema\.json\n/,
    );
    expect(await run("check", "a/b/scenario.yaml")).toEqual({
      exitCode: 0,
      stdout: `a/b/scenario.yaml: ok, 2 variants (without, with), 0 expectations
Note: the capacity of good, candidate is assumed: with roundTripMs alone a worker is as fast at all its sessions as at one (device or slowdown says how much slower)
`,
      stderr: "",
    });
  });

  it("says how to run what has a space in its name", async () => {
    expect((await run("init", "my pool")).stdout).toContain(
      "poolsim run 'my pool/scenario.yaml'\n",
    );
  });

  it("does not overwrite", async () => {
    writeFileSync(join(folder, "scenario.yaml"), "mine");
    const { exitCode, stderr } = await run("init");
    expect(exitCode).toBe(2);
    expect(stderr).toBe("scenario.yaml: exists already, nothing was written\n");
    expect(readFileSync(join(folder, "scenario.yaml"), "utf8")).toBe("mine");
    expect(existsSync(join(folder, "scenario.schema.json"))).toBe(false);
  });

  it("needs a folder, not a file", async () => {
    writeFileSync(join(folder, "taken"), "");
    const { exitCode, stderr } = await run("init", "taken");
    expect(exitCode).toBe(2);
    expect(stderr).toBe("taken: expected a folder or the name of a new one\n");
  });
});

describe("schema", () => {
  it("prints what is committed for editors", async () => {
    const { exitCode, stdout } = await run("schema");
    expect(exitCode).toBe(0);
    const committed = new URL("../../scenarios/scenario.schema.json", import.meta.url);
    expect(stdout).toBe(readFileSync(committed, "utf8"));
  });
});

describe("check", () => {
  it("looks at every file and says which are bad", async () => {
    writeFileSync(join(folder, "good.yaml"), "name: good\ndemand: { streamsPerDay: 9 }\n");
    writeFileSync(join(folder, "bad.yaml"), "name: bad\nseed: x\n");
    mkdirSync(join(folder, "data"));
    const { exitCode, stdout, stderr } = await run("check", "bad.yaml", "good.yaml");
    expect(exitCode).toBe(2);
    expect(stdout).toBe("good.yaml: ok, 1 variant (base), 0 expectations\n");
    expect(stderr).toBe(
      'bad.yaml:2:7: seed: found "x", expected a number\nbad.yaml:1:1: demand: nothing to simulate, expected concurrentStreams or streamsPerDay or arrivals or trace\n',
    );
  });

  it("says nothing when asked to be quiet", async () => {
    writeFileSync(join(folder, "good.yaml"), "name: good\ndemand: { streamsPerDay: 9 }\n");
    expect(await run("check", "--quiet", "good.yaml")).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
  });
});
