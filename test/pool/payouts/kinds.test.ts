/** What uses up the wallet's nonces and is no transaction of the kinds that poolsim makes (EIP-7702). */
import { Wallet } from "ethers/wallet";
import { expect, it } from "vitest";
import { CHAIN_ID, ETH, POOL_KEY, STRANGER_KEY, worker } from "../../support/chain/wallet.js";
import { startWorld, type World } from "../../support/chain/world.js";

const GWEI = 10n ** 9n;
const TO = "0x00000000000000000000000000000000000c0de1";

/** Sends a transaction that lets an account have code, by its own authorization. */
async function delegating(
  world: World,
  {
    sender,
    authority,
    ...what
  }: {
    readonly sender: string;
    readonly authority: { readonly key: string; readonly nonce: number };
    readonly nonce: number;
    readonly to: string;
    readonly value: bigint;
  },
): Promise<void> {
  const { key, nonce } = authority;
  const by = new Wallet(key);
  const authorization = by.authorizeSync({ address: TO, nonce, chainId: CHAIN_ID });
  const signed = await new Wallet(sender).signTransaction({
    ...{ ...what, type: 4, chainId: CHAIN_ID, gasLimit: 200_000n },
    ...{ maxFeePerGas: 90n * GWEI, maxPriorityFeePerGas: GWEI },
    authorizationList: [authorization],
  });
  await world.anvil.rpc("eth_sendRawTransaction", signed);
  await world.mine(4);
}

it("takes in a payment whose bytes can't be made again, if an operator names it", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  const value = (4n * ETH) / 10n;
  const authority = { key: STRANGER_KEY, nonce: 0 };
  await delegating(world, { sender: POOL_KEY, authority, nonce: 0, to: worker(1), value });

  expect((await world.pass()).stop?.code).toBe("PAYOUT_NONCES_UNKNOWN");
  expect((await world.verify({ kind: "recognised" })).wrong).toHaveLength(1);
  await expect(world.acknowledge(0, 0)).rejects.toThrow("is to be taken in");
  const range = { first: 0, last: 0 };
  const { adopted, wrong } = await world.verify({ kind: "these", range, reason: "by hand" });
  expect([adopted.length, wrong]).toEqual([1, []]);
  expect([world.pending(worker(1)), world.paid(worker(1))]).toEqual([ETH - value, value]);

  world.nowMs += 2 * 86_400_000;
  await world.pass();
  await world.mine(4);
  await world.pass();
  expect(await world.balance(worker(1))).toBe(ETH);
  expect((await world.verify()).wrong).toEqual([]);

  // Undone deeper than payouts look for: it is paid again by bytes of poolsim's own, with the same nonce.
  await world.anvil.rpc("anvil_reorg", 9, []);
  await world.anvil.rpc("anvil_dropAllTransactions");
  for (let pass = 0; pass < 4; pass++) {
    await world.pass();
    await world.mine(2);
  }
  expect(await world.balance(worker(1))).toBe(ETH);
  expect([world.pending(worker(1)), world.inPayout(worker(1))]).toEqual([0n, 0n]);
  expect((await world.verify()).wrong).toEqual([]);
});

it("lets an operator acknowledge a nonce that an authorization used", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  const authority = { key: POOL_KEY, nonce: 0 };
  await delegating(world, { sender: STRANGER_KEY, authority, nonce: 0, to: worker(9), value: 1n });

  const { stop, failure } = await world.pass();
  expect([stop?.code, failure]).toEqual(["PAYOUT_NONCES_UNKNOWN", null]);
  expect(await world.acknowledge(0, 0)).toBe(1);
  await world.pass();
  await world.mine(4);
  await world.pass();
  expect(await world.balance(worker(1))).toBe(ETH);
  expect((await world.verify()).wrong).toEqual([]);
});
