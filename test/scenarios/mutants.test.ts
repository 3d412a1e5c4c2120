import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MUTANTS } from "../../scripts/mutants.js";
import { scenarioNames } from "../../scripts/scenario-forms.js";

/** `npm run test:mutants` runs them; here only that it can. */
describe("mutants", () => {
  test.each(MUTANTS)("$scenario without $rule has its place in the build", ({ file, search }) => {
    const built = readFileSync(new URL(`../../dist/${file}`, import.meta.url), "utf8");
    expect(built.split(search)).toHaveLength(2);
  });

  test("every scenario has one", () => {
    const mutated = new Set(MUTANTS.map(({ scenario }) => scenario));
    expect(scenarioNames().filter((name) => !mutated.has(name))).toEqual([]);
  });
});
