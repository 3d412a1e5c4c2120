/**
 * What V8 makes of the command's code is kept for the next start, by a Node that can (22.1 and later).
 * In a folder of the user's own: whoever may write to it decides what code runs, so never in one that
 * everybody may write to, which is Node's own choice.
 */
import nodeModule from "node:module";
import { join } from "node:path";

/**
 * Where the code is kept.
 *
 * @param env the process's environment
 * @returns the folder; undefined where the user has none for such things
 */
export function codeCacheFolder(env: NodeJS.ProcessEnv): string | undefined {
  const home = env["HOME"];
  const base =
    env["XDG_CACHE_HOME"] || (home ? join(home, ".cache") : undefined) || env["LOCALAPPDATA"];
  return base ? join(base, "poolsim", "code") : undefined;
}

/**
 * Begins to keep and to use compiled code. Node says nothing where it cannot, and obeys
 * `NODE_DISABLE_COMPILE_CACHE=1`.
 */
export function keepCompiledCode(env: NodeJS.ProcessEnv): void {
  const folder = codeCacheFolder(env);
  // Not in the types of the oldest Node that is supported.
  const enable = Reflect.get(nodeModule, "enableCompileCache");
  if (folder !== undefined && typeof enable === "function") enable(folder);
}
