/** The rules of docs/rules.md, found by their ids. */

/** One rule, as the page has it. */
export interface Rule {
  /** E.g. `M-14`. */
  readonly id: string;
  /** Heading of the section that it stands in, e.g. `10.3 selectSessions(n)`. */
  readonly section: string;
  /** Its text without markup; one line a paragraph or a row of a table. */
  readonly lines: readonly string[];
}

const HEADING = /^#{2,3} (.+)$/;
const ITEM = /^- <a id="[^"]+"><\/a>\*\*([A-Z]+-D?\d+)\*\*\s*(.*)$/;
const ROW = /^\| <a id="[^"]+"><\/a>([A-Z]+-D?\d+) \|(.*)\|$/;
const TABLE_RULER = /^\|[-| :]+\|$/;

function plain(text: string): string {
  return text.replaceAll("**", "").replaceAll("\\|", "|").trim();
}

function cells(row: string): readonly string[] {
  return row.split(/(?<!\\)\|/).map(plain);
}

/** A line that belongs to the rule before it: more text, or a row of its table. */
function continued(line: string): string {
  if (!line.startsWith("|")) return plain(line);
  return cells(line.slice(1, -1)).join(" | ");
}

/**
 * Reads the page.
 *
 * @param page the text of docs/rules.md
 * @returns the rules by their ids, in the page's order
 */
export function readRules(page: string): ReadonlyMap<string, Rule> {
  const rules = new Map<string, Rule>();
  let section = "";
  let header: readonly string[] = [];
  let current: string[] | undefined;
  for (const line of page.split("\n")) {
    const heading = HEADING.exec(line)?.[1];
    const [, itemId, text] = ITEM.exec(line) ?? [];
    const [, rowId, row] = ROW.exec(line) ?? [];
    if (heading !== undefined) {
      section = heading;
      current = undefined;
    } else if (itemId !== undefined) {
      current = [plain(text ?? "")];
      rules.set(itemId, { id: itemId, section, lines: current });
    } else if (rowId !== undefined) {
      // A table of rules: each row is one, its cells are named by the table's first row.
      const values = cells(row ?? "");
      const lines = values.map((value, index) =>
        index === 0 ? value : `${header[index + 1] ?? ""}: ${value}`,
      );
      rules.set(rowId, { id: rowId, section, lines: lines.filter((part) => part !== "") });
      current = undefined;
    } else if (line.startsWith("| ID |")) {
      header = cells(line.slice(1, -1));
    } else if (line !== "" && line !== "---" && !TABLE_RULER.test(line)) {
      current?.push(continued(line));
    }
  }
  return rules;
}

/** The letters before a rule's number: its group. */
export function groupOf(id: string): string {
  return id.replace(/-.*$/, "");
}
