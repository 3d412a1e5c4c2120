/** JSON as nodes write it: keys sorted, whole numbers of any length, what HTML minds escaped. */

/**
 * @param indent blanks of a level; 0: all in one line
 */
export function goJson(value: unknown, indent = 0): string {
  return written(value, indent, indent === 0 ? "" : "\n");
}

/** @param line what begins a line on this level; empty: there are no lines */
function written(value: unknown, indent: number, line: string): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return textOf(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const inner = line === "" ? "" : line + " ".repeat(indent);
  if (Array.isArray(value)) {
    const items = value.map((item) => inner + written(item, indent, inner));
    return items.length === 0 ? "[]" : `[${items.join(",")}${line}]`;
  }
  const colon = line === "" ? ":" : ": ";
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => inner + textOf(key) + colon + written(member, indent, inner));
  return members.length === 0 ? "{}" : `{${members.join(",")}${line}}`;
}

const ESCAPED = /[<>&\u2028\u2029]/;

function textOf(text: string): string {
  const json = JSON.stringify(text);
  if (!ESCAPED.test(json)) return json;
  return json.replaceAll(
    new RegExp(ESCAPED, "g"),
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
