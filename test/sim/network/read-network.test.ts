import { describe, expect, it } from "vitest";
import {
  type DiscoveredOrchestrator,
  parseDiscoveryFile,
} from "../../../src/sim/network/discovery-file.js";
import { parseNetwork } from "../../../src/sim/network/network-file.js";
import { readNetwork } from "../../../src/sim/network/read-network.js";
import { networkTables } from "../../../src/sim/network/tables.js";
import { allRegions, dataFile } from "../../support/sim/data-files.js";
import { answered, discovery, discoveryText, silent } from "../../support/sim/discoveries.js";

const packagedNetwork = dataFile("network.csv");
const packaged = parseNetwork(packagedNetwork, allRegions);
const known = packaged.find(({ leaderboard }) => leaderboard.length > 5);
if (known === undefined) throw new Error("the packaged network has leaderboard results");

function read(...orchestrators: readonly DiscoveredOrchestrator[]) {
  const network = { name: "found.json", text: discoveryText(...orchestrators) };
  return readNetwork({ network, packagedNetwork }, allRegions);
}

describe("a discovery as a network file", () => {
  it("brings what orchestrators told, and marks what they did not", () => {
    const { orchestrators, discovery: facts } = read(
      answered(),
      answered({
        uri: "https://two.example:8935",
        recipient: `0x${"B2".repeat(20)}`,
        pricePerUnit: "3",
        pixelsPerUnit: "2",
        stakeLpt: null,
        version: "",
        turn: 2,
      }),
    );
    expect(orchestrators.map(({ leaderboard: _, ...row }) => row)).toMatchObject([
      {
        address: `0x${"a1".repeat(20)}`,
        name: null,
        serviceUri: "https://one.example:8935",
        pricePerUnit: 1200n,
        pixelsPerUnit: 1n,
        version: "0.8.9",
        imputed: new Set(["response"]),
      },
      {
        address: `0x${"b2".repeat(20)}`,
        pricePerUnit: 3n,
        pixelsPerUnit: 2n,
        version: null,
        imputed: new Set(["stake", "response"]),
      },
    ]);
    expect(orchestrators.map(({ stakeLpt }) => stakeLpt.toString())).toEqual(["2001/2", "0/1"]);
    expect(facts?.discoveredAt).toBe("2026-07-12T10:00:00.000Z");
  });

  it("takes name, leaderboard, and what is missing from the packaged network by address", () => {
    const { orchestrators, references } = read(
      answered({ recipient: known.address, stakeLpt: null, pricePerUnit: null }),
    );
    const [row] = orchestrators;
    expect(row?.name).toBe(known.name);
    expect(row?.leaderboard).toEqual(known.leaderboard);
    expect(row?.stakeLpt).toEqual(known.stakeLpt);
    expect(row?.pricePerUnit).toBe(known.pricePerUnit);
    expect(row?.pixelsPerUnit).toBe(known.pixelsPerUnit);
    expect(row?.imputed).toEqual(new Set(["stake", "price"]));
    expect(references).toHaveLength(packaged.length - 1);
  });

  it("L-7: nodes of one recipient are one orchestrator, as its first choice has it", () => {
    const { orchestrators, sessions } = read(
      answered({
        uri: "https://second",
        transcoder: "https://second",
        turn: 2,
        pricePerUnit: "9",
        capacities: { 0: 5 },
      }),
      answered({
        uri: "https://first",
        transcoder: "https://first",
        turn: 1,
        pricePerUnit: "7",
        capacities: { 0: 10, 1: 3 },
      }),
    );
    expect(orchestrators).toMatchObject([{ serviceUri: "https://first", pricePerUnit: 7n }]);
    expect([...sessions]).toEqual([[`0x${"a1".repeat(20)}`, 15]]);
  });

  it("D-8, X-13: who is asked twice, or at two addresses, has its sessions once", () => {
    const { sessions } = read(
      answered({ capacities: { 0: 10 } }),
      answered({ capacities: { 0: 10 }, turn: 2 }),
      answered({ uri: "https://another-name.example", capacities: { 0: 10 }, turn: null }),
    );
    expect([...sessions]).toEqual([[`0x${"a1".repeat(20)}`, 10]]);
  });

  it("leaves out who gave no answer and who does no work; who refuses strangers stays", () => {
    const { orchestrators, absent } = read(
      answered(),
      silent({ recipient: `0x${"b1".repeat(20)}` }),
      answered({ recipient: `0x${"b2".repeat(20)}`, transcoder: "", turn: null }),
      silent({ recipient: `0x${"b3".repeat(20)}`, reply: "error", stakeLpt: "5.00000" }),
      silent({ recipient: `0x${"b4".repeat(20)}`, reply: "error", stakeLpt: null }),
    );
    const first = ({ address }: { address: string }) => address.slice(2, 4);
    expect(orchestrators.map(first)).toEqual(["a1", "b3"]);
    expect(absent.map(first)).toEqual(["b1", "b2", "b4"]);
    // Its price is not known: it is the median of the others'.
    expect(orchestrators[1]).toMatchObject({ pricePerUnit: 1200n });
    expect(orchestrators[1]?.imputed).toContain("price");
  });

  it("without any address, one is made from the URI", () => {
    const zero = `0x${"00".repeat(20)}`;
    const offChain = { recipient: null, address: zero };
    const one = answered({ ...offChain, uri: "https://a" });
    const two = answered({ ...offChain, uri: "https://b" });
    const { orchestrators } = read(one, two);
    const addresses = orchestrators.map(({ address }) => address);
    expect(new Set(addresses).size).toBe(2);
    for (const address of addresses) expect(address).toMatch(/^0x[0-9a-f]{40}$/);
    expect(read(two, one).orchestrators.map(({ address }) => address)).toEqual(addresses.reverse());
  });

  it("has response times: the leaderboard's by address, else a stand-in's", () => {
    const network = {
      name: "found.json",
      text: discoveryText(answered({ recipient: known.address }), answered()),
    };
    const [regions, rtt, devices] = [
      dataFile("regions.csv"),
      dataFile("rtt.csv"),
      dataFile("devices.csv"),
    ];
    const found = networkTables({ network, packagedNetwork, regions, rtt, devices }).network;
    const all = networkTables({ network: packagedNetwork, regions, rtt, devices }).network;
    const same = all.find(({ address }) => address === known.address);
    expect(found).toHaveLength(2);
    for (const region of ["FRA", "LAX", "SIN"]) {
      expect(found[0]?.roundTripMs(region)).toBe(same?.roundTripMs(region));
      expect(found[0]?.source(region)).not.toBe("imputed");
      expect(found[1]?.source(region)).toBe("imputed");
      expect(found[1]?.roundTripMs(region)).toBeGreaterThan(0);
    }
  });
});

