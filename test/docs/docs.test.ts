/** Nothing in README.md and docs/ that was not run: every example prints what the page shows. */
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import {
  type Block,
  blocksOf,
  difference,
  ExampleRunner,
  examplesOf,
  excerpted,
  excerptsOf,
  longCommand,
  pages,
} from "../../scripts/docs-blocks.js";

/** A run with a verdict, an event and a sensitivity block, as short as can be; its figures mean nothing. */
const SHORT_RUN = [
  "{ cat docs/examples/my-pool.yaml",
  "echo 'events: { crowd: { kind: streams, at: 30s, streams: 1, length: 20s } }'; } > my.yaml",
  "poolsim run my.yaml --duration 1m --replications 2 --set warmup=30s --set demand.concurrentStreams=10 --json - --quiet --threads 1 2> report.txt",
].join("; ");
/** Objects whose keys are names: how docs/result.md writes them. */
const NAMED: Readonly<Record<string, string>> = {
  metrics: "<metric>",
  regions: "<region>",
  conservation: "<check>",
  seriesHalfWidths: "<series>",
};

function commandBlock(text: string): Block {
  return { file: "", line: 0, endLine: 0, language: "sh", text };
}

/** The paths of a result's fields, as docs/result.md writes them. */
function fieldsOf(value: unknown, path = "", fields = new Set<string>()): Set<string> {
  if (Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null)) {
    for (const item of value) fieldsOf(item, `${path}[]`, fields);
  } else if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fields.add(path);
  } else {
    for (const [key, item] of Object.entries(value)) {
      const name = NAMED[path.split(".").at(-1) ?? ""] ?? key;
      const next = path === "" ? name : `${path}.${name}`;
      // A region's metrics are a tree: described as a whole.
      if (name === "<region>") fields.add(next);
      else fieldsOf(item, next, fields);
    }
  }
  return fields;
}

const LANGUAGES = ["ts", "sh", "text", "yaml", "json"];

const runner = new ExampleRunner();
afterAll(() => runner.close());

const programs = pages().flatMap((file) =>
  examplesOf(blocksOf(file)).flatMap(({ block }) => (block.language === "ts" ? [block] : [])),
);
const complaints = runner.compile(programs);

describe.each(pages())("%s", (file) => {
  const blocks = blocksOf(file);
  const examples = examplesOf(blocks);

  it("has blocks of known languages only", () => {
    expect(blocks.filter(({ language }) => !LANGUAGES.includes(language))).toEqual([]);
  });

  it("has programs whose types are right", () => {
    expect(complaints.filter((complaint) => complaint.startsWith(`${file}:`))).toEqual([]);
  });

  for (const excerpt of excerptsOf(blocks)) {
    it(`line ${excerpt.line}: is what the file says`, () => {
      const { shown, actual } = excerpted(excerpt);
      expect(difference(shown, actual)).toBeNull();
    });
  }

  for (const { block, output } of examples) {
    if (longCommand(block) !== undefined) continue;
    it(`line ${block.line}: prints what is shown`, () => {
      const { text, exitCode } = runner.run(block);
      expect(difference(output?.text ?? "", text)).toBeNull();
      expect(exitCode).toBe(0);
    });
  }
});

describe("docs/result.md", () => {
  it("names every field of a real result, and no other", () => {
    const { text } = runner.run(commandBlock(SHORT_RUN));
    const fields = fieldsOf(JSON.parse(text));
    const documented = [...readFileSync("docs/result.md", "utf8").matchAll(/^\| `([^`]+)`/gm)].map(
      ([, field = ""]) => field,
    );
    // What may be null is described by what it is otherwise.
    const isWithin = (field: string, path: string) => field.startsWith(`${path}.`);
    const nulls = [...fields].filter((path) => documented.some((field) => isWithin(field, path)));
    const found = [...fields].filter((field) => !nulls.includes(field));
    const expected = documented.filter(
      (field) =>
        // An object that may be null has a row of its own beside those of its fields.
        !documented.some((other) => isWithin(other, field)) &&
        (fields.has(field) || !nulls.some((path) => isWithin(field, path))),
    );
    expect(expected.sort()).toEqual(found.sort());
  });
});

describe("the comparison", () => {
  it("minds every line", () => {
    expect(difference("a\nb", "a\nb\n")).toBeNull();
    expect(difference("a\nb", "a\nc")).not.toBeNull();
    expect(difference("a", "a\nb")).not.toBeNull();
    expect(difference("a\nb", "a")).not.toBeNull();
    expect(difference("", "a")).not.toBeNull();
  });

  it("lets … stand for one or more lines", () => {
    expect(difference("a\n…\nd", "a\nb\nc\nd")).toBeNull();
    expect(difference("…\nd", "a\nd")).toBeNull();
    expect(difference("a\n…", "a\nb")).toBeNull();
    expect(difference("a\n…\nb\n…\nd", "a\nx\nb\nc\nd")).toBeNull();
    expect(difference("a\n…\nb", "a\nb")).not.toBeNull();
    expect(difference("a\n…\nc", "a\nb\nc\nd")).not.toBeNull();
    expect(difference("a\n…\nd", "a\nb\nc")).not.toBeNull();
    expect(difference("a\n…\nx\n…\nd", "a\nb\nc\nd")).not.toBeNull();
  });
});
