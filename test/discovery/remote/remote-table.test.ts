/** When a remote signer's table is built anew. */
import {
  type PolledRemote,
  REMOTE_DISCOVERY_INTERVAL_MS,
  RemoteDiscoveryTable,
} from "poolsim/discovery";
import { expect, it } from "vitest";

const SOMEBODY: PolledRemote = {
  uri: "https://o.test",
  perCapability: new Map([[27, new Map([["m", { warm: true, capacity: 1, runnerVersion: "" }]])]]),
  priceInfo: { pricePerUnit: 1n, pixelsPerUnit: 1n },
  capabilitiesPrices: [],
  runners: null,
};

it.each([
  [5_000, 5_000],
  [0, REMOTE_DISCOVERY_INTERVAL_MS],
  [-1, REMOTE_DISCOVERY_INTERVAL_MS],
])("A-73: with an interval of %d ms it is good for %d ms", (intervalMs, goodMs) => {
  const table = new RemoteDiscoveryTable({ intervalMs });
  table.rebuild(100, [SOMEBODY]);
  expect(table.isDue(100 + goodMs)).toBe(false);
  expect(table.isDue(100 + goodMs + 1)).toBe(true);
});

it("A-73: an empty one is due at every request, and what a poll had found stays if the next fails", () => {
  const table = new RemoteDiscoveryTable({ intervalMs: 5_000 });
  table.rebuild(0, []);
  expect([table.isDue(0), table.query([])]).toEqual([true, null]);
  table.rebuild(0, [SOMEBODY]);
  expect(table.isDue(9_000)).toBe(true);
  expect(table.query([])?.map(({ address }) => address)).toEqual(["https://o.test"]);
});
