/** Tests of the public face and of the command run what users run: the built package. */
import { execFileSync } from "node:child_process";

export function setup() {
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
}
