/** Where a user's programs keep what is neither configuration nor data: locks, for example. */
import { homedir } from "node:os";
import { join } from "node:path";

/** `$XDG_STATE_HOME/poolsim`, `%LOCALAPPDATA%\poolsim`, else `~/.local/state/poolsim`. */
export function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME: xdg, LOCALAPPDATA: local } = env;
  if (xdg?.startsWith("/")) return join(xdg, "poolsim");
  if (process.platform === "win32" && local !== undefined) return join(local, "poolsim");
  return join(homedir(), ".local", "state", "poolsim");
}