const one = (facts: Partial<DiscoveredOrchestrator>) => discoveryText(answered(facts));
const withFacts = (facts: Parameters<typeof discovery>[1]) => JSON.stringify(discovery([], facts));

describe("parseDiscoveryFile", () => {
  it("takes keys that it does not know", () => {
    const text = JSON.stringify({ ...discovery([answered()]), later: 1 });
    expect(parseDiscoveryFile({ name: "f", text }).orchestrators).toHaveLength(1);
  });

  it.each([
    ["half a file", "{", "f:1:1: no JSON"],
    ["another file", "{}", "f: schemaVersion: "],
    ["another version", '{ "schemaVersion": 2 }', "f: schemaVersion: "],
    ["a time", withFacts({ discoveredAt: "today" }), "f: discoveredAt: "],
    ["a stake", one({ stakeLpt: "-1" }), "f: orchestrators.0.stakeLpt: expected a stake"],
    ["an address", one({ recipient: "0x12" }), "f: orchestrators.0.recipient: expected an address"],
    ["a price", one({ pricePerUnit: "1.5" }), "f: orchestrators.0.pricePerUnit: expected a whole"],
  ])("refuses %s", (_, text, says) => {
    expect(() => parseDiscoveryFile({ name: "f", text })).toThrow(says);
  });

  it("refuses a discovery in which nobody answered", () => {
    expect(() => read(silent())).toThrow("found.json:1:1: none of its orchestrators answered");
  });
});
