import { expect, it } from "vitest";
import { loadScenario } from "../../../src/sim/index.js";

function load(gateway: string, gateways = "") {
  const text = `name: s\ngateway: ${gateway}\ndemand: { concurrentStreams: 1 }\n${gateways}`;
  return () => loadScenario("s.yaml", { readFile: () => new TextEncoder().encode(text) });
}

it("selection is for on-chain gateways: elsewhere it would do nothing (L-5)", () => {
  const wrong = /selection: off-chain gateways take the first in order \(L-5\)/;
  expect(load("{ region: FRA, onchain: false, selection: random }")).toThrow(wrong);
  expect(load("{ onchain: false }", "gateways: [{ region: FRA, selection: live }]")).toThrow(wrong);
  const mixed = "gateways: [{ region: FRA, onchain: false }, { region: NYC }]";
  expect(load("{ selection: random }", mixed)).not.toThrow();
  expect(load("{ region: FRA, selection: live }")).not.toThrow();
});
