import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { loadScenario } from "../../src/sim/scenario/load.js";
import { simulate } from "../../src/sim/simulate.js";

const { base } = loadScenario(
  fileURLToPath(new URL("../../docs/examples/my-pool.yaml", import.meta.url)),
);

it("a scenario that was not loaded cannot run without an end", () => {
  const refused = expect.objectContaining({ code: "OPTION_INVALID" });
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    for (const name of ["duration", "warmup"]) {
      const input = { ...base, scenario: { ...base.scenario, [name]: wrong } };
      expect(() => simulate(input, { replication: 0 }), `${name} ${wrong}`).toThrow(refused);
    }
    expect(() => simulate(base, { replication: wrong })).toThrow(refused);
    expect(() => simulate(base, { replication: 0, seed: wrong })).toThrow(refused);
  }
});
