/**
 * The node answers for another chain from the middle of a look on, as behind a proxy that was set to a wrong one. There
 * the wallet has used the nonces of payouts that wait here: nothing of that is proof of anything here.
 */
import { expect, it } from "vitest";
import type { ChainTransaction, PayoutChain } from "../../../src/pool/payouts/chain.js";
import { CHAIN_ID, ETH, STRANGER, WALLET, worker } from "../../support/chain/wallet.js";
import { startWorld, type World } from "../../support/chain/world.js";

const OTHER = 10n;
const HASH = `0x${"5".repeat(64)}`;
/** In which block of the other chain the wallet used all its nonces, long ago. */
const BLOCK = 2;

/** After the look's first question of the chain's number everything is the other chain's. */
function switching(chain: PayoutChain, { isSaid }: { readonly isSaid: boolean }): PayoutChain {
  let asked = 0;
  const foreign: ChainTransaction = {
    ...{ txHash: HASH, from: WALLET, to: STRANGER, nonce: 0, valueWei: 1n, payment: null },
    block: { number: BLOCK, hash: HASH },
    ...(isSaid ? {} : { chainId: OTHER }),
  };
  return {
    ...chain,
    chainId: async () => (isSaid && asked++ > 0 ? OTHER : CHAIN_ID),
    receipt: async () => null,
    blockHash: async () => HASH,
    transactionCount: async (_, block) => (typeof block === "number" && block < BLOCK ? 0 : 9),
    transactionsOf: async () => [foreign],
    transaction: async () => null,
  };
}

async function waiting(): Promise<World> {
  const world = await startWorld();
  await world.stopMining();
  await world.mine(30);
  world.earn(worker(1), ETH);
  expect((await world.pass()).begun).toHaveLength(1);
  return world;
}

async function settle(world: World): Promise<void> {
  for (let pass = 0; pass < 4; pass++) {
    await world.mine(5);
    await world.pass();
  }
  expect(await world.balance(worker(1))).toBe(ETH);
  expect([world.paid(worker(1)), world.inPayout(worker(1))]).toEqual([ETH, 0n]);
}

it("says so when it is asked again: refused, and nothing is changed", async () => {
  const world = await waiting();
  const look = world.pass({ around: (chain) => switching(chain, { isSaid: true }) });
  await expect(look).rejects.toMatchObject({ code: "PAYOUT_CHAIN" });
  expect(world.inPayout(worker(1))).toBe(ETH);
  await settle(world);
});

it("does not say so: a transaction that is signed for another chain used no nonce of this one", async () => {
  const world = await waiting();
  const report = await world.pass({ around: (chain) => switching(chain, { isSaid: false }) });
  expect(report.begun).toEqual([]);
  expect(report.troubles[0]?.message).toContain(`${HASH} is signed for chain ${OTHER}`);
  expect(world.inPayout(worker(1))).toBe(ETH);
  await settle(world);
});
