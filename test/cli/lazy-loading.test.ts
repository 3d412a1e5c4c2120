/** Help and completion are quick: a command loads what it needs when it runs, not when it is listed. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { poolsim } from "../support/cli/command.js";
import { temporaryFolder } from "../support/cli/discover-command.js";
import { importedModules, loadedByBundle, loadedModules } from "../support/cli/loaded-modules.js";
import { SMALL_RUN } from "../support/sim/small-run.js";

/**
 * All that the commands' definitions may load: no package but the reader of command lines, nothing
 * of the simulator but a list of names, no books, no chain.
 */
const LIGHT = [
  /^node_modules\/commander\//,
  /^dist\/(?:cli|core)\//,
  /^dist\/config\/(?:duration|suggest)\.js$/,
  /^dist\/discovery\/options\.js$/,
  /^dist\/sim\/record\/form-names\.js$/,
];

/** An extension whose settings take what poolsim's own have no use for. */
const SINCE = `export const admission = [
  {
    name: "since",
    description: "Workers are admitted from a day on.",
    settings: ({ z }) => z.strictObject({ day: z.iso.date() }),
    create: () => ({}),
  },
];
`;

describe("modules", () => {
  it.each([
    [["--help"], false],
    [["pool", "--help"], true],
    [["pool", "rounds", "--help"], true],
    [["--version"], false],
  ])(
    "of %j are those of the commands' definitions, those of a pool's commands: %s",
    (args, ofPool) => {
      const loaded = loadedModules(...args);
      expect(loaded.includes("dist/cli/pool/import/define.js")).toBe(ofPool);
      expect(loaded.filter((module) => !LIGHT.some((light) => light.test(module)))).toEqual([]);
      expect(loaded.filter((module) => /\/run\.js$/.test(module))).toEqual([]);
    },
  );

  it("of the command that is asked for are loaded where its choices are a list of the library's", () => {
    const loaded = loadedModules("pool", "settings", "--help");
    expect(loaded).toContain("dist/pool/books/attribution/registry.js");
    expect(loaded.filter((module) => /\/run\.js$/.test(module))).toEqual([]);
  });

  it("of a command that runs are loaded: the test sees them", () => {
    const loaded = loadedModules("schema");
    expect(loaded).toContain("dist/cli/schema/run.js");
    expect(loaded.some((module) => module.startsWith("node_modules/zod/"))).toBe(true);
  });

  it("of commands that ask no node and no bucket are without what asks them", () => {
    const folder = temporaryFolder();
    const events = fileURLToPath(new URL("../../docs/examples/pool-events.json", import.meta.url));
    const books = ["--db", join(folder, "pool.db")];
    const imported = loadedModules("pool", "import", events, ...books, "--commission", "1/4");
    expect(imported).toContain("dist/pool/books/sources/bucket-source.js");
    const verified = loadedModules("pool", "verify", ...books);
    expect(verified).toContain("dist/io/json-rpc/http-transport.js");
    const owed = loadedModules("pool", "payouts", ...books);
    expect(owed).toContain("dist/pool/payouts/signer.js");
    const asks =
      /^node_modules\/(?:undici|aws4fetch|fast-xml-parser|ethers\/lib\.esm\/(?:providers|wallet))\//;
    for (const loaded of [imported, verified, owed]) {
      expect(loaded.filter((module) => asks.test(module))).toEqual([]);
    }
    const bundled = loadedByBundle("pool", "status", ...books);
    expect(bundled.filter((module) => /\/(?:scenario|yaml)-/.test(module))).toEqual([]);
  });

  it("of a run are without what writes forms, and without the simulator, which threads load themselves", () => {
    const scenario = join(temporaryFolder(), "small.yaml");
    writeFileSync(scenario, SMALL_RUN);
    const loaded = loadedByBundle("run", scenario, "--quiet", "--no-cache");
    expect(loaded).toContain("node_modules/tinypool/dist/index.js");
    const others = loaded.filter((module) => /^node_modules\/(?!tinypool\/)/.test(module));
    expect(others).toEqual([]);
    expect(loaded.filter((module) => /\/(?:compile-world|junit|html)-/.test(module))).toEqual([]);
    const page = join(temporaryFolder(), "page.html");
    const told = loadedByBundle("run", scenario, "--quiet", "--no-cache", "--html", page);
    expect(told.some((module) => /\/html-/.test(module))).toBe(true);
  });

  it("of the bundled command are a few files, which have its packages inside", () => {
    const files = ({ length }: readonly string[]) => length;
    const [help, check] = [loadedByBundle("--help"), loadedByBundle("check", "admit-worker")];
    for (const loaded of [help, check]) {
      expect(loaded.filter((module) => !module.startsWith("dist/cli/"))).toEqual([]);
    }
    expect(files(help)).toBeLessThanOrEqual(6);
    expect(files(check)).toBeLessThanOrEqual(12);
    expect(check.some((module) => /\/zod-/.test(module))).toBe(true);
    expect(help.some((module) => /\/zod-/.test(module))).toBe(false);
    // A byte for a character is quicker to read than any other form.
    const text = (file: string) =>
      readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), "utf8");
    expect(check.filter((file) => !/^[\0-\x7f]*$/.test(text(file)))).toEqual([]);
  });

  it("of the bundled command have ethers and undici inside, with the licences of what is in them", () => {
    const chunks = fileURLToPath(new URL("../../dist/cli/chunks/", import.meta.url));
    const files = readdirSync(chunks).filter((file) => file.endsWith(".js"));
    const having = (text: RegExp) =>
      files.filter((file) => text.test(readFileSync(join(chunks, file), "utf8")));
    expect(having(/\b(?:from|import\(|require\()\s*["'](?:ethers|undici)\b/)).toEqual([]);
    expect(having(/secp256k1/)).not.toEqual([]);
    const licences = readFileSync(join(chunks, "LICENCES.txt"), "utf8");
    const named = licences.split("\n----\n\n").map((licence) => licence.split("\n", 1)[0]);
    expect(named).toEqual(
      expect.arrayContaining(["@noble/curves", "commander", "ethers", "undici", "zod"]),
    );
  });

  it("of a thread that simulates are without what reads command lines, YAML and scenarios", () => {
    const loaded = importedModules("cli/chunks/simulation-thread.js");
    expect(loaded).toContain("dist/cli/chunks/simulation-thread.js");
    expect(loaded.filter((module) => /\/(?:command|yaml|zod|scenario)-/.test(module))).toEqual([]);
  });

  it("of the bundled command have half of zod, and extensions get all of it from the package", () => {
    const folder = temporaryFolder();
    const own = join(folder, "own.mjs");
    writeFileSync(own, SINCE);
    const args = ["check", "admit-worker", "--extension", own];
    const loaded = loadedByBundle(...args);
    expect(loaded).toContain("node_modules/zod/index.js");
    expect(loadedByBundle("check", "admit-worker")).not.toContain("node_modules/zod/index.js");
    const set = (day: string) => [
      ...args,
      "--set",
      `orchestrator.admission.since={"day":"${day}"}`,
    ];
    expect(poolsim(set("2026-11-29"), { cwd: folder }).exitCode).toBe(0);
    const { exitCode, stderr } = poolsim(set("tomorrow"), { cwd: folder });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("orchestrator.admission.since.day");
  });

  it("of poolsim/sim are without the sources of orchestrators and of events", () => {
    const loaded = importedModules("sim/index.js");
    expect(loaded).toContain("dist/sim/simulate.js");
    const sources =
      /^(?:dist\/(?:discovery\/sources|pool\/books\/sources)|node_modules\/(?:ethers|undici|libsql))\//;
    expect(loaded.filter((module) => sources.test(module))).toEqual([]);
  });

  it("of poolsim/pool/api are few: neither what sends, nor all of ethers for addresses", () => {
    const loaded = importedModules("pool/api/index.js");
    expect(loaded).toContain("dist/pool/api/client.js");
    expect(loaded.length).toBeLessThanOrEqual(300);
    const heavy = /^node_modules\/(?:undici|ethers\/lib\.esm\/(?:providers|contract|wallet))\//;
    expect(loaded.filter((module) => heavy.test(module))).toEqual([]);
  });
});
