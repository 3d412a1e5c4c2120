/**
 * The examples of README.md and docs/: which blocks are run, how, and what their output is
 * compared with. CONTRIBUTING.md says how to write one.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MAIN = join(ROOT, "dist/cli/main.js");
const TSC = join(ROOT, "node_modules/native-typescript/bin/tsc");

/**
 * Blocks of commands that take too long for a test, and what `npm run docs:readme` runs for the
 * output that is shown below them.
 */
const LONG_COMMANDS: readonly { readonly begins: string; readonly runs: string }[] = [
  {
    begins: "npm install poolsim",
    runs: "node dist/cli/main.js advise twelve-workers --no-rule --quiet",
  },
];

/** What is run for a block instead of itself because that takes too long, if it does. */
export function longCommand({ text }: Block): string | undefined {
  return LONG_COMMANDS.find(({ begins }) => text.startsWith(begins))?.runs;
}

/** A line that stands for one or more lines of output that are left out. */
const ELISION = "…";

/** A fenced block of a page. */
export interface Block {
  readonly file: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** Line of the closing fence. */
  readonly endLine: number;
  readonly language: string;
  readonly text: string;
}

/** A block that is run, with the block of its output. */
export interface Example {
  readonly block: Block;
  /** null when the page shows none: then there must be none. */
  readonly output: Block | null;
}

/** The pages whose examples are run. */
export function pages(): string[] {
  const names = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", ...names.sort().map((name) => `docs/${name}`)];
}

/** The fenced blocks of a page. */
export function blocksOf(file: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; language: string; lines: string[] } | null = null;
  for (const [index, line] of readFileSync(join(ROOT, file), "utf8").split("\n").entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === null) open = { line: index + 1, language: fence[1] ?? "", lines: [] };
    else {
      const { line, language, lines } = open;
      blocks.push({ file, line, endLine: index + 1, language, text: lines.join("\n") });
      open = null;
    }
  }
  if (open !== null) throw new Error(`${file}:${open.line}: the block has no end`);
  return blocks;
}

/** The blocks to run: `ts` and `sh`, each with the `text` block right after it. */
export function examplesOf(blocks: readonly Block[]): Example[] {
  return blocks.flatMap((block, index) => {
    if (block.language !== "ts" && block.language !== "sh") return [];
    // test/pool/payouts/runbooks.test.ts has a chain for these.
    if (block.text.includes("$ETH_URL")) return [];
    const next = blocks[index + 1];
    return [{ block, output: next?.language === "text" ? next : null }];
  });
}

/** Blocks of other files' text: their first line is `# <path>`, the rest is the file's. */
export function excerptsOf(blocks: readonly Block[]): Block[] {
  return blocks.filter(({ language }) => language === "yaml");
}

/** The file that an excerpt names, and its text. */
export function excerpted({ file, line, text }: Block): { shown: string; actual: string } {
  const [first = "", ...rest] = text.split("\n");
  const path = /^# (\S+\.yaml)$/.exec(first)?.[1];
  if (path === undefined) throw new Error(`${file}:${line}: the first line must be "# <path>"`);
  return { shown: rest.join("\n"), actual: readFileSync(join(ROOT, path), "utf8") };
}

/** Output as it is compared: without blanks at the ends of lines, and empty lines at both ends. */
function trimmed(text: string): string {
  return text
    .replaceAll(/[^\S\n]+$/gm, "")
    .replace(/^\n+/, "")
    .trimEnd();
}

/**
 * Where the shown output differs from the actual one, null when it does not. A line of `…` in the
 * shown output stands for one or more lines of the actual one.
 */
export function difference(shown: string, actual: string): string | null {
  const lines = trimmed(actual).split("\n");
  let from = 0;
  const parts = splitAtElisions(trimmed(shown));
  for (const [index, part] of parts.entries()) {
    const isFirst = index === 0;
    const isLast = index === parts.length - 1;
    const earliest = isFirst ? 0 : from + 1;
    const latest = isFirst ? 0 : lines.length - part.length;
    let at = isLast && !isFirst ? Math.max(earliest, latest) : earliest;
    while (at < latest && !part.every((line, offset) => lines[at + offset] === line)) at += 1;
    const wrong = part.findIndex((line, offset) => lines[at + offset] !== line);
    if (wrong >= 0) return `shown: ${part[wrong]}\nactual: ${lines[at + wrong] ?? "(nothing)"}`;
    from = at + part.length;
  }
  return from === lines.length ? null : `not shown: ${lines[from]}`;
}

