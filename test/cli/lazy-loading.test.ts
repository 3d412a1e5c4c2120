/** Help and completion are quick: a command loads what it needs when it runs, not when it is listed. */
import { describe, expect, it } from "vitest";
import { importedModules, loadedModules } from "../support/cli/loaded-modules.js";

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

describe("modules", () => {
  it.each([[["--help"]], [["pool", "--help"]], [["pool", "rounds", "--help"]], [["--version"]]])(
    "of %j are those of the commands' definitions",
    (args) => {
      const loaded = loadedModules(...args);
      expect(loaded).toContain("dist/cli/pool/import/define.js");
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

  it("of poolsim/pool/api are few: neither what sends, nor all of ethers for addresses", () => {
    const loaded = importedModules("pool/api/index.js");
    expect(loaded).toContain("dist/pool/api/client.js");
    expect(loaded.length).toBeLessThanOrEqual(300);
    const heavy = /^node_modules\/(?:undici|ethers\/lib\.esm\/(?:providers|contract|wallet))\//;
    expect(loaded.filter((module) => heavy.test(module))).toEqual([]);
  });
});
