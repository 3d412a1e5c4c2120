/** The advice that the page shows is the one that the job left, and none while there is none that is whole. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { adviceIn } from "../../src/cli/pool/shared/page-advice.js";
import { renderJson } from "../../src/sim/report/json.js";
import { adviceOf } from "../support/sim/advice-fixture.js";

it("is read again when it is another one, by the names that the scenario has for workers", async () => {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-page-advice-"));
  try {
    const look = adviceIn(folder);
    expect(look()).toBeNull();
    const file = join(folder, "advice.json");
    writeFileSync(file, '{"schemaVersion": 1');
    expect(look()).toBeNull();
    const result = await adviceOf();
    writeFileSync(file, renderJson([result]));
    const advice = look();
    expect(advice?.headline).not.toBe("");
    expect(advice?.workers.map(({ name }) => name)).toContain("slow");
    expect(advice?.workers.find(({ name }) => name === "slow")?.advice).toMatch(
      /leave out|exclude/,
    );
    expect(advice?.html()).toMatch(/^<!doctype html>.*Content-Security-Policy/s);
    expect(look()).toBe(advice);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
