import { describe, expect, it } from "vitest";
import { codeCacheFolder } from "../../src/cli/shared/code-cache.js";

describe("folder of compiled code", () => {
  it.each([
    [{ XDG_CACHE_HOME: "/cache", HOME: "/home/me" }, "/cache/poolsim/code"],
    [{ HOME: "/home/me", LOCALAPPDATA: "/local" }, "/home/me/.cache/poolsim/code"],
    [{ XDG_CACHE_HOME: "", HOME: "", LOCALAPPDATA: "/local" }, "/local/poolsim/code"],
    [{ TMPDIR: "/tmp" }, undefined],
    [{}, undefined],
  ])("of %j is the user's own, or none", (env, folder) => {
    expect(codeCacheFolder(env)).toBe(folder);
  });
});
