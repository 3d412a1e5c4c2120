import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { threadsOf } from "../../src/cli/shared/threads.js";
import { emptyFolder, poolsim } from "../support/cli/command.js";

describe("the number of threads", () => {
  let folder = "";
  beforeAll(() => {
    folder = emptyFolder();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is the command line's, or else the environment's, or else one for each core", () => {
    expect(threadsOf({ threads: 3 }, { POOLSIM_THREADS: "2" })).toBe(3);
    expect(threadsOf({}, { POOLSIM_THREADS: "2" })).toBe(2);
    expect(threadsOf({}, {})).toBe(availableParallelism());
    expect(threadsOf({}, { POOLSIM_THREADS: "" })).toBe(availableParallelism());
  });

  it.each(["0", "257", "1.5", "-1", "two"])("is no number of threads: %s", (text) => {
    expect(() => threadsOf({}, { POOLSIM_THREADS: text })).toThrow(
      "POOLSIM_THREADS: expected a whole number from 1 to 256",
    );
  });

  it("is asked of the environment by the command", () => {
    const env = { POOLSIM_THREADS: "many" };
    expect(poolsim(["run", "admit-worker"], { cwd: folder, env })).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "POOLSIM_THREADS: expected a whole number from 1 to 256\n",
    });
  });
});
