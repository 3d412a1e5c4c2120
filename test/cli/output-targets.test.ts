/** Where results are written: never over what they were made of, and each form to a file of its own. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { inProcessIn } from "../support/cli/in-process.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-targets-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SCENARIO = `name: small
duration: 1m
replications: 2
demand: { concurrentStreams: 1 }
variants: { without: {}, with: { network.file: network.csv } }
`;

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(folder, "a-"));
});

const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
const read = (name: string) => readFileSync(join(dir, name), "utf8");

function readable() {
  write("small.yaml", SCENARIO);
  const data = join(import.meta.dirname, "../../scenarios/data/network.csv");
  write("network.csv", readFileSync(data, "utf8"));
}

describe("a result is not written over its inputs", () => {
  it.each([
    ["small.yaml", "small.yaml"],
    ["./small.yaml", "small.yaml"],
    ["link.yaml", "small.yaml"],
    ["linked/small.yaml", "small.yaml"],
    ["network.csv", "network.csv"],
  ])("run --html %s", async (target, input) => {
    readable();
    symlinkSync("small.yaml", join(dir, "link.yaml"));
    symlinkSync(".", join(dir, "linked"));
    const before = read(input);
    for (const command of ["run", "sweep", "advise"]) {
      const vary = command === "sweep" ? ["--vary", "gateway.maxPricePerUnit=1,2"] : [];
      const said = await inProcessIn(dir, command, "small.yaml", ...vary, "--html", target);
      expect(said).toMatchObject({
        exitCode: 2,
        stderr: `--html ${target}: it is one of the inputs\n`,
      });
    }
    expect(read(input)).toBe(before);
  });

  it.each([
    ["--ethKeystorePath", "wallet.json"],
    ["--ethPassword", "wallet.json"],
    ["--maxPricePerCapability", "wallet.json"],
    ["--chainStore", "wallet.json"],
    ["--ethKeystorePath", "keys"],
  ])("discover %s %s", async (option, file) => {
    mkdirSync(join(dir, "keys"));
    const target = file === "keys" ? "keys/wallet.json" : file;
    write(target, "{}");
    const source = ["--orchAddr", "127.0.0.1:1"];
    const said = await inProcessIn(dir, "discover", ...source, option, file, "--json", target);
    expect(said.stderr).toBe(`--json ${target}: it is one of the inputs\n`);
    expect(read(target)).toBe("{}");
  });

  it("calibrate, of a folder what is in it", async () => {
    mkdirSync(join(dir, "days"));
    write("days/bench.txt", "");
    const said = await inProcessIn(dir, "calibrate", "days", "--out", "days/bench.txt");
    expect(said.stderr).toBe("--out days/bench.txt: it is one of the inputs\n");
  });
});

describe("forms of a result", () => {
  it.each([
    ["a.out", "./a.out"],
    ["a.out", "linked/a.out"],
    ["-", "-"],
  ])("%s and %s are one place", async (one, other) => {
    readable();
    symlinkSync(".", join(dir, "linked"));
    const said = await inProcessIn(dir, "run", "small.yaml", "--html", one, "--csv", other);
    expect(said).toMatchObject({
      exitCode: 2,
      stderr: `${other}: two forms of a result cannot go to the same place\n`,
    });
    expect(existsSync(join(dir, "a.out"))).toBe(false);
  });

  it.each([
    ["there", "it is a folder, expected a file"],
    ["nowhere/a.html", "its folder does not exist"],
    ["small.yaml/a.html", "its folder is a file"],
  ])("--html %j: %s", async (target, why) => {
    readable();
    mkdirSync(join(dir, "there"));
    const said = await inProcessIn(dir, "run", "small.yaml", "--html", target);
    expect(said).toMatchObject({ exitCode: 2, stderr: `--html ${target}: ${why}\n` });
  });

  it("calibrate --out and --json are two files", async () => {
    write("bench.txt", "");
    const flags = ["--out", "a", "--json", "./a"];
    const said = await inProcessIn(dir, "calibrate", "bench.txt", ...flags);
    expect(said.stderr).toBe("--out a and --json ./a: expected two files\n");
  });
});

it("init leaves no scenario where its schema cannot be written", async () => {
  mkdirSync(join(dir, "pool/scenario.schema.json"), { recursive: true });
  const said = await inProcessIn(dir, "init", "pool");
  expect(said).toMatchObject({
    exitCode: 2,
    stderr: "pool/scenario.schema.json: cannot be written (EISDIR)\n",
  });
  expect(readdirSync(join(dir, "pool"))).toEqual(["scenario.schema.json"]);
});
