/** Wrong input of the commands about books: what was found, what was expected, and never a bug. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { ImportFlags } from "../../src/cli/pool/import/flags.js";
import { sourcesOf } from "../../src/cli/pool/import/sources.js";
import { weiAmount } from "../../src/cli/pool/shared/amounts.js";
import { runProgram } from "../../src/cli/program.js";
import type { TextStream } from "../../src/cli/shared/terminal.js";
import { enter, openBooks } from "../support/books/books.js";
import { ALICE, list, transcode } from "../support/books/events.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-input-"));
afterAll(() => rmSync(folder, { recursive: true }));
const FLAGS: ImportFlags = {
  db: "",
  json: false,
  commission: [],
  follow: false,
  replay: false,
  extension: [],
};
const ENV = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };

/** The message about a file of sources, or about options. */
function refusal(flags: Partial<ImportFlags> & { readonly bucket?: string }): string {
  try {
    sourcesOf([], { ...FLAGS, ...flags }, ENV);
  } catch (error) {
    return error instanceof Error ? error.message.replaceAll(`${folder}/`, "") : "";
  }
  return "";
}

function refusalOfFile(...lines: readonly string[]): string {
  const file = join(folder, "sources.yaml");
  writeFileSync(
    file,
    ["sources:", "  - name: x", ...lines.map((line) => `    ${line}`)].join("\n"),
  );
  return refusal({ sources: file });
}

async function run(...args: readonly string[]): Promise<{ exitCode: number; text: string }> {
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  const stream: TextStream = { write, isTTY: false, width: 100, hasColour: false };
  const terminal = { stdout: stream, stderr: stream, commandLine: "", isDebug: false };
  return { exitCode: await runProgram(args, terminal), text };
}

describe("A file of sources", () => {
  it.each([
    [
      "bucket: http://a/%zz",
      "sources.yaml:3:13: sources[0].bucket: expected https://<server>/<bucket>[/<prefix>] without credentials",
    ],
    ["files: [., 3]", "sources.yaml:3:16: sources[0].files[1]: found 3, expected text"],
    [
      "files: []",
      "sources.yaml:3:12: sources[0].files: found an empty list, expected a path, or some",
    ],
    [
      'region: "a:b"',
      'sources.yaml:4:13: sources[0].region: expected a name of 1 … 64 visible characters without colons, found "a:b"',
    ],
    [
      'nodeType: "\\e[31m"',
      'sources.yaml:4:15: sources[0].nodeType: expected a name of 1 … 64 visible characters without colons, found "\\u001b[31m"',
    ],
  ])("with %s", (line, message) => {
    const isBucketOrFiles = /^(?:bucket|files)/.test(line);
    expect(refusalOfFile(...(isBucketOrFiles ? [line] : ["files: .", line]))).toBe(message);
  });

  it("that is too long", () => {
    const file = join(folder, "long.yaml");
    writeFileSync(file, " ".repeat(1_000_001));
    expect(refusal({ sources: file })).toBe(
      "--sources long.yaml: it has more than 1,000,000 bytes",
    );
  });
});

describe("Options of sources", () => {
  it.each([
    [{ bucket: "http://a/%zz" }, "--bucket: expected https://<server>/<bucket>[/<prefix>]"],
    [{ region: "a:b" }, "--region: expected a name of 1 … 64 visible characters without colons"],
    [{ nodeType: "" }, "--nodeType: expected a name of 1 … 64 visible characters without colons"],
  ])("%j", (flags, message) => {
    expect(refusal(flags)).toContain(message);
  });
});

