import { describe, expect, it } from "vitest";
import type { OnChainSourceOptions } from "../../../../src/discovery/sources/chain/on-chain-settings.js";
import { orchestrator, serviceURI } from "../../../support/chain/livepeer-chain.js";
import { indices, known, LPT, useChain } from "../../../support/chain/on-chain-setup.js";

const { chain, open } = useChain();

describe("goLivepeerQuirks", () => {
  const quirky = (options: OnChainSourceOptions = {}) =>
    open({ goLivepeerQuirks: true, ...options });

  it("C-7, C-8: loses what happens before its second look; waits for two blocks", async () => {
    await chain().register(3);
    const source = quirky();
    await source.sync();
    await chain().send("BondingManager", "deactivate", orchestrator(1), 1n);
    await source.sync();
    expect(indices(await source.list())).toEqual([1, 2, 3]);
    await chain().send("BondingManager", "deactivate", orchestrator(2), 1n);
    expect(indices(await source.list())).toEqual([1, 2, 3]);
    await chain().mine(1);
    expect(indices(await source.list())).toEqual([1, 3]);
  });

  it("C-9: blocks of a batch may count in the wrong order", async () => {
    await chain().register(1);
    const places = [0.9, 0.1];
    const source = quirky({ random: () => places.shift() ?? 0.5 });
    await source.sync();
    await source.sync();
    await chain().send("BondingManager", "deactivate", orchestrator(1), 1n);
    await chain().send("BondingManager", "activate", orchestrator(1), 1n, LPT);
    expect(indices(await source.list())).toEqual([]);
  });

  it("C-10: keeps what the chain has dropped", async () => {
    await chain().register(2);
    const source = quirky();
    await source.sync();
    await source.sync();
    await chain().send("BondingManager", "deactivate", orchestrator(1), 1n);
    await chain().mine(1);
    await source.sync();
    await chain().reorg(2);
    await chain().mine(3);
    expect(indices(await source.list())).toEqual([2]);
    expect(indices(await open().list())).toEqual([1, 2]);
  });

  it("C-14: sees a new URI only with an activation; B-2: never a blank one", async () => {
    await chain().register(2);
    const source = quirky();
    await source.sync();
    await source.sync();
    const change = (index: number, uri: string) =>
      chain().send("ServiceRegistry", "setServiceURI", orchestrator(index), uri);
    await change(1, "https://new:1");
    await change(2, "");
    const uris = async () => known(await source.list()).map(({ uri }) => uri);
    expect(await uris()).toEqual([serviceURI(1), serviceURI(2)]);
    await chain().send("BondingManager", "activate", orchestrator(1), 1n, LPT);
    await chain().send("BondingManager", "activate", orchestrator(2), 1n, LPT);
    expect(await uris()).toEqual(["https://new:1", serviceURI(2)]);
  });

  it("B-4: rows that were not touched for a day are not listed", async () => {
    await chain().register(1);
    let now = Date.UTC(2026, 0, 1);
    const source = quirky({ now: () => now });
    await source.sync();
    now += 86_400_000 + 1_000;
    expect(indices(await source.list())).toEqual([]);
    expect(indices(await open({ now: () => now }).list())).toEqual([1]);
  });
});
