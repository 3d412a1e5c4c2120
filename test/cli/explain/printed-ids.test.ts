/** What the command line prints that looks like a rule's id is one that `poolsim explain` knows. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { readRules } from "../../../src/cli/explain/rules.js";
import { inProcess } from "../../support/cli/in-process.js";

const RULES = readRules(readFileSync("docs/rules.md", "utf8"));
/** Whatever its letters: a group that there is not is found too. */
const LOOKS_LIKE_AN_ID = /\b[A-Z]{1,2}-D?\d+\b/g;
/** A curve. */
const OTHER_NAMES = new Set(["P-256"]);

function idsIn(text: string): readonly string[] {
  return [...text.matchAll(LOOKS_LIKE_AN_ID)]
    .map(([id]) => id)
    .filter((id) => !OTHER_NAMES.has(id));
}

/** The texts of a module: string literals, and what stands between the values of templates. */
function textsOf(file: string): readonly string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) texts.push(node.text);
    else if (ts.isTemplateMiddleOrTemplateTail(node)) texts.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest));
  return texts;
}

const modules = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.includes("generated"))
  .map((file) => join("src", file));

/** The names of all commands, the outer ones first: `[]`, `["run"]`, … `["pool", "status"]`. */
async function commandPaths(): Promise<readonly (readonly string[])[]> {
  const namesIn = async (...path: readonly string[]) => {
    const { stdout } = await inProcess(...path, "--help");
    const listed = stdout.slice(stdout.indexOf("-h, --help"), stdout.indexOf("\nExamples:"));
    return [...listed.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => [...path, name ?? ""]);
  };
  const all = [[], ...(await namesIn()), ...(await namesIn("pool"))];
  return all.filter((path) => path.at(-1) !== "help");
}

describe("ids that are printed", () => {
  it("are rules, in every text of the source", () => {
    const printed = modules.flatMap((file) =>
      textsOf(file).flatMap((text) => idsIn(text).map((id) => ({ file, id }))),
    );
    expect(printed.length).toBeGreaterThan(100);
    expect(printed.filter(({ id }) => !RULES.has(id))).toEqual([]);
  });

  it("are explained: the help of each command that has one says by which command", async () => {
    const paths = await commandPaths();
    expect(paths.length).toBeGreaterThan(20);
    const withIds: string[] = [];
    for (const path of paths) {
      const { exitCode, stdout } = await inProcess(...path, "--help");
      expect(exitCode).toBe(0);
      const ids = [...new Set(idsIn(stdout))];
      if (ids.length === 0) continue;
      withIds.push(path.join(" "));
      expect(stdout, path.join(" ")).toContain("poolsim explain");
      const explained = await inProcess("explain", ...ids);
      expect(explained.exitCode, explained.stderr).toBe(0);
    }
    expect(withIds).toEqual(expect.arrayContaining(["discover", "webhook"]));
  });
});
