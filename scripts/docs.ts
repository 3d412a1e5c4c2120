/**
 * Runs the examples of pages and writes their output into them: `npm run docs:examples` those of
 * all pages but for those that take minutes, `npm run docs:readme` those of README.md with them.
 */
import { readFileSync, writeFileSync } from "node:fs";
import {
  type Block,
  blocksOf,
  difference,
  ExampleRunner,
  examplesOf,
  longCommand,
  pages,
  refreshed,
} from "./docs-blocks.js";

const args = process.argv.slice(2);
const withLong = args.includes("--long");
const named = args.filter((arg) => !arg.startsWith("--"));
const files = named.length > 0 ? named : pages();
const runner = new ExampleRunner();

function output(block: Block): string | null {
  const long = longCommand(block);
  if (long === undefined) return runner.run(block).text;
  return withLong ? runner.runInPackage(long).text : null;
}

/** Puts text between the fences of a block. */
function replaced(lines: readonly string[], { line, endLine }: Block, by: string): string[] {
  return [...lines.slice(0, line), ...by.split("\n"), ...lines.slice(endLine - 1)];
}

try {
  for (const file of files) {
    const examples = examplesOf(blocksOf(file));
    const complaints = runner.compile(
      examples.map(({ block }) => block).filter(({ language }) => language === "ts"),
    );
    for (const complaint of complaints) console.error(complaint);
    let lines = readFileSync(file, "utf8").split("\n");
    // In the page's order, as readers do: a block may need what one before it wrote.
    const outputs = examples.map((example) => ({ ...example, actual: output(example.block) }));
    // From the end, so that line numbers stay right.
    for (const { block, output: shown, actual } of outputs.reverse()) {
      if (actual === null) continue;
      const place = `${file}:${block.line}`;
      if (shown === null) {
        if (actual.trim() !== "") console.error(`${place}: prints, but no text block follows`);
      } else if (difference(shown.text, actual) !== null) {
        const by = refreshed(shown.text, actual, (line) => {
          console.error(`${place}: not in the new output, left out: ${line}`);
          process.exitCode = 1;
        });
        lines = replaced(lines, shown, by);
        console.log(`${place}: output replaced`);
      }
    }
    writeFileSync(file, lines.join("\n"));
  }
} finally {
  runner.close();
}
