/** Every id that the project shows is a rule of docs/rules.md, and `poolsim explain` prints it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRules } from "../../../src/cli/explain/rules.js";
import { inProcess } from "../../support/cli/in-process.js";

const PAGE = readFileSync("docs/rules.md", "utf8");
const RULES = readRules(PAGE);

/** The groups of the page: only these letters make an id. */
const GROUPS = [...new Set([...RULES.keys()].map((id) => id.replace(/-.*$/, "")))];
const ID = new RegExp(`\\b(?:${GROUPS.join("|")})-D?\\d+\\b`, "g");
/** Not ids: a curve, hash functions and video presets are spelled alike. */
const OTHER_NAMES = new Set(["P-256"]);

function filesBelow(folder: string, pattern: RegExp): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => pattern.test(file) && !file.includes("generated"))
    .map((file) => join(folder, file));
}

const CITING = [
  ...filesBelow("src", /\.ts$/),
  ...filesBelow("docs", /\.(md|yaml)$/).filter((file) => !file.endsWith("rules.md")),
  ...filesBelow("scenarios", /\.(yaml|ts)$/),
  ...filesBelow("examples", /\.ts$/),
  "README.md",
  "CONTRIBUTING.md",
];

const cited = new Map<string, string>();
for (const file of CITING) {
  for (const [id] of readFileSync(file, "utf8").matchAll(ID)) {
    if (!OTHER_NAMES.has(id)) cited.set(id, file);
  }
}

describe("docs/rules.md", () => {
  it("has an anchor for each rule, once", () => {
    const anchors = [...PAGE.matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id]) => id?.toUpperCase());
    expect(new Set(anchors).size).toBe(anchors.length);
    expect([...RULES.keys()]).toEqual(anchors);
  });

  it("has every rule that code, docs and scenarios cite", () => {
    const unknown = [...cited].filter(([id]) => !RULES.has(id));
    expect(unknown).toEqual([]);
  });

  it("has every rule that it refers to itself", () => {
    const referred = [...PAGE.matchAll(ID)].map(([id]) => id).filter((id) => !OTHER_NAMES.has(id));
    expect(referred.filter((id) => !RULES.has(id))).toEqual([]);
  });

  it("says which go-livepeer is meant", () => {
    expect(PAGE).toContain("go-livepeer 0.9.1, commit `176aa415c`");
  });

  it("is what code refers to: no section of an unnamed document", () => {
    const dangling = CITING.filter((file) => file.endsWith(".ts")).flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => /\bsection \d|\[Q\]/i.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(dangling).toEqual([]);
  });
});

describe("poolsim explain", () => {
  it("prints a rule with its section", async () => {
    const { exitCode, stdout } = await inProcess("explain", "m-14");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^M-14, in 10\.3 selectSessions\(n\)\n {2}Reuse test over `lastSess`/);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("prints what a rule's table says", async () => {
    const { stdout } = await inProcess("explain", "S-12");
    expect(stdout).toMatch(/# \| Condition \| Suspend \| Remove \| Note/);
    expect(stdout).toContain("Download of a rendition fails");
  });

  it("prints a rule that is a row of a table, its cells by name", async () => {
    const { stdout } = await inProcess("explain", "X-4");
    expect(stdout).toContain("X-4, in 14. Topologies\n  Transcoder\n  Started with: `-transcoder");
  });

  it("lists a group, and the groups", async () => {
    const group = await inProcess("explain", "S");
    expect(group.stdout.split("\n").filter((line) => /^S-\d+ /.test(line))).toHaveLength(14);
    const groups = await inProcess("explain");
    for (const name of GROUPS)
      expect(groups.stdout).toMatch(new RegExp(`^ {2}${name} +\\d+ rules`, "m"));
  });

  it("names the nearest rule when there is none, and prints nothing", async () => {
    expect(await inProcess("explain", "M-14", "M-144")).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: '"M-144": no such rule; did you mean "M-14"?\n',
    });
  });

  it("prints every rule", async () => {
    const { exitCode, stdout } = await inProcess("explain", ...RULES.keys());
    expect(exitCode).toBe(0);
    const texts = stdout.split(/^(?=[A-Z]+-D?\d+, in )/m);
    expect(texts.map((text) => text.split(",")[0])).toEqual([...RULES.keys()]);
    for (const text of texts) expect(text.length, text).toBeGreaterThan(30);
  });
});
