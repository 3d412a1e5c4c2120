/** The version that results carry: the package's, read beside `src/` and `dist/` alike. */
import { createRequire } from "node:module";

function packageVersion(): string {
  const found: unknown = createRequire(import.meta.url)("../../package.json");
  const hasVersion = typeof found === "object" && found !== null && "version" in found;
  return hasVersion ? String(found.version) : "unknown";
}

/** E.g. `0.1.0`. */
export const POOLSIM_VERSION = packageVersion();
