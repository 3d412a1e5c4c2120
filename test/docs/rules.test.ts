/** Every rule of docs/rules.md has its place: in the source, in a test, or among those not applied. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readRules } from "../../src/cli/explain/rules.js";

const PAGE = readFileSync("docs/rules.md", "utf8");
const RULES = readRules(PAGE);
/** `M-14`, and ranges: `P-11 … P-15`. */
const CITATION = /\b([A-Z]{1,2})-(D?)(\d+)\b(?:\s(?:…|to)\s\1-\2(\d+)\b)?/g;

function citedIn(texts: readonly string[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const text of texts) {
    for (const [, group = "", defect = "", first = "", last = first] of text.matchAll(CITATION)) {
      for (let number = Number(first); number <= Number(last); number++) {
        ids.add(`${group}-${defect}${number}`);
      }
    }
  }
  return ids;
}

/** All but tests of `explain`, which take ids for examples. */
function modulesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes("explain"))
    .map((file) => readFileSync(join(folder, file), "utf8"));
}

/** The rows of the last section: what, rules, and why not. */
const notApplied = PAGE.slice(PAGE.lastIndexOf("\n## "))
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .slice(1)
  .map((line) => line.slice(2, -2).split(" | "));

it("each rule is cited where it decides something, or the last section says why it does not", () => {
  const cited = citedIn([...modulesOf("src"), ...modulesOf("test")]);
  const excepted = citedIn(notApplied.map(([, rules = ""]) => rules));
  const lost = [...RULES.keys()].filter((id) => !cited.has(id) && !excepted.has(id));
  expect(lost).toEqual([]);
});

it("the last section names rules that there are, each once and with a reason", () => {
  const named = notApplied.flatMap(([, rules = ""]) => [...citedIn([rules])]);
  expect(named.filter((id) => !RULES.has(id))).toEqual([]);
  expect(new Set(named).size).toBe(named.length);
  for (const [what, , why = ""] of notApplied) expect(why, what).toMatch(/\.$/);
});
