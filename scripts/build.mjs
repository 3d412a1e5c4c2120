// Compiles src/ to dist/ and makes the command executable; does nothing when dist/ is up to date.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";

const stamp = "dist/.built";
const newest = Math.max(
  ...["src", "package.json", "tsconfig.json", "tsconfig.build.json"].flatMap((root) =>
    statSync(root).isDirectory()
      ? readdirSync(root, { recursive: true }).map((file) => statSync(`${root}/${file}`).mtimeMs)
      : [statSync(root).mtimeMs],
  ),
);
if (!existsSync(stamp) || statSync(stamp).mtimeMs < newest) {
  rmSync("dist", { recursive: true, force: true });
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
    stdio: "inherit",
  });
  chmodSync("dist/cli/main.js", 0o755);
  writeFileSync(stamp, "");
}
