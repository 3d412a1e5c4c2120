/** `poolsim explain`: prints rules by their ids. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suggestion } from "../../config/suggest.js";
import { InputError } from "../../core/errors.js";
import { wrapped } from "../../sim/report/style.js";
import { EXIT } from "../shared/failure.js";
import type { TextStream } from "../shared/terminal.js";
import { groupOf, type Rule, readRules } from "./rules.js";

/** The packaged page, beside `src/` and `dist/` alike. */
function packagedRules(): ReadonlyMap<string, Rule> {
  return readRules(
    readFileSync(fileURLToPath(new URL("../../../docs/rules.md", import.meta.url)), "utf8"),
  );
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function ruleText({ id, section, lines }: Rule, width: number): string {
  const indent = "  ";
  const body = lines.map((line) => `${indent}${wrapped(line, width - indent.length, indent)}`);
  return `${id}, in ${section}\n${body.join("\n")}\n`;
}

/** Each rule of a group in one line. */
function groupText(rules: readonly Rule[], width: number): string {
  const column = Math.max(...rules.map(({ id }) => id.length)) + 2;
  const rows = rules.map(({ id, lines }) => cut(`${id.padEnd(column)}${lines[0] ?? ""}`, width));
  return `${rows.join("\n")}\n`;
}

/** Each group with its first rule's section and its number of rules. */
function overview(rules: ReadonlyMap<string, Rule>): string {
  const all = [...rules.values()];
  const rows = [...new Set(all.map(({ id }) => groupOf(id)))].map((group) => {
    const members = all.filter(({ id }) => groupOf(id) === group);
    const section = (members[0]?.section ?? "").replace(/^[\d.]+ /, "");
    return `  ${group.padEnd(4)}${String(members.length).padStart(3)} rules, from "${section}" on`;
  });
  return `${rows.join("\n")}\n`;
}

/**
 * @param asked ids of rules (`M-14`) or of groups (`M`), in any case; none: an overview
 * @returns the exit code
 * @throws InputError (`RULE_UNKNOWN`) when there is no such rule; nothing is printed then
 */
export function explainRules(asked: readonly string[], stdout: TextStream): number {
  const rules = packagedRules();
  if (asked.length === 0) {
    stdout.write(`What go-livepeer does, in groups; poolsim explain <group> lists one:\n`);
    stdout.write(overview(rules));
    return EXIT.ok;
  }
  const texts = asked.map((name) => {
    const id = name.toUpperCase();
    const rule = rules.get(id);
    if (rule !== undefined) return ruleText(rule, stdout.width);
    const group = [...rules.values()].filter((candidate) => groupOf(candidate.id) === id);
    if (group.length > 0) return groupText(group, stdout.width);
    const message = `${JSON.stringify(name)}: no such rule${suggestion(id, rules.keys())}`;
    throw new InputError(message, { code: "RULE_UNKNOWN" });
  });
  stdout.write(texts.join("\n"));
  return EXIT.ok;
}
