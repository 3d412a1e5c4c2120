/** Values of options: who wrote a wrong one reads one that is right. */
import { Command, InvalidArgumentError, type Option } from "commander";
import { describe, expect, it, vi } from "vitest";
import { askedOptions } from "../../src/cli/shared/asked-options.js";
import { refuseEmptyValues } from "../../src/cli/shared/empty-values.js";
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

describe("an empty argument", () => {
  it.each([
    ["run", "file"],
    ["report", "result.json"],
    ["merge", "folder"],
    ["calibrate", "files"],
    ["cache clear", "folder"],
    ["pool restore --db books.db", "backup"],
    ["pool worker --db books.db", "address"],
    ["explain", "rule"],
  ])("%s: %s", async (line, what) => {
    const { exitCode, stderr } = await inProcess(...line.split(" "), "");
    expect([exitCode, stderr]).toEqual([2, `<${what}>: found "", expected a value\n`]);
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
    ["discover --orchAddr o.test --json", "file"],
  ])("%s: expected the name of a %s", async (line, what) => {
    const name = line.split(" ").at(-1);
    const { exitCode, stderr } = await inProcess(...line.split(" "), "");
    expect([exitCode, stderr]).toEqual([2, `${name}: found "", expected the name of a ${what}\n`]);
  });
});

/** Every command that there is, with all its options. */
async function allCommands(): Promise<Command[]> {
  let program = new Command();
  const parse = vi.spyOn(Command.prototype, "parseAsync").mockImplementation(async function (
    this: Command,
  ) {
    program = this;
    return this;
  });
  await inProcess("completion", "bash");
  parse.mockRestore();
  const below = (command: Command): Command[] => [command, ...command.commands.flatMap(below)];
  return below(program);
}

/** What is said to an option with this value, as its command would say it; "" = it is taken. */
function saidTo(option: Option, value: string): string {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  try {
    command.addOption(option).parse([option.long ?? "", value], { from: "user" });
    refuseEmptyValues(command);
    return "";
  } catch (error) {
    return String(error);
  }
}

it("every option of every command refuses an empty value by its name, or is empty when not given", async () => {
  const taken: string[] = [];
  for (const command of await allCommands()) {
    const options = command.options.filter(({ required, optional }) => required || optional);
    // The look at empty values is at the command that is run.
    if (command.commands.length > 0) expect(options).toEqual([]);
    for (const option of options) {
      for (const value of ["", " "]) {
        const said = saidTo(option, value);
        if (said === "") taken.push(`${command.name()} ${option.long}`);
        else expect(said).toContain(option.long);
      }
    }
  }
  expect(new Set(taken)).toEqual(
    new Set([
      "discover --orchBlocklist",
      "discover --orchMinLivepeerVersion",
      "webhook --orchBlocklist",
      "webhook --trusted",
    ]),
  );
});
