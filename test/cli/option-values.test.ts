/** Values of options: who wrote a wrong one reads one that is right. */
import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { askedOptions } from "../../src/cli/shared/asked-options.js";
import { inProcess } from "../support/cli/in-process.js";

const options = askedOptions({
  verb: "advise on",
  budget: "",
  replications: { text: "", range: [16, 40] },
  details: "",
});

describe("the example of an option's message", () => {
  it.each(["--margin", "--confidence"])("of %s is a value that it takes", (name) => {
    const read = options.find(({ long }) => long === name)?.parseArg;
    let said = "";
    try {
      read?.("95 %", undefined);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      said = error.message;
    }
    const example = /such as ([\d.]+)$/.exec(said)?.[1] ?? "none";
    expect(read?.(example, undefined)).toBe(Number(example));
  });
});

describe("an empty name in place of a file or folder", () => {
  it.each([
    ["run", "file"],
    ["report", "result.json"],
    ["merge", "folder"],
    ["calibrate", "files"],
    ["cache clear", "folder"],
    ["pool restore --db books.db", "backup"],
  ])("%s: %s", async (line, what) => {
    const { exitCode, stderr } = await inProcess(...line.split(" "), "");
    expect([exitCode, stderr]).toEqual([2, `<${what}>: found "", expected a name\n`]);
  });
});

describe("an empty name, as of a variable of the shell without a value", () => {
  it.each([
    ["run my.yaml --cache", "folder"],
    ["run my.yaml --html", "file"],
    ["run my.yaml --extension", "file"],
    ["merge shard-1 --cache", "folder"],
    ["replay --from books.db --scenario", "file"],
    ["replay --scenario my.yaml --from", "file"],
    ["discover --orchAddr o.test --chainStore", "file"],
    ["discover --orchAddr o.test --ethKeystorePath", "file or folder"],
    ["pool import events.json --db books.db --opening", "file"],
    ["pool status --db", "file"],
    ["pool record my.yaml --out", "folder"],
  ])("%s: expected the name of a %s", async (line, what) => {
    const name = line.split(" ").at(-1);
    const { exitCode, stderr } = await inProcess(...line.split(" "), "");
    expect([exitCode, stderr]).toEqual([2, `${name}: found "", expected the name of a ${what}\n`]);
  });
});
