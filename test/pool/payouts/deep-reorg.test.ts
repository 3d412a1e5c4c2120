/** Reorganisations deeper than the confirmations that were waited for, and than payouts look back. */
import { expect, test } from "vitest";
import type { PayoutSettings } from "../../../src/pool/payouts/settings.js";
import { ETH, STRANGER, WALLET, worker } from "../../support/chain/wallet.js";
import { startWorld, type World } from "../../support/chain/world.js";

const SETTINGS = { watchBlocks: 5, minIntervalMs: 0 };

async function settle(world: World, settings: Partial<PayoutSettings> = SETTINGS): Promise<void> {
  for (let pass = 0; pass < 8; pass++) {
    const { underWay, stop } = await world.pass({ settings });
    expect(stop).toBeNull();
    await world.mine(3);
    if (underWay.length === 0 && pass > 0) return;
  }
}

async function expectPaid(world: World, wei: Readonly<Record<number, bigint>>): Promise<void> {
  for (const [index, amount] of Object.entries(wei)) {
    const address = worker(Number(index));
    expect([await world.balance(address), world.paid(address)]).toEqual([amount, amount]);
    expect([world.pending(address), world.inPayout(address)]).toEqual([0n, 0n]);
  }
  expect((await world.verify()).wrong).toEqual([]);
}

/** Of the wallet, what the books say and the chain has. */
async function expectWallet(world: World, before: bigint): Promise<void> {
  expect(world.store.ledger.balance("wallet")).toBe((await world.balance(WALLET)) - before);
}

test("deeper than is looked back: what the chain lost is sent again, before anybody else is paid", async () => {
  const world = await startWorld();
  await world.stopMining();
  const before = await world.balance(WALLET);
  for (const index of [1, 2, 3]) world.earn(worker(index), BigInt(index) * ETH);
  await settle(world);
  await expectPaid(world, { 1: ETH, 2: 2n * ETH, 3: 3n * ETH });
  await world.mine(20);
  const head = Number(await world.anvil.rpc("eth_blockNumber"));
  await world.anvil.rpc("anvil_reorg", head, []);
  await world.anvil.rpc("anvil_dropAllTransactions");
  expect(await world.balance(worker(1))).toBe(0n);
  await world.mine(3);
  world.earn(worker(4), ETH);
  const { changed, begun } = await world.pass({ settings: SETTINGS });
  expect(changed.map(({ id, state }) => [id, state]).sort()).toEqual([
    [1, "sent"],
    [2, "sent"],
    [3, "sent"],
    [4, "sent"],
  ]);
  expect(begun.map(({ nonce }) => nonce)).toEqual([3]);
  await settle(world);
  await expectPaid(world, { 1: ETH, 2: 2n * ETH, 3: 3n * ETH, 4: ETH });
  await expectWallet(world, before);
});

test("mined again in other blocks, at another price: booked once, as the chain has it now", async () => {
  const world = await startWorld();
  await world.stopMining();
  const before = await world.balance(WALLET);
  for (const index of [1, 2]) world.earn(worker(index), BigInt(index) * ETH);
  await settle(world, {});
  const gas = world.store.ledger.balance("gas");
  const raw = [1, 2].map((id) => world.store.payouts.attempts(id)[0]?.signedTx);
  const head = Number(await world.anvil.rpc("eth_blockNumber"));
  await world.anvil.rpc("anvil_reorg", head, []);
  await world.anvil.rpc("anvil_dropAllTransactions");
  await world.anvil.rpc("anvil_setNextBlockBaseFeePerGas", "0x2540be40");
  for (const bytes of raw) await world.anvil.rpc("eth_sendRawTransaction", bytes);
  await world.mine(4);
  await settle(world, {});
  await expectPaid(world, { 1: ETH, 2: 2n * ETH });
  await expectWallet(world, before);
  expect(world.store.ledger.balance("gas")).not.toBe(gas);
});

test("it had the payment, and now another transaction has its nonce: owed again, paid once", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  await settle(world);
  await world.mine(20);
  const head = Number(await world.anvil.rpc("eth_blockNumber"));
  await world.anvil.rpc("anvil_reorg", head, []);
  await world.anvil.rpc("anvil_dropAllTransactions");
  await world.anvil.rpc("eth_sendTransaction", { from: WALLET, to: STRANGER, value: "0x1" });
  await world.mine(1);
  // The chain counts its nonce as used: only comparing each payout with the chain shows it.
  const { wrong } = await world.verify();
  expect(wrong.join()).toMatch(/payout 1, confirmed: /);
  expect((await world.verify({ kind: "recognised" })).mended).toHaveLength(1);
  await world.mine(3);
  await settle(world);
  await expectPaid(world, { 1: ETH });
});

test("an acknowledged transaction that is undone, deeper than is looked back: its nonce is paid with", async () => {
  const world = await startWorld();
  await world.stopMining();
  await world.anvil.rpc("eth_sendTransaction", { from: WALLET, to: STRANGER, value: "0x1" });
  await world.mine(30);
  await world.acknowledge(0, 0);
  const head = Number(await world.anvil.rpc("eth_blockNumber"));
  await world.anvil.rpc("anvil_reorg", head, []);
  await world.anvil.rpc("anvil_dropAllTransactions");
  await world.mine(1);
  world.earn(worker(1), ETH);
  const { begun } = await world.pass({ settings: SETTINGS });
  expect(begun.map(({ nonce }) => nonce)).toEqual([0]);
  await settle(world);
  await expectPaid(world, { 1: ETH });
});
