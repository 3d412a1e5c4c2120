import { expect, it } from "vitest";
import { inProcess } from "../../support/cli/in-process.js";

it.each(["byoc", "BYOC"])("discover --pipeline %s is not offered, and says why", async (name) => {
  const { exitCode, stderr } = await inProcess("discover", "--pipeline", name);
  expect(exitCode).toBe(2);
  expect(stderr.replaceAll(/\s+/g, " ")).toContain("not offered, as gateways choose for external");
});
