import { describe, expect, it } from "vitest";
import { Interrupted, reportFailure } from "../../src/cli/shared/failure.js";
import type { Terminal, TextStream } from "../../src/cli/shared/terminal.js";
import { inOneLine } from "../../src/cli/shared/visible.js";
import { InputError, InvariantError } from "../../src/core/errors.js";

function terminal(isDebug = false): { readonly terminal: Terminal; readonly printed: string[] } {
  const printed: string[] = [];
  const stream: TextStream = {
    write: (text) => printed.push(text),
    isTTY: false,
    width: 80,
    hasColour: false,
  };
  const commandLine = "poolsim run 'my pool.yaml' --seed 3";
  return { terminal: { stdout: stream, stderr: stream, commandLine, isDebug }, printed };
}

describe("how commands end", () => {
  it("2: the user's mistake, in the words of the error", () => {
    const { terminal: to, printed } = terminal();
    expect(reportFailure(new InputError("a.yaml:1:1: no", { code: "X" }), to)).toBe(2);
    expect(printed).toEqual(["a.yaml:1:1: no\n"]);
  });

  it("130: interrupted", () => {
    const { terminal: to, printed } = terminal();
    expect(reportFailure(new Interrupted(), to)).toBe(130);
    expect(printed).toEqual(["poolsim: interrupted\n"]);
  });

  it.each([new InvariantError("a segment ends\n  once"), new TypeError("a segment ends once")])(
    "3: a bug, in one line with the command that replays it (%s)",
    (error) => {
      const { terminal: to, printed } = terminal();
      expect(reportFailure(error, to)).toBe(3);
      expect(printed.join("")).toMatch(
        /^poolsim: this is a bug of poolsim: a segment ends once; replay it with: poolsim run 'my pool\.yaml' --seed 3 \(poolsim \d+\.\d+\.\d+, node v\d+\.\d+\.\d+\)\n$/,
      );
    },
  );

  it("4: what the system refuses is no bug: full disks, missing rights", () => {
    for (const code of ["ENOSPC", "EACCES", "EISDIR", "EMFILE"]) {
      const { terminal: to, printed } = terminal();
      const refused = Object.assign(new Error(`${code}: no, open '/x'`), { code, syscall: "open" });
      expect(reportFailure(refused, to)).toBe(4);
      expect(printed).toEqual([`poolsim: ${code}: no, open '/x'\n`]);
    }
    // What Node itself refuses is a wrong call.
    const wrong = Object.assign(new TypeError("no"), { code: "ERR_INVALID_ARG_TYPE" });
    expect(reportFailure(wrong, terminal().terminal)).toBe(3);
  });

  it("3: with its stack when POOLSIM_DEBUG is set", () => {
    const { terminal: to, printed } = terminal(true);
    reportFailure(new TypeError("oh"), to);
    expect(printed.join("")).toContain("\nTypeError: oh\n    at ");
  });
});

describe("Lines that become one", () => {
  it("as white space around breaks goes", () => {
    for (const [text, line] of [
      ["a \n  b", "a b"],
      ["a\n\n \nb\tc", "a b\tc"],
      ["  a  b  ", "  a  b  "],
      ["\na", " a"],
      ["a\n", "a "],
      ["", ""],
    ] as const) {
      expect(inOneLine(text)).toBe(line);
      expect(inOneLine(text)).toBe(text.replaceAll(/\s*\n\s*/g, " "));
    }
  });

  it("take time in proportion to their length: this took hours", () => {
    const blanks = " ".repeat(3_000_000);
    expect(inOneLine(`a${blanks}b\n${blanks}c`)).toBe(`a${blanks}b c`);
  });
});
