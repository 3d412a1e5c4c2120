/** Every name of the public faces, and every member of theirs, has a docstring. */
import { describe, expect, it } from "vitest";
import { ENTRY_POINTS } from "../../scripts/error-scan.js";
import { documentationOf } from "../../scripts/undocumented.js";

const faces = Object.entries(ENTRY_POINTS).flatMap(([name, entry]) =>
  name === "command line" ? [] : [entry],
);

describe("docstrings of the public faces", () => {
  const { names, members, undocumented } = documentationOf(faces);

  it("are looked for everywhere", () => {
    expect(names).toBeGreaterThan(500);
    expect(members).toBeGreaterThan(1500);
  });

  it("are there", () => {
    expect(undocumented).toEqual([]);
  });
});

describe("what counts as undocumented", () => {
  it("is every exported name and public member without a docstring, and nothing else", () => {
    const { undocumented } = documentationOf(["test/docs/fixtures/face.ts"]);
    expect(undocumented.map((place) => place.split(" ")[1]).sort()).toEqual([
      "Bare",
      "Described.bareMember",
      "Shape.method",
      "Shown.bareInherited",
      "Shown.onlyTagged",
      "TABLE.bare",
      "Union.bare",
    ]);
  });
});