/**
 * The shown output brought up to date. Each part between two elisions is looked for by its first
 * line, figures aside, and keeps its number of lines.
 *
 * @param lost is told the first line of a part that is not found: the part is left out
 */
export function refreshed(shown: string, actual: string, lost: (line: string) => void): string {
  const lines = trimmed(actual).split("\n");
  const parts = splitAtElisions(trimmed(shown));
  if (parts.length === 1) return lines.join("\n");
  const labels = lines.map(label);
  let from = 0;
  const kept = parts.flatMap((part, index) => {
    const [first] = part;
    if (first === undefined) return [""];
    const at = index === 0 ? 0 : labels.indexOf(label(first), from);
    if (at < 0) {
      lost(first);
      return [];
    }
    from = index === parts.length - 1 ? lines.length : at + part.length;
    return [lines.slice(at, from).join("\n")];
  });
  return trimmed(kept.join(`\n${ELISION}\n`));
}

function splitAtElisions(text: string): string[][] {
  const parts: string[][] = [[]];
  for (const line of text.split("\n")) {
    if (line.trim() === ELISION) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts;
}

/** What a line begins with, up to its first figure. */
function label(line: string): string {
  const words = line.trim();
  return words.split(/(?:^|\s+)[-−+±(]?[0-9]/)[0] || words;
}

/** What a run printed. */
export interface Printed {
  readonly text: string;
  readonly exitCode: number | null;
}

/** What examples find in their folder. */
const LINKED = ["docs", "scenarios", "src", "test"];

/**
 * Runs examples in a folder of their own, where they may write. It is inside the package, so that
 * programs can import it by name, and has the package's folders in it. It is not in `dist/`: what
 * lies there is the build, by which kept results are told apart.
 */
export class ExampleRunner {
  readonly #folder = mkdtempSync(join(ROOT, "dist.docs-"));

  constructor() {
    for (const name of LINKED) symlinkSync(join(ROOT, name), join(this.#folder, name));
    const shim = join(this.#folder, "poolsim");
    writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
    chmodSync(shim, 0o755);
  }

  /** Removes the folder. */
  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Checks the types of `ts` blocks and compiles them; returns the complaints. */
  compile(blocks: readonly Block[]): string[] {
    const names = new Map(blocks.map((block) => [`${this.#name(block)}.ts`, block]));
    for (const [name, { text }] of names) writeFileSync(name, `${text}\nexport {};\n`);
    const project = join(this.#folder, "tsconfig.json");
    const config = {
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: { noEmit: false },
      include: [],
      files: [...names.keys()],
    };
    writeFileSync(project, JSON.stringify(config));
    const { text } = this.#spawn(process.execPath, [TSC, "--pretty", "false", "-p", project], ROOT);
    // Lines that begin with a blank say more of the complaint before them.
    return text
      .trim()
      .split(/\n(?=\S)/)
      .filter((complaint) => complaint !== "")
      .map((complaint) => {
        const [, file = "", line, why] = /^(.*?)\((\d+),\d+\): (.*)$/s.exec(complaint) ?? [];
        const block = names.get(join(ROOT, file));
        return block === undefined
          ? complaint
          : `${block.file}:${block.line + Number(line)}: ${why}`;
      });
  }

  /** Runs a block: `ts` after {@link compile}; `sh` in a shell in which `poolsim` is a command. */
  run({ language, text, ...block }: Block): Printed {
    return language === "ts"
      ? this.#spawn(process.execPath, [`${this.#name(block)}.js`], this.#folder)
      : this.#spawn(
          "sh",
          ["-c", `exec 2>&1\n${text.replaceAll("npx poolsim", "poolsim")}`],
          this.#folder,
        );
  }

  /** Runs a command of a shell in the package's own folder. */
  runInPackage(command: string): Printed {
    return this.#spawn("sh", ["-c", `exec 2>&1\n${command}`], ROOT);
  }

  #name({ file, line }: Pick<Block, "file" | "line">): string {
    return join(this.#folder, `${file.replaceAll(/\W/g, "-")}-${line}`);
  }

  #spawn(command: string, args: readonly string[], cwd: string): Printed {
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd,
      encoding: "utf8",
      timeout: 900_000,
      maxBuffer: 64 * 2 ** 20,
      env: {
        PATH: `${this.#folder}${delimiter}${process.env["PATH"]}`,
        HOME: this.#folder,
        // Other tests run at the same time, and each thread compiles for itself.
        POOLSIM_THREADS: "1",
      },
    });
    return { text: `${stdout}${stderr}`, exitCode: status };
  }
}
