/** docs/ARCHITECTURE.md speaks of the house as it is: what it names exists, and no room is missing. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const page = readFileSync("docs/ARCHITECTURE.md", "utf8");

/** Paths in backticks that begin in one of the project's folders. */
function pathsOf(text: string): string[] {
  const found = text.matchAll(/`((?:src|test|docs|scenarios|scripts|bench|examples)\/[^`*…<]*)`/g);
  return [...new Set([...found].flatMap(([, path]) => (path === undefined ? [] : [path])))];
}

/** The folders within a folder, one level down. */
function roomsOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "generated")
    .map(({ name }) => `${folder}/${name}/`);
}

describe("docs/ARCHITECTURE.md", () => {
  it.each(["docs/ARCHITECTURE.md", "CONTRIBUTING.md"])("%s names only what exists", (file) => {
    const paths = pathsOf(readFileSync(file, "utf8"));
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  it("has every room of the house", () => {
    const rooms = [
      ...roomsOf("src"),
      ...["discovery", "selection", "pool", "sim"].flatMap((floor) => roomsOf(`src/${floor}`)),
    ];
    expect(rooms.filter((room) => !page.includes(`\`${room}\``))).toEqual([]);
  });
});
