/** `poolsim odds`: what its first line says, and what is said of settings that it has not. */
import { expect, test } from "vitest";
import { inProcess } from "../support/cli/in-process.js";

test.each([
  [[], "100 orchestrators: chances of one choice"],
  [
    ["--set", "pool.price=5", "--set", "pool.stakeShare=0.1", "--maxPricePerUnit", "1"],
    "pool is never chosen: above the maximum price of 1 wei per pixel (L-10)",
  ],
  [
    ["--maxPricePerUnit", "1"],
    "nobody of 100 orchestrators can be chosen: all are above the maximum price of 1 wei per pixel (L-10)",
  ],
])("of %j says first: %s", async (args, first) => {
  const { exitCode, stdout } = await inProcess("odds", ...args);
  expect(exitCode).toBe(0);
  expect(stdout.split("\n\n")[0]?.replaceAll(/\s+/g, " ")).toBe(first);
});

test.each([
  ["nonsense", ", expected one of pool.name, pool.stakeLpt, pool.stakeShare, pool.price"],
  ["pool.prize", '; did you mean "pool.price"?'],
])("a setting that is none of its own, %s, is refused with those that are", async (path, hint) => {
  expect(await inProcess("odds", "--set", `${path}=1`)).toMatchObject({
    exitCode: 2,
    stderr: `--set ${path}: no setting of odds${hint}\n`,
  });
});
