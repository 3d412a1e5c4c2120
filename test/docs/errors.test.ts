/** docs/errors.md and the unions of error codes say what src throws: no code less, none more. */
import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { ERROR_MEANINGS } from "../../scripts/error-meanings.js";
import { errorFiles } from "../../scripts/error-reference.js";
import {
  codesOf,
  ENTRY_POINTS,
  filesOf,
  parsedSources,
  throwSites,
} from "../../scripts/error-scan.js";

const sources = parsedSources();
const sites = throwSites(sources);

/** Sources that were never on a disk, by their paths. */
function made(texts: Readonly<Record<string, string>>): ReadonlyMap<string, ts.SourceFile> {
  return new Map(
    Object.entries(texts).map(([file, text]) => [
      file,
      ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true),
    ]),
  );
}

describe("error codes", () => {
  it("each has a meaning, and each meaning is of a code that is thrown", () => {
    const thrown = [...new Set(sites.map(({ code }) => code))].sort();
    expect(Object.keys(ERROR_MEANINGS).sort()).toEqual(thrown);
  });

  it('of no text `code: "…"` of an error is missed', () => {
    // Read without a parser: whatever stands as a code near an error of poolsim.
    const texts = [...sources].flatMap(([file, source]) =>
      [...source.text.matchAll(/(?:Input|Remote)Error\([^;]*?code: "([A-Z][A-Z0-9_]+)"/g)].map(
        ([, code]) => `${file} ${code}`,
      ),
    );
    expect(texts.length).toBeGreaterThan(150);
    const known = new Set(sites.map(({ file, code }) => `${file} ${code}`));
    expect(texts.filter((text) => !known.has(text))).toEqual([]);
  });

  it("of every entry point are documented as they are generated", () => {
    const files = errorFiles();
    expect(files.size).toBe(Object.keys(ENTRY_POINTS).length);
    for (const [file, text] of files) expect(readFileSync(file, "utf8"), file).toBe(text);
  });

  it("every module that throws is reached from an entry point", () => {
    const reached = new Set(Object.values(ENTRY_POINTS).flatMap((e) => [...filesOf(e, sources)]));
    expect(sites.filter(({ file }) => !reached.has(file))).toEqual([]);
  });

  it("are found in literals, conditions, constants, functions that make errors, and subclasses", () => {
    const few = made({
      "src/a.ts": `
        import { fail } from "./b.js";
        import type { Other } from "./c.js";
        const LIMIT = "A_CONSTANT";
        export class Own extends InputError {
          constructor() { super("m", { code: "A_CLASS" }); }
        }
        throw new InputError("m", { code: "A_LITERAL" });
        throw new RemoteError("m", { code: x ? "A_YES" : "A_NO" });
        throw new RemoteError("m", { code: LIMIT });
        throw new RemoteError("m", { code: cause.code });
        fail("A_CALL", "m");
        const unrelated = { code: "NOT_AN_ERROR" };`,
      "src/b.ts": `export function fail(code: string, m: string) {
        return new RemoteError(m, { code });
      }`,
      "src/c.ts": 'throw new InputError("m", { code: "ONLY_A_TYPE_OF_IT" });',
    });
    const found = throwSites(few);
    expect(codesOf("src/a.ts", found, few)).toEqual([
      "A_CALL",
      "A_CLASS",
      "A_CONSTANT",
      "A_LITERAL",
      "A_NO",
      "A_YES",
    ]);
    expect(found.map(({ code }) => code)).toContain("ONLY_A_TYPE_OF_IT");
  });
});
