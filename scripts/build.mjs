// Compiles src/ to dist/ and makes the command executable; does nothing when dist/ is up to date.
// The new dist/ takes the old one's place in one step, so that whoever runs it is not disturbed.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";

const stamp = "dist/.built";
const newest = Math.max(
  ...["src", "package.json", "tsconfig.json", "tsconfig.build.json"].flatMap((root) =>
    statSync(root).isDirectory()
      ? readdirSync(root, { recursive: true }).map((file) => statSync(`${root}/${file}`).mtimeMs)
      : [statSync(root).mtimeMs],
  ),
);
if (!existsSync(stamp) || statSync(stamp).mtimeMs < newest) {
  const fresh = `dist.${process.pid}`;
  try {
    execFileSync(
      process.execPath,
      ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--outDir", fresh],
      { stdio: "inherit" },
    );
    chmodSync(`${fresh}/cli/main.js`, 0o755);
    writeFileSync(`${fresh}/.built`, "");
    rmSync("dist", { recursive: true, force: true });
    renameSync(fresh, "dist");
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