describe("An amount", () => {
  it.each(["1,000", "1kwei", "1e3", "5 eth", "0", "1.5", "0.1gwei5", "-1", ""])(
    "is not %j",
    (text) => {
      expect(() => weiAmount(text)).toThrow("expected an amount such as 0.005eth, 10gwei, or wei");
    },
  );

  it("is wei, gwei or ETH", () => {
    expect(weiAmount("5")).toBe(5n);
    expect(weiAmount("10gwei")).toBe(10_000_000_000n);
    expect(weiAmount("0.5Gwei")).toBe(500_000_000n);
    expect(weiAmount("0.005ETH")).toBe(5_000_000_000_000_000n);
  });

  it("is less than 2^96 wei, more than all ETH that there is", () => {
    expect(weiAmount(`${2n ** 96n - 1n}`)).toBe(2n ** 96n - 1n);
    for (const text of [`${2n ** 96n}`, `1${"0".repeat(50)}eth`]) {
      expect(() => weiAmount(text)).toThrow("not so much ETH; expected less than 2^96 wei");
    }
  });
});

it("A correction of more than all ETH is not entered", async () => {
  const options = ["--nodeType", "ai", "--region", "eu", "--reason", "r", "--id", "i"];
  for (const sign of ["", "-"]) {
    const { exitCode, text } = await run(
      ...["pool", "adjust", "--db", "none.db", "--address", ALICE, ...options],
      `--amount=${sign}1${"0".repeat(50)}eth`,
    );
    expect([exitCode, text]).toEqual([2, expect.stringContaining("expected less than 2^96 wei")]);
  }
});

describe("A part", () => {
  it.each([
    ["--commission", ".25", "a 0 is missing before the point; expected 0.25"],
    ["--feeShare", ".5", "a 0 is missing before the point; expected 0.5"],
    ["--weightPixels", ".5", "a 0 is missing before the point; expected 0.5"],
    ["--commission", "25%", "expected a number or fraction from 0 to 1, e.g. 0.25 or 1/4"],
    ["--commission", "25", "expected a number or fraction from 0 to 1, e.g. 0.25 or 1/4"],
  ])("%s %s", async (option, value, why) => {
    const { exitCode, text } = await run("pool", "settings", "--db", "none.db", option, value);
    expect([exitCode, text]).toEqual([2, expect.stringContaining(why)]);
  });
});

it.each([
  ["--id", ""],
  ["--id", " "],
  ["--id", "a\x1b[2J"],
  ["--id", "a".repeat(129)],
  ["--reason", "a".repeat(1_001)],
  ["--reason", "a\0"],
])("A correction is not entered with %s %j", async (name, value) => {
  const file = join(folder, "adjusted.db");
  const { store, ingest } = openBooks({ path: file });
  enter({ store, ingest }, list(transcode(ALICE, 8n)));
  const options = { "--id": "2026-7", "--reason": "outage", [name]: value };
  const worker = ["--address", ALICE, "--nodeType", "transcode", "--region", "eu"];
  const { exitCode, text } = await run(
    ...["pool", "adjust", "--db", file, "--amount", "5", ...worker],
    ...Object.entries(options).flat(),
  );
  expect(exitCode).toBe(2);
  expect(text).toMatch(new RegExp(`^${name}: (found " ?", expected a value|expected 1 to \\d+ )`));
  expect(store.reports.entriesOfKind("adjust")).toEqual([]);
  store.close();
});

it("A round of the length that is the default can be asked for", async () => {
  const file = join(folder, "none.db");
  const { exitCode, text } = await run(
    "pool",
    "compare-schemes",
    "--roundHours",
    "19.2",
    "--db",
    file,
  );
  expect(exitCode).toBe(2);
  expect(text).toMatch(/^--db .*: there are no books/);
});

it("No line moves the cursor, whatever was typed", async () => {
  for (const args of [
    ["status", "--db", "\x1b[2J"],
    ["worker", "\x1b[2J", "--db", "none.db"],
    ["import", "\x1b[2J\u009b31m", "--db", "none.db"],
    ["sta\x1b[2J"],
    ["export", "--db", "none.db", "--what", "\x1b[2J"],
  ]) {
    const { exitCode, text } = await run("pool", ...args);
    expect(exitCode).toBe(2);
    expect(text).toMatch(/\[2J/);
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  }
});
