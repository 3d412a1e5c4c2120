// Bundles the command: a few files that start quickly in place of hundreds that are looked up one by
// one. The library beside it stays as it was compiled, and the command unbundled, too.
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { rolldown } from "rolldown";

/**
 * Packages that most commands need, and the large ones of which a payment needs little; all others are
 * loaded from node_modules.
 */
const INSIDE = [
  "cli-table3",
  "commander",
  "ethers",
  "lru-cache",
  "p-limit",
  "picocolors",
  "simple-statistics",
  "undici",
  "yaml",
  "zod",
];

/** Gives extensions all of zod: inside is what the command needs itself, and that is half of it. */
const ALL_OF_ZOD = /\/sim\/extensions\/whole-zod\.js$/;

/** What is worth a file of its own: a start loads few, and little that it does not need. */
const CHUNKS = [
  { name: "command", test: /\/cli\/program\.js$/ },
  { name: "core", test: /\/dist[^/]*\/core\/[^/]+\.js$/ },
  { name: "zod", test: /\/(?:config\/fields|node_modules\/zod\/index)\.js$/ },
  { name: "yaml", test: /\/config\/yaml-source\.js$/ },
  { name: "schemes", test: /\/pool\/books\/attribution\/registry\.js$/ },
  {
    name: "scenario",
    test: /\/(?:cli\/check\/run|sim\/scenario\/all-problems|sim\/model\/world\/model-notes)\.js$/,
  },
];

/** Replaces a text that a module has exactly once. */
function patch(id, code, search, replacement) {
  if (code.split(search).length !== 2) throw new Error(`${id} has not once: ${search}`);
  return code.replace(search, () => replacement);
}

/** What poolsim uses of undici, as its index puts it together. */
const CLIENT = `
  Object.assign(require("./lib/dispatcher/dispatcher").prototype, require("./lib/api"));
  module.exports = {
    Agent: require("./lib/dispatcher/agent"),
    buildConnector: require("./lib/core/connect"),
  };
`;

/** What is loaded at a start that most starts do not need. */
const LIGHTER = {
  name: "lighter",
  transform(code, id) {
    // Commands that are programs of their own, which poolsim has none of: a tenth of a start.
    if (id.endsWith("/commander/lib/command.js")) {
      const eager = "const childProcess = require('node:child_process');";
      const late =
        "const childProcess = { spawn: (...given) => require('node:child_process').spawn(...given) };";
      return patch(id, code, eager, late);
    }
    if (id.endsWith("/sim/scenario/load.js")) {
      const eager = 'import { createHash } from "node:crypto";';
      const late =
        'const createHash = (...given) => process.getBuiltinModule("node:crypto").createHash(...given);';
      return patch(id, code, eager, late);
    }
    // Messages in English, which zod has on its own; the other fifty languages are a quarter of it.
    if (id.endsWith("/zod/v4/core/util.js"))
      return patch(id, code, "if (globalConfig.jitless) {", "if (true) {");
    // A client of HTTP, without fetch, web sockets, mocks, caches and the rest of a browser.
    if (id.endsWith("/undici/index.js")) return CLIENT;
    if (id.endsWith("/zod/v4/locales/index.js")) return 'export { default as en } from "./en.js";';
    return null;
  },
};

/** The packages that modules are of, in order of their names, by their folders. */
function packagesOf(modules) {
  const folders = modules.flatMap((id) => {
    const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id) ?? [];
    return folder === undefined ? [] : [folder];
  });
  return [...new Set(folders)].sort();
}

/** The licences of what is inside. */
function licences(modules) {
  return packagesOf(modules)
    .map((folder) => {
      const name = folder.split("/node_modules/").at(-1);
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      if (file === undefined) throw new Error(`${folder} has no licence`);
      return `${name}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
    })
    .join("\n----\n\n");
}

/** Which packages are loaded from node_modules, asked by whom. */
function isOutside() {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  const names = Object.keys({ ...dependencies, ...peerDependencies });
  const outside = names.filter((name) => !INSIDE.includes(name)).join("|");
  const pattern = new RegExp(`^(?:${outside})(?:/|$)`);
  return (id, importer) => pattern.test(id) || (id === "zod" && ALL_OF_ZOD.test(importer));
}

/**
 * Writes what is not ASCII as escapes. A single other character can make V8 keep two bytes for each one of a file,
 * and reading ASCII is quicker: `check` takes a fortieth less CPU.
 */
function toASCII(file) {
  const code = readFileSync(file, "utf8");
  if (/^[\0-\x7f]*$/.test(code)) return;
  const options = { charset: "ascii", format: "esm", target: "esnext", minifyWhitespace: true };
  writeFileSync(file, transformSync(code, options).code);
}

/** Puts what some entries load into `dist/cli`; returns the modules that are in it. */
async function bundle(dist, { input, chunks, chunkFileNames }) {
  const made = await rolldown({
    input,
    platform: "node",
    external: isOutside(),
    // The form that can be put together; the one for Node is of CommonJS.
    resolve: { alias: { yaml: join(process.cwd(), "node_modules/yaml/browser/dist/index.js") } },
    plugins: [LIGHTER],
  });
  const { output } = await made.write({
    dir: `${dist}/cli`,
    format: "esm",
    chunkFileNames,
    codeSplitting: {
      groups: chunks.map((chunk, at) => ({ ...chunk, priority: chunks.length - at })),
    },
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await made.close();
  const files = output.filter(({ type }) => type === "chunk");
  for (const { fileName } of files) toASCII(`${dist}/cli/${fileName}`);
  return files.flatMap(({ moduleIds }) => moduleIds);
}

/** @param {string} dist the folder of the build */
export async function bundleCommand(dist) {
  renameSync(`${dist}/cli/main.js`, `${dist}/cli/unbundled.js`);
  // All lies as deep as the modules in it lay, so that `import.meta.url` keeps its meaning, and threads
  // find their entry beside the module that starts them, as in the library.
  const ofCommand = await bundle(dist, {
    input: {
      main: `${dist}/cli/unbundled.js`,
      "chunks/recording-thread": `${dist}/pool/api/recording-thread.js`,
    },
    chunks: CHUNKS,
    chunkFileNames: "chunks/[name]-[hash].js",
  });
  // By itself: what threads share with the command would come with all that it is put together with.
  const ofThread = await bundle(dist, {
    input: { "chunks/simulation-thread": `${dist}/sim/experiment/threads/simulation-thread.js` },
    chunks: [],
    chunkFileNames: "chunks/thread-[name]-[hash].js",
  });
  writeFileSync(`${dist}/cli/chunks/LICENCES.txt`, licences([...ofCommand, ...ofThread]));
  if (!existsSync(`${dist}/cli/main.js`)) throw new Error("there is no bundled command");
}
