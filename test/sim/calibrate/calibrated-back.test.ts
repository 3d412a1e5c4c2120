/** Known workers, recorded and calibrated back: the short form of `npm run test:calibration`. */
import { describe, expect, it } from "vitest";
import { calibratedBack, KINDS, kindScenario } from "../../../scripts/calibration-workers.js";
import { scenario } from "../../support/sim/runs.js";

describe("known workers, calibrated back from four hours", () => {
  const back = KINDS.map((kind) => {
    const input = scenario(kindScenario(kind, 4));
    return { kind, ...calibratedBack(kind, input, { seed: 1, isCoarse: false }) };
  });
  const findings = back.flatMap((one) => one.findings);

  it("are nearly all inside their intervals", () => {
    const inside = findings.filter(
      ({ value, found }) => found !== null && found.low <= value && value <= found.high,
    );
    expect(inside.length).toBeGreaterThanOrEqual(0.85 * findings.length);
  });

  it("have their time within a tenth, and predict what was held back", () => {
    for (const { parameter, value, found } of findings) {
      if (parameter === "roundTripMs") {
        expect(Math.abs((found?.value ?? 0) / value - 1)).toBeLessThan(0.1);
      }
    }
    for (const { fit } of back) expect(fit.heldOut?.meanError).toBeLessThan(0.15);
  });

  it("have spells only where there are any", () => {
    const withSpells = back.filter(({ fit }) => fit.spells !== null);
    expect(withSpells.map(({ kind }) => kind.name)).toEqual(["spells"]);
  });
});
