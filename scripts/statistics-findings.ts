/** What pieces of `npm run test:statistics` have found, kept in files until the program changes. */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** All that a finding depends on: the program, what is run with it, and the checks themselves. */
const SOURCES = [
  "src",
  "scenarios",
  "package-lock.json",
  ...[
    "advice-checks",
    "made-up",
    "model-checks",
    "sequence-checks",
    "shared-books",
    "statistics-checks",
    "statistics-units",
    "sweep-checks",
    "synthetic-checks",
    "twin-checks",
  ].map((name) => `scripts/${name}.ts`),
];

/** One hash of all files. */
function hashOf(paths: readonly string[]): string {
  const hash = createHash("sha256");
  const add = (path: string): void => {
    const absolute = join(ROOT, path);
    const entries = readdirSync(absolute, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inside = join(path, entry.name);
      if (entry.isDirectory()) add(inside);
      else hash.update(`${inside}\n`).update(readFileSync(join(ROOT, inside)));
    }
  };
  for (const path of paths) {
    if (path.includes(".")) hash.update(readFileSync(join(ROOT, path)));
    else add(path);
  }
  return hash.digest("hex").slice(0, 16);
}

/** Kept findings. */
export class Findings {
  readonly #folder = join(ROOT, "node_modules/.cache/poolsim-statistics", hashOf(SOURCES));

  constructor() {
    mkdirSync(this.#folder, { recursive: true });
  }

  /** What a piece has found; undefined: it has not been run. */
  of<T>(name: string): T | undefined {
    const file = this.#file(name);
    if (!existsSync(file)) return undefined;
    const found: T = JSON.parse(readFileSync(file, "utf8"));
    return found;
  }

  /** Keeps it: all of it or nothing, whenever the process ends. */
  keep(name: string, found: unknown): void {
    const file = this.#file(name);
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(found));
    renameSync(`${file}.${process.pid}`, file);
  }

  #file(name: string): string {
    return join(this.#folder, `${name.replaceAll(/[^a-zA-Z0-9]+/g, "-")}.json`);
  }
}
