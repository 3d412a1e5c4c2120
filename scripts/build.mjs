// Compiles src/ to dist/ and bundles the command; does nothing when dist/ is up to date.
// The new dist/ takes the old one's place by two renames: there is always a whole one but for an
// instant between them. Who must not meet that instant, or a mixture, runs a copy.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { buildSync } from "esbuild";
import { bundleCommand } from "./bundle.mjs";
import { embedPackagedData } from "./packaged-data.mjs";

/** What dist/ is made from. */
const SOURCES = [
  "src",
  "scenarios/data",
  "report-page",
  "pool-page",
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "scripts/build.mjs",
  "scripts/bundle.mjs",
  "scripts/packaged-data.mjs",
];

const stamp = "dist/.built";
const [fresh, old] = [`dist.${process.pid}`, `dist.old.${process.pid}`];

/** Another build may do the same at the same time. */
function takePlace(folder) {
  for (let tries = 1; ; tries++) {
    try {
      if (existsSync("dist")) renameSync("dist", old);
      renameSync(folder, "dist");
      return;
    } catch (error) {
      if (tries >= 10) throw error;
      rmSync(old, { recursive: true, force: true });
    }
  }
}

/** How pages are put together: one script and one style, for browsers of the last years. */
const PAGE = {
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
  tsconfigRaw: {},
  logLevel: "warning",
};

/** The page of HTML reports: one script and one style, with everything that they need. */
function bundleReportPage(dist) {
  buildSync({
    entryPoints: {
      page: "report-page/report.tsx",
      "page-style": "report-page/report.css",
    },
    ...PAGE,
    outdir: `${dist}/sim/report/html`,
  });
  renameSync(`${dist}/sim/report/html/page-style.css`, `${dist}/sim/report/html/page.css`);
}

/** The page of a pool: the same, as files that its server sends. */
function bundlePoolPage(dist) {
  buildSync({
    entryPoints: { page: "pool-page/page.tsx" },
    ...PAGE,
    outdir: `${dist}/page`,
  });
  buildSync({ entryPoints: ["pool-page/page.css"], ...PAGE, outdir: `${dist}/page` });
  for (const file of ["index.html", "icon.svg"]) {
    copyFileSync(`pool-page/${file}`, `${dist}/page/${file}`);
  }
}

const newest = Math.max(
  ...SOURCES.flatMap((root) =>
    statSync(root).isDirectory()
      ? readdirSync(root, { recursive: true }).map((file) => statSync(`${root}/${file}`).mtimeMs)
      : [statSync(root).mtimeMs],
  ),
);
if (!existsSync(stamp) || statSync(stamp).mtimeMs < newest) {
  try {
    execFileSync(
      process.execPath,
      // TypeScript 7 is native; TypeScript 6, beside it, is for those who read code by its interface.
      ["node_modules/native-typescript/bin/tsc", "-p", "tsconfig.build.json", "--outDir", fresh],
      { stdio: "inherit" },
    );
    await embedPackagedData(fresh);
    bundleReportPage(fresh);
    bundlePoolPage(fresh);
    await bundleCommand(fresh);
    for (const command of ["main.js", "unbundled.js"]) chmodSync(`${fresh}/cli/${command}`, 0o755);
    writeFileSync(`${fresh}/.built`, "");
    takePlace(fresh);
  } finally {
    for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true });
  }
}
