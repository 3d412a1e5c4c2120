/**
 * The package as strangers meet it: packed from a clean clone of the last commit, installed in a
 * project of its own, type-checked strictly, bundled for Node and for browsers, every subpath
 * imported on each Node that is supported, packaged scenarios run by name.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { smoke } from "./smoke.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BIN = join(ROOT, "node_modules/.bin");
/** From npm's `node`: the binaries of its platform packages. */
const NODES = ["20.19", "22", "24"];
const scratch = mkdtempSync(join(tmpdir(), "poolsim-package-"));
const clone = join(scratch, "clone");
const project = join(scratch, "project");

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status === 0) return stdout;
  const said = `${error ?? ""}${stdout ?? ""}${stderr ?? ""}`;
  throw new Error(`${command} ${args.join(" ")} in ${cwd}: exit ${status}\n${said}`);
}

async function step(name, work) {
  const begun = Date.now();
  await work();
  console.log(`${name}: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

function pack() {
  run("git", ["clone", "--quiet", "--depth", "1", `file://${ROOT}`, clone], scratch);
  symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"));
  run("npm", ["pack", "--silent", "--pack-destination", scratch], clone);
}

function install() {
  execFileSync("mkdir", [project]);
  const name = "host";
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name, version: "9.9.9", type: "module", private: true }),
  );
  const tarball = readdirSync(scratch).find((file) => file.endsWith(".tgz"));
  const platform = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const nodes = NODES.map((version) => `node-${version}@npm:${platform}@${version}`);
  const flags = ["--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline"];
  run("npm", ["install", ...flags, join(scratch, tarball), ...nodes], project);
  // Types of Node, as a project would have them.
  const types = join(project, "node_modules/@types");
  if (!existsSync(types)) execFileSync("mkdir", [types]);
  if (!existsSync(join(types, "node"))) {
    symlinkSync(join(ROOT, "node_modules/@types/node"), join(types, "node"));
  }
}

const installed = join(project, "node_modules/poolsim");
const manifest = () => JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
const subpaths = () =>
  Object.keys(manifest().exports)
    .filter((path) => path !== "./package.json")
    .map((path) => `poolsim${path.slice(1)}`);

/** Nothing of the workshop is shipped, and what pages link to is there. */
function contents() {
  const files = readdirSync(installed, { recursive: true }).map(String);
  const own = files.filter((file) => !file.startsWith("node_modules"));
  const stray = own.filter((file) => file.endsWith(".built") || /(?<!\.d)\.ts$/.test(file));
  expect(stray.length === 0, `the package has ${stray.join(", ")}`);
  expect(own.includes("dist/cli/main.js"), "the package has no dist/");
  for (const page of own.filter((file) => file.endsWith(".md"))) {
    const text = readFileSync(join(installed, page), "utf8");
    for (const [, target] of text.matchAll(/\]\(([^)#\s:]+)(?:#[^)]*)?\)/g)) {
      const path = normalize(join(dirname(page), target)).replace(/\/$/, "");
      expect(existsSync(join(installed, path)), `${page} links to ${target}, which is not shipped`);
    }
  }
}

function types() {
  const options = {
    target: "ES2023",
    module: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    // @types/node itself does not hold to exactOptionalPropertyTypes.
    skipLibCheck: true,
    types: ["node"],
    noEmit: true,
  };
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, include: ["*.ts"] }),
  );
  const imports = subpaths().map((path, at) => `import * as part${at} from "${path}";`);
  const uses = subpaths().map((_, at) => `console.log(Object.keys(part${at}).length);`);
  writeFileSync(join(project, "all.ts"), [...imports, ...uses, ""].join("\n"));
  writeFileSync(join(project, "options.ts"), readFileSync(join(ROOT, "test/types/options.ts")));
  run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", project], project);
}

const PURE = `
import { Rational, SessionPrice, Suspender, selectionProbabilities } from "poolsim/selection";
const price = new SessionPrice(Rational.of(500n));
const { probabilities } = selectionProbabilities({
  recipients: [0, 1, 2], stakes: [60, 30, 10], prices: [price, price, price],
  perfScores: null, maxPrice: null,
});
console.log(probabilities.map((one) => one.toFixed(2)).join(), new Suspender().count);
`;
/** For dependencies of the CommonJS form in a bundle of the other (README.md). */
const BANNER =
  "--banner:js=import { createRequire as _require } from 'node:module'; const require = _require(import.meta.url);";
const SIMULATE = `
import { loadScenario, POOLSIM_VERSION, runExperiment } from "poolsim/sim";
const scenario = loadScenario(process.argv[2], { set: [{ path: "duration", value: "1m" }] });
const run = (threads) => runExperiment(scenario, { sensitivity: "off", replications: 2, threads });
const [one, two] = [await run(1), await run(2)];
console.log(POOLSIM_VERSION, one.poolsim, JSON.stringify(one) === JSON.stringify(two));
`;

function bundles() {
  writeFileSync(join(project, "pure.js"), PURE);
  writeFileSync(join(project, "simulate.js"), SIMULATE);
  const esbuild = (name, ...flags) =>
    run(join(BIN, "esbuild"), [name, "--bundle", "--format=esm", ...flags], project);
  esbuild("pure.js", "--platform=browser", "--outfile=out/pure.mjs");
  const browser = readFileSync(join(project, "out/pure.mjs"), "utf8");
  expect(!/node:|require\(|process\./.test(browser), "the browser's bundle asks for Node");
  const external = ["--platform=node", "--external:libsql", "--external:tinypool", BANNER];
  esbuild("simulate.js", ...external, "--outfile=out/simulate.mjs");
  const bundled = subpaths().map((path) => `import "${path}";`);
  writeFileSync(join(project, "everything.js"), bundled.join("\n"));
  esbuild("everything.js", ...external, "--outfile=out/everything.mjs");
  const said = run(process.execPath, ["out/pure.mjs"], project).trim();
  expect(said === "0.52,0.31,0.17 0", `the pure bundle says ${said}`);
  const scenario = join(installed, "docs/examples/my-pool.yaml");
  const result = run(process.execPath, ["out/simulate.mjs", scenario], project).trim();
  const { version } = manifest();
  expect(result === `${version} ${version} true`, `the simulator's bundle says ${result}`);
}

async function onEachNode() {
  const results = new Set();
  const imports = subpaths().map((path) => `await import("${path}");`);
  writeFileSync(
    join(project, "imports.mjs"),
    [...imports, "console.log(process.version);"].join("\n"),
  );
  for (const version of NODES) {
    const node = join(project, `node_modules/node-${version}/bin/node`);
    const said = run(node, ["imports.mjs"], project).trim();
    expect(said.startsWith(`v${version}.`), `Node ${version} says ${said}`);
    const main = join(installed, "dist/cli/main.js");
    const checked = run(node, [main, "check", "admit-worker"], project);
    expect(checked.includes("admit-worker: ok"), `check says ${checked}`);
    const scenario = join(installed, "docs/examples/my-pool.yaml");
    run(node, ["simulate.js", scenario], project);
    results.add(await smoke({ node, main, scenario, folder: join(scratch, `smoke-${version}`) }));
  }
  expect(results.size === 1, "a result is another on another Node");
}

try {
  await step("packed from a clean clone", pack);
  await step("installed", install);
  await step("contents", contents);
  await step("types", types);
  await step("bundles", bundles);
  await step(`Node ${NODES.join(", ")}`, onEachNode);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
