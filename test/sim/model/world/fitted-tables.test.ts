import { describe, expect, it } from "vitest";
import { inOneGo } from "../../../../src/core/steps.js";
import type { ScenarioData } from "../../../../src/sim/input.js";
import { fittedTables as inSteps } from "../../../../src/sim/model/world/fitted-tables.js";
import { DATA } from "../../../support/sim/runs.js";

const fittedTables = (data: ScenarioData) => inOneGo(inSteps(data));

/** The same texts in other objects, as a scenario that is loaded anew has them. */
function loadedAnew(data: ScenarioData): ScenarioData {
  const { network, regions, rtt, devices } = data;
  return {
    network: { ...network },
    regions: { ...regions },
    rtt: { ...rtt },
    devices: { ...devices },
  };
}

/** The packaged data with so many orchestrators: another text for each. */
function withMembers(count: number): ScenarioData {
  const { name, text } = DATA.network;
  const lines = text.trimEnd().split("\n");
  return { ...DATA, network: { name, text: lines.slice(0, -count).join("\n") } };
}

describe("fitted tables", () => {
  it("are made once for the same texts, whatever objects they are in", () => {
    expect(fittedTables(loadedAnew(DATA))).toBe(fittedTables(DATA));
  });

  it("are others for other texts", () => {
    const { rtt, devices } = DATA;
    const tables = fittedTables(DATA);
    const further = { ...rtt, text: rtt.text.replace(/(\d)(\r?\n)/, "$19$2") };
    expect(further.text).not.toBe(rtt.text);
    for (const other of [
      withMembers(1),
      { ...DATA, rtt: further },
      { ...DATA, devices: { ...devices, text: `${devices.text}\n` } },
      { ...DATA, packagedNetwork: DATA.network },
    ]) {
      expect(fittedTables(other)).not.toBe(tables);
    }
    expect(fittedTables(withMembers(1)).network).toHaveLength(tables.network.length - 1);
  });

  it("are forgotten when many others were made since", () => {
    const [header, first, ...rows] = DATA.network.text.trimEnd().split("\n");
    const tablesOf = (row: number) => {
      const text = [header, first, rows[row]].join("\n");
      return fittedTables({ ...DATA, network: { ...DATA.network, text } });
    };
    const kept = tablesOf(0);
    for (let row = 1; row < 12; row += 1) {
      tablesOf(row);
      // Whoever is asked for stays.
      expect(tablesOf(0)).toBe(kept);
    }
    for (let row = 1; row < 12; row += 1) tablesOf(row);
    const again = tablesOf(0);
    expect(again).not.toBe(kept);
    const times = [kept, again].map(({ network }) => network.map((one) => one.roundTripMs("FRA")));
    expect(times[0]).toEqual(times[1]);
  });
});
