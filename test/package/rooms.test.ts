/** The rooms of the house: what lies where, how long a file may be, who may import whom. */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const LINES_MAX = 400;

const files = readdirSync("src", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => posix.join(entry.parentPath, entry.name).slice("src/".length));

describe("src", () => {
  it("has its files in rooms", () => {
    const looseIn = (folder: string) =>
      files.filter((file) => posix.dirname(file) === folder).map((file) => posix.basename(file));
    expect(looseIn(".")).toEqual([]);
    expect(looseIn("pool")).toEqual(["index.ts"]);
    expect(looseIn("cli").sort()).toEqual(["main.ts", "program.ts"]);
    expect(looseIn("cli/pool").sort()).toEqual(["commands.ts", "define.ts"]);
  });

  it("has define.ts and run.ts of each command", () => {
    const foldersIn = (folder: string) =>
      readdirSync(join("src", folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !["shared", "pool"].includes(entry.name))
        .map(({ name }) => posix.join(folder, name));
    const commands = [...foldersIn("cli"), ...foldersIn("cli/pool")];
    expect(commands.length).toBeGreaterThan(20);
    for (const command of commands) {
      expect(files).toContain(`${command}/define.ts`);
      expect(files).toContain(`${command}/run.ts`);
    }
  });

  it(`has files of at most ${LINES_MAX} lines, but for those that are generated`, () => {
    const long = files
      .filter((file) => file.endsWith(".ts") && !file.includes("/generated/"))
      .filter((file) => readFileSync(join("src", file), "utf8").split("\n").length > LINES_MAX + 1);
    expect(long).toEqual([]);
  });
});

/** Imports that a rule of .dependency-cruiser.cjs forbids: the rule, who imports, what. */
const FORBIDDEN = [
  ["floor-core", "core/a.ts", "io/x.ts"],
  ["floor-io", "io/a.ts", "config/x.ts"],
  ["floor-config", "config/a.ts", "discovery/x.ts"],
  ["floor-discovery", "discovery/a.ts", "selection/x.ts"],
  ["floor-selection", "selection/a.ts", "pool/orchestrator/x.ts"],
  ["floor-pool", "pool/orchestrator/b.ts", "sim/x.ts"],
  ["floor-sim", "sim/a.ts", "cli/shared/x.ts"],
  ["node-knows-no-books", "pool/orchestrator/a.ts", "pool/books/x.ts"],
  ["node-knows-no-books", "pool/orchestrator/c.ts", "pool/payouts/x.ts"],
  ["node-knows-no-books", "pool/orchestrator/d.ts", "pool/api/x.ts"],
  ["books-ask-nobody", "pool/books/a.ts", "discovery/x.ts"],
  ["books-ask-nobody", "pool/books/b.ts", "selection/x.ts"],
  ["books-ask-nobody", "pool/books/c.ts", "pool/orchestrator/x.ts"],
  ["books-ask-nobody", "pool/books/d.ts", "pool/payouts/x.ts"],
  ["payouts-answer-nobody", "pool/payouts/a.ts", "pool/api/x.ts"],
  ["commands-apart", "cli/run/a.ts", "cli/check/x.ts"],
  ["commands-apart", "cli/run/b.ts", "cli/pool/rounds/x.ts"],
  ["pool-commands-apart", "cli/pool/status/a.ts", "cli/pool/rounds/x.ts"],
  ["pool-commands-apart", "cli/pool/status/b.ts", "cli/check/x.ts"],
  ["shared-knows-no-command", "cli/shared/a.ts", "cli/check/x.ts"],
  ["shared-knows-no-command", "cli/shared/b.ts", "cli/pool/shared/x.ts"],
  ["shared-knows-no-command", "cli/pool/shared/a.ts", "cli/pool/rounds/x.ts"],
  ["commands-are-loaded-late", "cli/check/define.ts", "cli/check/run.ts"],
  ["model-data-below-parts", "sim/model/entities.ts", "sim/model/discovery/gateway.ts"],
  ["model-data-below-parts", "sim/model/run.ts", "sim/model/recorder.ts"],
  ["model-backends-below-lives", "sim/model/backends/a.ts", "sim/model/segment/segments.ts"],
  ["model-composed-last", "sim/model/tester.ts", "sim/model/simulation.ts"],
] as const;

/** Imports that are as they should be. */
const ALLOWED = [
  ["cli/run/c.ts", "cli/shared/x.ts"],
  ["cli/run/d.ts", "cli/run/x.ts"],
  ["cli/pool/status/c.ts", "cli/pool/shared/x.ts"],
  ["cli/pool/status/d.ts", "cli/shared/x.ts"],
  ["cli/pool/shared/b.ts", "cli/shared/x.ts"],
  ["pool/payouts/b.ts", "pool/books/x.ts"],
  ["pool/api/a.ts", "pool/books/x.ts"],
  ["pool/orchestrator/e.ts", "selection/x.ts"],
] as const;

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

describe("the floors", () => {
  let folder = "";
  let violations: readonly string[] = [];

  function write(from: string, to: string, isLate = false): void {
    const relative = posix.relative(posix.dirname(from), to).replace(/\.ts$/, ".js");
    const path = relative.startsWith(".") ? relative : `./${relative}`;
    for (const file of [from, to])
      mkdirSync(dirname(join(folder, "src", file)), { recursive: true });
    const text = isLate
      ? `export const late = () => import("${path}");`
      : `export * from "${path}";`;
    writeFileSync(join(folder, "src", from), `${text}\n`);
    writeFileSync(join(folder, "src", to), "export const x = 1;\n");
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "poolsim-rooms-"));
    for (const file of [".dependency-cruiser.cjs", "tsconfig.json"])
      cpSync(file, join(folder, file));
    for (const [, from, to] of FORBIDDEN) write(from, to);
    for (const [from, to] of ALLOWED) write(from, to);
    write("cli/schema/define.ts", "cli/schema/run.ts", true);
    // Types make circles too.
    const circle = (to: string) =>
      `import type { A as B } from "./${to}.js";\nexport type A = B | 1;\n`;
    writeFileSync(join(folder, "src/core/one.ts"), circle("two"));
    writeFileSync(join(folder, "src/core/two.ts"), circle("one"));
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [
        resolve("node_modules/dependency-cruiser/bin/dependency-cruise.mjs"),
        ...["src", "--config", ".dependency-cruiser.cjs", "--output-type", "json"],
      ],
      { cwd: folder, encoding: "utf8", timeout: 900_000, maxBuffer: 100_000_000 },
    );
    if (!stdout.startsWith("{")) throw new Error(stderr);
    const { summary }: { summary: { violations: readonly Violation[] } } = JSON.parse(stdout);
    violations = summary.violations.map(({ rule, from, to }) => `${rule.name} ${from} ${to}`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(FORBIDDEN)("%s: %s must not import %s", (rule, from, to) => {
    expect(violations).toContain(`${rule} src/${from} src/${to}`);
  });

  it.each(ALLOWED)("%s may import %s", (from, to) => {
    expect(violations.filter((one) => one.endsWith(` src/${from} src/${to}`))).toEqual([]);
  });

  it("let a command be imported when it runs", () => {
    expect(violations.filter((one) => one.includes("cli/schema"))).toEqual([]);
  });

  it("let no circle be, not even one of types", () => {
    expect(violations.filter((one) => /^no-cycles src\/core\/(one|two)/.test(one))).not.toEqual([]);
  });
});
