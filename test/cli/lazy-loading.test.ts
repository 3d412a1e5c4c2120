/** Help and completion are quick: a command loads what it needs when it runs, not when it is listed. */
import { describe, expect, it } from "vitest";
import { loadedModules } from "../support/cli/loaded-modules.js";

/**
 * All that the commands' definitions may load: no package but the reader of command lines, nothing
 * of the simulator but a list of names, no SQLite, no chain. The names of schemes are the books'.
 */
const LIGHT = [
  /^node_modules\/commander\//,
  /^dist\/(?:cli|core)\//,
  /^dist\/config\/(?:duration|suggest)\.js$/,
  /^dist\/discovery\/options\.js$/,
  /^dist\/pool\/books\/(?:settings\.js$|commission\.js$|attribution\/)/,
  /^dist\/sim\/record\/form-names\.js$/,
];

describe("modules", () => {
  it.each([[["--help"]], [["pool", "--help"]], [["pool", "import", "--help"]], [["--version"]]])(
    "of %j are those of the commands' definitions",
    (args) => {
      const loaded = loadedModules(...args);
      expect(loaded).toContain("dist/cli/pool/import/define.js");
      expect(loaded.filter((module) => !LIGHT.some((light) => light.test(module)))).toEqual([]);
      expect(loaded.filter((module) => /\/run\.js$/.test(module))).toEqual([]);
    },
  );

  it("of a command that runs are loaded: the test sees them", () => {
    const loaded = loadedModules("schema");
    expect(loaded).toContain("dist/cli/schema/run.js");
    expect(loaded.some((module) => module.startsWith("node_modules/zod/"))).toBe(true);
  });
});
