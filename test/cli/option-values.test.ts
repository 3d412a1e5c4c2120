/** Values of options: who wrote a wrong one reads one that is right. */
import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { askedOptions } from "../../src/cli/shared/asked-options.js";

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
