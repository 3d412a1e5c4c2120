/** Known workers, recorded and calibrated back: the short form of `npm run test:calibration`. */
import { describe, expect, it } from "vitest";
import {
  calibratedBack,
  KINDS,
  kindScenario,
  recordedPast,
} from "../../../scripts/calibration-workers.js";
import { scenario } from "../../support/sim/runs.js";

/** Hours that show what a kind is about. */
const HOURS: Readonly<Record<string, number>> = {
  fast: 1.5,
  capped: 3,
  loaded: 1.5,
  spells: 4,
  uplink: 6,
};

describe("known workers, calibrated back from some hours", () => {
  const back = KINDS.flatMap((kind) => {
    const hours = HOURS[kind.name];
    if (hours === undefined) return [];
    const input = scenario(kindScenario(kind, hours));
    const options = { seed: 1, isCoarse: false };
    return [{ kind, ...calibratedBack(kind, recordedPast(input, options), options) }];
  });
  const findings = back.flatMap((one) => one.findings);

  it("are nearly all inside their intervals", () => {
    const inside = findings.filter(
      ({ value, found }) => found !== null && found.low <= value && value <= found.high,
    );
    expect(findings.length).toBeGreaterThan(15);
    expect(inside.length).toBeGreaterThanOrEqual(0.85 * findings.length);
  });

  it("have their time within a tenth, the most sessions exactly, and predict what was held back", () => {
    for (const { parameter, value, found } of findings) {
      if (parameter === "maxSessions") expect(found?.value).toBe(value);
      if (parameter === "roundTripMs") {
        expect(Math.abs((found?.value ?? 0) / value - 1)).toBeLessThan(0.1);
      }
    }
    for (const { fit } of back) expect(fit.heldOut?.meanError).toBeLessThan(0.2);
  });

  it("are slowed by what begins later only where a link is shared, and that is in the interval", () => {
    const slowed = back.filter(({ fit }) => fit.notes.join().includes("begins later"));
    expect(slowed.map(({ kind }) => kind.name)).toEqual(["uplink"]);
    const atTwo = slowed[0]?.findings.find(({ parameter }) => parameter === "slowdown at 2");
    expect(atTwo?.found?.low).toBeLessThanOrEqual(atTwo?.value ?? 0);
    expect(atTwo?.found?.high).toBeGreaterThanOrEqual(atTwo?.value ?? Number.NaN);
    expect((atTwo?.found?.high ?? 9) / (atTwo?.found?.low ?? 1)).toBeLessThan(1.3);
  });

  it("have spells only where there are any", () => {
    const withSpells = back.filter(({ fit }) => fit.spells !== null);
    expect(withSpells.map(({ kind }) => kind.name)).toEqual(["spells"]);
  });
});
