import { describe, expect, it } from "vitest";
import { packagedAITables } from "../../../src/cli/devices/ai.js";
import { inProcess } from "../../support/cli/in-process.js";

describe("poolsim devices --ai", () => {
  it("lists every model, and says how much is imputed", async () => {
    const { exitCode, stdout } = await inProcess("devices", "--ai", "--details");
    expect(exitCode).toBe(0);
    for (const { model } of packagedAITables().models) expect(stdout).toContain(model);
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(/\d+ % of all figures/);
    expect(stdout).toContain("~24.0");
    expect(stdout).toContain("leaderboard-2024");
  });

  it("writes exact prices as JSON", async () => {
    const { stdout } = await inProcess("devices", "--ai", "--json", "-");
    expect(JSON.parse(stdout)).toMatchObject({ nodes: { length: 30 } });
    expect(stdout).toContain('"priceWei": "81964641"');
  });

  it("takes no scenario", async () => {
    const { exitCode, stderr } = await inProcess("devices", "--ai", "twelve-workers");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("expected no scenario");
  });
});
