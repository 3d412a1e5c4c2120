import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { loadExtensions, loadScenario, runExperiment } from "../../../src/sim/index.js";

const FOLDER = fileURLToPath(new URL("../../../examples/extension/", import.meta.url));
const SCENARIO = join(FOLDER, "scenario.yaml");
const EXTENSION = join(FOLDER, "extension.mjs");
const scratch = mkdtempSync(join(tmpdir(), "poolsim-extensions-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let files = 0;
function extension(text: string, name = `e${++files}.mjs`): string {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}

const refused = (message: RegExp) =>
  expect.objectContaining({ code: "EXTENSION", message: expect.stringMatching(message) });

/** A policy by name whose methods are given as text. */
const policy = (name: string, methods: string) =>
  `export const admission = [{ name: "${name}", description: "d",
     settings: ({ z }) => z.strictObject({}), create: () => ({ ${methods} }) }];`;

describe("the example", () => {
  it("holds what it expects, records what ran, and is the same in threads", async () => {
    const options = { extensions: [EXTENSION], sensitivity: "off" } as const;
    const one = await runExperiment(SCENARIO, options);
    expect(one.expectations.filter(({ passed }) => !passed)).toEqual([]);
    expect(one.extensions).toEqual([
      {
        name: "extension.mjs",
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        adds: [
          "admission policy rest",
          "selection algorithm cheapest",
          "attribution scheme evenly",
          "orchestrator source inventory",
          "event source journal",
        ],
      },
    ]);
    const two = await runExperiment(SCENARIO, { ...options, threads: 2 });
    expect(two).toEqual(one);
  }, 120_000);

  it("is nothing that a scenario may name by itself", async () => {
    await loadExtensions([EXTENSION]);
    expect(() => loadScenario(SCENARIO)).toThrow(/gateway\.selection: found "cheapest"/);
    const loaded = loadScenario(SCENARIO, { extensions: await loadExtensions([EXTENSION]) });
    expect(loaded.extensions?.map(({ name }) => name)).toEqual(["extension.mjs"]);
    await expect(runExperiment(loaded, { extensions: [EXTENSION] })).rejects.toThrow(
      expect.objectContaining({ code: "OPTION_INVALID" }),
    );
  });
});

describe("an extension is refused", () => {
  const wrong: [string, string, RegExp][] = [
    [
      "relative import",
      `import "./other.mjs"; ${policy("a", "")}`,
      /it imports "\.\/other\.mjs", but an extension is one file/,
    ],
    ["re-export", `export { admission } from "../other.mjs";`, /it imports "\.\.\/other\.mjs"/],
    ["dynamic import", `await import("./other.mjs");`, /it imports "\.\/other\.mjs"/],
    ["computed import", `await import(process.argv[1]);`, /imports what it computes/],
    ["absolute import", `import "/etc/x.mjs";`, /it imports "\/etc\/x\.mjs"/],
    ["URL", `import "data:text/javascript,1";`, /it imports "data:/],
    ["file URL", `import "file:///x.mjs";`, /it imports "file:/],
    ["own imports", `import "#own";`, /it imports "#own"/],
    ["syntax", "export const admission = [", /it (is no ES module|fails when it is loaded)/],
    ["throwing", `throw new Error("no luck");`, /fails when it is loaded: no luck/],
    ["nothing", "export {};", /it exports nothing, expected admission, selection, attribution/],
    ["unknown export", "export const admision = [];", /unknown export admision.*admission/],
    ["no list", "export const admission = {};", /admission: expected a list/],
    ["no entry", "export const admission = [{}];", /admission\.0\.name: /],
    [
      "extra key",
      `export const selection = [{ name: "x", description: "d", create() {}, neds: [] }];`,
      /selection\.0: .*neds/,
    ],
    [
      "no schema",
      `export const admission = [{ name: "x", description: "d", settings: () => ({}), create() {} }];`,
      /admission policy x: settings gives no schema/,
    ],
    ["a taken name", policy("tier", ""), /the name tier is taken by another admission policy/],
    ["a reserved name", policy("exclude", ""), /exclude is taken/],
    ["a name that is none", policy("no.dots", ""), /expected letters, digits/],
    [
      "twice the same",
      `${policy("twin", "")} admission.push(admission[0]);`,
      /two of the name twin/,
    ],
  ];
  it.each(wrong)("%s", async (_what, text, message) => {
    await expect(loadExtensions([extension(text)])).rejects.toThrow(refused(message));
  });

  it("that is no file, no .mjs, or too large", async () => {
    const missing = join(scratch, "missing.mjs");
    await expect(loadExtensions([missing])).rejects.toThrow(
      refused(/missing\.mjs: it cannot be read/),
    );
    await expect(loadExtensions([extension("", "x.js")])).rejects.toThrow(refused(/ends in \.mjs/));
    const large = extension(`// ${" ".repeat(1_000_000)}`);
    await expect(loadExtensions([large])).rejects.toThrow(refused(/expected at most 1000000/));
  });

  it("as a whole: nothing of it is registered", async () => {
    const half = `${policy("half", "")} export const selection = [{ name: "live", description: "d", create() {} }];`;
    await expect(loadExtensions([extension(half)])).rejects.toThrow(refused(/selection algorithm/));
    await expect(loadExtensions([extension(policy("half", ""))])).resolves.toHaveLength(1);
  });
});

describe("an extension at work", () => {
  const POLICY = (name: string) => [{ path: `orchestrator.admission.${name}`, value: {} }];

  async function runWith(file: string, name: string, set = POLICY(name)) {
    const text = readFileSync(SCENARIO, "utf8").replace(/^variants:[\s\S]*/m, "");
    const path = join(scratch, `${name}.yaml`);
    writeFileSync(path, `${text.replace("duration: 30m", "duration: 2m")}\n`);
    const extensions = await loadExtensions([file]);
    return runExperiment(loadScenario(path, { extensions, set }));
  }

  it("may leave methods out: what it does not decide admits everyone", async () => {
    const { extensions } = await runWith(extension(policy("bare", "")), "bare");
    expect(extensions?.[0]?.adds).toEqual(["admission policy bare"]);
  });

  it("that throws or answers nonsense is the user's error, with the place", async () => {
    const throws = extension(policy("throws", `mayServe() { throw new Error("oh no"); }`));
    await expect(runWith(throws, "throws")).rejects.toThrow(
      refused(/admission policy throws: mayServe fails: oh no/),
    );
    const odd = extension(policy("odd", "tier: () => NaN"));
    const needing = readFileSync(odd, "utf8").replace("create:", `needs: ["tiers"], create:`);
    writeFileSync(odd, needing);
    await expect(runWith(odd, "odd")).rejects.toThrow(
      refused(/admission policy odd: tier answers with something else than a finite number/),
    );
  });

  it("that loses value is stopped at the first split", async () => {
    const lossy = extension(`export const attribution = [{ name: "lossy", description: "d",
      create: () => ({ basis: "fees", attribute: () =>
        ({ shares: [], commissionWei: 0n, unattributedWei: 0n }) }) }];`);
    const set = [{ path: "orchestrator.economics.attribution", value: "lossy" }];
    await expect(runWith(lossy, "lossy", set)).rejects.toThrow(
      refused(/attribution scheme lossy: attribute answers with something else than .* add up/),
    );
  });

  it("that has changed on disk is another one, and may not take the name of the first", async () => {
    const path = extension(policy("changing", ""));
    await loadExtensions([path]);
    await expect(loadExtensions([path])).resolves.toHaveLength(1);
    writeFileSync(path, `${policy("changing", "")} // changed`);
    await expect(loadExtensions([path])).rejects.toThrow(refused(/changing is taken/));
  });
});
