import { describe, expect, it } from "vitest";
import { networkTables } from "../../../src/sim/network/tables.js";
import { allRegions, dataFile } from "../../support/sim/data-files.js";

const tables = networkTables({
  network: dataFile("network.csv"),
  regions: dataFile("regions.csv"),
  rtt: dataFile("rtt.csv"),
  devices: dataFile("devices.csv"),
});

describe("networkTables", () => {
  it("names everybody and puts everybody into a region", () => {
    for (const member of tables.network) {
      expect(member.name).not.toBe("");
      expect(allRegions.indexOf(member.region)).toBeDefined();
      expect(member.price.sign()).toBe(1);
    }
  });

  it("knows regions by code and refuses others", () => {
    expect(tables.rttMs("FRA", "FRA")).toBe(2);
    expect(tables.rttMs("FRA", "NYC")).toBe(tables.rttMs("NYC", "FRA"));
    expect(() => tables.rttMs("FRA", "Paris")).toThrow('unknown region "Paris", expected one of');
  });

  it("gives a pool the gateway-side time of its look-alike, less what good workers need", () => {
    const model = tables.network[0];
    const query = { region: "NYC", nodeRegion: "FRA", lookAlike: model?.name.toUpperCase() };
    expect(tables.gatewaySideMs(query)).toBe(model?.roundTripMs("NYC"));
    expect(tables.gatewaySideMs({ ...query, workersRoundTripMs: 200 })).toBe(
      (model?.roundTripMs("NYC") ?? 0) - 200,
    );
    expect(tables.gatewaySideMs({ ...query, workersRoundTripMs: 1e6 })).toBe(0);
    expect(tables.gatewaySideMs({ ...query, rttScale: 1.3 })).toBeCloseTo(
      (model?.roundTripMs("NYC") ?? 0) + 0.3 * (model?.distanceMs("NYC") ?? 0),
      9,
    );
    expect(() => tables.gatewaySideMs({ ...query, lookAlike: "nobody" })).toThrow(
      'lookAlike "nobody" is no orchestrator',
    );
  });

  it("otherwise the network's median, 9.5 RTT further away per RTT to the pool", () => {
    const near = tables.gatewaySideMs({ region: "FRA", nodeRegion: "FRA" });
    const far = tables.gatewaySideMs({ region: "FRA", nodeRegion: "NYC" });
    expect(near).toBeGreaterThan(200);
    expect(near).toBeLessThan(600);
    expect(far - near).toBeCloseTo(9.5 * (tables.rttMs("FRA", "NYC") - 2), 6);
  });
});
